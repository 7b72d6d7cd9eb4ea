"""What a check found, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in a text that breaks a rule; `why` is written for the person who edits it."""

    rule: str
    text: str
    start: int
    why: str

    @property
    def end(self) -> int:
        """Behind the place."""
        return self.start + len(self.text)
