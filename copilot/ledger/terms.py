"""Claims on terms, "no minimum term", "the price stays", against a statement on prices and terms.

Terms differ by the kind of thing: a plan may bind for a year, what is added to it for a day. So a
statement on one kind denies nothing that was said of another, and where neither the claim nor what
was spoken of by then names that kind, nobody can tell whether it was meant.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from copilot.ledger.calendar import WorkingCalendar, due
from copilot.ledger.language import digits, plain, stem, stems
from copilot.ledger.patterns import pattern
from copilot.ledger.subjects import substance

_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
_PRICE = frozenset(stem(word) for word in ("price", "rate", "fee", "tariff", "cost"))
# What a term is called tells no kind, and neither does who is bound by it.
_NO_KIND = frozenset(
    stem(word)
    for word in """minimum initial fixed early exit termination cancellation commitment period new
    notice customer customers order account household bill you your""".split()
)

_MOVE = re.compile(
    r"\b(?:(?:go(?:es|ing)?|step(?:s|ping)?) (?:down|up)|mov(?:e|es|ing)|chang(?:e|es|ing)|"
    r"switch(?:es|ing)?|downgrad(?:e|es|ing)|upgrad(?:e|es|ing))\b"
)
# "None after the minimum term" is not in it, and what hangs on a case says nothing of any other.
_IN_CASE = re.compile(r"\b(?:after|once|beyond|past|if|unless|until|provided)\b")


@lru_cache(maxsize=8192)
def on_terms(text: str) -> bool:
    """A statement on prices or on how long somebody is bound."""
    lowered = digits(plain(text))
    told = ("bound", "not_bound", "moves_later")
    binds = any(pattern(f"conflict_{name}").search(lowered) for name in told)
    return binds or bool(_PRICE & stems(text))


def bound(
    product: frozenset[frozenset[str]],
    around: frozenset[str],
    fact: str,
    named: frozenset[frozenset[str]],
) -> float:
    """ "Leave any time" against a minimum term: of the very product, or of the kind spoken of.

    How surely it contradicts; below 0 where the fact agrees. `around` is all that was spoken of.
    """
    if named and not named & product:
        return 0.0
    kind = kind_of(fact)
    if pattern("conflict_not_bound").search(plain(fact)):
        agrees = named or (kind & around and not _IN_CASE.search(plain(fact)))
        return -1.0 if agrees else 0.0
    if not named and kind and not kind & around:
        return 0.0
    return 1.0 + bool(named) if pattern("conflict_bound").search(digits(plain(fact))) else 0.0


def moves(claim: str, fact: str) -> float:
    """ "Go down at any time" against "going down is possible when the minimum term is over".

    1 where the fact denies such a move, -1 where it grants it, 0 where it speaks of none.
    """
    told = plain(fact)
    for name, weight in (("conflict_moves", -1.0), ("conflict_moves_later", 1.0)):
        if _moves(claim) & {_way(m["move"]) for m in pattern(name).finditer(told)}:
            return weight
    return 0.0


@lru_cache(maxsize=4096)
def _moves(claim: str) -> frozenset[str]:
    """All moves of the claim, not only the one nearest to "any time"."""
    found = pattern("conflict_moves").search(claim)
    rest = claim[found.start() :] if found else ""
    return frozenset(_way(m) for m in _MOVE.findall(rest))


def _way(move: str) -> str:
    """ "Going down", "downgrade": down; else the verb itself."""
    way = next((way for way in ("down", "up") if way in move), "")
    return way or stem(move)


@lru_cache(maxsize=4096)
def kind_of(fact: str) -> frozenset[str]:
    """What a statement on terms is about: "an internet plan is fixed …", "add-ons: none"."""
    verb = pattern("conflict_verb").search(plain(fact))
    return substance(fact[: verb.start()]) - _NO_KIND if verb else frozenset()


def longest_days(span: re.Match[str]) -> float:
    """A span of time in days, the longer end of it."""
    return float(span.group(2) or span.group(1)) * _DAYS[span.group(3)]


def price_moves(claim: str, fact: str, said: date | None) -> bool:
    """A price said to stay, and a fact that it rises, or stays for a shorter time."""
    steady = pattern("conflict_steady")
    if not steady.search(claim) or not _PRICE & stems(claim) & stems(fact):
        return False
    fact_says = digits(plain(fact))
    if pattern("conflict_rises").search(fact_says):
        return True
    ours, theirs = _stays_days(claim, said), pattern("conflict_span").search(fact_says)
    longer = ours and theirs and longest_days(theirs) < ours * 0.99
    return bool(longer and steady.search(fact_says))


def _stays_days(text: str, said: date | None) -> float:
    """How long something is said to stay: "for two years", "until 2028"; 0 where nothing is."""
    span = pattern("conflict_span").search(text)
    if span:
        return longest_days(span)
    until = due(text, said, WorkingCalendar()).on if "until" in text else None
    return float((until - said).days) if until and said else 0.0
