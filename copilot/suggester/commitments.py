"""What we owe, said first: sentences for promises that are due or wrong and requests left open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from copilot.domain import Conversation, Hit, Interaction, Turn
from copilot.extractive import DO_FIRST
from copilot.ledger import only_assures
from copilot.ledger.asks import objects
from copilot.ledger.fate import reproached
from copilot.ledger.language import plain, sentences, topic
from copilot.ledger.patterns import pattern
from copilot.needs import Assessment
from copilot.needs.output import LoopOut, PromiseOut
from copilot.suggester.phrasing import on_day, promised, quoted, requested

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
    todo: str = ""  # what the agent must do for the sentence to be true


@dataclass(frozen=True, slots=True)
class _Matter:
    """Something owed, with what it is about: the same thing is not said twice."""

    weight: int
    about: frozenset[str]
    owed: Owed
    day: str | None = None  # on which it fell due or was asked
    is_sore: bool = False  # they have complained of it before
    is_wrong: bool = False  # said only to who speaks of it
    is_request: bool = False  # theirs; else our word


@dataclass(frozen=True, slots=True)
class _Now:
    """The conversation on the screen, as far as it decides what is said of the past."""

    as_of: datetime
    asked: frozenset[str] = frozenset()  # what the customer speaks of
    since: frozenset[str] = frozenset()  # … since our side spoke last
    regretted: frozenset[str] = frozenset()  # what we have already said sorry for

    def after(self, turn: Turn) -> _Now:
        """One turn later."""
        about = topic(turn.text) | objects(turn.text)
        if turn.speaker == "customer":
            return replace(self, asked=self.asked | about, since=self.since | about)
        sorry = about if pattern("promise_sorry").search(plain(turn.text)) else frozenset()
        return replace(self, since=frozenset(), regretted=self.regretted | sorry)

    def is_due(self, matter: _Matter) -> bool:
        """It is fresh, or what they speak of, and no apology for it stands on the screen.

        What they have complained of before is sore: one telling word brings it up.
        """
        about = matter.about
        if matter.is_wrong:
            return _speaks_of(self.asked, about)
        if about and len(self.regretted & about) >= min(SAME_TOPIC, len(about)):
            return False
        if matter.is_sore and any(len(word) >= TELLING for word in self.asked & about):
            return True
        if _speaks_of(self.asked, about):
            return True
        return matter.day is not None and _days(matter.day, self.as_of) <= FRESH_DAYS


def _speaks_of(said: frozenset[str], about: frozenset[str]) -> bool:
    """These words are about this very thing."""
    return len(said & about) >= min(SAME_TOPIC, max(1, len(about)))


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
    past = {c.source_id: c for c in contacts if c.source_id != conversation.id}
    facts = {hit.chunk.source_id: hit for hit in knowledge if hit.visibility == "public"}
    later = [t.text for t in conversation.turns if t.speaker == "customer"]
    found: list[_Matter] = []
    kept = {(p.conversation_id, p.turn) for p in assessment.promises if p.status == "kept"}
    for promise in assessment.promises:
        contact = past.get(promise.conversation_id)
        if contact is not None and promise.promisor_role != "customer":
            after = [*_customer_after(contact, contacts), *later]
            halved = (promise.conversation_id, promise.turn) in kept
            found += _of_promise(promise, contact, facts, after, halved=halved)
    for loop in assessment.open_loops:
        contact = past.get(loop.conversation_id)
        if contact is not None and loop.status == "open":
            found.append(_of_loop(loop, contact))
    found.sort(key=lambda matter: matter.weight)
    return [matter.owed for matter in _to_say(found, conversation, as_of)]


def _to_say(found: Sequence[_Matter], conversation: Conversation, as_of: datetime) -> list[_Matter]:
    """What is due now. A request comes up once in a contact: what was due at a turn that a
    colleague has answered since was theirs to say, and returns only if the customer does. Our own
    word stays due until our side has spoken of it.
    """
    now, said = _Now(as_of), list[_Matter]()
    for turn in conversation.turns:
        if turn.speaker == "agent" and now.since and _says_something(turn.text):
            spoken = topic(turn.text) | objects(turn.text)
            due = _due(found, now, said)
            said += [m for m in due if m.is_request or _speaks_of(spoken, m.about)]
        if turn.speaker in ("customer", "agent", "bot"):
            now = now.after(turn)
    return _due(found, now, said)


def _due(found: Sequence[_Matter], now: _Now, said: Sequence[_Matter]) -> list[_Matter]:
    return _first_of_each(
        matter
        for matter in found
        if now.is_due(matter)
        and (
            _speaks_of(now.since, matter.about)
            or not any(_same(matter.about, other.about) for other in said)
        )
    )


def _says_something(text: str) -> bool:
    """More than a greeting or thanks."""
    return any(not pattern("loop_pleasantry").search(s.lower) for s in sentences(text))


def _of_promise(
    promise: PromiseOut,
    contact: Interaction,
    facts: dict[str, Hit],
    after: Sequence[str],
    *,
    halved: bool = False,
) -> list[_Matter]:
    """One promise that is due or wrong; `halved` where another of the same turn was kept."""
    if only_assures(promise.quote) or promise.kept_evidence:
        return []  # … or it was put right: an apology for that is said once
    about = topic(promise.quote)
    turn = _turn(contact, promise.turn)
    named = promised(promise.quote)
    words = quoted(promise.quote, None if halved else _text(turn))
    said = f"promised {named}." if named else f"told you: {words}"
    said = f"{_opening(_when(contact, turn))} we {said}"
    if promise.status == "conflict":
        fact = facts.get(promise.conflict_with or "")
        text = f"{said} That was wrong, and I am sorry."
        item = _owed(text, contact, promise.turn, promise.quote, fact)
        return [_Matter(0, about, item, is_wrong=True)]
    if promise.status != "overdue":
        return []
    broken = reproached(promise.quote, after)
    mended = broken and named
    plea = "That did not happen, and I am sorry." if broken else _UNSURE
    item = _owed(f"{said} {plea}{_NOW if mended else ''}", contact, promise.turn, promise.quote)
    item = replace(item, todo=f"{DO_FIRST}: we promised {named}" if mended else "")
    return [_Matter(1, about, item, promise.due, is_sore=broken)]


_NOW = " I see to it now."
_UNSURE = "I cannot see that it was done. If you are still waiting, I am sorry; please tell me."


def _of_loop(loop: LoopOut, contact: Interaction) -> _Matter:
    turn = _turn(contact, loop.turn)
    day = on_day(_when(contact, turn))
    named = requested(loop.quote)
    what = f" {named}." if named else f": {quoted(loop.quote, _text(turn))}"
    verb = "asked us" if named or loop.quote.endswith("?") else "told us"
    often = f"You have {verb} more than once" + (f", first on {day}" if day else "")
    once = f"{_opening(_when(contact, turn))} you {verb}"
    comma = "," if named and day and loop.times_asked > 1 else ""
    said = f"{often if loop.times_asked > 1 else once}{comma}{what}"
    is_sore = loop.times_asked > 1
    done = _NOW if named and is_sore else ""
    plea = f"That is still open, and I am sorry.{done}"
    item = _owed(f"{said} {plea}", contact, loop.turn, loop.quote)
    item = replace(item, todo=f"{DO_FIRST}: they asked {named}" if done else "")
    about = objects(f"{loop.quote} {loop.what}")
    return _Matter(2, about, item, loop.first_asked_at or None, is_sore=is_sore, is_request=True)


def _first_of_each(found: Iterable[_Matter]) -> list[_Matter]:
    """The heaviest of what is about one thing, and no more than a reply can bear."""
    kept: list[_Matter] = []
    for matter in found:
        if not any(_same(matter.about, other.about) for other in kept):
            kept.append(matter)
    return kept[:MAX_SENTENCES]


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


def _owed(text: str, contact: Interaction, turn: str, quote: str, fact: Hit | None = None) -> Owed:
    place = _place(contact, turn)
    title = (
        contact.subject or f"{contact.channel}, {contact.at.date() if contact.at else 'undated'}"
    )
    return Owed(text, contact.source_id, place, title, quote, fact)


def _place(contact: Interaction, turn: str) -> int | None:
    return next((n for n, t in enumerate(contact.turns) if (t.id or f"t{n + 1}") == turn), None)


def _turn(contact: Interaction, turn: str) -> Turn | None:
    place = _place(contact, turn)
    return None if place is None else contact.turns[place]


def _text(turn: Turn | None) -> str | None:
    return turn.text if turn else None


def _when(contact: Interaction, turn: Turn | None) -> datetime | None:
    """The turn's own time: a contact by mail may run for weeks."""
    return turn.at if turn and turn.at else contact.at


def _opening(moment: datetime | None) -> str:
    return f"On {on_day(moment)}" if moment else "Earlier"


def _days(day: str, as_of: datetime) -> int:
    """Days from a date to the moment judged; a day to come counts as none."""
    try:
        return max(0, (as_of.date() - date.fromisoformat(day[:10])).days)
    except ValueError:
        return FRESH_DAYS + 1
