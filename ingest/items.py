"""What the pipeline asks of an item: its size, title and age, and whether the tables hold it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from copilot.db import id_of
from copilot.domain import Customer, Document, Interaction, Item, Product

T = TypeVar("T")

# What the tables' columns hold; PostgreSQL would refuse the whole batch for one longer value.
MOST = {"id": 512, "record id": 256, "customer_id": 256, "language": 16, "label": 200}


def groups(records: Iterable[T], size: int = 64) -> Iterator[list[T]]:
    """Records in handfuls: the store is asked once for each."""
    group: list[T] = []
    for record in records:
        group.append(record)
        if len(group) >= size:
            yield group
            group = []
    if group:
        yield group


def size_of(item: Item) -> int:
    if isinstance(item, Document):
        return len(item.text)
    if isinstance(item, Interaction):
        return sum(len(turn.text) for turn in item.turns)
    return 0


def title_of(item: Item) -> str:
    return item.title if isinstance(item, Document) else ""


def oversized(item: Item) -> str | None:
    """Why the tables cannot hold the item: a short field of it that is far too long."""
    if isinstance(item, Product | Customer):
        values = [("record id", id_of(item))]
    else:
        values = [("id", item.source_id), ("language", item.language or "")]
    if isinstance(item, Interaction):
        values.append(("customer_id", item.customer_id or ""))
        values += [("label", turn.label) for turn in item.turns if turn.label]
    return next(
        (
            f"its {name} has {len(value)} characters, {MOST[name]} are the most"
            for name, value in values
            if len(value) > MOST[name]
        ),
        None,
    )


def state_of(item: Item) -> datetime | None:
    """When this state of the item was reached, as far as it says so."""
    if isinstance(item, Interaction):
        times = [turn.at for turn in item.turns if turn.at]
        return item.updated_at or max(times, default=None)
    return item.updated_at if isinstance(item, Document) else None
