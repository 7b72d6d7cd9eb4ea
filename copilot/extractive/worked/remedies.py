"""What they may choose where we said something that is not so, and who stays with their matter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.domain import Segment
from copilot.extractive.fitting.matching import Unit
from copilot.extractive.worked.told import Desk, Told
from copilot.facing import facing

_REMEDY = re.compile(
    r"\b(?:promised|told you|said|assured)\b.*\b(?:you (?:may|can) (?:choose|leave|have|ask|keep"
    r"|get)"
    r"|we (?:put it right|make it good|refund|pay))\b",
    re.IGNORECASE,
)
_CHOICES = re.compile(
    r"\b(?:choices|options|my rights?|what (?:do|will|can|are) you (?:\w+ ){0,3}(?:do|offer)"
    r"|what now|put (?:it|this|that) right|make (?:it|this|that) (?:good|right|up))\b",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\b(?:(?:one|a) (?:name|person|contact)|who (?:do|can|should) i (?:write|talk|speak|go|turn)"
    r"|(?:name|someone|somebody|person) (?:to|i can) (?:write|talk|speak|turn))\b",
    re.IGNORECASE,
)
_STAYS = re.compile(
    r"\b(?:stays? (?:with )?your|is your|remains? your) (?:contact|case)|\bpersonal contact\b"
    r"|\bone (?:adviser|person|colleague) (?:keeps|stays)\b",
    re.IGNORECASE,
)


def remedies(desk: Desk) -> Told:
    """Only for who says that we promised it, or told them so, and asks what we do about it."""
    if not any(m.name == "promise" for m in facing([desk.heard.said_text])):
        return Told()
    chosen = [a for a in desk.heard.asks if _CHOICES.search(a.text)]
    named = [a for a in desk.heard.asks if a not in chosen and _CONTACT.search(a.text)]
    told: list[Segment] = []
    settled = []
    for asks, pattern in ((chosen, _REMEDY), (named, _STAYS)):
        unit = next(_units(desk, pattern), None)
        if asks and unit is not None:
            told.append(Segment(_sentence(unit.text), (unit.n,)))
            settled += asks
    return Told(tuple(told), tuple(settled))


def _units(desk: Desk, pattern: re.Pattern[str]) -> Iterator[Unit]:
    for article in desk.articles:
        if article.hit.visibility == "public" and article.hit.chunk.kind == "document":
            yield from (u for u in article.units if pattern.search(u.text))


def _sentence(text: str) -> str:
    text = f"{text[:1].upper()}{text[1:]}"
    return text if text[-1] in ".!?" else f"{text}."
