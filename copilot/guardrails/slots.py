"""What agents ask customers for, how they ask, and how an answer looks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ROAD = (
    r"street|st|road|rd|avenue|ave|lane|ln|drive|dr|way|close|court|ct|boulevard|blvd|place"
    r"|square|terrace|crescent|gardens?|park|hill|row|mews"
)
_NUMBERED = (
    "order", "account", "customer", "member(?:ship)?", "booking", "reservation", "reference",
    "tracking", "serial", "invoice", "policy", "case", "contract", "card", "flight", "meter",
    "licen[cs]e", "imei", "confirmation", "ticket",
)  # fmt: skip
_STEPS = (
    "restart", "reboot", "reset", "unplug", "reinstall", "updat", "clear", "log", "sign", "switch",
    "turn", "charg", "replac", "plug", "check", "clean", "call", "contact", "refresh", "try",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slot:
    """A thing that can be asked for, and how customers give it."""

    name: str
    question: re.Pattern[str]
    answers: tuple[re.Pattern[str], ...]

    def told(self, text: str) -> str | None:
        """What a customer's text gives for it."""
        for pattern in self.answers:
            if match := pattern.search(text):
                return match.group(1).strip()
        return None


@cache
def slots() -> tuple[Slot, ...]:
    """Every slot we can recognise, the more specific first."""
    lines: dict[str, tuple[list[str], list[str]]] = {}
    for line in Path(__file__).with_name("slots.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            asked, told = lines.setdefault(line.strip("[]"), ([], []))
        elif line.startswith("?"):
            asked.append(line[2:])
        elif line.startswith("="):
            told.append(line[2:].replace("<road>", _ROAD))
    plain = (
        Slot(name, _i("|".join(asked)), tuple(map(re.compile, told)))
        for name, (asked, told) in lines.items()
    )
    return (*map(_numbered, _NUMBERED), *plain)


def _numbered(word: str) -> Slot:
    number = r"(?:numbers?|no\b\.?|id|code|reference|ref\b\.?)"
    asked = (
        rf"\b{word}(?:'s)? {number}",
        rf"\b{number} (?:of|for|on) (?:the|your|this) {word}\b",
        rf"\bwhich {word}\b",
    )
    told = r"(#?\b(?=[\w-]{0,20}\d)[A-Za-z]{0,5}-?\d[\w-]{2,20})"
    answer = _i(rf"\b{word}\b[^.?!\n]{{0,30}}?{told}")
    return Slot(re.sub(r"\W.*", "", word) + " number", _i("|".join(asked)), (answer,))


def _i(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@cache
def step_question() -> re.Pattern[str]:
    """Have you tried turning it off?"""
    steps = "|".join(_STEPS)
    return _i(
        r"\b(?:have|did) you(?: already| ever)? (?:tried |try |try to |tried to )?(?:\w+ )?"
        rf"(?P<step>{steps})\w*"
        r"|\b(?:could|can|would) you (?:please )?(?:try|check) (?:to |if |whether )?"
        rf"(?P<step2>{steps})\w*"
    )


@cache
def step_done() -> re.Pattern[str]:
    """I have already restarted it."""
    return _i(
        r"\b(?:i(?:'ve| have| did| also)?|already|tried|we(?:'ve| have)?)(?: \w+){0,3}?"
        rf" (?P<step>{'|'.join(_STEPS)})(?:ed|t|d|ing|ped|ted|ged)?\b"
    )
