"""What a reply leaves out: what was tried, refused or said, and what is for others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from copilot.extractive.articles.timing import Tenure, speaks_of_tenure
from copilot.extractive.fitting.matching import Article, Unit
from copilot.extractive.guards.addressing import to_customer
from copilot.extractive.guards.ages import ages_in, is_for_another_age
from copilot.extractive.guards.danger import is_risky
from copilot.extractive.guards.german import tells_deed
from copilot.extractive.guards.grave import for_the_bereaved
from copilot.extractive.guards.hardship import threats
from copilot.extractive.guards.whose import Audience
from copilot.extractive.hearing.asking import Heard
from copilot.extractive.hearing.deeds import Deed, deeds_in, is_followed
from copilot.extractive.hearing.sent import sent_in, unasked
from copilot.extractive.language.words import stems

SAID = 0.7  # of a sentence's words in one turn of ours: it was said

# Of a past reply: greetings, what was done for that customer, their dates and amounts.
_ANOTHERS = re.compile(
    r"^(?:dear|hello|hi|good (?:morning|afternoon|evening)|thanks?|sorry"
    r"|yes|no|sure|of course|then)\b|\[[A-Z_ ]+\]|\d|\?\W*$"
    r"|\b(?:i|we)(?:['’](?:ve|ll|m)| have| will| am| can see| did| just)\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\byou(?:['’]re| are) (?:quite |so |absolutely |very )?right\b|\bapolog(?:y|ies|i[sz]e)\b",
    re.IGNORECASE,
)
_UP = re.compile(r"\b(?:mov\w+|go\w*) up\b|\bupgrad\w+|\b(?:bigger|larger)\b", re.I)
_DOWN = re.compile(r"\b(?:mov\w+|go\w*) down\b|\bdowngrad\w+|\bsmaller\b", re.I)
_GOES_DOWN = re.compile(r"^(?:mov\w+|going) down\b(?!.*\bup\b)|^downgrad", re.I)
_GOES_UP = re.compile(r"^(?:mov\w+|going) up\b(?!.*\bdown\b)|^upgrad", re.I)
_NEGATIVE = re.compile(r"\b(?:no|not|never|without|even if|n['’]t|neither|nobody)\b", re.I)
_CONDITION = re.compile(r"\b(?:if|when|whoever|for (?:people|customers|households)|needs?)\b", re.I)
# What somebody must do who comes from another company.
_JOINING = re.compile(
    r"\b(?:old|previous|former|other|last|current|present) (?:provider|supplier|operator|carrier"
    r"|insurer|bank|host|company)\b|\bnew customers?\b",
    re.IGNORECASE,
)
_COMES = re.compile(
    rf"{_JOINING.pattern}|\b(?:transfer|port|bring)\w*\b|\bswitch\w* (?:to|from)\b", re.IGNORECASE
)
_PIECE = re.compile(r"(?<=[.;!?:])\s+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_CLAUSE = re.compile(r"[,;.] ")
FEWEST_ROW = 2  # words of what a row tells to do first


@dataclass(frozen=True)
class Excluding:
    """Judges sentences of articles by what was said in the conversation."""

    articles: Sequence[Article]
    heard: Heard
    tenure: Tenure
    owned: frozenset[str] = frozenset()  # names of what they have, in small letters
    whose: Audience | None = None  # who is writing, and for whom sentences hold

    @cached_property
    def refused(self) -> frozenset[tuple[int, int]]:
        """Paragraphs and lists, by article, that tell what the customer will not hear again."""
        if not self.heard.refused:
            return frozenset()
        return frozenset(
            (unit.n, unit.said.block)
            for article in self.articles
            for unit in article.units
            for no in self.heard.refused
            if len(no & unit.said.stems) >= max(1, 0.6 * len(no)) and _telling(no & unit.said.stems)
        )

    @cached_property
    def done(self) -> frozenset[tuple[int, int]]:
        """Lines, by article, whose advice the customer has followed."""
        if not self.heard.tried and not self.heard.followed:
            return frozenset()
        return frozenset(
            (unit.n, unit.said.line)
            for article in self.articles
            for unit in article.units
            if any(_is_done(unit, done) for done in self.heard.tried)
            or any(_is_advised(unit, deed) for deed in self.heard.followed)
        )

    @cached_property
    def for_newcomers(self) -> frozenset[tuple[int, int]]:
        """Paragraphs, by article, for those who come from elsewhere: who has it is here already."""
        if not self.owned or _COMES.search(self.heard.said_text):
            return frozenset()
        theirs = [a for a in self.articles if any(n in a.hit.title.lower() for n in self.owned)]
        return frozenset(
            (u.n, u.said.block) for a in theirs for u in a.units if _JOINING.search(u.text)
        )

    @cached_property
    def for_the_bereaved(self) -> frozenset[tuple[int, int]]:
        """Paragraphs, by article, for when somebody has died, where nobody has."""
        return for_the_bereaved(self.articles, self.heard)

    @cached_property
    def threats(self) -> frozenset[tuple[int, int]]:
        """Lines, by article, that threaten who cannot pay, where they did not ask."""
        return threats(self.articles, self.heard)

    def is_out(self, unit: Unit) -> bool:
        """For staff, for the bereaved, tried, refused, not applicable, or said by us before."""
        said, heard = unit.said, self.heard
        if not said.stems or to_customer(said.text) is None:
            return True
        if self._is_line_out(unit) or self._is_block_out(unit) or is_risky(unit, heard):
            return True
        if self._deeds and any(is_followed(said.text, deed) for deed in self._deeds):
            return True
        if self._turned_from and self._turned_from.search(said.text):
            return True
        if speaks_of_tenure(said.text) and self.tenure.is_past(said.text, heard.open_text):
            return True
        if is_for_another_age(unit, ages_in(heard.said_text)):
            return True
        if said.is_first and self.tenure.is_settled(heard.open_text):
            return True
        if heard.lacking and _is_for_others(said.text, heard.lacking):
            return True
        if heard.told and self._was_said(unit):
            return True
        return self._are_cases and _is_anothers(said.text)

    def _is_line_out(self, unit: Unit) -> bool:
        """What they did, what they sent, and what would threaten them."""
        line = (unit.n, unit.said.line)
        if line in self.done or line in self.threats:
            return True
        return bool(self._sent) and unasked(unit.said.text, self._sent) is None

    def _is_block_out(self, unit: Unit) -> bool:
        """For others, or what they will not hear again."""
        block = (unit.n, unit.said.block)
        if self.whose is not None and self.whose.is_foreign(unit):
            return True
        return (
            block in self.for_the_bereaved or block in self.refused or block in self.for_newcomers
        )

    @cached_property
    def _deeds(self) -> tuple[Deed, ...]:
        return deeds_in(self.heard.said_text)

    @cached_property
    def _sent(self) -> frozenset[str]:
        return sent_in(self.heard.said_text)

    @cached_property
    def _turned_from(self) -> re.Pattern[str] | None:
        """How sentences begin that go the other way: down, for one who moves up."""
        said = " ".join((self.heard.said_text, self.heard.told_text))
        up, down = bool(_UP.search(said)), bool(_DOWN.search(said))
        return None if up == down else _GOES_DOWN if up else _GOES_UP

    @cached_property
    def _are_cases(self) -> bool:
        """Whether past replies are read: what was done for another is no answer."""
        return any(a.hit.chunk.kind != "document" for a in self.articles)

    def _was_said(self, unit: Unit) -> bool:
        said = unit.said.stems
        need = max(3, SAID * len(said))
        return len(said) >= 3 and any(len(said & turn) >= need for turn in self.heard.told)

    def was_told(self, run: Sequence[Unit]) -> bool:
        """Whether these steps have been gone through: by our side's words, or by what was done."""
        told = sum(
            (u.n, u.said.line) in self.done
            or any(
                len(u.said.stems & turn) >= max(2, 0.5 * len(u.said.stems))
                for turn in self.heard.told
            )
            for u in run
        )
        return told >= 0.5 * len(run)


