"""What we owe, said first: sentences for promises that are due or wrong and requests left open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from copilot.domain import Conversation, Hit, Interaction, Turn
from copilot.ledger.asks import objects
from copilot.ledger.commitments import commitments
from copilot.ledger.complaints import Later
from copilot.ledger.language import plain, sentences, topic
from copilot.ledger.patterns import pattern
from copilot.needs import Assessment
from copilot.suggester.matters import (
    BROKEN,
    BROKEN_TOO,
    SAME_TOPIC,
    Matter,
    Owed,
    day_of,
    of_loop,
    of_promise,
    speaks_of,
    unsaid,
)
from copilot.suggester.pending import pending

__all__ = ["FRESH_DAYS", "Owed", "owed"]

MAX_SENTENCES = 2
MAX_SORE = 3  # … where they have complained of each: none of it may be passed over
FRESH_DAYS = 45  # what fell due, or was asked, this recently is said whatever the topic is now
TELLING = 5  # … or one of this length, where the customer has complained of it before


@dataclass(frozen=True, slots=True)
class _Now:
    """The conversation on the screen, as far as it decides what is said of the past."""

    as_of: datetime
    asked: frozenset[str] = frozenset()  # what the customer speaks of
    since: frozenset[str] = frozenset()  # … since our side spoke last
    regretted: frozenset[str] = frozenset()  # what we have already said sorry for
    waived: frozenset[str] = frozenset()  # what they say they no longer want
    asks_after: bool = False  # "where is my letter?", "still no answer": what should have come
    own_matter: bool = False  # they have come with something, and do not just ask for news
    place: int = 0  # turns so far
    spoke: int = 0  # … up to our last one

    def after(self, turn: Turn) -> _Now:
        """One turn later."""
        about, place = topic(turn.text) | objects(turn.text), self.place + 1
        if turn.speaker == "customer":
            waived = self.waived.union(*map(topic, _waives(turn.text)))
            return replace(
                self,
                asked=self.asked | about,
                since=self.since | about,
                waived=waived,
                asks_after=self.asks_after or _asks_after(turn.text),
                own_matter=self.own_matter or _is_own_matter(turn.text),
                place=place,
            )
        if turn.speaker not in ("agent", "bot"):
            return replace(self, place=place)
        sorry = about if pattern("promise_sorry").search(plain(turn.text)) else frozenset()
        regretted = self.regretted | sorry
        return replace(self, since=frozenset(), regretted=regretted, place=place, spoke=place)

    def is_due(self, matter: Matter) -> bool:
        """It is fresh, or what they speak of, and no apology for it stands on the screen.

        What they have complained of before is sore: one telling word brings it up, or two of what
        they had asked when we said that they would hear from us.
        """
        about = matter.about
        if self.waived and speaks_of(self.waived, about):
            return False
        if matter.is_wrong:
            return speaks_of(self.asked, about)
        if about and len(self.regretted & about) >= min(SAME_TOPIC, len(about)):
            return False
        fresh = matter.day is not None and _days(matter.day, self.as_of) <= FRESH_DAYS
        return fresh or self.is_raised(matter) or self.is_asked_after(matter)

    def is_asked_after(self, matter: Matter) -> bool:
        """They ask for what should have come, by a word of it; who complained before, by none."""
        is_near = bool(self.asked & (matter.about | matter.things))
        return self.asks_after and (is_near or (matter.is_sore and not self.own_matter))

    def is_raised(self, matter: Matter) -> bool:
        """They speak of it: it is what this conversation is about, and not merely fresh."""
        about = matter.about
        if any(place < self.place for place in matter.felt) or speaks_of(self.asked, about):
            return True
        if matter.is_sore and any(len(word) >= TELLING for word in self.asked & about):
            return True
        return matter.is_sore and len(self.asked & matter.around) >= SAME_TOPIC

    def is_said(self, matter: Matter) -> bool:
        """Who asks about something else is answered that; what is merely fresh, the agent reads."""
        is_near = bool(self.asked & matter.about)  # of what is fresh, one word in common is enough
        is_raised = self.is_raised(matter) or self.is_asked_after(matter)
        return not self.own_matter or matter.is_wrong or is_near or is_raised

    def is_new(self, matter: Matter) -> bool:
        """They speak of it again since our side spoke last."""
        again = any(self.spoke <= place < self.place for place in matter.felt)
        return again or speaks_of(self.since, matter.about)


def _is_own_matter(text: str) -> bool:
    """A sentence of theirs has a subject, and asks for no news of what we owe them."""
    return any(
        topic(s.text) | objects(s.text)
        and not pattern("loop_pleasantry").search(s.lower)
        and not pattern("promise_asked_after").search(s.lower)
        for s in sentences(text)
    )


def _asks_after(text: str) -> bool:
    """ "Any news?", "where is my letter?", "still no answer"."""
    said = plain(text)
    asked, awaited = pattern("promise_asked_after"), pattern("promise_awaited")
    return bool(asked.search(said) or awaited.search(said))


def _waives(text: str) -> list[str]:
    """Sentences in which a customer no longer wants something: "Never mind the bags"."""
    if not pattern("promise_waived").search(plain(text)):
        return []
    return [s.text for s in sentences(text) if pattern("promise_waived").search(s.lower)]


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
    found: list[Matter] = []
    kept = {(p.conversation_id, p.turn) for p in assessment.promises if p.status == "kept"}
    for promise in assessment.promises:
        contact = past.get(promise.conversation_id)
        if contact is not None and promise.promisor_role != "customer":
            halved = (promise.conversation_id, promise.turn) in kept
            since = _customer_after(contact, contacts)
            found += of_promise(promise, contact, facts, since, now, halved=halved)
    spoken = frozenset[str]().union(*(topic(t) | objects(t) for _, (t, _) in now))
    for loop in assessment.open_loops:
        contact = past.get(loop.conversation_id)
        if contact is not None and loop.status == "open":
            found.append(of_loop(loop, contact, spoken))
    found.sort(key=lambda matter: matter.order)
    say, left = _to_say(found, conversation, as_of)
    told = _in_turn([m.owed for m in say])
    coming = pending(assessment.promises, past, conversation, as_of)
    if any(one.quote == other.quote for one in coming for other in told):
        coming = []
    return [*told, *coming, *(replace(m.owed, text="") for m in left)]


def _said_now(conversation: Conversation, as_of: datetime) -> list[tuple[int, Later]]:
    """What the customer says on the screen, by its place."""
    return [
        (place, (turn.text, (turn.at or as_of).date()))
        for place, turn in enumerate(conversation.turns)
        if turn.speaker == "customer"
    ]


def _in_turn(items: list[Owed]) -> list[Owed]:
    """A second thing that did not happen did not happen either."""
    first = next((n for n, item in enumerate(items) if BROKEN in item.text), len(items))
    return [
        replace(item, text=item.text.replace(BROKEN, BROKEN_TOO)) if n > first else item
        for n, item in enumerate(items)
    ]


def _to_say(
    found: Sequence[Matter], conversation: Conversation, as_of: datetime
) -> tuple[list[Matter], list[Matter]]:
    """What is due now, and what came up before in this contact and is still to be done.

    A request comes up once in a contact: what was due at a turn that a colleague has answered since
    was theirs to say, and returns only if the customer does. Our own word stays due until our side
    has spoken of it, or has owned up to all that they complained of; but an apology that was passed
    over once is not put to them again word for word: it stands among what the agent has to see to.
    """
    now, said, left, before = _Now(as_of), list[Matter](), list[Matter](), list[Matter]()
    for turn in conversation.turns:
        spoken_of = now.since or any(map(now.is_new, found))
        if turn.speaker == "agent" and spoken_of and _says_something(turn.text):
            spoken = topic(turn.text) | objects(turn.text)
            due, owns_up = _of_each(_due(found, now, said)), _owns_up(turn.text)
            shown = _most(due)
            left += [m for m in shown if m.owed.todo and m not in left]
            before += shown
            said += [m for m in due if m.is_request or owns_up or speaks_of(spoken, m.about)]
        if turn.speaker in ("agent", "bot"):
            left = [m for m in left if not _sees_to(turn.text, m.about)]
        now = now.after(turn)
    say = _most(_of_each(_due(found, now, said)))
    again = [m for m in say if m in before and not now.is_new(m)]
    say = [m for m in say if m not in again]
    aside = [m for m in say if not now.is_said(m)]
    say = [m for m in say if m not in aside]
    noted = [m if m.owed.todo else unsaid(m) for m in (*again, *aside)]
    left += [m for m in noted if m not in left]
    left = [m for m in left if m not in say and not speaks_of(now.waived, m.about)]
    return say, [m for m in left if m.owed.todo not in {other.owed.todo for other in say}]


def _owns_up(text: str) -> bool:
    """ "You are right, and I am sorry": one apology for all that they had complained of."""
    lowered = plain(text)
    admits = pattern("settle_owned").search(lowered) or pattern("promise_admits").search(lowered)
    return bool(admits and pattern("promise_sorry").search(lowered))


def _sees_to(text: str, about: frozenset[str]) -> bool:
    """Our side reports it done, or commits itself to it anew: that is then what is to be kept."""
    if not speaks_of(topic(text) | objects(text), about):
        return False
    return bool(commitments(text, sales=False)) or bool(pattern("promise_done").search(plain(text)))


def _due(found: Sequence[Matter], now: _Now, said: Sequence[Matter]) -> list[Matter]:
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


def _of_each(found: Iterable[Matter]) -> list[Matter]:
    """The heaviest of what is about one thing."""
    kept: list[Matter] = []
    for matter in found:
        if not any(_quotes(matter) == _quotes(o) or _same(matter.about, o.about) for o in kept):
            kept.append(matter)
    return kept


def _quotes(matter: Matter) -> str:
    return matter.owed.text.partition("”")[0]


def _most(found: Sequence[Matter]) -> list[Matter]:
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


def _days(day: str, as_of: datetime) -> int:
    """Days from a date to the moment judged; a day to come counts as none."""
    known = day_of(day)
    return max(0, (as_of.date() - known).days) if known else FRESH_DAYS + 1
