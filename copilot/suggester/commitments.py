"""What we owe, said first: sentences for promises that are due or wrong and requests left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from copilot.domain import Conversation, Hit, Interaction
from copilot.extractive import stems
from copilot.needs import Assessment

MAX_SENTENCES = 2
FRESH_DAYS = 45  # what fell due, or was asked, this recently is said whatever the topic is now
SAME_TOPIC = 2  # words of meaning that an older matter must share with the present one …
TELLING = 5  # … or one, when it is long enough to name a thing


@dataclass(frozen=True, slots=True)
class Owed:
    """A sentence for the customer and the past turn (and fact) it rests on."""

    text: str
    source_id: str
    turn: int | None
    title: str
    quote: str
    fact: Hit | None = None


def owed(
    assessment: Assessment,
    contacts: Sequence[Interaction],
    knowledge: Sequence[Hit],
    *,
    conversation: Conversation,
    as_of: datetime,
) -> list[Owed]:
    """At most two sentences, the heaviest first: a wrong promise, an overdue one, an open request.

    Only what lies in earlier contacts, and is fresh or about the present topic: a reply that
    begins with every old matter helps nobody. The ledgers show all of them to the agent.
    """
    current = conversation.id
    topic = frozenset(
        word for t in conversation.turns if t.speaker == "customer" for word in stems(t.text)
    )

    def matters(text: str, day: str | None) -> bool:
        shared = topic & frozenset(stems(text))
        if len(shared) >= SAME_TOPIC or any(len(word) >= TELLING for word in shared):
            return True
        return day is not None and _days(day, as_of) <= FRESH_DAYS

    past = {contact.source_id: contact for contact in contacts if contact.source_id != current}
    facts = {hit.chunk.source_id: hit for hit in knowledge if hit.visibility == "public"}
    found: list[Owed] = []
    for promise in assessment.promises:
        contact = past.get(promise.conversation_id)
        if contact is None or promise.promisor_role == "customer":
            continue
        about = f"{promise.what} {promise.quote}"
        if promise.status == "conflict" and matters(about, None):
            fact = facts.get(promise.conflict_with or "")
            text = (
                f"We told you: “{_flat(promise.quote)}” That was not right, and I am sorry; "
                "let us put it straight."
            )
            found.insert(0, _owed(text, contact, promise.turn, promise.quote, fact))
        elif promise.status == "overdue" and matters(about, promise.due):
            due = f" by {_spoken(promise.due)}" if promise.due else ""
            text = (
                f"We had promised you{due}: “{_flat(promise.quote)}” "
                "That is overdue, and I am sorry."
            )
            found.append(_owed(text, contact, promise.turn, promise.quote))
    for loop in assessment.open_loops:
        contact = past.get(loop.conversation_id)
        asked = loop.first_asked_at or None
        if (
            contact is not None
            and loop.status == "open"
            and matters(f"{loop.what} {loop.quote}", asked)
        ):
            text = f"You also asked us: “{_flat(loop.quote)}” That is still open, not forgotten."
            found.append(_owed(text, contact, loop.turn, loop.quote))
    return found[:MAX_SENTENCES]


def _owed(text: str, contact: Interaction, turn: str, quote: str, fact: Hit | None = None) -> Owed:
    places: Mapping[str, int] = {t.id or f"t{n + 1}": n for n, t in enumerate(contact.turns)}
    title = (
        contact.subject or f"{contact.channel}, {contact.at.date() if contact.at else 'undated'}"
    )
    return Owed(text, contact.source_id, places.get(turn), title, quote, fact)


def _spoken(day: str) -> str:
    """A date as one says it: 10 April 2026."""
    try:
        return f"{date.fromisoformat(day[:10]):%d %B %Y}".lstrip("0")
    except ValueError:
        return day


def _days(day: str, as_of: datetime) -> int:
    """Days from a date to the moment judged; a day to come counts as none."""
    try:
        return max(0, (as_of.date() - date.fromisoformat(day[:10])).days)
    except ValueError:
        return FRESH_DAYS + 1


def _flat(quote: str) -> str:
    text = " ".join(quote.split())
    return text if text[-1:] in ".!?" else f"{text}."