def _is_anothers(text: str) -> bool:
    """Whether a sentence of a past reply holds only for whom it was said to."""
    return bool(_ANOTHERS.search(text)) or tells_deed(text)


def _telling(words: frozenset[str]) -> bool:
    return len(words) >= 2 or any(len(word) >= 5 for word in words)


def _is_done(unit: Unit, done: frozenset[str]) -> bool:
    """Whether the customer has done what a sentence tells them to."""
    if unit.said.kind == "row" and ": " in unit.text:  # "B-30, cure: Restart the hub, and wait"
        deed = frozenset(stems(_CLAUSE.split(unit.text.split(": ", 1)[1])[0]))
        return len(deed) >= FEWEST_ROW and deed <= done
    if unit.said.kind not in ("step", "bullet") or unit.said.stems.isdisjoint(done):
        return False
    first = _SENTENCE.split(unit.text)[0]
    if first.count(" > ") > 1:  # of "Online account > Router > Channel > Find the best": the end
        first = " > ".join(first.split(" > ")[-2:])
    ours = unit.said.stems if first == unit.text else frozenset(stems(first))
    if len(done) == 1 and len(ours) > 1:  # "I've already restarted it"
        return stems(first)[:1] == list(done)
    return len(ours & done) >= max(min(2, len(ours)), 0.6 * len(ours), 1)


def _is_advised(unit: Unit, deed: frozenset[str]) -> bool:
    """Whether a step, or the cure in a row, is what our side advised in its own words."""
    if unit.said.kind == "row" and ": " in unit.text:
        return len(deed) >= FEWEST_ROW and deed <= unit.said.stems
    is_step = unit.said.kind in ("step", "bullet")
    return is_step and len(deed & unit.said.stems) >= max(2, 0.6 * len(deed))


def _is_for_others(text: str, lacking: Sequence[frozenset[str]]) -> bool:
    """Whether it holds only for those who have what the customer has not."""
    pieces = [p for p in _PIECE.split(text) if _CONDITION.search(p) and not _NEGATIVE.search(p)]
    said = [frozenset(stems(piece)) for piece in pieces]
    return any(no and no <= words for no in lacking for words in said)
