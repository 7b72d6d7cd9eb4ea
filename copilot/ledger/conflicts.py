"""A promise held against the facts: which fact, valid then or now, it contradicts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from copilot.ledger.language import digits, plain, stems
from copilot.ledger.timeline import Fact

_LIMITING = re.compile(
    r"\b(?:only|not|no longer|cannot|can't|isn't|aren't|doesn't|don't|won't|never|without|except|excludes?|excluding|requires?|needs?|"
    r"unavailable|unstable|unreliable|discontinued|withdrawn|ended|roadmap|planned|beta|preview|known issue|suspended|limited to|from the|starts? (?:at|in|from)|"
    r"is an? (?:[\w-]+ ){0,3}(?:feature|extra|add-on|option)|separately|at extra|chargeable|payable|no)\b"
)
_DENYING = re.compile(r"\b(?:not|no|never|cannot|can't|won't|isn't|doesn't|don't|only)\b")
_FREE = re.compile(
    r"\b(?:free|no (?:extra |hidden |setup |exit |change |booking |cancellation |delivery )?(?:fees?|charges?|costs?)|at no cost|without charge|included|won't cost)\b"
)
_COSTS = re.compile(
    r"(?:\b(?:costs?|charges?|fees?|payable|surcharge|extra)\b.*\d|[£$€]\s?\d|\d+ (?:a|per|each) \w+|\bchargeable\b)"
)
_NO_FEE = re.compile(
    r"\bno (?:extra |hidden |setup |exit |change |booking |cancellation |delivery )?(?:fees?|charges?|costs?|problem)\b|\bwithout\b"
)
_SPAN = re.compile(
    r"(\d+)(?:(?: to |-|–| or )(\d+))? (?:working |business )?(minute|hour|day|week|month|year)s?\b"
)
_AMOUNT = re.compile(
    r"(\d+(?:\.\d+)?) ?(gb|tb|mb|mbps|users?|seats?|devices?|pages?|nights?|bags?|kg|minutes?|responses?|%)(?!\w)"
)
_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
_STEADY = re.compile(
    r"\b(?:stays?|fixed|won't (?:go up|change|rise|increase)|same price|guaranteed|locked)\b"
)
_RISES = re.compile(
    r"\b(?:rises?|increases?|goes up|going up|changes? to|ends?|expires?|introductory|first \d+ months)\b"
)
_UNSOUND = frozenset({"roadmap", "withdrawn", "known_issue", "limited"})


def contradicted_by(
    claim: str, facts: Sequence[Fact], said: date | None, as_of: date | None
) -> str | None:
    """The id of the fact that says otherwise; None if no fact is known to."""
    best: tuple[float, str] | None = None
    about = stems(claim)
    if not about:
        return None
    for fact in facts:
        if not (_valid(fact, said) or _valid(fact, as_of)):
            continue
        weight = _contradiction(claim, about, fact)
        if weight and (best is None or weight > best[0]):
            best = (weight, fact.id)
    return best[1] if best else None


def _valid(fact: Fact, day: date | None) -> bool:
    if day is None:
        return fact.valid_from is None and fact.valid_to is None
    return (fact.valid_from is None or fact.valid_from <= day) and (
        fact.valid_to is None or day <= fact.valid_to
    )


def _contradiction(claim: str, about: frozenset[str], fact: Fact) -> float:
    """How surely the two contradict; 0 where they do not or speak of different things."""
    shared = about & stems(fact.text)
    if not shared:
        return 0.0
    said, fact_says = digits(plain(claim)), digits(plain(fact.text))
    if fact.kind == "product":
        unsound = fact.status in _UNSOUND and len(shared) >= 2
        return 0.5 + len(shared) if unsound and not _DENYING.search(said) else 0.0
    if fact.kind != "knowledge":
        return 0.0
    if _numbers_differ(said, fact_says) or _price_differs(said, fact_says):
        return 1.0 + len(shared)
    limits = bool(_LIMITING.search(fact_says)) and not _DENYING.search(_NO_FEE.sub("", said))
    return (
        len(shared) + 0.0 if limits and (len(shared) >= 2 or _names(about, fact, shared)) else 0.0
    )


def _names(about: frozenset[str], fact: Fact, shared: frozenset[str]) -> bool:
    """One shared word is enough where it is the subject of the fact, its first content words."""
    opening = stems(" ".join(plain(fact.text).split()[:3]))
    return bool(shared & opening) and len(about) <= 6


def _numbers_differ(said: str, fact: str) -> bool:
    """The same measure, and the fact gives a longer wait or a smaller amount than was said."""
    ours, theirs = _SPAN.search(said), _SPAN.search(fact)
    if ours and theirs:
        longest = lambda m: float(m.group(2) or m.group(1)) * _DAYS[m.group(3)]  # noqa: E731
        return longest(theirs) > longest(ours) * 1.01 and "least" not in said
    mine, real = _AMOUNT.search(said), _AMOUNT.search(fact)
    if mine and real and mine.group(2).rstrip("s") == real.group(2).rstrip("s"):
        return float(real.group(1)) < float(mine.group(1))
    return False


def _price_differs(said: str, fact: str) -> bool:
    if _FREE.search(said) and _COSTS.search(fact) and not _FREE.search(fact):
        return True
    return bool(_STEADY.search(said) and _RISES.search(fact))
