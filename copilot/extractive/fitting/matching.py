"""How well a sentence answers a question: by its words, its heading, and the kind of answer."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from copilot.domain import Hit
from copilot.extractive.articles.passages import Sentence, sentences, vocabulary
from copilot.extractive.hearing.asking import Ask
from copilot.extractive.hearing.sorts import Sort
from copilot.extractive.language.labels import joined
from copilot.extractive.language.words import ALIKE, stems

HEADING, TITLE, BESIDE, LIKE = 0.8, 0.5, 0.3, 0.75
LEANS = 0.5  # of a question's own words, those it refers to
PAIR = 0.6
LENGTH = 0.4  # how much a long sentence must say more than a short one
ROW = 1.2  # an amount or a date is looked up in a table first
SPOKEN_FOR = 1.3  # a heading that says nothing but what is asked
PATH = 1.4  # where to click, when it is asked how
STEP_SAYS = 0.8  # what to do, where it is asked what is so
FITS, MISFITS = 1.5, 0.6
CONDITION = 1.2  # an amount or a date, where something is wished for
CODE_ABOVE = 1.3  # a code in the heading: the part on it begins here
CODE = 2.5  # "E23" tells more than any word
_CODE = re.compile(r"^(?=[^\W_]*\d)(?=\d*[^\W\d_])[^\W_]+$")
_LISTED = re.compile(r":([^:]+,[^:]+)$")
_CASE = re.compile(r"\b(?:if|when|once|after) (?:i|we) ([^,.;?!]+)", re.IGNORECASE)
_NONE: frozenset[str] = frozenset()

_AMOUNT = (
    r"[£$€]\s?\d|(?-i:\bfree\b)|^free\b|\bwaive[ds]?\b"
    r"|\b\d+(?:\.\d+)?\s?(?:p|pence|pounds?|dollars?|euros?|%)\b"
    r"|\b(?:without|no) (?:an? |any |early-exit |late |extra |further )?(?:charge|fee|cost|payment)"
    r"|\bcharged (?:only )?(?:once|twice|daily|monthly|pro rata|by the \w+)\b"
    r"|\bcharge nothing\b|\bnothing to (?:pay|buy)\b|\bincluded?\b|\bnot charged\b"
)
_CLOCK = (
    r"\b\d{1,2}:\d\d\b|\b\d{1,2}(?:\.\d\d)? ?[ap]\.?m\b"
    r"|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|weekday|weekend)s?\b"
)
_SPAN = (
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|ten|twelve|thirty) "
    r"(?:full |working |calendar |business )?"
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b"
    rf"|{_CLOCK}"
    r"|\bat once\b|\bimmediately\b|\b\d{1,2} (?:january|february|march|april|may|june|july"
    r"|august|september|october|november|december)\b"
    r"|\b(?:day|week|month|hour|year) \d{1,3}\b"
    r"|\bnext (?:bill|month|day|working)\b|\bsame day\b|\bovernight\b|\bminimum term\b"
)
PRICES = frozenset(stems("price cost fee charge"))
# "We need no certificate" is no answer to how it is done.
_NEEDLESS = re.compile(r"\bneeds? (?:no|not)\b|\bnot (?:needed|necessary)\b", re.IGNORECASE)
_NEEDLESS_ASKED = re.compile(r"\bneed\b|\bwithout\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d|\bnone\b")
_LENGTH = re.compile(_SPAN.replace(_CLOCK, r"(?!)"), re.IGNORECASE)
_CLOCK_ASKED = re.compile(
    r"\bopen\b|\buntil when\b|\bat what\b|\bwhat (?:times?|hours)\b|\bring\b|\bcall\b", re.I
)
# A day that can be looked up in a calendar, where one is asked for: "for 3 seconds" is none.
_DATE_ASKED = re.compile(r"\b(?:what|which) (?:exact )?(?:date|day)s?\b", re.IGNORECASE)
_DATE = re.compile(
    r"\b\d{1,2} (?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bday \d{1,3}\b"
    r"|\b(?:working |calendar )?days?\b|\bnext bill\b",
    re.IGNORECASE,
)
_COUNT = (
    r"\d|\bone-(?!off\b|time\b|way\b)\w"
    r"|\b(?:two|three|four|five|six|eight|ten|twelve|twenty|no limit|unlimited)\b"
)
_SHAPES: tuple[tuple[Sort, str], ...] = (
    ("cost", _AMOUNT),
    ("time", _SPAN),
    ("count", _COUNT),
    ("place", r"\s>\s|\b(?:under|street|account|shops?|counter|menu|page)\b"),
    ("choice", _AMOUNT),
    ("request", f"{_AMOUNT}|{_SPAN}"),  # on what conditions it is done
)
_ANSWERS: Mapping[Sort, re.Pattern[str]] = {
    sort: re.compile(pattern, re.IGNORECASE) for sort, pattern in _SHAPES
}


@dataclass(frozen=True, slots=True, eq=False)  # each is itself: no two are compared by content
class Unit:
    """A sentence of a hit; `n` is the hit's number (1-based), `place` its place in the article."""

    n: int
    place: int
    said: Sentence
    is_near: bool  # in the very passage that was found by meaning

    @property
    def text(self) -> str:
        """The words."""
        return self.said.text


