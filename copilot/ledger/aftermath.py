"""What later turns and the file say became of promises: done, or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from copilot.ledger.asks import FEW_WORDS
from copilot.ledger.calendar import full_date
from copilot.ledger.comebacks import ComeBack
from copilot.ledger.commitments import commitments
from copilot.ledger.complaints import absent, sums
from copilot.ledger.conflicts import Shelf
from copilot.ledger.contacts import PerContact
from copilot.ledger.cues import may_show
from copilot.ledger.language import Sentence, digits, plain, sentences, topic
from copilot.ledger.patterns import pattern
from copilot.ledger.settling import Amends, amends
from copilot.ledger.timeline import Fact, Said, Timeline


@dataclass(frozen=True, slots=True)
class Done:
    """A report that something is done: its place and turn, what it names, what it says is missing.

    "The bill came and there's no fiver off it" is of the bill, and of no fiver.
    """

    place: int
    about: frozenset[str]
    turn: str
    absent: frozenset[str] = frozenset()

    def lacks(self, about: frozenset[str]) -> bool:
        """Something of what was promised is not there, whatever came."""
        return not self.absent.isdisjoint(about - self.about)


@dataclass(frozen=True)
class Aftermath:
    """What later turns and the file say has happened or was taken back; read once per timeline."""

    done: tuple[Done, ...]
    taken_back: tuple[tuple[int, frozenset[str], str], ...]
    on_file: tuple[_Filed, ...]
    facts: Shelf
    amends: tuple[Amends, ...] = ()
    came_back: ComeBack = field(default_factory=ComeBack)

    @classmethod
    def of(cls, timeline: Timeline) -> Aftermath:
        """Read all turns and facts for words of completion and withdrawal."""
        done: list[Done] = []
        taken: list[tuple[int, frozenset[str], str]] = []
        made_good: list[Amends] = []
        for contact in timeline.contacts:
            for report in _reports(contact):
                turn = contact.turns[report.place]
                place = contact.start + report.place
                if report.is_done:
                    done.append(Done(place, report.about, turn.id, report.absent))
                else:
                    taken.append((place, report.about, turn.id))
            made_good += [found.at(contact.start) for found in amends(contact)]
        own = (fact for fact in timeline.facts if fact.kind == "customer")
        return cls(
            tuple(done),
            tuple(taken),
            tuple(filter(None, map(_filed, own))),
            Shelf.of(timeline.facts),
            tuple(made_good),
            ComeBack(timeline.contacts),
        )

    def kept(
        self, place: int, about: frozenset[str], made: date | None, due: date | None, least: int = 1
    ) -> str | None:
        """The later turn, or the fact on file, that says it has happened. Thanks do not.

        `least` words of it must be named, at most two: more than one where they stood beside it.
        What came without that which was promised keeps nothing.
        """
        least = min(least, FEW_WORDS)
        reports = (d for d in self.done if d.place > place and len(about & d.about) >= least)
        later = next((done.turn for done in reports if not done.lacks(about)), None)
        return later or next((f.source for f in self.on_file if f.shows(about, made, due)), None)

    def withdrawn(self, place: int, about: frozenset[str]) -> str | None:
        """The later turn of ours that takes it back with an apology."""
        return next((t for n, words, t in self.taken_back if n > place and about & words), None)

    def put_right(self, place: int, about: frozenset[str], *, false: bool) -> int | None:
        """The place of the later turn that made good what was broken, or false."""
        return next(
            (
                a.made
                for a in self.amends
                if (a.admits or not false) and a.covers(place, about, false=false)
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class _Filed:
    """A fact on file that something was done, with its day if it names one."""

    about: frozenset[str]
    source: str
    day: date | None

    def shows(self, about: frozenset[str], made: date | None, due: date | None) -> bool:
        """It is about what was promised, and no older than the promise.

        One word is enough where its day is the very day that was promised.
        """
        if self.day and made and self.day < made:
            return False
        shared = len(self.about & about)
        return shared >= 2 or bool(shared and due and self.day == due)


@lru_cache(maxsize=4096)
def _filed(fact: Fact) -> _Filed | None:
    lowered = plain(fact.text)
    if not (any(_done(lowered)) or pattern("file_done").search(lowered)):
        return None
    return _Filed(topic(fact.text), fact.id, full_date(fact.text))


@dataclass(frozen=True, slots=True)
class _Report:
    """A sentence that says something is done, or takes a word back; its turn by its place."""

    place: int
    about: frozenset[str]
    is_done: bool
    absent: frozenset[str] = frozenset()


def _read(turns: Sequence[Said]) -> tuple[_Report, ...]:
    found: list[_Report] = []
    for place, turn in enumerate(turns):
        told = plain(turn.text)
        sorry = turn.ours and bool(pattern("promise_sorry").search(plain(turn.text)))
        if turn.speaker == "third_party" or not (sorry or may_show(_DONE, told)):
            continue
        for sentence in sentences(turn.text):
            if turn.speaker == "customer" and pattern("promise_their_deed").search(sentence.lower):
                continue  # "Attached." is theirs and does nothing of ours
            found += [
                _Report(
                    place,
                    _meant(words, sentence, turns, place),
                    is_done=True,
                    absent=absent(turn.text) if turn.speaker == "customer" else frozenset(),
                )
                for words in _done(sentence.lower)
            ]
            if sorry and (_takes_back(sentence) or _postpones(turn, sentence)):
                found.append(_Report(place, topic(sentence.text), is_done=False))
        if sorry and (money := _renews(turn)):
            found.append(_Report(place, money, is_done=False))
    return tuple(found)


def _renews(turn: Said) -> frozenset[str]:
    """ "I am sorry. The 40 are booked, you see them on 3 December": a new day for that sum."""
    money = sums(turn.text)
    dated = any(
        pattern("say_when").search(digits(clause.text))
        for clause in commitments(turn.text, sales=False)
    )
    return money if dated and len(money) == 1 else frozenset()


def _takes_back(sentence: Sentence) -> bool:
    return bool(pattern("promise_taken_back").search(sentence.lower))


def _postpones(turn: Said, sentence: Sentence) -> bool:
    """ "It takes longer than I said, we move it on Tuesday": a new day in place of the old one."""
    return bool(pattern("promise_later").search(sentence.lower)) and any(
        pattern("say_when").search(digits(clause.text))
        for clause in commitments(turn.text, sales=False)
    )


_DONE = ("promise_done",)
_reports = PerContact(_read)


@lru_cache(maxsize=8192)
def _done(lowered: str) -> tuple[frozenset[str], ...]:
    """What each clause that reports a thing done is about; nothing for "Sent."

    By the clause: "The card came, but it doesn't work" says that it came.
    """
    told = pattern("complaint_passed").sub(" ", lowered)  # "Friday came and went" brought nothing
    return tuple(
        topic(clause) if len(clause.split()) > FEW_WORDS else frozenset()
        for clause in pattern("promise_clause").split(told)
        if may_show(_DONE, clause)
        and pattern("promise_done").search(clause)
        and not pattern("promise_not_done").search(clause)
    )


def _meant(
    words: frozenset[str], sentence: Sentence, turns: Sequence[Said], place: int
) -> frozenset[str]:
    """ "It was mailed last night": what was mailed stands in the turn before.

    Not where the sentence itself has named it: "sorry about the cabin, I refunded 20 for that".
    """
    pronoun = len(words) <= FEW_WORDS and pattern("loop_pronoun").search(sentence.lower)
    if words and not pronoun:
        return words
    done = pattern("promise_done").search(sentence.lower)
    named = topic(sentence.text[: done.start()]) if done else frozenset()
    return words or named if named else words | _spoken_before(turns, place)


def _spoken_before(turns: Sequence[Said], place: int) -> frozenset[str]:
    """What "They went out this morning" answers: the turn before it in the conversation."""
    before = turns[place - 1] if place else None
    same = before and before.conversation_id == turns[place].conversation_id
    return topic(before.text) if before and same else frozenset()
