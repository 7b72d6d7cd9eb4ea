"""Ranges that a row holds for, "under £35" or "3 to 6 rooms", and the numbers a customer names."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from copilot.extractive.language.words import content_words, stem, stems


def _number(name: str) -> str:
    return rf"(?P<cur_{name}>[£$€])? ?(?P<{name}>\d[\d,]*(?:\.\d+)?)"


_UNIT = r"(?: ?(?:(?:square|cubic|full|working) )?(?P<unit>[a-z%]\w*))?"
_SHAPES = tuple(
    (shape, re.compile(rf"^(?:(?:an? |the )?[a-z][a-z ]{{0,30}}? )?{pattern}", re.IGNORECASE))
    for shape, pattern in (
        (
            "between",
            rf"(?:between |from )?{_number('low')} ?(?:to|and|-|–) ?{_number('high')}{_UNIT}",
        ),
        ("below", rf"(?:under|below|less than|fewer than) {_number('high')}{_UNIT}"),
        ("upto", rf"(?:up to|at most|not over|no more than|until) {_number('high')}{_UNIT}"),
        ("above", rf"(?:over|above|more than) {_number('low')}{_UNIT}"),
        ("from", rf"(?:from|at least) {_number('low')}{_UNIT}"),
        ("from", rf"{_number('low')}{_UNIT} (?:and|or) (?:more|over|above|up)"),
        ("upto", rf"{_number('high')}{_UNIT} (?:and|or) (?:less|under|below|fewer)"),
    )
)
_BARE = re.compile(r"^\d{1,6}$")
_MONEY = re.compile(r"([£$€]) ?(\d[\d,]*(?:\.\d+)?)(k\b)?", re.IGNORECASE)
# "My things are worth 7000": money, whatever its coin is.
_WORTH = re.compile(
    r"\b(?:worth|valued?(?: (?:at|of|is))?)(?: (?:about|around|roughly|maybe|some|over|almost))?"
    r" (\d[\d,]*(?:\.\d+)?)(k)?(?!\w|[,.]\w| ?(?:kg|km|cm|mm|litres?|miles?)\b)",
    re.IGNORECASE,
)
_COINS = "£$€"
_AMOUNT_OF = re.compile(
    r"\b(\d[\d,]*(?:\.\d+)?) ?(kg|g|km|cm|mm|m|l|litres?|pounds?|miles?)\b", re.I
)

_NUMERALS = {
    name: n
    for n, name in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen".split(), 2
    )
}
_COUNTED = re.compile(
    rf"\b(\d{{1,5}}|{'|'.join(_NUMERALS)}) (?:\w+ )?([a-z]{{3,}}s|people|children)\b", re.IGNORECASE
)


class Span(NamedTuple):
    """A range, and what it counts: a currency's sign, or the stem of a unit or of a heading."""

    of: str
    low: float
    high: float
    takes_low: bool = True
    takes_high: bool = True

    def holds(self, number: float) -> bool:
        """Whether a number lies within."""
        above = number >= self.low if self.takes_low else number > self.low
        return above and (number <= self.high if self.takes_high else number < self.high)


def span_of(label: str, column: str = "") -> Span | None:
    """The range that a label names; what a bare number counts, its column says."""
    text = label.strip()
    if _BARE.match(text):
        return Span(_counted("", "", column), float(text), float(text)) if stems(column) else None
    for shape, pattern in _SHAPES:
        match = pattern.match(text)
        if match is None:
            continue
        found = match.groupdict()
        sign = found.get("cur_low") or found.get("cur_high") or ""
        of = _counted(sign, found.get("unit") or "", column)
        if not of:
            return None
        low, high = _value(found.get("low")), _value(found.get("high"), math.inf)
        return Span(of, low, high, shape != "above", shape != "below")
    return None


def _counted(sign: str, unit: str, column: str) -> str:
    if sign:
        return sign
    if unit and content_words(unit):
        return stem(unit)
    return next(iter(stems(column)), "")


def _value(text: str | None, default: float = 0.0) -> float:
    return float(text.replace(",", "")) if text else default


