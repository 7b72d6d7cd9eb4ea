"""Chroma embedded in this process, in a folder that it owns and that may be thrown away."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.errors import CopilotError, IndexBroken, StoreError
from copilot.vectorstore import probe
from copilot.vectorstore.chroma import ChromaCollections
from copilot.vectorstore.index_dir import IndexDirectory
from copilot.vectorstore.protocol import CollectionKey, Match, Upserts, Vectors, checked_queries

logger = logging.getLogger(__name__)

Probe = Callable[[Path, Mapping[str, Upserts]], str | None]

_FORMAT = "chroma 1.5.9, layout 1"


class ChromaStore:
    """Embedded Chroma in a folder that this process owns until `close`.

    `open` comes first. Whatever fails afterwards raises IndexBroken, and from then on every call
    does until `reset` begins an empty generation, which the caller fills from the truth.
    A folder without vectors never loads Chroma at all.
    """

    def __init__(self, path: Path, *, fault: Probe = probe.fault) -> None:
        self._fault = fault
        self._directory = IndexDirectory(path, format_name=_FORMAT)
        self._folder: Path | None = None
        self._collections: ChromaCollections | None = None
        self._broken: str | None = "it was not opened yet"
        self._writing = threading.RLock()

    def open(self, samples: Mapping[CollectionKey, Upserts]) -> None:
        """Check the index in child processes, then use it; IndexBroken where it is unfit.

        Args:
            samples: some vectors that the truth holds, by collection: each must find itself.
        """
        with self._writing:
            self._close_client()
            self._broken = None
            try:
                self._folder = self._directory.current()
                if self._folder is not None:
                    self._open_checked(self._folder, _by_name(samples))
            except IndexBroken as exc:
                self._broken = exc.detail
                raise
            except OSError as exc:
                self._broken = "its folder could not be written"
                raise StoreError(f"the vector index has no room: {exc.strerror}") from exc

    def reset(self) -> None:
        """Begin an empty generation and remove the older ones from the disk."""
        with self._writing:
            self._close_client()
            try:
                self._folder = self._directory.begin()
            except OSError as exc:
                self._broken = "no new folder could be made for it"
                raise StoreError(f"the vector index has no room: {exc.strerror}") from exc
            self._broken = None

    def apply(
        self, key: CollectionKey, upserts: Upserts, deletes: Sequence[int], *, seq: int
    ) -> None:
        with self._writing, self._guarded() as opened:
            collections = opened or self._started()
            self._directory.begin_writing()
            try:
                collections.apply(key, upserts, deletes, seq)
            except CopilotError:
                self._directory.end_writing()  # refused before anything was written
                raise
            self._settle()

    def seq(self, key: CollectionKey) -> int | None:
        with self._guarded() as collections:
            return collections.seq(key) if collections else None

    def query(self, key: CollectionKey, vector: Vectors, k: int) -> list[Match]:
        return self.query_many(key, np.asarray(vector, dtype=np.float32).reshape(1, -1), k)[0]

    def query_many(self, key: CollectionKey, vectors: Vectors, k: int) -> list[list[Match]]:
        with self._guarded() as collections:
            if collections is None:
                return [[] for _ in checked_queries(vectors, k, dimension=None)]
            return collections.query_many(key, vectors, k)

    def count(self, key: CollectionKey) -> int:
        with self._guarded() as collections:
            return collections.count(key) if collections else 0

    def ids(self, key: CollectionKey) -> NDArray[np.int64]:
        with self._guarded() as collections:
            return collections.ids(key) if collections else np.empty(0, dtype=np.int64)

    def erase(self, key: CollectionKey, ids: Sequence[int]) -> None:  # noqa: ARG002
        """Every generation is removed: a deleted vector stays in Chroma's files (measured)."""
        if len(ids):
            self.reset()

    def drop(self, key: CollectionKey) -> None:
        with self._writing, self._guarded() as collections:
            if collections is not None:
                self._directory.begin_writing()
                collections.drop(key)
                self._settle()

    def keys(self) -> list[CollectionKey]:
        with self._guarded() as collections:
            return collections.keys() if collections else []

    def close(self) -> None:
        with self._writing:
            self._close_client()
            self._broken = "it was closed"
            self._directory.release()

    def _close_client(self) -> None:
        collections, self._collections = self._collections, None
        if collections is not None:
            collections.client.close()

    def _open_checked(self, folder: Path, samples: Mapping[str, Upserts]) -> None:
        self._directory.remove_others(folder)
        if not any(folder.iterdir()):
            return
        self._directory.begin_writing()  # reading, too, may write graph files; see `touch`
        fault = self._fault(folder, samples)
        if fault:
            raise IndexBroken(f"the vector index is damaged: {fault}")
        with self._guarded():
            self._collections = ChromaCollections(_embedded(folder))
            self._collections.touch()
            self._settle()

    def _started(self) -> ChromaCollections:
        self._folder = self._folder or self._directory.begin()
        self._collections = ChromaCollections(_embedded(self._folder))
        return self._collections

    def _settle(self) -> None:
        # A write persists the graph before it returns (watched: no file changes afterwards), so
        # the mark stands only while a write runs and a kill at rest costs nothing.
        if self._folder is not None:
            self._directory.seal(self._folder)
        self._directory.end_writing()

    @contextmanager
    def _guarded(self) -> Iterator[ChromaCollections | None]:
        if self._broken is not None:
            raise IndexBroken(f"the vector index cannot be used: {self._broken}")
        used = self._collections
        try:
            yield used
        except CopilotError:
            raise
        except Exception as exc:
            if used is self._collections or used is None:  # else it was reset meanwhile
                self._broken = f"Chroma failed with {type(exc).__name__}"
            logger.warning("index_failed error=%s", type(exc).__name__)
            raise IndexBroken(f"the vector index failed: {type(exc).__name__}") from exc


def _embedded(folder: Path) -> Any:  # noqa: ANN401
    import chromadb
    from chromadb.config import Settings

    settings = Settings(_env_file=None, anonymized_telemetry=False)
    return chromadb.PersistentClient(str(folder), settings=settings)


def _by_name(samples: Mapping[CollectionKey, Upserts]) -> dict[str, Upserts]:
    return {key.name: upserts for key, upserts in samples.items()}
