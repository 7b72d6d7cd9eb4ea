"""What a worked-out fact brings to a reply: its sentences, and what it leaves to the agent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from copilot.domain import Segment
from copilot.extractive.fitting.matching import Article
from copilot.extractive.hearing.asking import Ask, Heard
from copilot.extractive.records.record import Record
from copilot.extractive.worked.rules import Rule


@dataclass(frozen=True, slots=True)
class Told:
    """Sentences, the questions they settle, and what is missing or to be done by the agent."""

    segments: tuple[Segment, ...] = ()
    settles: tuple[Ask, ...] = ()
    gaps: tuple[str, ...] = ()
    partly: tuple[Ask, ...] = ()  # answered, yet an article may say more
    last: tuple[Segment, ...] = ()  # what is asked back, at the end of the reply


@dataclass(frozen=True)
class Desk:
    """All that a fact may be worked out from. `numbers` are the sources by their ids."""

    heard: Heard
    record: Record
    rules: Sequence[Rule]
    articles: Sequence[Article]
    numbers: dict[str, int]
    names: tuple[str, ...]
    said_all: str = field(default="")

    @property
    def own(self) -> tuple[int, ...]:
        """The number of the record, where there is one."""
        n = self.numbers.get(f"{self.record.customer_id}#record")
        return (n,) if n else ()

    def fact_of(self, name: str) -> tuple[int, ...]:
        """The number of what the catalogue says of a product."""
        hit = self.record.facts.get(name.lower())
        n = self.numbers.get(hit.chunk.id) if hit else None
        return (n,) if n else ()
