"""A word kept without anybody saying "done": we are back with the answer, the day went well.

Who promised to come back keeps it by coming back with something: "I still have nothing" keeps
nothing, nor does another promise to come back. A customer who speaks well of the very day on which
somebody was to come says that they came. Who said they would let us know has, once they write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.ledger.calendar import past_day
from copilot.ledger.commitments import commitments
from copilot.ledger.contacts import PerContact
from copilot.ledger.cues import folded, may_show
from copilot.ledger.language import Sentence, plain, sentences, topic
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Contact, Said, Timeline

SOON = timedelta(days=21)  # who writes so soon after their own day writes about that
LATER = timedelta(minutes=10)  # who speaks again after this has been away
OPENING = 2  # sentences in which somebody says that they are back


@dataclass(frozen=True, slots=True)
class _Told:
    """What a contact tells of words that were kept; turns by their place in it."""

    spoken: frozenset[str]  # by the customer
    returns: tuple[tuple[int, frozenset[str]], ...]  # our side is back with something
    replies: tuple[tuple[int, frozenset[str]], ...]  # … or says something of substance
    good_days: tuple[tuple[int, Sentence], ...]  # the customer speaks well of a day


def _read(turns: Sequence[Said]) -> _Told:
    spoken: frozenset[str] = frozenset()
    returns: list[tuple[int, frozenset[str]]] = []
    replies: list[tuple[int, frozenset[str]]] = []
    days: list[tuple[int, Sentence]] = []
    for place, turn in enumerate(turns):
        if turn.speaker == "customer":
            spoken |= topic(turn.text)
            days += [(place, sentence) for sentence in _good_days(turn.text)]
        elif turn.ours and _says_something(turn.text):
            about = topic(turn.text)
            replies.append((place, about))
            if _returns(turn.text):
                returns.append((place, about))
    return _Told(spoken, tuple(returns), tuple(replies), tuple(days))


_told = PerContact(_read)


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
    if not may_show(("promise_returns",), folded(text)):
        return False
    return any(pattern("promise_returns").search(s.lower) for s in sentences(text)[:OPENING])


def _reports(lowered: str) -> bool:
    return bool(pattern("promise_reports_back").search(lowered))


def _good_days(text: str) -> list[Sentence]:
    """Sentences that name a day and say that it went well; not where "Nobody came." follows."""
    if not may_show(("promise_worked",), folded(text)):
        return []
    said = sentences(text)
    return [
        sentence
        for sentence, after in zip(said, [*said[1:], None], strict=True)
        if pattern("promise_worked").search(sentence.lower)
        and pattern("promise_day").search(sentence.lower)
        and not sentence.text.endswith("?")
        and not pattern("fate_missed").search(sentence.lower)
        and not (after and _missed(after))
    ]


def _missed(sentence: Sentence) -> bool:
    """It says that something did not come about, and names nothing else that this could be."""
    return bool(pattern("fate_missed").search(sentence.lower)) and not topic(sentence.text)


@dataclass(frozen=True, slots=True)
class ComeBack:
    """Who came back to whom, contact by contact."""

    contacts: tuple[tuple[Contact, _Told], ...] = ()

    @classmethod
    def of(cls, timeline: Timeline) -> ComeBack:
        """Each contact as it is remembered."""
        return cls(tuple((contact, _told(contact)) for contact in timeline.contacts))

    def reported(self, timeline: Timeline, place: int, words: str) -> str | None:
        """The turn of ours that came back with what was to be found out or told."""
        if not _reports(plain(words)):
            return None
        about: frozenset[str] = topic(words)
        for contact, told in self._since(place):
            here = contact.start <= place
            if here:
                about |= _asked(contact, place - contact.start)
            for n, said in told.replies if here else told.returns:
                turn = contact.turns[n]
                if contact.start + n <= place or not about & said:
                    continue
                if not here or (n, said) in told.returns or _later(turn, timeline.turns[place]):
                    return turn.id
        return None

    def in_touch(self, timeline: Timeline, place: int, words: str, due: date | None) -> str | None:
        """The customer's own word to let us know: the first turn of theirs in a later contact."""
        if not pattern("promise_in_touch").search(plain(words)):
            return None
        about: frozenset[str] = topic(words)
        for contact, told in self._since(place):
            first = next((t for t in contact.turns if t.speaker == "customer"), None)
            if contact.start <= place:
                about |= told.spoken
            elif first and (about & told.spoken or _soon(first, due, timeline.turns[place])):
                return first.id
        return None

    def went_well(self, timeline: Timeline, place: int, words: str, due: date | None) -> str | None:
        """The customer's turn that speaks well of the very day on which somebody was to come."""
        if due is None:
            return None
        visit, about = bool(pattern("promise_visit").search(plain(words))), topic(words)
        for contact, told in self._since(place):
            for n, sentence in told.good_days:
                turn = contact.turns[n]
                if contact.start + n <= place or turn.at is None:
                    continue
                zone = timeline.zone if turn.at.tzinfo else None
                day = past_day(sentence.lower, turn.at.astimezone(zone).date())
                if day == due and (visit or about & topic(sentence.text)):
                    return turn.id
        return None

    def _since(self, place: int) -> list[tuple[Contact, _Told]]:
        """The contact of a turn and all later ones."""
        return [(c, told) for c, told in self.contacts if c.start + len(c.turns) > place]


def _asked(contact: Contact, place: int) -> frozenset[str]:
    """What the customer had spoken of when our side promised to come back."""
    said = (topic(t.text) for t in contact.turns[:place] if t.speaker == "customer")
    return frozenset().union(*said)


def _later(turn: Said, promised: Said) -> bool:
    return bool(turn.at and promised.at and turn.at - promised.at >= LATER)


def _soon(turn: Said, due: date | None, promised: Said) -> bool:
    start = due or (promised.at.date() if promised.at else None)
    return bool(start and turn.at and turn.at.date() - start <= SOON)
