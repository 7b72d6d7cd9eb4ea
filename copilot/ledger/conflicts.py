"""A promise held against the facts: which fact, valid then or now, it contradicts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from copilot.ledger.language import digits, plain, stems
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Fact

_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
_UNSOUND = frozenset({"roadmap", "withdrawn", "known_issue", "limited"})


def contradicted_by(
    claim: str,
    facts: Sequence[Fact],
    said: date | None,
    as_of: date | None,
    *,
    is_claim: bool = True,
) -> str | None:
    """The id of the fact that says otherwise; None if no fact is known to.

    A sales claim is held against every limit on its subject; a promise of an act only against
    facts that plainly deny it, or give another number or price for the same thing.
    """
    best: tuple[float, str] | None = None
    about = stems(claim)
    for fact in facts:
        if not about or not (_valid(fact, said) or _valid(fact, as_of)):
            continue
        weight = _contradiction(claim, about, fact, is_claim=is_claim)
        if weight and (best is None or weight > best[0]):
            best = (weight, fact.id)
    return best[1] if best else None


def _valid(fact: Fact, day: date | None) -> bool:
    if day is None:
        return fact.valid_from is None and fact.valid_to is None
    return (fact.valid_from is None or fact.valid_from <= day) and (
        fact.valid_to is None or day <= fact.valid_to
    )


def _contradiction(claim: str, about: frozenset[str], fact: Fact, *, is_claim: bool) -> float:
    """How surely the two contradict; 0 where they do not or speak of different things."""
    shared = about & stems(fact.text)
    if not shared or fact.kind in ("entitlement", "customer"):
        return 0.0
    said, fact_says = digits(plain(claim)), digits(plain(fact.text))
    denies = bool(pattern("conflict_denying").search(pattern("conflict_no_fee").sub("", said)))
    if fact.kind == "product":
        unsound = fact.status in _UNSOUND and len(shared) >= 2 and not denies
        return 0.5 + len(shared) if unsound else 0.0
    close = len(shared) >= 2 or _names(about, fact, shared)
    if (is_claim or len(shared) >= 2) and (
        _numbers_differ(said, fact_says) or _price_differs(said, fact_says)
    ):
        return 1.0 + len(shared)
    limiting = "conflict_limiting" if is_claim else "conflict_refusing"
    limits = close and not denies and bool(pattern(limiting).search(fact_says))
    return float(len(shared)) if limits and (is_claim or len(shared) >= 2) else 0.0


def _names(about: frozenset[str], fact: Fact, shared: frozenset[str]) -> bool:
    """One shared word is enough where it is the subject of the fact, its first content words."""
    opening = stems(" ".join(plain(fact.text).split()[:3]))
    return bool(shared & opening) and len(about) <= 6


def _numbers_differ(said: str, fact: str) -> bool:
    """The same measure, and the fact gives a longer wait or a smaller amount than was said."""
    ours, theirs = pattern("conflict_span").search(said), pattern("conflict_span").search(fact)
    if ours and theirs and pattern("conflict_takes").search(fact) and "least" not in said:
        return _longest_days(theirs) > _longest_days(ours) * 1.01
    mine, real = pattern("conflict_amount").search(said), pattern("conflict_amount").search(fact)
    if mine and real and mine.group(2).rstrip("s") == real.group(2).rstrip("s"):
        return float(real.group(1)) < float(mine.group(1))
    return False


def _longest_days(span: re.Match[str]) -> float:
    return float(span.group(2) or span.group(1)) * _DAYS[span.group(3)]


def _price_differs(said: str, fact: str) -> bool:
    if (
        pattern("conflict_free").search(said)
        and pattern("conflict_costs").search(fact)
        and not pattern("conflict_free").search(fact)
    ):
        return True
    return bool(pattern("conflict_steady").search(said) and pattern("conflict_rises").search(fact))
