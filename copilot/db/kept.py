"""What was worked out from a tenant's data, kept until anything of that data changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from copilot.db.database import TenantStore

T = TypeVar("T")


@dataclass(slots=True)
class Kept(Generic[T]):
    """The last `size` results of all tenants; safe in many threads.

    Each result belongs to a tenant and to the number of that tenant's last change.
    """

    size: int = 256
    _found: OrderedDict[tuple[str, Hashable], tuple[int, T]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, store: TenantStore, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gave for this key on the data as they are now."""
        place, seq = (store.tenant, key), store.sources.seq()
        with self._lock:
            found = self._found.get(place)
            if found is not None:
                self._found.move_to_end(place)
        if found is None or found[0] != seq:
            found = (seq, make())
            with self._lock:
                self._found[place] = found
                while len(self._found) > self.size:
                    self._found.popitem(last=False)
        return found[1]
