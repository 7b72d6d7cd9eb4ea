"""Places in a text that are personal data, and the typed placeholders that stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "EMAIL", "PHONE", "CARD", "IBAN", "IP", "NATIONAL_ID", "NAME", "ADDRESS", "ORDER", "BIRTH_DATE",
    "SECRET",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """Personal data of a kind between two places of a text."""

    start: int
    end: int
    kind: Kind


def choose(found: Iterable[Span], length: int) -> list[Span]:
    """Spans in order of place that do not overlap; what was found first keeps its place."""
    taken = bytearray(length)
    kept = []
    for span in found:
        if span.start < span.end and not any(taken[span.start : span.end]):
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def replaced(text: str, spans: Sequence[Span]) -> str:
    """The text with a placeholder in the place of each span."""
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], f"[{span.kind}]"]
        at = span.end
    parts.append(text[at:])
    return "".join(parts)