@dataclass(frozen=True)
class Article:
    """A hit with its sentences and what its title says."""

    n: int
    hit: Hit
    units: tuple[Unit, ...]
    title: frozenset[str]
    vocabulary: frozenset[str]
    is_product: bool = False  # what the catalogue says, not an article

    @cached_property
    def listed(self) -> frozenset[str]:
        """Its parts, where the title lists them ("Visits: fees, slots, changes")."""
        found = _LISTED.search(self.hit.title)
        headings = frozenset[str]().union(*(unit.said.heading for unit in self.units))
        return frozenset(stems(found.group(1))) & headings if found else _NONE


class Match(NamedTuple):
    """A sentence against a question: what it scores, and the share of the question it meets."""

    unit: Unit
    score: float
    share: float
    by_heading: float  # the share that its heading meets better
    under: float  # the share that its heading meets at all
    fits: bool


def article_of(n: int, hit: Hit, whole: Hit) -> Article:
    """A hit as an article; `whole` is the same hit with the passages around it."""
    units = _units(n, whole.chunk.text, hit.chunk.text if whole is not hit else None, hit.title)
    title = _title(" ".join((hit.title, *whole.chunk.heading_path)))
    return Article(n, hit, units, title, _vocabulary(title, whole.chunk.text))


@lru_cache(maxsize=4_096)  # the same articles are found again and again
def _units(n: int, whole: str, near: str | None, title: str) -> tuple[Unit, ...]:
    own = None if near is None else {s.text for s in sentences(near, title)}
    return tuple(
        Unit(n, place, said, own is None or said.text in own)
        for place, said in enumerate(sentences(whole, title))
    )


@lru_cache(maxsize=4_096)
def _title(text: str) -> frozenset[str]:
    return frozenset(stems(joined(text)))


@lru_cache(maxsize=4_096)
def _vocabulary(title: frozenset[str], passage: str) -> frozenset[str]:
    return title | vocabulary(passage)


def rarity(articles: Iterable[Article], words: Iterable[str]) -> dict[str, float]:
    """Weight of each word: what few of the found articles say tells most."""
    vocabularies = [a.vocabulary for a in articles]
    wanted = set(words)
    counts = Counter(w for v in vocabularies for w in wanted if met(w, v))
    total = len(vocabularies) + 1
    return {
        w: math.log(1 + total / (1 + counts[w])) * (CODE if is_code(w) else 1.0) for w in wanted
    }


def is_code(word: str) -> bool:
    """Whether a word is an identifier, such as an error code or a model number."""
    return bool(_CODE.match(word))


