"""Needs that wait, each once: the same need of two conversations is one piece of work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from copilot.ledger.language import plain

Row = TypeVar("Row", bound=Mapping[str, Any])
# What somebody can act on today comes first.
_ORDER = ("surface_now", "handoff_sales", "surface_after_resolution", "hold")


def each_once(rows: Iterable[Row]) -> list[Row]:
    """The first of each customer and need: the same products, or the same words without any."""
    seen: dict[tuple[Any, ...], Row] = {}
    for row in by_urgency(list(rows)):
        seen.setdefault(_what(row), row)
    return list(seen.values())


def by_urgency(rows: Sequence[Row]) -> list[Row]:
    """Those that can be said now first; else in the order they came."""
    rank = {name: place for place, name in enumerate(_ORDER)}
    return sorted(rows, key=lambda row: rank.get(row["disposition"], len(rank)))


def _what(row: Mapping[str, Any]) -> tuple[Any, ...]:
    skus = tuple(sorted(row["body"].get("recommended") or ()))
    words = " ".join(plain(str(row["body"].get("need", ""))).split())
    return row["customer_id"], skus or words