def amounts_in(text: str) -> dict[str, float]:
    """Amounts of money and of measures that a text names; of two in one coin, neither."""
    found: dict[str, set[float]] = {}
    for sign, number, thousand in _MONEY.findall(text):
        found.setdefault(sign, set()).add(_value(number) * (1000 if thousand else 1))
    worth = {_value(number) * (1000 if k else 1) for number, k in _WORTH.findall(text)}
    if worth and not any(coin in found for coin in _COINS):
        found.update({coin: set(worth) for coin in _COINS})
    for number, unit in _AMOUNT_OF.findall(text):
        found.setdefault(stem(unit), set()).add(_value(number))
    return {of: values.pop() for of, values in found.items() if len(values) == 1}


def counts_in(texts: Sequence[str]) -> dict[str, float]:
    """How many of what was spoken of; the last word counts."""
    found: dict[str, float] = {}
    for match in _COUNTED.finditer(" ".join(texts)):
        number = match[1].lower()
        found[stem(match[2])] = int(number) if number.isdigit() else _NUMERALS[number]
    return found


_ADDS = re.compile(r"\b(?:add(?:ing)?|another|more|new|extra)\b", re.IGNORECASE)


_WORD_OR_FIGURE = rf"\d{{1,3}}|one|{'|'.join(_NUMERALS)}"
_KIND = re.compile(
    rf"\b({_WORD_OR_FIGURE})(?:[- ]{{0,2}}(?:or|and|to|–|-)[- ]({_WORD_OR_FIGURE}))?"
    r"[- ]([a-z]{3,})\b",
    re.IGNORECASE,
)
_OF_TIME = frozenset(stems("minute hour day week month year time"))


class Kind(NamedTuple):
    """How many of a part a thing has: the two or three bedrooms of a house."""

    part: str
    span: Span

    def is_of(self, other: Kind) -> bool:
        """Whether both count the same part: "3 bed", "three-bedroom"."""
        return self.part.startswith(other.part) or other.part.startswith(self.part)

    def meets(self, other: Kind) -> bool:
        """Whether the numbers of both can be the same."""
        return self.span.low <= other.span.high and other.span.low <= self.span.high


@lru_cache(maxsize=8_192)
def kinds_in(text: str) -> tuple[Kind, ...]:
    """Things by how many of a part they have: "a 3 bed house", "two- or three-bedroom"."""
    found = []
    for low, high, noun in _KIND.findall(text):
        part = stem(noun)
        if part not in _OF_TIME and content_words(noun):
            first, last = (_figure(n) for n in (low, high or low))
            found.append(Kind(part, Span(part, min(first, last), max(first, last))))
    return tuple(found)


def _figure(word: str) -> int:
    return int(word) if word.isdigit() else _NUMERALS.get(word.lower(), 1)


class Together(NamedTuple):
    """What they have of a thing, and what they said before that they would add."""

    of: str
    now: float
    added: float

    @property
    def total(self) -> float:
        """Both."""
        return self.now + self.added


def counted_together(said: str, earlier: Sequence[str]) -> tuple[Together, ...]:
    """Numbers of a message, each with what an earlier one wanted to add of the same thing."""
    added: dict[str, float] = {}
    for text in earlier:
        if _ADDS.search(text):
            added |= counts_in([text])
    return tuple(Together(of, n, added[of]) for of, n in counts_in([said]).items() if of in added)


_SUM = re.compile(
    r"[£$€] ?(\d+(?:[.,]\d\d)?)\b|\b(\d+(?:[.,]\d\d)?) ?(?:[£$€]|euros?\b|pounds?\b|dollars?\b)",
    re.IGNORECASE,
)


@lru_cache(maxsize=16_384)  # the same sentences are read for every request
def sums_in(text: str) -> frozenset[str]:
    """The sums of money that a text names: "5 euro", "£5.00"."""
    found = (a or b for a, b in _SUM.findall(text))
    return frozenset(one.replace(",", ".").removesuffix(".00") for one in found)
