"""A promise held against the facts: which fact, valid then or now, it contradicts.

A conflict costs: it stops every offer and owes the customer an apology. So it takes a claim of
one of a few kinds, a fact on the very same subject that plainly says otherwise, and no fact that
agrees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from copilot.ledger.language import digits, plain, stem, stems
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Fact

_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
_UNSOUND = frozenset({"roadmap", "withdrawn", "known_issue"})
SUBJECT = 0.6  # the share of a claim's words of substance that a fact on its subject has too
_PLAIN_WORDS = frozenset(
    stem(word)
    for word in """plan plans home include included includes free charge charged cost fee extra
    fixed guarantee guaranteed works running run supports covers covered comes com feature option
    price pay paid term contract service every month monthly available launch launches live ready
    arrive arrives send sent deliver delivered reach reaches customer january february march april
    june july august september october november december monday tuesday wednesday thursday friday
    saturday sunday spring summer autumn winter soon end until get leave ring call book booked pound
    pounds euro euros sure
    sort line""".split()
)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a sentence says, as far as facts could deny it."""

    said: str
    subject: frozenset[str]
    context: frozenset[str]
    denies: bool


def contradicted_by(
    claim: str,
    facts: Sequence[Fact],
    said: date | None,
    as_of: date | None,
    *,
    is_claim: bool = True,
    context: str = "",
) -> str | None:
    """The id of the fact that says otherwise; None if no fact is known to.

    `context` is what was spoken of just before: a claim that names no thing of its own means that.
    """
    whole = _read(claim, context)
    if pattern("conflict_if").search(whole.said):
        return None
    pieces = claim.split(", ")
    for piece in (claim, *(pieces if len(pieces) > 1 else ())):
        read = replace(_read(piece, context), denies=whole.denies)
        found = _first(read, facts, said, as_of, is_claim=is_claim)
        if found:
            return found
    return None


def _first(
    read: _Claim, facts: Sequence[Fact], said: date | None, as_of: date | None, *, is_claim: bool
) -> str | None:
    best: tuple[float, str] | None = None
    for fact in facts:
        if not (_valid(fact, said) or _valid(fact, as_of)):
            continue
        weight = _contradiction(read, fact, is_claim=is_claim)
        if weight < 0:
            return None
        if weight and (best is None or weight > best[0]):
            best = (weight, fact.id)
    return best[1] if best else None


@lru_cache(maxsize=4096)
def _read(claim: str, context: str) -> _Claim:
    said = digits(plain(claim))
    subject = _substance(claim)
    denies = bool(pattern("conflict_denying").search(pattern("conflict_no_fee").sub("", said)))
    points_back = len(subject) < 2 and pattern("conflict_pronoun").search(said)
    return _Claim(said, subject, _substance(context) if points_back else frozenset(), denies)


@lru_cache(maxsize=8192)
def _substance(text: str) -> frozenset[str]:
    return frozenset(
        word for word in stems(digits(text)) if word not in _PLAIN_WORDS and not word.isdigit()
    )


def _valid(fact: Fact, day: date | None) -> bool:
    if day is None:
        return fact.valid_from is None and fact.valid_to is None
    return (fact.valid_from is None or fact.valid_from <= day) and (
        fact.valid_to is None or day <= fact.valid_to
    )


def _contradiction(claim: _Claim, fact: Fact, *, is_claim: bool) -> float:
    """How surely the two contradict; 0 where they do not, below 0 where the fact agrees."""
    if fact.kind in ("entitlement", "customer"):
        return 0.0
    if fact.kind == "product":
        return _against_product(claim, fact)
    if is_claim and _price_moves(claim, fact):
        return 1.0
    shared = claim.subject & _substance(fact.text)
    if not shared or not _same_subject(claim, fact, shared, is_claim=is_claim):
        return 0.0
    fact_says = digits(plain(fact.text))
    if _agrees(claim.said, fact_says):
        return -1.0
    denied = _denied(claim, fact_says, is_claim=is_claim)
    return float(len(shared)) if denied else 0.0


