"""A word kept without anybody saying "done": we are back with the answer, the day went well.

Who promised to come back keeps it by coming back with something: "I still have nothing" keeps
nothing, nor does another promise to come back. A customer who speaks well of the very day on which
somebody was to come says that they came. Who said they would let us know has, once they write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from copilot.ledger.calendar import past_day
from copilot.ledger.commitments import commitments
from copilot.ledger.complaints import subject
from copilot.ledger.contacts import PerContact
from copilot.ledger.cues import may_show
from copilot.ledger.language import Sentence, plain, sentences, topic
from copilot.ledger.patterns import pattern
from copilot.ledger.subjects import substance
from copilot.ledger.timeline import Contact, Said, Timeline

SOON = timedelta(days=21)  # who writes so soon after their own day writes about that
LATER = timedelta(minutes=10)  # who speaks again after this has been away
OPENING = 2  # sentences in which somebody says that they are back


Answer = tuple[int, frozenset[str]]  # the place of a turn of ours in its contact, and its topic


def _read_returns(turns: Sequence[Said]) -> tuple[Answer, ...]:
    """Where our side says that it is back, with something to say."""
    return tuple(
        (place, topic(turn.text))
        for place, turn in enumerate(turns)
        if turn.ours and _returns(turn.text) and _says_something(turn.text)
    )


def _read_replies(turns: Sequence[Said]) -> tuple[Answer, ...]:
    """Where our side says something of substance at all."""
    return tuple(
        (place, topic(turn.text))
        for place, turn in enumerate(turns)
        if turn.ours and _says_something(turn.text)
    )


def _read_good_days(turns: Sequence[Said]) -> tuple[tuple[int, Sentence], ...]:
    """Where the customer speaks well of a day."""
    return tuple(
        (place, sentence)
        for place, turn in enumerate(turns)
        if turn.speaker == "customer"
        for sentence in _good_days(turn.text)
    )


def _read_spoken(turns: Sequence[Said]) -> frozenset[str]:
    """What the customer speaks of."""
    said = (topic(turn.text) for turn in turns if turn.speaker == "customer")
    return frozenset().union(*said)


# Apart, so that nothing is read of the many contacts that no promise sends us to.
_returned, _replied = PerContact(_read_returns), PerContact(_read_replies)
_praised, _spoken = PerContact(_read_good_days), PerContact(_read_spoken)


def _says_something(text: str) -> bool:
    """A statement that is neither "nothing yet" nor one more promise to come back."""
    lowered = plain(text)
    if pattern("promise_no_news").search(lowered):
        return False
    if any(_reports(plain(c.text)) for c in commitments(text, sales=False)):
        return False
    return any(
        not s.text.endswith("?") and not pattern("loop_pleasantry").search(s.lower)
        for s in sentences(text)
    )


def _returns(text: str) -> bool:
    if not may_show(("promise_returns",), plain(text)):
        return False
    return any(pattern("promise_returns").search(s.lower) for s in sentences(text)[:OPENING])


def _reports(lowered: str) -> bool:
    return bool(pattern("promise_reports_back").search(lowered))


def _good_days(text: str) -> list[Sentence]:
    """Sentences that name a day and say that it went well; not where "Nobody came." follows."""
    told = plain(text)
    if not ("day" in told or "this " in told) or not may_show(("promise_worked",), told):
        return []
    said = sentences(text)
    return [
        sentence
        for sentence, after in zip(said, [*said[1:], None], strict=True)
        if pattern("promise_worked").search(sentence.lower)
        and pattern("promise_day").search(sentence.lower)
        and not sentence.text.endswith("?")
        and not pattern("fate_missed").search(_apart_from_now(sentence.lower))
        and not pattern("promise_own_day").search(sentence.lower)
        and not (after and _missed(after))
    ]


def _apart_from_now(lowered: str) -> str:
    """ "It came on Friday, one bulb still dark": what is "still" so began after the day."""
    head, comma, rest = lowered.partition(", ")
    return head if comma and "still" in rest and "still" not in head else lowered


def _missed(sentence: Sentence) -> bool:
    """It says that something did not come about, and names nothing else that this could be."""
    return bool(pattern("fate_missed").search(sentence.lower)) and not topic(sentence.text)


@dataclass(frozen=True)
class ComeBack:
    """Who came back to whom over a timeline; each kind is gathered when first asked for."""

    contacts: tuple[Contact, ...] = ()

    @cached_property
    def _returns(self) -> list[tuple[int, frozenset[str], Said]]:
        return [
            (contact.start + n, about, contact.turns[n])
            for contact in self.contacts
            for n, about in _returned(contact)
        ]

    @cached_property
    def _good_days(self) -> list[tuple[int, Sentence, Said]]:
        return [
            (contact.start + n, sentence, contact.turns[n])
            for contact in self.contacts
            for n, sentence in _praised(contact)
        ]

    def _of(self, place: int) -> Contact | None:
        return next((c for c in self.contacts if c.start <= place < c.start + len(c.turns)), None)

    def spoken(self, place: int) -> frozenset[str]:
        """What a contact was about up to one of its turns, whoever said it."""
        here = self._of(place)
        said = here.turns[: place - here.start + 1] if here else ()
        return frozenset().union(*(topic(turn.text) | substance(turn.text) for turn in said))

    def reported(self, place: int, words: str) -> str | None:
        """The turn of ours that came back with what was to be found out or told."""
        here = self._of(place) if _reports(plain(words)) else None
        if here is None:
            return None
        begins = place - here.start
        about = topic(words) | _asked(here, begins)
        for n, said in _replied(here):
            if n > begins and about & said and _is_back(here, begins, n):
                return here.turns[n].id
        since = here.start + len(here.turns)
        return next((t.id for at, said, t in self._returns if at >= since and about & said), None)

    def in_touch(self, timeline: Timeline, place: int, words: str, due: date | None) -> str | None:
        """The customer's own word to let us know: the first turn of theirs in a later contact."""
        here = self._of(place) if pattern("promise_in_touch").search(plain(words)) else None
        if here is None:
            return None
        about = topic(words) | _spoken(here)
        for contact in self.contacts:
            first = next((t for t in contact.turns if t.speaker == "customer"), None)
            if contact.start <= place or first is None:
                continue
            if about & _spoken(contact) or _soon(first, due, timeline.turns[place]):
                return first.id
        return None

    def went_well(self, timeline: Timeline, place: int, words: str, due: date | None) -> str | None:
        """The customer's turn that speaks well of the very day on which somebody was to come."""
        if due is None or not self._good_days:
            return None
        visit, about = bool(pattern("promise_visit").search(plain(words))), subject(words)
        if not about and pattern("promise_reaches").search(plain(words)):
            about = self.spoken(place)
        for at, sentence, turn in self._good_days:
            if at <= place or turn.at is None or not (visit or about & topic(sentence.text)):
                continue
            zone = timeline.zone if turn.at.tzinfo else None
            if past_day(sentence.lower, turn.at.astimezone(zone).date()) == due:
                return turn.id
        return None


def _asked(contact: Contact, place: int) -> frozenset[str]:
    """What the customer had spoken of when our side promised to come back."""
    said = (topic(t.text) for t in contact.turns[:place] if t.speaker == "customer")
    return frozenset().union(*said)


def _is_back(contact: Contact, promised: int, place: int) -> bool:
    """Our side says so, or speaks again after a while without having been asked for it."""
    turn, word = contact.turns[place], contact.turns[promised]
    if _returns(turn.text):
        return True
    chased = any(t.speaker == "customer" for t in contact.turns[promised + 1 : place])
    return bool(not chased and turn.at and word.at and turn.at - word.at >= LATER)


def _soon(turn: Said, due: date | None, promised: Said) -> bool:
    start = due or (promised.at.date() if promised.at else None)
    return bool(start and turn.at and turn.at.date() - start <= SOON)
