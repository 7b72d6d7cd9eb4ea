"""Everything that is known before a word is drafted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from copilot.domain import Alternative, Conversation, Hit
from copilot.extractive import Record
from copilot.needs import Assessment, Case
from copilot.retriever import Evidence
from copilot.story import Story
from copilot.suggester.checks import Allowed
from copilot.suggester.commitments import Owed


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is known before a word is drafted."""

    conversation: Conversation
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

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The numbered evidence: documents first, then solved cases."""
        return (*self.evidence.documents, *self.evidence.replies)
