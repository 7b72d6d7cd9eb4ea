"""What a contact says by itself, read once: past contacts never change, lifetimes are long.

A reading is remembered under a digest of all it was read from (who spoke, in which role, which
words), never under a customer's name: two contacts share it only where they say the very same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from copilot.ledger.timeline import Contact, Said

T = TypeVar("T")
REMEMBERED = 8192  # contacts; a reading takes a kilobyte or two, and most are nearly empty


class PerContact(Generic[T]):
    """Calls `read` once for each contact and remembers what it returned: it must be immutable.

    `read` may look at the digest's parts of the turns alone, not at ids, names or moments.
    """

    def __init__(self, read: Callable[[tuple[Said, ...]], T], size: int = REMEMBERED) -> None:
        self._read, self._size = read, size
        self._known: OrderedDict[bytes, T] = OrderedDict()
        self._lock = Lock()

    def __call__(self, contact: Contact) -> T:
        with self._lock:
            if contact.digest in self._known:
                self._known.move_to_end(contact.digest)
                return self._known[contact.digest]
        found = self._read(contact.turns)
        with self._lock:
            self._known[contact.digest] = found
            if len(self._known) > self._size:
                self._known.popitem(last=False)
        return found
