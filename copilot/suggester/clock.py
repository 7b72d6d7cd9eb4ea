"""How long each step of a suggestion took, in milliseconds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Clock:
    """Marks how long each step took since the one before."""

    last: float = field(default_factory=time.perf_counter)
    marks: dict[str, float] = field(default_factory=dict)

    def mark(self, step: str) -> None:
        """The step is done now."""
        self.marks[step] = since_ms(self.last)
        self.last = time.perf_counter()


def since_ms(started: float) -> float:
    """Milliseconds since a reading of the performance counter."""
    return round((time.perf_counter() - started) * 1000, 2)
