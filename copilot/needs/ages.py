"""Ages as customers and files state them."""

from __future__ import annotations

import re

from copilot.ledger.language import digits

AGE = re.compile(
    r"\b(?:(?:she|he|they)(?:'s| is| are)|(?:daughter|son|child|nephew|niece|grandson|"
    r"granddaughter|brother|sister)(?:'s| is|,)?(?: only| just| who is)?|aged?|turning|"
    r"turns) (?:only |just |almost |nearly )?(\d{1,2})\b(?! ?(?:gb|pm|am|%))|"
    r"\b(\d{1,2})[- ]year[- ]old\b|\b(\d{1,2}) years? old\b"
)
_IS = re.compile(r"\bis (\d{1,2})\b")


def age_of(text: str) -> float | None:
    """The age a text states, if it states one."""
    lowered = digits(text)
    match = AGE.search(lowered) or _IS.search(lowered)
    if not match:
        return None
    return float(next(group for group in match.groups() if group))
