"""What we owe, said first: sentences for promises that are due or wrong and requests left open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from copilot.domain import Conversation, Hit, Interaction
from copilot.ledger import only_assures
from copilot.ledger.fate import reproached
from copilot.ledger.language import plain, topic
from copilot.ledger.patterns import pattern
from copilot.needs import Assessment
from copilot.needs.output import LoopOut, PromiseOut

MAX_SENTENCES = 2
FRESH_DAYS = 45  # what fell due, or was asked, this recently is said whatever the topic is now
SAME_TOPIC = 2  # words of meaning that an older matter must share with the present one …
TELLING = 5  # … or one of this length, where the customer has complained of it before


@dataclass(frozen=True, slots=True)
class Owed:
    """A sentence for the customer and the past turn (and fact) it rests on."""

    text: str
    source_id: str
    turn: int | None
    title: str
    quote: str
    fact: Hit | None = None


@dataclass(frozen=True, slots=True)
class _Matter:
    """Something owed, with what it is about: the same thing is not said twice."""

    weight: int
    about: frozenset[str]
    owed: Owed


@dataclass(frozen=True, slots=True)
class _Now:
    """The conversation on the screen, as far as it decides what is said of the past."""

    asked: frozenset[str]  # what the customer speaks of
    regretted: frozenset[str]  # what we have already said sorry for
    as_of: datetime

    @classmethod
    def of(cls, conversation: Conversation, as_of: datetime) -> _Now:
        sorry = [
            turn.text
            for turn in conversation.turns
            if turn.speaker != "customer" and pattern("promise_sorry").search(plain(turn.text))
        ]
        said = (turn.text for turn in conversation.turns if turn.speaker == "customer")
        return cls(_topics(said), _topics(sorry), as_of)

    def is_about(self, about: frozenset[str]) -> bool:
        """They speak of this very thing."""
        return len(self.asked & about) >= min(SAME_TOPIC, max(1, len(about)))

    def is_due(self, about: frozenset[str], day: str | None, *, sore: bool = False) -> bool:
        """It is fresh, or what they speak of, and no apology for it stands on the screen.

        What they have complained of before is sore: one telling word brings it up.
        """
        if about and len(self.regretted & about) >= min(SAME_TOPIC, len(about)):
            return False
        if sore and any(len(word) >= TELLING for word in self.asked & about):
            return True
        return self.is_about(about) or (day is not None and _days(day, self.as_of) <= FRESH_DAYS)


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
    begins with every old matter helps nobody. The ledgers show all of them to the agent. A wrong
    promise is said only to who speaks of it, since an apology for nothing cannot be taken back.
    """
    now = _Now.of(conversation, as_of)
    past = {c.source_id: c for c in contacts if c.source_id != conversation.id}
    facts = {hit.chunk.source_id: hit for hit in knowledge if hit.visibility == "public"}
    later = [t.text for t in conversation.turns if t.speaker == "customer"]
    found: list[_Matter] = []
    for promise in assessment.promises:
        contact = past.get(promise.conversation_id)
        if contact is not None and promise.promisor_role != "customer":
            after = [*_customer_after(contact, contacts), *later]
            found += _of_promise(promise, contact, now, facts, after)
    for loop in assessment.open_loops:
        contact = past.get(loop.conversation_id)
        if contact is not None and loop.status == "open":
            found += _of_loop(loop, contact, now)
    return _first_of_each(sorted(found, key=lambda matter: matter.weight))


def _of_promise(
    promise: PromiseOut,
    contact: Interaction,
    now: _Now,
    facts: dict[str, Hit],
    after: Sequence[str],
) -> list[_Matter]:
    if only_assures(promise.quote):
        return []
    about = topic(promise.quote)
    said = f"{_on(contact)} you were told: “{_flat(promise.quote)}”"
    if promise.status == "conflict" and now.is_about(about):
        fact = facts.get(promise.conflict_with or "")
        text = f"{said} That was wrong, and I am sorry."
        return [_Matter(0, about, _owed(text, contact, promise.turn, promise.quote, fact))]
    broken = reproached(promise.quote, after)
    if promise.status != "overdue" or not now.is_due(about, promise.due, sore=broken):
        return []
    plea = "That did not happen, and I am sorry." if broken else _UNSURE
    return [_Matter(1, about, _owed(f"{said} {plea}", contact, promise.turn, promise.quote))]


_UNSURE = "I cannot see that it was done; if it is still open, I am sorry, and please tell me."


def _of_loop(loop: LoopOut, contact: Interaction, now: _Now) -> list[_Matter]:
    about = topic(f"{loop.quote} {loop.what}")
    if not now.is_due(about, loop.first_asked_at or None, sore=loop.times_asked > 1):
        return []
    asked = "you asked us, not for the first time" if loop.times_asked > 1 else "you asked us"
    text = f"{_on(contact)} {asked}: “{_flat(loop.quote)}” That is still open, and I am sorry."
    return [_Matter(2, about, _owed(text, contact, loop.turn, loop.quote))]


def _first_of_each(found: Iterable[_Matter]) -> list[Owed]:
    """The heaviest of what is about one thing, and no more than a reply can bear."""
    kept: list[_Matter] = []
    for matter in found:
        if not any(_same(matter.about, other.about) for other in kept):
            kept.append(matter)
    return [matter.owed for matter in kept[:MAX_SENTENCES]]


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= min(SAME_TOPIC, max(1, len(one)), max(1, len(other)))


def _customer_after(contact: Interaction, contacts: Sequence[Interaction]) -> list[str]:
    """What the customer said in that contact and in every later one."""
    moment = contact.at
    return [
        turn.text
        for other in contacts
        if other is contact or (moment and other.at and other.at > moment)
        for turn in other.turns
        if turn.speaker == "customer"
    ]


def _topics(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in topic(text))


def _owed(text: str, contact: Interaction, turn: str, quote: str, fact: Hit | None = None) -> Owed:
    places = {t.id or f"t{n + 1}": n for n, t in enumerate(contact.turns)}
    title = (
        contact.subject or f"{contact.channel}, {contact.at.date() if contact.at else 'undated'}"
    )
    return Owed(text, contact.source_id, places.get(turn), title, quote, fact)


def _on(contact: Interaction) -> str:
    """When it was said, as one says it: On 10 April 2026."""
    if contact.at is None:
        return "Earlier"
    return f"On {contact.at:%d %B %Y}".replace("On 0", "On ")


def _days(day: str, as_of: datetime) -> int:
    """Days from a date to the moment judged; a day to come counts as none."""
    try:
        return max(0, (as_of.date() - date.fromisoformat(day[:10])).days)
    except ValueError:
        return FRESH_DAYS + 1


def _flat(quote: str) -> str:
    text = " ".join(quote.split())
    text = text[:1].upper() + text[1:]
    return text if text[-1:] in ".!?" else f"{text}."
