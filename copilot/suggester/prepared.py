"""Everything that is known before a word is drafted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.domain import Alternative, Conversation, Hit
from copilot.extractive import Record, named
from copilot.needs import Assessment, Case
from copilot.retriever import Evidence
from copilot.retriever.plain import Read
from copilot.story import Story
from copilot.suggester.checks import Allowed
from copilot.suggester.commitments import Owed
from copilot.suggester.rewriting import NOTHING, Rewritten


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is known before a word is drafted."""

    conversation: Conversation
    spelled: Read  # the same with customers' words spelled out, for looking up and matching
    evidence: Evidence
    # The hits below with the passages around them, for whole answers, the products, the record.
    whole: tuple[Hit, ...]
    products: tuple[Hit, ...]  # what the catalogue says of those the customer names
    record: Record  # what is on file, as far as it may be told to who writes
    story: Story
    case: Case
    assessment: Assessment
    owed: tuple[Owed, ...]
    allowed: Allowed
    alternatives: tuple[Alternative, ...]
    as_of: datetime
    timings: dict[str, float]
    look: Callable[[str], Sequence[Hit]]  # looks up articles for a question by itself
    unclear: tuple[str, ...] = ()  # what sources contradict each other about
    rewritten: Rewritten = NOTHING  # what a model would look up, where one is asked

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The numbered evidence: documents first, then solved cases."""
        return (*self.evidence.documents, *self.evidence.replies)

    @property
    def todo(self) -> tuple[str, ...]:
        """What the agent must do, or say, of what we owe."""
        return tuple(one.todo for one in self.owed if one.todo)

    @property
    def owned(self) -> list[str]:
        """What the customer has by name, and products that are part of it."""
        held = [e for c in self.story.records for e in c.entitlements]
        parts = "; ".join(part for e in held for part in e.includes)
        return [*(e.name for e in held), *named(parts, self.allowed.product_names)]
