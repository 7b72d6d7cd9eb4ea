"""Exact search for all, an index for the large collections, which follows in the background."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from copilot.errors import CopilotError, IndexBroken, StoreError
from copilot.vectorstore.exact import ExactStore
from copilot.vectorstore.protocol import (
    NO_UPSERTS,
    CollectionKey,
    Match,
    Upserts,
    Vectors,
    VectorStore,
)

logger = logging.getLogger(__name__)

_SAMPLED = 64  # vectors of each collection that must find themselves when an index is opened
_SLICE = 5_000  # a kill while a large collection is filled costs one slice
_RETRY_S = 5.0
_UNFINISHED = 0  # the change number of a collection whose first filling is under way


class Index(VectorStore, Protocol):
    """A store outside this process's memory that may be found damaged and begun anew."""

    def open(self, samples: Mapping[CollectionKey, Upserts]) -> None:
        """Check the index against vectors it must hold; IndexBroken where it is unfit."""

    def reset(self) -> None:
        """Forget all collections and what they left on disk."""


class TieredStore:
    """Every vector lies in `exact`; collections of at least `threshold` are also in `index`.

    A write is complete when `exact` has it. A thread then makes the index equal: it adds what is
    missing, removes what is too much, and begins anew by itself when the index is broken. The
    index answers only while it holds the very change that `exact` holds; otherwise `exact` does.
    """

    def __init__(self, exact: ExactStore, index: Index, *, threshold: int) -> None:
        self._exact = exact
        self._index = index
        self._threshold = threshold
        self._is_open = self._is_broken = False
        self._equal: dict[CollectionKey, int] = {}  # change number up to which the index is equal
        self._touched: dict[CollectionKey, set[int]] = {}  # ids changed since it was last equal
        self._compared: set[CollectionKey] = set()  # what the index holds was looked at
        self._state = threading.Lock()
        self._following = threading.Lock()  # one at a time talks to the index about writes
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._follower: threading.Thread | None = None

    def follow(self) -> None:
        """Start the thread; call it once the truth has been read into the store."""
        self._follower = threading.Thread(target=self._follow, name="index-follower", daemon=True)
        self._follower.start()
        self._wake.set()

    def apply(
        self, key: CollectionKey, upserts: Upserts, deletes: Sequence[int], *, seq: int
    ) -> None:
        with self._state:
            self._exact.apply(key, upserts, deletes, seq=seq)
            self._equal.pop(key, None)
            if key in self._touched:
                self._touched[key].update(int(i) for i in upserts[0])
                self._touched[key].update(int(i) for i in deletes)
        self._wake.set()

    def seq(self, key: CollectionKey) -> int | None:
        return self._exact.seq(key)

    def query(self, key: CollectionKey, vector: Vectors, k: int) -> list[Match]:
        return self.query_many(key, np.asarray(vector, dtype=np.float32).reshape(1, -1), k)[0]

    def query_many(self, key: CollectionKey, vectors: Vectors, k: int) -> list[list[Match]]:
        if self.is_indexed(key):
            try:
                found = self._index.query_many(key, vectors, k)
            except (IndexBroken, StoreError) as exc:
                self._distrust(is_broken=isinstance(exc, IndexBroken))
            else:
                expected = min(k, self._exact.count(key))
                if all(len(matches) >= expected for matches in found):
                    return found
                self._compare_again(key)
        return self._exact.query_many(key, vectors, k)

    def count(self, key: CollectionKey) -> int:
        return self._exact.count(key)

    def ids(self, key: CollectionKey) -> NDArray[np.int64]:
        return self._exact.ids(key)

    def keys(self) -> list[CollectionKey]:
        return self._exact.keys()

    def erase(self, key: CollectionKey, ids: Sequence[int]) -> None:
        with self._following:
            self._exact.erase(key, ids)
            self._forget_progress()
            self._index.erase(key, ids)
        self._wake.set()

    def drop(self, key: CollectionKey) -> None:
        with self._following:
            with self._state:
                self._exact.drop(key)
                self._equal.pop(key, None)
                self._touched.pop(key, None)
                self._compared.discard(key)
            if self._is_open:
                self._index.drop(key)

    def rebuild(self) -> None:
        """Begin the index anew; searches stay exact until it is full."""
        with self._following:
            self._forget_progress()
            self._index.reset()
            self._is_open, self._is_broken = True, False
        self._wake.set()

    def close(self) -> None:
        self._stopped.set()
        self._wake.set()
        if self._follower is not None:
            self._follower.join()
        self._index.close()
        self._exact.close()

    def is_indexed(self, key: CollectionKey) -> bool:
        """Whether the index answers for this collection now."""
        seq = self._equal.get(key)
        return seq is not None and seq == self._exact.seq(key)

    def pending(self) -> list[CollectionKey]:
        """Large collections that the index does not answer for yet."""
        return [key for key in self._large() if not self.is_indexed(key)]

    def catch_up(self) -> None:
        """Make the index equal now; a broken one is begun anew, a second fault is raised."""
        with self._following:
            if not self.pending() and not self._shrunk():
                return
            self._opened_or_reset()
            try:
                self._level()
            except IndexBroken as exc:
                self._begin_anew(exc.detail)
                self._level()

    def _follow(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait()
            self._wake.clear()
            try:
                self.catch_up()
            except CopilotError as exc:
                logger.warning("index_behind code=%s", exc.code)
                self._stopped.wait(_RETRY_S)
                self._wake.set()

    def _large(self) -> list[CollectionKey]:
        held = self._exact.keys()
        return [key for key in held if self._exact.count(key) >= self._threshold]

    def _shrunk(self) -> list[CollectionKey]:
        return [key for key in list(self._touched) if self._exact.count(key) < self._threshold]

    def _opened_or_reset(self) -> None:
        if self._is_broken:
            self._begin_anew("it failed while it was used")
        elif not self._is_open:
            try:
                self._index.open({key: self._sample(key) for key in self._large()})
            except IndexBroken as exc:
                self._begin_anew(exc.detail)
        self._is_open, self._is_broken = True, False

    def _begin_anew(self, reason: str) -> None:
        logger.warning("index_begun_anew reason=%s", reason)
        self._forget_progress()
        self._index.reset()

    def _sample(self, key: CollectionKey) -> Upserts:
        ids = self._exact.ids(key)
        ids = ids[:: max(1, len(ids) // _SAMPLED)]
        batch = self._exact.vectors(key, ids)
        return batch.ids.tolist(), batch.vectors

    def _level(self) -> None:
        for key in self._shrunk():
            self._equal.pop(key, None)
            self._touched.pop(key, None)
            self._compared.discard(key)
            self._index.drop(key)
        for key in self._large():
            while not self.is_indexed(key) and not self._stopped.is_set():
                self._level_one(key)

    def _level_one(self, key: CollectionKey) -> None:
        with self._state:
            seq = self._exact.seq(key)
            touched = self._touched.pop(key, set())
            self._touched[key] = set()
            ours = self._exact.ids(key)
        if seq is None:
            return
        try:
            missing, extra = self._differences(key, ours, touched)
            is_written = self._write(key, missing, extra.tolist(), seq)
        except CopilotError:
            with self._state:
                self._touched.setdefault(key, set()).update(touched)
                self._compared.discard(key)
            raise
        with self._state:
            if is_written and not self._touched.get(key, {0}):
                self._equal[key] = seq

    def _differences(
        self, key: CollectionKey, ours: NDArray[np.int64], touched: set[int]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What the index lacks and what it has too much.

        At first, and after a fault, the ids are compared. That suffices because in the collection
        of one model an id stands for one vector for ever: a chunk that changes gets a new one.
        """
        changed = np.fromiter(touched, dtype=np.int64, count=len(touched))
        held = np.isin(changed, ours)
        missing, extra = changed[held], changed[~held]
        if key not in self._compared:
            self._compared.add(key)
            theirs = self._index.ids(key)
            missing = np.union1d(missing, np.setdiff1d(ours, theirs))
            extra = np.union1d(extra, np.setdiff1d(theirs, ours))
        return missing, extra

    def _write(
        self, key: CollectionKey, missing: NDArray[np.int64], extra: list[int], seq: int
    ) -> bool:
        for start in range(0, len(missing), _SLICE):
            if self._stopped.is_set():
                return False
            batch = self._exact.vectors(key, missing[start : start + _SLICE])
            self._index.apply(key, (batch.ids.tolist(), batch.vectors), [], seq=_UNFINISHED)
        self._index.apply(key, NO_UPSERTS, extra, seq=seq)
        return True

    def _forget_progress(self) -> None:
        with self._state:
            self._equal.clear()
            self._touched.clear()
            self._compared.clear()

    def _compare_again(self, key: CollectionKey) -> None:
        with self._state:
            self._equal.pop(key, None)
            self._compared.discard(key)
        self._wake.set()

    def _distrust(self, *, is_broken: bool) -> None:
        with self._state:
            self._equal.clear()
            self._compared.clear()
            self._is_open, self._is_broken = False, self._is_broken or is_broken
        self._wake.set()
