"""Reads rules of wording from the text files beside it: one pattern a line, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HEAD = re.compile(r"\[(?P<name>[a-z_]+)\] (?P<why>.+)")
_SHORT = {
    "<dept>": "sales|service|support|billing|marketing",
    "<promo>": r"(?:offers?|deals?|prices?|discounts?|bonus(?:es)?|sales?|promo(?:tion)?s?|chance)",
    "<not>": r"did(?:n['’]t|_not)",
    "~": r"[^.!?\n]{0,40}?",
    "_": r"[ \t\n]",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """All patterns of one rule in one, for `lowered` text, and what to tell who breaks it."""

    name: str
    why: str
    pattern: re.Pattern[str]


@cache
def rules(file: str) -> dict[str, Rule]:
    """The rules of a file, by name; read and compiled once."""
    text = Path(__file__).with_name(file).read_text(encoding="utf-8")
    lines: dict[str, tuple[str, list[str]]] = {}
    for line in text.splitlines():
        if head := _HEAD.fullmatch(line):
            _, patterns = lines.setdefault(head["name"], (head["why"], []))
        elif line and not line.startswith("#"):
            patterns.append(line)
    return {name: Rule(name, why, _compiled(found)) for name, (why, found) in lines.items()}


def _compiled(patterns: list[str]) -> re.Pattern[str]:
    pattern = "|".join(patterns)
    for short, full in _SHORT.items():
        pattern = pattern.replace(short, full)
    return re.compile(rf"\b(?:{pattern})")


def lowered(text: str) -> str:
    """Lower case of the same length: patterns without a case flag run several times as fast."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)
