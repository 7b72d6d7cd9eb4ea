"""Suggestions of the last minute: the same question on the same data is worked out once.

A helpdesk asks again whenever a ticket is opened, a tab is switched or a page is reloaded. The key
holds the whole conversation and the number of the tenant's last change, so nothing stale is given.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock

from copilot.suggester.made import Made

SECONDS = 60.0
SIZE = 512


@dataclass(slots=True)
class Recent:
    """The latest suggestions that needed no model."""

    _kept: OrderedDict[Hashable, tuple[float, Made]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable) -> Made | None:
        """What was suggested for this key within the last minute."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if time.monotonic() - found[0] > SECONDS:
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: Hashable, made: Made) -> None:
        """Keeps a suggestion."""
        with self._lock:
            self._kept[key] = (time.monotonic(), made)
            while len(self._kept) > SIZE:
                self._kept.popitem(last=False)
