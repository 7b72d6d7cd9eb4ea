"""A suggestion that is worked out and not yet stored, and those who may work one out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from copilot.domain import Conversation, Suggestion
from copilot.suggester.keeper import Note

Generator = Literal["auto", "llm", "extractive"]
Asked = tuple[Conversation, int, Generator]  # the conversation, alternatives, who shall write


@dataclass(frozen=True, slots=True)
class Made:
    """A suggestion and what it leaves to be stored; nothing is promised before that is done."""

    suggestion: Suggestion
    note: Note

    def again(self) -> Made:
        """The same answer under an id and a trace of its own: feedback belongs to one showing."""
        name, timings = uuid.uuid4().hex, {"total": 0.0}
        suggestion = replace(self.suggestion, id=name, timings_ms=timings)
        told = {**self.note.trace["trace"], "timings_ms": timings}
        return Made(suggestion, Note({**self.note.trace, "id": name, "trace": told}, None, ()))


class Workers(Protocol):
    """Other processes that work suggestions out."""

    @property
    def running(self) -> list[int]:
        """The process ids of those that answer."""

    async def run(self, tenant: str, asked: Asked, here: Callable[[], Made]) -> Made:
        """What `here` would give, from whoever is free first."""
