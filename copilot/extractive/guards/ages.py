"""How old somebody is, and for which ages a row holds: "65 and over" is no price for who is 30."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from copilot.extractive.fitting.matching import Unit
from copilot.extractive.language.words import stems

_NO_AGE = (
    r"(?!\s*(?:%|[€£$]|percent|miles?\b|km\b|m\b|min|hours?|days?\b|weeks?|months?|euros?|pounds?"
    r"|p\b|[:.,]\d|st\b|nd\b|rd\b|th\b|of\b|people|times|classes|visits|rooms?|cups?|am\b|pm\b))"
)
_AGE = re.compile(
    r"\b(?:i['’]?m|i am|she['’]?s|she is|he['’]?s|he is|they['’]re|who['’]?s|who is|is|are|aged?"
    r"|turning|turned|turns|both)\s+(?:only |just |now |already |nearly |almost )?"
    rf"(\d{{1,2}})(?:(?:, | and | & )(\d{{1,2}}))?\b{_NO_AGE}"
    r"|\b(\d{1,2})[- ]?(?:years?|yrs?|yr)?[- ]?olds?\b|\b(\d{1,2}) ?(?:yo|y/o)\b",
    re.IGNORECASE,
)
_OVER = re.compile(r"\b(\d{1,2})(?: years?)?(?: (?:and|or) (?:over|older|above)|\+)", re.I)
_ABOVE = re.compile(r"\b(?:over|from)[- ](?:the )?(?:age of )?(\d{1,2})s?\b", re.IGNORECASE)
_UNDER = re.compile(r"\b(?:under|below|younger than)[- ](?:the )?(?:age of )?(\d{1,2})s?\b", re.I)
_UP_TO = re.compile(r"\bup to (?:the )?(?:age of )?(\d{1,2})\b", re.IGNORECASE)
_RANGE = re.compile(r"\b(\d{1,2}) ?(?:to|-|–) ?(\d{1,2})\b")
_OF_AGE = re.compile(
    r"\b(?:aged?|years?|child(?:ren)?|kids?|bab(?:y|ies)|toddlers?|juniors?|teens?|teenagers?"
    r"|youths?|young|adults?|seniors?|pensioners?|students?|over[- ]\d{1,2}|under[- ]\d{1,2}"
    r"|\d{1,2} (?:and|or) (?:over|older|above))\b|\d\+",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"(?:[£$€] ?)?\d[\d.,]*(?: ?[£$€])?|\b(?:free|none|nothing|no charge)\b")
_ONLY_BOUNDS = frozenset(stems("over under above below older younger from years aged age up"))
OLDEST = 120
MOST_ROWS = 5


@lru_cache(maxsize=1_024)
def ages_in(text: str) -> frozenset[int]:
    """The ages, in years, that a text says people have."""
    return frozenset(int(n) for found in _AGE.findall(text) for n in found if n)


def is_for_another_age(unit: Unit, ages: frozenset[int]) -> bool:
    """Whether a row or item holds for ages that nobody they speak of has."""
    if not ages or unit.said.kind not in ("row", "bullet"):
        return False
    spans = _bounds(unit)
    return bool(spans) and not any(low <= age <= high for low, high in spans for age in ages)


def of_every_age(unit: Unit, units: Sequence[Unit], said: str) -> list[Unit]:
    """All rows of a table by ages, where nobody said how old anybody is; else nothing."""
    if not _bounds(unit) or ages_in(said) or not _people(unit).isdisjoint(stems(said)):
        return []
    rows = [
        u
        for u in units
        if u.said.block == unit.said.block and _bounds(u) and _shape(u) == _shape(unit)
    ]
    return rows[:MOST_ROWS] if len(rows) > 1 else []


def _shape(unit: Unit) -> tuple[str, str]:
    """What a row says with its figures left out: a table is told in several ways."""
    return unit.said.kind, _FIGURE.sub("#", unit.text.partition(":")[2].lower())


def _people(unit: Unit) -> frozenset[str]:
    """The stems of a row's label that say who it is for, "adult", and not from which age on."""
    return frozenset(w for w in stems(unit.text.partition(":")[0]) if w.isalpha()) - _ONLY_BOUNDS


def _bounds(unit: Unit) -> Sequence[tuple[int, int]]:
    label = unit.text.partition(":")[0]
    return _spans(label) if _OF_AGE.search(label) or "age" in unit.said.heading else ()


@lru_cache(maxsize=4_096)
def _spans(label: str) -> Sequence[tuple[int, int]]:
    """The ages that a label names, as closed ranges."""
    return (
        *((int(n), OLDEST) for n in _OVER.findall(label)),
        *((int(n), OLDEST) for n in _ABOVE.findall(label)),
        *((0, int(n) - 1) for n in _UNDER.findall(label)),
        *((0, int(n)) for n in _UP_TO.findall(label)),
        *((int(a), int(b)) for a, b in _RANGE.findall(label)),
    )
