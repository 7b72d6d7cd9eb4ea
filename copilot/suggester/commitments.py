"""What we owe, said first: sentences for promises that are due or wrong and requests left open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from copilot.domain import Conversation, Hit, Interaction, Turn
from copilot.extractive import DO_FIRST
from copilot.ledger import only_assures
from copilot.ledger.asks import objects
from copilot.ledger.commitments import commitments
from copilot.ledger.complaints import Later, Word, complained_of, sums
from copilot.ledger.language import plain, sentences, topic
from copilot.ledger.patterns import pattern
from copilot.needs import Assessment
from copilot.needs.output import LoopOut, PromiseOut
from copilot.suggester.phrasing import on_day, promised, quoted, requested

MAX_SENTENCES = 2
MAX_SORE = 3  # … where they have complained of each: none of it may be passed over
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
    around: frozenset[str] = frozenset()  # what was asked when we said that we would be in touch
    felt: frozenset[int] = frozenset()  # turns on the screen that say it did not come about


@dataclass(frozen=True, slots=True)
class _Now:
    """The conversation on the screen, as far as it decides what is said of the past."""

    as_of: datetime
    asked: frozenset[str] = frozenset()  # what the customer speaks of
    since: frozenset[str] = frozenset()  # … since our side spoke last
    regretted: frozenset[str] = frozenset()  # what we have already said sorry for
    waived: frozenset[str] = frozenset()  # what they say they no longer want
    place: int = 0  # turns so far
    spoke: int = 0  # … up to our last one

    def after(self, turn: Turn) -> _Now:
        """One turn later."""
        about, place = topic(turn.text) | objects(turn.text), self.place + 1
        if turn.speaker == "customer":
            waived = self.waived.union(*map(topic, _waives(turn.text)))
            return replace(
                self, asked=self.asked | about, since=self.since | about, waived=waived, place=place
            )
        if turn.speaker not in ("agent", "bot"):
            return replace(self, place=place)
        sorry = about if pattern("promise_sorry").search(plain(turn.text)) else frozenset()
        regretted = self.regretted | sorry
        return replace(self, since=frozenset(), regretted=regretted, place=place, spoke=place)

    def is_due(self, matter: _Matter) -> bool:
        """It is fresh, or what they speak of, and no apology for it stands on the screen.

        What they have complained of before is sore: one telling word brings it up, or two of what
        they had asked when we said that they would hear from us.
        """
        about = matter.about
        if self.waived and _speaks_of(self.waived, about):
            return False
        if matter.is_wrong:
            return _speaks_of(self.asked, about)
        if about and len(self.regretted & about) >= min(SAME_TOPIC, len(about)):
            return False
        if any(place < self.place for place in matter.felt) or _speaks_of(self.asked, about):
            return True
        if matter.is_sore and any(len(word) >= TELLING for word in self.asked & about):
            return True
        if matter.is_sore and len(self.asked & matter.around) >= SAME_TOPIC:
            return True
        return matter.day is not None and _days(matter.day, self.as_of) <= FRESH_DAYS

    def is_new(self, matter: _Matter) -> bool:
        """They speak of it again since our side spoke last."""
        again = any(self.spoke <= place < self.place for place in matter.felt)
        return again or _speaks_of(self.since, matter.about)


def _waives(text: str) -> list[str]:
    """Sentences in which a customer no longer wants something: "Never mind the bags"."""
    if not pattern("promise_waived").search(plain(text)):
        return []
    return [s.text for s in sentences(text) if pattern("promise_waived").search(s.lower)]


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
    now = _said_now(conversation, as_of)
    found: list[_Matter] = []
    kept = {(p.conversation_id, p.turn) for p in assessment.promises if p.status == "kept"}
    for promise in assessment.promises:
        contact = past.get(promise.conversation_id)
        if contact is not None and promise.promisor_role != "customer":
            halved = (promise.conversation_id, promise.turn) in kept
            since = _customer_after(contact, contacts)
            found += _of_promise(promise, contact, facts, since, now, halved=halved)
    spoken = frozenset[str]().union(*(topic(t) | objects(t) for _, (t, _) in now))
    for loop in assessment.open_loops:
        contact = past.get(loop.conversation_id)
        if contact is not None and loop.status == "open":
            found.append(_of_loop(loop, contact, spoken))
    found.sort(key=lambda matter: matter.weight)
    say, left = _to_say(found, conversation, as_of)
    return [*_in_turn([m.owed for m in say]), *(replace(m.owed, text="") for m in left)]


def _said_now(conversation: Conversation, as_of: datetime) -> list[tuple[int, Later]]:
    """What the customer says on the screen, by its place."""
    return [
        (place, (turn.text, (turn.at or as_of).date()))
        for place, turn in enumerate(conversation.turns)
        if turn.speaker == "customer"
    ]


def _in_turn(items: list[Owed]) -> list[Owed]:
    """A second thing that did not happen did not happen either."""
    first = next((n for n, item in enumerate(items) if _BROKEN in item.text), len(items))
    return [
        replace(item, text=item.text.replace(_BROKEN, _BROKEN_TOO)) if n > first else item
        for n, item in enumerate(items)
    ]


def _to_say(
    found: Sequence[_Matter], conversation: Conversation, as_of: datetime
) -> tuple[list[_Matter], list[_Matter]]:
    """What is due now, and what came up before in this contact and is still to be done.

    A request comes up once in a contact: what was due at a turn that a colleague has answered since
    was theirs to say, and returns only if the customer does. Our own word stays due until our side
    has spoken of it, or has owned up to all that they complained of.
    """
    now, said, left, before = _Now(as_of), list[_Matter](), list[_Matter](), list[_Matter]()
    for turn in conversation.turns:
        spoken_of = now.since or any(map(now.is_new, found))
        if turn.speaker == "agent" and spoken_of and _says_something(turn.text):
            spoken = topic(turn.text) | objects(turn.text)
            due, owns_up = _of_each(_due(found, now, said)), _owns_up(turn.text)
            shown = _most(due)
            left += [m for m in shown if m.owed.todo and m not in left]
            before += shown
            said += [m for m in due if m.is_request or owns_up or _speaks_of(spoken, m.about)]
        if turn.speaker in ("agent", "bot"):
            left = [m for m in left if not _sees_to(turn.text, m.about)]
        now = now.after(turn)
    say = _most(_of_each(_due(found, now, said)))
    again = [m for m in say if m in before and not now.is_new(m)]
    say = [m for m in say if m not in again[1:]]  # passed over once: the heaviest is enough
    left = [m for m in left if m not in say and not _speaks_of(now.waived, m.about)]
    return say, [m for m in left if m.owed.todo not in {other.owed.todo for other in say}]


def _owns_up(text: str) -> bool:
    """ "You are right, and I am sorry": one apology for all that they had complained of."""
    lowered = plain(text)
    admits = pattern("settle_owned").search(lowered) or pattern("promise_admits").search(lowered)
    return bool(admits and pattern("promise_sorry").search(lowered))


def _sees_to(text: str, about: frozenset[str]) -> bool:
    """Our side reports it done, or commits itself to it anew: that is then what is to be kept."""
    if not _speaks_of(topic(text) | objects(text), about):
        return False
    return bool(commitments(text, sales=False)) or bool(pattern("promise_done").search(plain(text)))


def _due(found: Sequence[_Matter], now: _Now, said: Sequence[_Matter]) -> list[_Matter]:
    return [
        matter
        for matter in found
        if now.is_due(matter)
        and (
            now.is_new(matter)
            or not any(matter is other or _same(matter.about, other.about) for other in said)
        )
    ]


def _says_something(text: str) -> bool:
    """More than a greeting or thanks."""
    return any(not pattern("loop_pleasantry").search(s.lower) for s in sentences(text))


def _of_promise(
    promise: PromiseOut,
    contact: Interaction,
    facts: dict[str, Hit],
    since: Sequence[Later],
    now: Sequence[tuple[int, Later]],
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
    word = Word.of(promise.quote, _day(promise.due), _customer_before(contact, promise.turn))
    felt = frozenset(place for place, later in now if complained_of(word, [later]))
    broken = bool(felt) or complained_of(word, [*since, *(later for _, later in now)])
    if not broken and not _is_ours(promise.quote):
        return []  # whether it came about only they know, and they do not say that it did not
    mended = broken and named
    plea = _BROKEN if broken else _UNSURE
    item = _owed(f"{said} {plea}{_NOW if mended else ''}", contact, promise.turn, promise.quote)
    item = replace(item, todo=f"{DO_FIRST}: we promised {named}" if mended else "")
    in_touch = pattern("promise_reports_back").search(plain(promise.quote))
    around = word.matter() if in_touch else frozenset[str]()
    weight = 1 if felt else 2 if broken else 3
    return [
        _Matter(weight, about, item, promise.due, is_sore=broken, around=around - about, felt=felt)
    ]


_NOW = " I see to it now."
_BROKEN = "That did not happen, and I am sorry."
_BROKEN_TOO = "That did not happen either, and I am sorry."
_UNSURE = "I cannot see that it was done. If you are still waiting, I am sorry; please tell me."


def _is_ours(quote: str) -> bool:
    """An act of ours, a word from us or money: we could see whether it was done."""
    told = plain(" ".join(quote.split()))
    acts = told.startswith(_WE) or pattern("promise_reports_back").search(told)
    return bool(acts or sums(told))


_WE = ("i ", "we ", "i'", "we'")


def _of_loop(loop: LoopOut, contact: Interaction, spoken: frozenset[str]) -> _Matter:
    turn = _turn(contact, loop.turn)
    first = on_day(_when(contact, turn))
    named = requested(loop.quote)
    what = f" {named}." if named else f": {quoted(loop.quote, _text(turn))}"
    verb = "asked us" if named or loop.quote.endswith("?") else "told us"
    often = f"You have {verb} more than once" + (f", first on {first}" if first else "")
    once = f"{_opening(_when(contact, turn))} you {verb}"
    comma = "," if named and first and loop.times_asked > 1 else ""
    said = f"{often if loop.times_asked > 1 else once}{comma}{what}"
    is_sore = loop.times_asked > 1
    done = _NOW if named and is_sore else ""
    plea = f"That is still open, and I am sorry.{done}"
    item = _owed(f"{said} {plea}", contact, loop.turn, loop.quote)
    item = replace(item, todo=f"{DO_FIRST}: they asked {named}" if done else "")
    # In the words they use for it now, where it has been asked for in several.
    about = max((objects(loop.quote), objects(loop.what)), key=lambda a: _speaks_of(spoken, a))
    weight = 1 if is_sore and _speaks_of(spoken, about) else 4
    day = loop.first_asked_at or None
    return _Matter(weight, about, item, day, is_sore=is_sore, is_request=True)


def _of_each(found: Iterable[_Matter]) -> list[_Matter]:
    """The heaviest of what is about one thing."""
    kept: list[_Matter] = []
    for matter in found:
        if not any(_quotes(matter) == _quotes(o) or _same(matter.about, o.about) for o in kept):
            kept.append(matter)
    return kept


def _quotes(matter: _Matter) -> str:
    return matter.owed.text.partition("”")[0]


def _most(found: Sequence[_Matter]) -> list[_Matter]:
    """No more than a reply can bear; of what they have complained of one more."""
    sore = sum(matter.is_sore or matter.is_wrong for matter in found[:MAX_SORE])
    return list(found[: max(MAX_SENTENCES, sore)])


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= min(SAME_TOPIC, max(1, len(one)), max(1, len(other)))


def _customer_after(contact: Interaction, contacts: Sequence[Interaction]) -> list[Later]:
    """What the customer said in that contact and in every later one, with its day."""
    moment = contact.at
    return [
        (turn.text, at.date() if (at := turn.at or other.at) else None)
        for other in contacts
        if other is contact or (moment and other.at and other.at > moment)
        for turn in other.turns
        if turn.speaker == "customer"
    ]


def _customer_before(contact: Interaction, turn: str) -> list[str]:
    """What they had said in that contact up to a turn."""
    place = _place(contact, turn)
    return [t.text for t in contact.turns[:place] if t.speaker == "customer"]


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


def _day(text: str | None) -> date | None:
    """A due date as stored; None where it is none."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _days(day: str, as_of: datetime) -> int:
    """Days from a date to the moment judged; a day to come counts as none."""
    known = _day(day)
    return max(0, (as_of.date() - known).days) if known else FRESH_DAYS + 1