def met(word: str, said: frozenset[str]) -> float:
    """Whether words say a word: itself, or one that means alike."""
    if word in said:
        return 1.0
    alike = ALIKE.get(word)
    return LIKE if alike is not None and not alike.isdisjoint(said) else 0.0


def is_of_the_case(ask: Ask, spoken: frozenset[str]) -> bool:
    """Whether words speak of the case a question is put for: "… if I change the plan?"."""
    case = _CASE.search(ask.text)
    wanted = stems(case.group(1)) if case else []
    return not wanted or any(met(word, spoken) for word in wanted)


def share_of(
    ask: Ask, words: frozenset[str], rare: Mapping[str, float], around: Mapping[str, float]
) -> float:
    """The share of a question, what it leans on, and the situation, that words meet."""
    weights = {w: 0.5 * weight * rare[w] for w, weight in around.items()}
    weights.update({w: LEANS * rare[w] for w in ask.leans})
    weights.update({w: weight * rare[w] for w, weight in ask.words.items()})
    total = sum(weights.values())
    return sum(weight * met(w, words) for w, weight in weights.items()) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it is read in one article: only words that the article says at all."""

    ask: Ask
    own: tuple[tuple[str, float, float, float], ...]  # word, weight, under a heading, in the title
    context: tuple[tuple[str, float, float], ...]  # word, weight, in the title
    pairs: tuple[tuple[tuple[str, str], float], ...]
    total: float
    spoken: frozenset[str]
    wanted: frozenset[str]  # those words and what means the same
    is_vague: bool  # it asks what or who, and says nothing more
    is_typed: bool
    headings: dict[frozenset[str], tuple[tuple[float, ...], bool]]

    def passes_over(self, unit: Unit) -> bool:
        """Whether a sentence cannot be an answer: of another shape, or not a word in common."""
        said = unit.said
        if self.is_typed:
            return self.ask.sort not in shapes_of(said.text)
        if not self.own:
            return False
        wanted = self.wanted
        return (
            wanted.isdisjoint(said.stems)
            and wanted.isdisjoint(said.heading)
            and wanted.isdisjoint(said.beside)
        )


def reading_of(
    ask: Ask, article: Article, rare: Mapping[str, float], around: Mapping[str, float]
) -> Reading:
    """Prepares a question for an article. `around` weighs words of the situation."""
    vocabulary, title = article.vocabulary, article.title
    named = title - article.listed  # what one part is about is not said of all of them
    own = tuple(
        (w, worth * rare[w], CODE_ABOVE if is_code(w) else HEADING, TITLE * met(w, named))
        for w, worth in ask.words.items()
        if met(w, vocabulary)
    )
    lean = LEANS if ask.is_bare else LEANS / 3
    is_vague = ask.is_bare and ask.sort == "what"  # "who do I go to?": the rest must say it
    context = tuple(
        (w, worth * rare[w] / (CODE if is_code(w) else 1.0), TITLE * (w in title))
        for w, worth in {**around, **dict.fromkeys(ask.leans, lean)}.items()
        if w not in ask.words and (w in vocabulary or (is_vague and met(w, vocabulary)))
    )
    pairs = tuple(
        (pair, PAIR * (rare.get(pair[0], 0.0) + rare.get(pair[1], 0.0)) / 2)
        for pair in ask.pairs
        if not (pair[0].isdigit() or pair[1].isdigit())  # "Fibre 900": no more than its words
    )
    total = sum(worth * rare[w] for w, worth in ask.words.items())
    found = frozenset(w for w, *_ in own)
    wanted = found.union(*(ALIKE.get(w, _NONE) for w in found), (w for w, *_ in context))
    return Reading(
        ask,
        own,
        context,
        pairs,
        total,
        ask.leans | frozenset(ask.words),
        wanted,
        is_vague,
        ask.is_typed,
        {},
    )


def _under(reading: Reading, heading: frozenset[str]) -> tuple[tuple[float, ...], bool]:
    """What a heading says of each word, and whether it says nothing else; many share one."""
    known = reading.headings.get(heading)
    if known is None:
        above = tuple(under * met(word, heading) for word, _, under, _ in reading.own)
        is_spoken = bool(heading) and all(met(word, reading.spoken) for word in heading)
        known = reading.headings[heading] = (above, is_spoken)
    return known


def match(reading: Reading, unit: Unit) -> Match:
    """Scores a sentence for a question."""
    said, heading = unit.said.stems, unit.said.heading
    own = by_heading = by_all = 0.0
    beside = unit.said.beside
    above_all, is_spoken_for = _under(reading, heading)
    for (word, weight, _, in_title), above in zip(reading.own, above_all, strict=True):
        here = met(word, said)
        if here < in_title:
            here = in_title
        if not here and beside:
            here = BESIDE * met(word, beside)
        if above > here:
            by_heading += weight * above
            own += weight * above
        else:
            own += weight * here
        by_all += weight * above
    score = own
    for word, weight, in_title in reading.context:
        if word in said:
            score += weight
        elif word in heading or (reading.is_vague and met(word, heading)):
            score += HEADING * weight
        else:
            score += in_title * weight
    held = unit.said.pairs
    score += sum(worth for pair, worth in reading.pairs if pair in held)
    fits, factor = _fit(reading.ask, unit)
    if is_spoken_for:
        factor *= SPOKEN_FOR
    score *= factor / (10 + len(said)) ** LENGTH
    total = reading.total or 1.0
    return Match(unit, score, min(1.0, own / total), by_heading / total, by_all / total, fits)


@lru_cache(maxsize=16_384)  # the same sentences are read for every request
def shapes_of(text: str) -> frozenset[str]:
    """Of which sorts of question a sentence has the shape of an answer."""
    found: set[str] = {sort for sort, pattern in _ANSWERS.items() if pattern.search(text)}
    if "time" in found:
        found |= {"digit"} if _DIGIT.search(text) else set()
        found |= {"length"} if _LENGTH.search(text) else set()
    return frozenset(found)


def _fit(ask: Ask, unit: Unit) -> tuple[bool, float]:
    """Whether a sentence has the shape of the answer, and what that is worth."""
    factor = 1.15 if unit.is_near else 1.0
    if ask.sort == "whether" and unit.said.kind == "step":
        factor *= STEP_SAYS
    if ask.sort == "how" and _NEEDLESS.search(unit.text) and not _NEEDLESS_ASKED.search(ask.text):
        factor *= MISFITS
    if ask.sort == "how" and (unit.said.kind == "step" or " > " in unit.text):
        factor *= PATH
    if ask.sort not in _ANSWERS:
        return True, factor
    shapes = shapes_of(unit.text)
    fits, is_row = ask.sort in shapes, unit.said.kind == "row"
    if not fits:
        return not ask.is_typed, factor * (MISFITS if ask.is_typed else 1.0)
    if ask.sort == "time" and _DATE_ASKED.search(ask.text) and not _DATE.search(unit.text):
        return False, factor * MISFITS
    if ask.sort == "time" and "digit" not in shapes:  # "at once" is seldom it
        return True, factor
    if is_row and ask.sort != "choice":
        factor *= ROW
    if ask.sort == "cost" and not PRICES.isdisjoint(unit.said.stems):
        factor *= ROW
    if ask.sort == "time" and not _CLOCK_ASKED.search(ask.text):
        return True, factor * (FITS if "length" in shapes else 1.0)
    is_price = ask.sort == "choice" and any(w.startswith("cheap") for w in ask.words)
    return True, factor * (FITS if ask.is_typed or is_price else CONDITION)


def run_of(unit: Unit, units: Sequence[Unit]) -> list[Unit]:
    """The whole list of steps a step belongs to."""
    return [u for u in units if u.said.kind == "step" and u.said.block == unit.said.block]