def _same_subject(claim: _Claim, fact: Fact, shared: frozenset[str], *, is_claim: bool) -> bool:
    """Most of what the claim speaks of is in the fact, or the one word it opens with."""
    if len(shared) >= 2 and len(shared) >= SUBJECT * len(claim.subject):
        return True
    opening = stems(" ".join(plain(fact.text).split()[:3]))
    return is_claim and len(claim.subject) == 1 and bool(shared & opening)


def _agrees(said: str, fact: str) -> bool:
    """The fact gives the very figures of the claim, or says free where the claim does."""
    ours, theirs = set(_FIGURE.findall(said)), set(_FIGURE.findall(fact))
    if ours and ours <= theirs:
        return True
    free = pattern("conflict_free")
    return bool(
        free.search(said) and free.search(fact) and not pattern("conflict_but").search(fact)
    )


_FIGURE = re.compile(
    r"(?<=[£$€])\d+(?:\.\d+)?"
    r"|\d+(?:\.\d+)?(?=[ -]?(?!and\b|or\b|is\b|has\b|in\b|for\b|with\b)[a-z%])"
)


def _denied(claim: _Claim, fact: str, *, is_claim: bool) -> bool:
    said = claim.said
    if _numbers_differ(said, fact) or (is_claim and _price_differs(said, fact)):
        return True
    if claim.denies or pattern("conflict_unless").search(fact):
        return False
    if pattern("conflict_undated").search(fact) and pattern("conflict_future").search(said):
        return True
    if pattern("conflict_refusing").search(fact):
        return is_claim or bool(pattern("conflict_future").search(said))
    capable = bool(pattern("conflict_capable").search(said))
    return is_claim and capable and bool(pattern("conflict_limiting").search(fact))


def _against_product(claim: _Claim, fact: Fact) -> float:
    """A product that is not on sale or has a known fault, or a feature of it in other figures."""
    name, _, features = fact.text.partition(". ")
    named = _substance(re.sub(r"\(.*?\)|,.*", "", name))
    if not named or claim.denies:
        return 0.0
    if fact.status in _UNSOUND and named <= claim.subject and len(named) >= 2:
        asked = "conflict_working" if fact.status == "known_issue" else "conflict_future"
        return 1.5 + len(named) if pattern(asked).search(claim.said) else 0.0
    head = _substance(name.split(",")[0].split()[-1])  # "valve" of "Radiator Valve"
    if not head or not head <= claim.subject | claim.context or not claim.subject:
        return 0.0
    return 1.0 + len(named) if _feature_differs(claim, features) else 0.0


def _feature_differs(claim: _Claim, features: str) -> bool:
    """The same quality with the same unit and a smaller figure: "5 years" against "2 years"."""
    ours = pattern("conflict_measure").search(claim.said)
    if not ours or _FIGURE.findall(claim.said) != [ours.group(1)]:
        return False
    for part in features.split(","):
        theirs = pattern("conflict_measure").search(digits(plain(part)))
        if not theirs or theirs.group(2).rstrip("s") != ours.group(2).rstrip("s"):
            continue
        quality = _substance(pattern("conflict_measure").sub(" ", digits(plain(part))))
        quality = frozenset(w for w in quality if w != stem(ours.group(2)))
        if quality and quality <= claim.subject:
            return float(theirs.group(1)) < float(ours.group(1))
    return False


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
    free = pattern("conflict_free")
    if free.search(said) and pattern("conflict_costs").search(fact):
        return not free.search(fact) and not pattern("conflict_unless").search(fact)
    return False


def _price_moves(claim: _Claim, fact: Fact) -> bool:
    """A price said to stay, and a fact that it rises, or stays for a shorter time."""
    steady = pattern("conflict_steady")
    if not steady.search(claim.said) or not _PRICE & stems(claim.said) & stems(fact.text):
        return False
    fact_says = digits(plain(fact.text))
    if pattern("conflict_rises").search(fact_says):
        return True
    ours, theirs = (pattern("conflict_span").search(text) for text in (claim.said, fact_says))
    longer = ours and theirs and _longest_days(theirs) < _longest_days(ours) * 0.99
    return bool(longer and steady.search(fact_says))


_PRICE = frozenset(stem(word) for word in ("price", "rate", "fee", "tariff", "cost"))
