"""The postings that are held in memory: read once a table was asked often enough as it stands.

Whoever asks before that, or right after a change, is served by the table itself.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from copilot.db.postings import Postings
from copilot.errors import StoreError

ASKED = 16  # times before a table is read: reading costs far more than one question
MOST = 5_000_000  # postings of all tables together: 60 MB
Key = tuple[str, str]  # tenant, kind
Read = tuple[int, Postings]  # the tenant's change that they stand for
log = logging.getLogger("copilot.db")


@dataclass(slots=True)
class _Place:
    seq: int  # the change that it stands for
    postings: Postings | None = None
    asked: int = 0


@dataclass(slots=True)
class Shelf:
    """One of a database; safe in many threads."""

    most: int = MOST
    asked: int = ASKED
    _places: OrderedDict[Key, _Place] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _reader: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "postings"))

    def of(
        self, key: Key, seq: int, *, has_changed: Callable[[int], bool], read: Callable[[], Read]
    ) -> Postings | None:
        """The postings of a table as of change `seq`; None while there are none.

        `has_changed` tells whether the table is another one than after some earlier change: most
        changes of a tenant are of other things.
        """
        place = self._places.get(key)
        if place is None or place.seq != seq:
            place = self._moved(key, place, seq, has_changed)
        if place.postings is None:
            with self._lock:
                place.asked += 1
                is_due = place.asked == self.asked
            if is_due:
                self._reader.submit(self.fill, key, read)
        return place.postings

    def _moved(
        self, key: Key, place: _Place | None, seq: int, has_changed: Callable[[int], bool]
    ) -> _Place:
        held = None
        if place is not None and place.seq < seq and not has_changed(place.seq):
            held = place.postings
        if place is not None and place.seq > seq:  # a reader in an older snapshot
            return _Place(seq)
        moved = _Place(seq, held)
        with self._lock:
            self._places[key] = moved
        return moved

    def fill(self, key: Key, read: Callable[[], Read]) -> None:
        """Reads a table's postings now."""
        try:
            seq, postings = read()
        except StoreError as error:  # the tables serve on
            log.warning("postings were not read", extra={"fault": type(error).__name__})
            return
        with self._lock:
            self._places[key] = _Place(seq, postings)
            self._places.move_to_end(key)
            held = sum(place.postings.size for place in self._places.values() if place.postings)
            while held > self.most and self._places:
                _, gone = self._places.popitem(last=False)
                held -= gone.postings.size if gone.postings else 0
