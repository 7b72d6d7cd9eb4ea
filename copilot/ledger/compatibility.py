"""Whether "it works with your router" is true of the router they have.

Our texts name models: "needs a Router R3", "does not work with the Router R2". Which model is
theirs stands in what they said before, or in what they owned on that day. Where neither tells, such
a claim is neither true nor false for us.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from copilot.ledger.language import plain, stem, stems
from copilot.ledger.patterns import pattern
from copilot.ledger.subjects import head_of, substance
from copilot.ledger.timeline import Fact

_MODEL = re.compile(r"\b(?:[A-Z]{2,4}-)?([A-Z]{1,4}-?\d{1,4}[A-Za-z]?)\b")
_BESIDE = 4  # words between a model and its thing: "R2 on loan", "a D10 or a D20 drill"
_WORDS = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Fit:
    """What our texts say of a claim that something works with a thing of theirs."""

    source: str | None  # of the text that denies it; None where it agrees or nobody can tell


def fit(
    claim: str,
    facts: Sequence[Fact],
    owned: Sequence[Fact],
    nearby: Iterable[str],
    said: date | None,
) -> Fit | None:
    """How the claim stands; None where it is no such claim, or no text names models for it."""
    match = pattern("conflict_fits").search(plain(claim))
    if match is None:
        return None
    thing = stems(match["thing"])
    about = head_of(claim[: match.start("thing")])
    limits = [(f.id, limit) for f in _on(about, facts) if (limit := _limit(f.text, thing))]
    if not thing or not limits:
        return None
    theirs = _theirs(claim[match.start("thing") :], thing, owned, nearby, said)
    barred = next((s for s, limit in limits if theirs and theirs <= limit.barred), None)
    if barred or any(theirs & limit.needed for _, limit in limits):
        return Fit(barred)
    others = (s for s, limit in limits if theirs and limit.needed)
    return Fit(next(others, None))


@dataclass(frozen=True, slots=True)
class _Limit:
    """Which models of a thing a statement asks for, and which it rules out."""

    needed: frozenset[str]
    barred: frozenset[str]


def _on(about: frozenset[str], facts: Sequence[Fact]) -> list[Fact]:
    """The statements on what the claim is about, with those of the same text that say "it"."""
    if not about:
        return []
    named = {f.id for f in facts if f.kind == "knowledge" and about <= substance(f.text)}
    return [
        f
        for f in facts
        if f.id in named
        and (about <= head_of(f.text) or pattern("conflict_pronoun").search(plain(f.text)))
    ]


@lru_cache(maxsize=4096)
def _limit(text: str, thing: frozenset[str]) -> _Limit | None:
    models = _models(text, thing)
    if not models:
        return None
    lowered = plain(text)
    if pattern("conflict_not_with").search(lowered):
        return _Limit(frozenset(), models)
    only = pattern("conflict_only_with").search(lowered)
    if only is None:
        return None
    # "needs an R3 or an R4" goes before its models, "Router R3 only" after them.
    before, after = _models(text[: only.start()], thing), _models(text[only.end() :], thing)
    return _Limit(after or before, frozenset())


@lru_cache(maxsize=4096)
def _models(text: str, thing: frozenset[str]) -> frozenset[str]:
    """The models that a text names beside the word for the thing."""
    words = [(m.start(), m.group()) for m in _WORDS.finditer(text)]
    places = [n for n, (_, word) in enumerate(words) if stem(word) in thing]
    found: set[str] = set()
    for match in _MODEL.finditer(text):
        at = next((n for n, (start, _) in enumerate(words) if start >= match.start()), None)
        if at is not None and any(abs(at - place) <= _BESIDE for place in places):
            found.add(match.group(1).upper())
    return frozenset(found)


def _theirs(
    named: str,
    thing: frozenset[str],
    owned: Sequence[Fact],
    nearby: Iterable[str],
    said: date | None,
) -> frozenset[str]:
    """Their models: named in the claim or just before it, else those they owned on that day."""
    for text in (named, *nearby):
        if found := _models(text, thing):
            return found
    if said is None:
        return frozenset()
    had = (f.text for f in owned if (f.valid_from or said) <= said <= (f.valid_to or said))
    return frozenset().union(*(_models(text, thing) for text in had))
