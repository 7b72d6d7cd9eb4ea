"""Sentences written about customers, turned to the one who reads; none where staff is meant."""

from __future__ import annotations

import re
from functools import lru_cache

from copilot.guardrails.audience import is_to_staff

_THEM = re.compile(r"\bthe (?:customer|cardholder|caller|member)\b(['’]s)?", re.IGNORECASE)
_TOOL = re.compile(
    r"\b(?:tools?|functions?|procedures?|internal|parameters?|identifier|string|boolean)\b",
    re.IGNORECASE,
)
_NAME_OF_ONE = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
_TO_STAFF = re.compile(r"\byou(?:r|rs)?\b", re.IGNORECASE)
_TURNS = (
    (re.compile(r"\bthe (?:customer|cardholder|caller|member)['’]s\b", re.I), "your"),
    (re.compile(r"\bthe (?:customer|cardholder|caller|member) is\b", re.I), "you are"),
    (re.compile(r"\bthe (?:customer|cardholder|caller|member) has\b", re.I), "you have"),
    (re.compile(r"\bthe (?:customer|cardholder|caller|member) was\b", re.I), "you were"),
    (re.compile(r"\bthe (?:customer|cardholder|caller|member) does\b", re.I), "you do"),
    (
        re.compile(
            r"\bthe (?:customer|cardholder|caller|member)"
            r"(?= (?:will|can|may|must|should|could|would)\b)",
            re.IGNORECASE,
        ),
        "you",
    ),
    (
        re.compile(
            r"(?:(?<=\bto )|(?<=\bfor ))the (?:customer|cardholder|caller|member)\b(?! \w+s\b)",
            re.I,
        ),
        "you",
    ),
)


@lru_cache(maxsize=8_192)  # the same sentences are read for every request
def to_customer(text: str) -> str | None:
    """The sentence as it may be said to the customer; None if it instructs our own people."""
    if is_to_staff(text) or (_NAME_OF_ONE.search(text) and _TOOL.search(text)):
        return None
    if not _THEM.search(text):
        return text
    if _TO_STAFF.search(text):  # "check whether the customer has your code": you is the agent
        return None
    for pattern, word in _TURNS:
        text = pattern.sub(word, text)
    if _THEM.search(text) or re.search(r"\b(?:their|they)\b", text):
        return None  # a form that cannot be turned safely
    return text[0].upper() + text[1:]
