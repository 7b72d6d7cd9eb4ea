"""What a customer wrote, spelled out, and what their file says of it: for looking up alone."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.domain import Conversation, Product
from copilot.retriever.plain import Read, read
from copilot.retriever.spelling import Spelling
from copilot.story import Story
from copilot.suggester.calling import called_by
from copilot.suggester.reminders import reminders


def read_out(
    conversation: Conversation, spelling: Spelling, products: Sequence[Product], story: Story
) -> tuple[Read, tuple[str, ...]]:
    """The conversation spelled out, and the notes on file that belong to its last message."""
    said = " ".join(t.text for t in conversation.turns if t.speaker == "customer")
    owned = [e.name for record in story.records for e in record.entitlements]
    spelled = read(conversation, spelling, called_by(products, owned, said))
    notes = [note for record in story.records for note in record.facts]
    return spelled, reminders(notes, (spelled.by_customer or [""])[-1])
