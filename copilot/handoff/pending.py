"""Needs that wait, each once: the same need of two conversations is one piece of work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from copilot.ledger.language import plain

Row = TypeVar("Row", bound=Mapping[str, Any])
# What somebody can act on today comes first.
_ORDER = ("surface_now", "handoff_sales", "surface_after_resolution", "hold")


def each_once(rows: Iterable[Row]) -> list[Row]:
    """The first of each customer and need: the same words, or the same products in any number."""
    seen: set[tuple[Any, ...]] = set()
    found = []
    for row in _by_urgency(list(rows)):
        names = set(_names(row))
        if not names & seen:
            found.append(row)
        seen |= names
    return found


def _by_urgency(rows: Sequence[Row]) -> list[Row]:
    """Those that can be said now first; else in the order they came."""
    rank = {name: place for place, name in enumerate(_ORDER)}
    return sorted(rows, key=lambda row: rank.get(row["disposition"], len(rank)))


def _names(row: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """What makes two rows the same need."""
    yield row["customer_id"], " ".join(plain(str(row["body"].get("need", ""))).split())
    if skus := row["body"].get("recommended"):
        yield row["customer_id"], tuple(sorted(set(skus)))
