"""Tells a sale from an answer: words that recommend or order, and products beside their price."""

from __future__ import annotations

import re
from collections.abc import Iterable

from copilot.guardrails.pitch import hidden_pitch, named
from copilot.guardrails.rulebook import lowered, rules

_PRICE = re.compile(r"[£$€][ ]?\d|\d[ ]?(?:€|eur\b|gbp\b|usd\b|pounds?\b|euros?\b|dollars?\b)")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.](?=\d)[^.!?\n]*)*[.!?]*")


def sells(text: str, product_names: Iterable[str], spoken_of: Iterable[str] = ()) -> bool:
    """Whether a reply sells: `product_names` are the catalogue's, `spoken_of` those owned or named.

    What the customer owns or named may be priced: it is what they speak of.
    """
    names = tuple(product_names)
    ours = {name.casefold() for name in spoken_of}
    others = tuple(sorted(n for n in names if n and n.casefold() not in ours))
    low = lowered(text)
    if hidden_pitch(text, names, ours) or rules("selling.txt")["sells"].pattern.search(low):
        return True
    if not others:
        return False
    offered = named(others)
    return any(
        _PRICE.search(sentence) and offered.search(sentence) for sentence in _SENTENCE.findall(low)
    )
