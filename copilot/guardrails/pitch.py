"""Finds promotion hidden in the prose of a reply that should only resolve the matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    names = tuple(sorted({n for n in product_names if n and n.casefold() not in allowed}))
    found = []
    for sentence in _SENTENCE.finditer(lowered(text)):
        match = _pitch(sentence.group(), names, tuple(sorted(allowed)))
        if match is not None:
            why = rules(_RULES)["always"].why
            start, end = (sentence.start() + at for at in match.span())
            found.append(Finding("hidden_pitch", text[start:end], start, why))
    return found


def _pitch(sentence: str, names: tuple[str, ...], allowed: tuple[str, ...]) -> re.Match[str] | None:
    other = named(names).search(sentence) if names else None
    if other is None and any(named((name,)).search(sentence) for name in allowed):
        return None
    rule = rules(_RULES)
    if found := rule["always"].pattern.search(sentence):
        return found
    # Some words promote only beside the name of a product nobody asked for.
    if other is None or rule["no_pitch"].pattern.search(sentence):
        return None
    return rule["beside_a_name"].pattern.search(sentence)


@lru_cache(maxsize=2_048)  # of a catalogue, and of each name: what may be named differs
def named(names: tuple[str, ...]) -> re.Pattern[str]:
    """Finds any of some names as whole words, the longest first."""
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
