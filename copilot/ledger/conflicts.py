"""A promise held against the facts: which fact, valid then or now, it contradicts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from copilot.ledger.language import digits, plain, stems
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Fact

_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
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
        return (
            0.5 + len(shared) if unsound and not pattern("conflict_denying").search(said) else 0.0
        )
    if fact.kind != "knowledge":
        return 0.0
    if _numbers_differ(said, fact_says) or _price_differs(said, fact_says):
        return 1.0 + len(shared)
    limits = bool(pattern("conflict_limiting").search(fact_says)) and not pattern(
        "conflict_denying"
    ).search(pattern("conflict_no_fee").sub("", said))
    return (
        len(shared) + 0.0 if limits and (len(shared) >= 2 or _names(about, fact, shared)) else 0.0
    )


def _names(about: frozenset[str], fact: Fact, shared: frozenset[str]) -> bool:
    """One shared word is enough where it is the subject of the fact, its first content words."""
    opening = stems(" ".join(plain(fact.text).split()[:3]))
    return bool(shared & opening) and len(about) <= 6


def _numbers_differ(said: str, fact: str) -> bool:
    """The same measure, and the fact gives a longer wait or a smaller amount than was said."""
    ours, theirs = pattern("conflict_span").search(said), pattern("conflict_span").search(fact)
    if ours and theirs:
        longest = lambda m: float(m.group(2) or m.group(1)) * _DAYS[m.group(3)]  # noqa: E731
        return longest(theirs) > longest(ours) * 1.01 and "least" not in said
    mine, real = pattern("conflict_amount").search(said), pattern("conflict_amount").search(fact)
    if mine and real and mine.group(2).rstrip("s") == real.group(2).rstrip("s"):
        return float(real.group(1)) < float(mine.group(1))
    return False


def _price_differs(said: str, fact: str) -> bool:
    if (
        pattern("conflict_free").search(said)
        and pattern("conflict_costs").search(fact)
        and not pattern("conflict_free").search(fact)
    ):
        return True
    return bool(pattern("conflict_steady").search(said) and pattern("conflict_rises").search(fact))
