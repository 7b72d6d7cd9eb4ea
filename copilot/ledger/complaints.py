"""What customers say did not come about, and of which of our words they say it.

A complaint is of a word of ours where both name the same thing or the same sum, where it says that
the very day that was promised has gone by, or where nobody was in touch and that is what we said we
would be. A day alone names nothing: "It came on Wednesday, one bar still" misses no Wednesday.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from copilot.ledger.asks import HANDLING
from copilot.ledger.calendar import MONTHS, past_day
from copilot.ledger.cues import may_show
from copilot.ledger.language import Sentence, amounts, digits, plain, sentences, stem, topic
from copilot.ledger.patterns import pattern

SAME_MATTER = 2  # words that a complaint must share with the word of ours it is of
POINTING = 2  # with a pronoun, so few words speak of what was said before
FEW_WORDS = 1  # what names no more than this may speak of the sentence before it
SOON = timedelta(days=21)  # who speaks of a call, without a day, speaks of one due so recently
WEEK = timedelta(days=7)
Later = tuple[str, date | None]  # what a customer said, and on which day
_MONEY = re.compile(
    r"[£$€] ?(\d+(?:\.\d\d)?)|\b(\d+(?:\.\d\d)?) ?(?:pounds?|euros?|dollars?|quid)\b"
)
_NOTES = {"fiver": "5", "tenner": "10"}  # what people call a sum
_NOTE = re.compile(rf"\b(?:{'|'.join(_NOTES)})\b")
_EVERY = re.compile(
    r"\b(?:a|per|each|every) (?:week|month|quarter|year)\b|\b(?:week|month|year)ly\b"
)
_COMING = HANDLING | {stem(word) for word in ("arrive", "reach", "land", "order")}
_POINTS = re.compile(r"\b(?:it|they|them|these|those|both)\b")
_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b")

_DATE = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({'|'.join(MONTHS)})\b"
    rf"|\b({'|'.join(MONTHS)}) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b"
)
_SINCE = re.compile(rf"\bsince (?:early |mid |late )?(?:{'|'.join(MONTHS)})\b")  # names no day


@dataclass(frozen=True, slots=True)
class Word:
    """A word that our side gave, as far as somebody may complain of it."""

    quote: str
    about: frozenset[str]
    due: date | None = None
    # What was spoken of in the contact it was given in; seldom asked for, hence read when it is.
    matter: Callable[[], frozenset[str]] = frozenset

    @property
    def recurs(self) -> bool:
        """It comes again and again: "£5 a month off the bill"."""
        return bool(_EVERY.search(plain(self.quote)))

    @classmethod
    def of(cls, quote: str, due: date | None = None, before: Sequence[str] = ()) -> Word:
        """The word by itself, after what the customer had said before it, the latest last."""

        def matter() -> frozenset[str]:
            return frozenset[str]().union(*map(topic, before))

        return cls(quote, subject(quote) | meant(quote, reversed(before)), due, matter)


@dataclass(frozen=True, slots=True)
class _Complaint:
    """One sentence that says that something did not come about."""

    lower: str
    about: frozenset[str]
    sums: frozenset[str]
    is_plain: bool  # more than that something is "still" so

    def is_of(self, word: Word, said: date | None) -> bool:
        """By its sum, or by the very day that went by, or because nobody was in touch."""
        if self.sums & sums(word.quote):
            return True
        if said is None or word.due is None or said <= word.due:
            return False
        if pattern("complaint_passed").search(self.lower):
            gone = past_day(self.lower, said)
            return (said - WEEK if gone == said else gone) == word.due  # today is not gone yet
        return self._of_contact(word, said, word.due)

    def _of_contact(self, word: Word, said: date, due: date) -> bool:
        if not pattern("complaint_contact").search(self.lower):
            return False
        if not pattern("promise_reports_back").search(plain(word.quote)):
            return False
        if named := pattern("complaint_about").search(self.lower):
            return bool(topic(named["matter"]) & (word.about | word.matter()))
        if day := past_day(self.lower, said):
            return day == due
        dated = _SINCE.sub("", self.lower)
        if dates := _DATE.findall(dated):
            days = ((int(day or other), before or behind) for day, before, behind, other in dates)
            return (due.day, MONTHS[due.month - 1]) in days
        if months := _MONTH.findall(dated):
            return MONTHS[due.month - 1] in months
        return said - due <= SOON


def complained_of(word: Word, later: Iterable[Later]) -> bool:
    """The customer has since said that what these words promise did not come about."""
    enough = min(SAME_MATTER, len(word.about)) or 1
    for text, day in later:
        found = _complaints(text)
        if not found:
            continue
        told = (c.about for c in found if c.is_plain or enough == SAME_MATTER)
        if len(word.about & frozenset[str]().union(*told)) >= enough:
            return True
        if any(complaint.is_of(word, day) for complaint in found):
            return True
    return False


def subject(text: str) -> frozenset[str]:
    """What a word of ours is about; "send" and "arrive" are how it comes, not what."""
    return topic(text) - _COMING


def meant(quote: str, before: Iterable[str]) -> frozenset[str]:
    """What "They reach you by Friday" speaks of: what the customer said last, with substance."""
    about = subject(quote)
    if about and not (len(about) <= POINTING and _POINTS.search(plain(quote))):
        return frozenset()
    return next(filter(None, map(topic, before)), frozenset())


def complains(text: str) -> bool:
    """It says that something did not come about: most turns do not."""
    return bool(_complaints(text))


@lru_cache(maxsize=8192)
def sums(text: str) -> frozenset[str]:
    """The money a text names, in figures: "£5.00", "five quid" and "a fiver" are 5."""
    told = digits(text)
    found = {(a or b).removesuffix(".00") for a, b in _MONEY.findall(told)}
    if any(map(told.__contains__, _NOTES)):
        found.update(_NOTES[note] for note in _NOTE.findall(told))
    return frozenset(found)


_ABSENT = ("fate_absent",)


@lru_cache(maxsize=8192)
def absent(text: str) -> frozenset[str]:
    """What a text says is not there, by the clause: "the bill came and there's no fiver off it"."""
    told = plain(text)
    if not may_show(_ABSENT, told):
        return frozenset()
    clauses = (c for s in sentences(told) for c in pattern("promise_clause").split(s.text))
    missed = (clause for clause in clauses if pattern("fate_absent").search(clause))
    return frozenset[str]().union(*(topic(clause) | sums(clause) for clause in missed))


@lru_cache(maxsize=8192)
def _complaints(text: str) -> tuple[_Complaint, ...]:
    """The sentences that say something did not happen; "Nothing came." is of the one before it."""
    found: list[_Complaint] = []
    before: Sentence | None = None
    for sentence in sentences(text):
        lowered = sentence.lower
        missed = pattern("fate_missed")
        if missed.search(lowered) or pattern("complaint_passed").search(lowered):
            is_plain = bool(missed.search(lowered.replace("still", "")))
            about = topic(sentence.text)
            if before is not None and len(about) <= FEW_WORDS:
                about |= topic(before.text)
            found.append(_Complaint(lowered, about, sums(lowered) | amounts(lowered), is_plain))
        before = sentence
    return tuple(found)
