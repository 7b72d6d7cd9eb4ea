"""Finds promotion hidden in the prose of a reply that should only resolve the matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import lru_cache

from copilot.guardrails.finding import Finding
from copilot.guardrails.rulebook import lowered, rules

_RULES = "pitch.txt"
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


def hidden_pitch(
    text: str, product_names: Iterable[str] = (), allowed_skus: Iterable[str] = ()
) -> list[Finding]:
    """Sentences that promote.

    `product_names` are the catalogue's names and SKUs. A sentence about one in
    `allowed_skus` (names or SKUs: asked for, owned, or approved as an offer) may praise it,
    unless it names another product as well.
    """
    allowed = {name.casefold() for name in allowed_skus}
    # One pattern for all of them, whatever may be named here: making one takes a millisecond.
    known = {n.casefold() for n in product_names if n}
    names = named(tuple(sorted(known | allowed))) if known | allowed else None
    found = []
    for sentence in _SENTENCE.finditer(lowered(text)):
        told = {m.group().casefold() for m in names.finditer(sentence.group())} if names else set()
        match = _pitch(sentence.group(), told - allowed, told & allowed)
        if match is not None:
            why = rules(_RULES)["always"].why
            start, end = (sentence.start() + at for at in match.span())
            found.append(Finding("hidden_pitch", text[start:end], start, why))
    return found


def _pitch(sentence: str, other: Set[str], allowed: Set[str]) -> re.Match[str] | None:
    if allowed and not other:
        return None
    rule = rules(_RULES)
    if found := rule["always"].pattern.search(sentence):
        return found
    # Some words promote only beside the name of a product nobody asked for.
    if not other or rule["no_pitch"].pattern.search(sentence):
        return None
    return rule["beside_a_name"].pattern.search(sentence)


@lru_cache(maxsize=256)  # of each catalogue
def named(names: tuple[str, ...]) -> re.Pattern[str]:
    """Finds any of some names as whole words, the longest first."""
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
