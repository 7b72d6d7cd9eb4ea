"""Chunks that were read since a tenant's last change: good passages are found again and again."""

from __future__ import annotations

from dataclasses import dataclass, field

from copilot.db.rows import StoredChunk

SIZE = 4_096  # about 8 MB of ordinary passages


@dataclass(slots=True)
class ReadChunks:
    """The chunks of one state of the data; any change of the tenant's begins anew.

    Readers of an older state keep the dictionary they were given, so that none of its rows can
    come back into a newer one.
    """

    _seq: int = -1
    _found: dict[int, StoredChunk] = field(default_factory=dict)

    def as_of(self, seq: int) -> dict[int, StoredChunk]:
        """What was read at the change `seq`; callers add what they read themselves."""
        if seq < self._seq:
            return {}
        if seq != self._seq or len(self._found) > SIZE:
            self._seq, self._found = seq, {}
        return self._found
