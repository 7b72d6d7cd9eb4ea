"""Proposes a mapping for a file of messages whose columns nobody knows; a person confirms it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from copilot.domain import Failure
from copilot.errors import InvalidInput
from ingest.loaders.column_rules import Table, assigned
from ingest.loaders.column_values import (
    ASKED,
    FALSE,
    INTERNAL,
    PUBLIC,
    RATINGS,
    ROLES,
    SOLVED,
    TRUE,
    Column,
    speaker_of,
    word_of,
)
from ingest.loaders.csvsource import csv_rows
from ingest.loaders.jsonsource import json_records
from ingest.loaders.protocol import LoadOptions

SAMPLE = 500
OPEN = "?"
MAX_WORDS = 20
LONGEST_ID = 100
SCALES = (5, 10, 100)  # the highest rating of a scale that begins at 0
NEEDED = ("conversation_id", "text")
CHOICES = {
    "speaker": "customer, agent, agent:sales, agent:service, bot, system or third_party",
    "visibility": "public or internal",
    "role": "sales or service",
    "rating": "1 to 5, or nothing",
    "resolved": "true, false, or nothing",
    "reopened": "true, false, or nothing",
}
WORDED = ("speaker", "visibility", "role", "rating", "resolved", "reopened")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_SLASHED = re.compile(r"\s*(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}")


def guess_mapping(
    path: Path,
    options: LoadOptions | None = None,
    *,
    is_customer: Callable[[str], bool] | None = None,
) -> dict[str, Any]:
    """A proposal to edit and pass with `--mapping`; `unsure` says what to look at.

    Whatever a person must decide is "?" in its place, and listed under `to_decide`.
    `is_customer` tells whether an id is one of a stored customer.
    """
    options = options or LoadOptions()
    faults: list[Failure] = []
    rows = list(islice(_rows(path, options, faults), SAMPLE))
    if not rows:
        why = f": {faults[0].reason}" if faults else ""
        raise InvalidInput(f"{path.name} has no row that can be read{why}; nothing is proposed")
    names = list(dict.fromkeys(key for row in rows for key in row))
    columns = [_column(name, [_cell(row.get(name)) for row in rows], is_customer) for name in names]
    found, table = assigned(columns)
    values = {name: _meanings(name, found[name]) for name in WORDED if name in found}
    if "status" in found and "resolved" not in found and (meant := _solved(found["status"])):
        found["resolved"], values["resolved"] = found["status"], meant
    defaults = _defaults(found, table)
    named = {name: OPEN for name in NEEDED if name not in found}
    order = options.date_order or _date_order(found)
    proposal = {
        "columns": {name: column.name for name, column in found.items()} | named,
        "values": {name: meant for name, meant in values.items() if meant},
        "defaults": defaults,
        **({"date_order": order} if order else {}),
        "unsure": [*_unsure(found, values, defaults, table), *_unused(columns, found)],
        "preview": _preview(rows, found),
    }
    return {"kind": "interaction", "to_decide": list(undecided(proposal)), **proposal}


def _column(name: str, cells: Sequence[str], is_customer: Callable[[str], bool] | None) -> Column:
    column = Column(name, cells)
    if is_customer is None:
        return column
    asked = (word for word in column.words[:ASKED] if len(word) <= LONGEST_ID)
    return Column(name, cells, frozenset(word for word in asked if is_customer(word)))


def undecided(mapping: Mapping[str, Any]) -> Iterator[str]:
    """Every "?" of a mapping: its place, and what may be written there."""
    for name, column in _part(mapping, "columns").items():
        if column == OPEN:
            yield f"columns.{name}: the name of the column that holds it"
    for name, meant in _part(mapping, "values").items():
        for word in (word for word, one in _part({name: meant}, name).items() if one == OPEN):
            yield f"values.{name}: what {word!r} means: {CHOICES.get(name, 'the word for us')}"
    for name, one in _part(mapping, "defaults").items():
        if one == OPEN:
            yield f"defaults.{name}: {CHOICES.get(name, 'what holds for every record')}"
    if mapping.get("date_order") == OPEN:
        yield "date_order: dmy (31/12/2026), mdy (12/31/2026) or ymd"


def _part(mapping: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of a mapping that a person may have written; another shape is refused elsewhere."""
    found = mapping.get(name)
    return found if isinstance(found, Mapping) else {}


def _rows(path: Path, options: LoadOptions, faults: list[Failure]) -> Iterator[Mapping[str, Any]]:
    name = path.name.lower().removesuffix(".gz")
    is_json = name.endswith((".json", ".jsonl", ".ndjson"))
    found: Any = json_records(path, options) if is_json else csv_rows(path, options)
    for record in found:
        if isinstance(record, Failure):
            faults.append(record)
        else:
            yield dict(_flat(record.value))


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, one in value.items():
        if isinstance(one, Mapping):
            yield from _flat(one, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", one


def _cell(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _meanings(name: str, column: Column) -> dict[str, str]:
    """What each word of a column means to us; a number and our own word need no translation."""
    words = column.words[:MAX_WORDS]
    if name == "rating":
        return _ratings(words)
    return {word: _meaning(name, word_of(word), word, column) for word in words}


def _ratings(words: Sequence[str]) -> dict[str, str]:
    """Words and scales as our 1 to 5; numbers that lie on it need no translation."""
    numbers = {word: float(word.replace(",", ".")) for word in words if _NUMBER.fullmatch(word)}
    low, high = min(numbers.values(), default=1), max(numbers.values(), default=5)
    worded = {w: RATINGS.get(word_of(w), OPEN) for w in words if w not in numbers}
    if low >= 1 and high <= 5:
        return worded
    top = next((top for top in SCALES if low >= 0 and high <= top), None)
    if top is None:
        return worded | dict.fromkeys(numbers, OPEN)
    return worded | {word: f"{1 + 4 * value / top:g}" for word, value in numbers.items()}


def _meaning(name: str, plain: str, word: str, column: Column) -> str:
    if name == "speaker":
        side = _side(column)
        if side and plain in TRUE | FALSE:
            other = {"customer": "agent", "agent": "customer"}[side]
            return side if plain in TRUE else other
        return speaker_of(word) or OPEN
    if name == "visibility":
        if plain in PUBLIC | INTERNAL:
            return "public" if plain in PUBLIC else "internal"
        hides = "private" in column.ideas
        if plain in TRUE | FALSE:
            return "internal" if (plain in TRUE) is hides else "public"
        return OPEN
    if name == "role":
        return ROLES.get(plain, OPEN)
    if plain in TRUE | FALSE:
        return "true" if plain in TRUE else "false"
    return OPEN


def _side(column: Column) -> str | None:
    """Whom `true` means in a column such as `inbound` or `from_agent`."""
    if "agent" in column.ideas:
        return "agent"
    if "direction" in column.ideas:
        return "agent" if re.search(r"out", column.name, re.IGNORECASE) else "customer"
    return None


def _solved(status: Column) -> dict[str, str]:
    """Which states mean that the case was solved; any other leaves it unknown."""
    solved = [word for word in status.words[:MAX_WORDS] if word_of(word) in SOLVED]
    return {**dict.fromkeys(solved, "true"), "*": ""} if solved else {}


def _defaults(found: Mapping[str, Column], table: Table) -> dict[str, str]:
    defaults: dict[str, str] = {}
    if "speaker" not in found:
        defaults["speaker"] = "customer" if table.per_ticket and "text" in found else OPEN
    if "visibility" not in found:
        defaults["visibility"] = OPEN
    return defaults


def _unsure(
    found: Mapping[str, Column],
    values: Mapping[str, Mapping[str, str]],
    defaults: Mapping[str, str],
    table: Table,
) -> Iterator[str]:
    """What a person has to decide or look at, in words."""
    needed = [*NEEDED, *(["speaker"] if defaults.get("speaker") == OPEN else [])]
    yield from (f"{name}: no column was recognised" for name in needed if name not in found)
    if table.per_ticket and "text" in found:
        yield (
            f"speaker: each row is a whole ticket; is {found['text'].name!r} always what the "
            "customer wrote?"
        )
        if "reply" not in found:
            yield "reply: no column holds what the agent answered, so no reply is learned from it"
    if "visibility" in defaults:
        yield "visibility: no column says who could read a message; set public or internal"
    if "resolved" in values and found["resolved"] is found.get("status"):
        yield "resolved: read from the status; states that are not named leave it unknown"
    if any(_NUMBER.fullmatch(word) for word in values.get("rating", {})):
        yield "rating: its numbers are no scale of 1 to 5; check how they were translated"
    if "customer_id" in found and (question := _whose_question(found["customer_id"])):
        yield question
    if "agent_name" in found:
        yield (
            f"agent_name: is {found['agent_name'].name!r} who wrote what the agent said? Where a "
            "ticket changed hands it may be the last one only"
        )
    if "created_at" in found and (question := _date_question(found["created_at"].values)):
        yield question


def _whose_question(column: Column) -> str | None:
    """Where its name does not say so, or not all of them are stored: are these your customers?"""
    ids = column.words[:ASKED]
    is_named = {"id", "code", "email"} & set(column.ideas)
    if (is_named and not column.known) or len(column.known) == len(ids):
        return None
    count = f"{len(column.known)} of {len(ids)} are on file"
    return (
        f"customer_id: {column.name!r} holds what looks like ids ({', '.join(ids[:3])}; {count}); "
        "are they the ids of your customers?"
    )


def _unused(columns: Sequence[Column], found: Mapping[str, Column]) -> list[str]:
    """The columns that no field reads: what stands in them is not taken in."""
    used = {column.name for column in found.values()}
    names = [repr(column.name) for column in columns if column.name not in used]
    return [f"not used: {', '.join(names)}"] if names else []


def _date_order(found: Mapping[str, Column]) -> str | None:
    """The order of slashed dates if one of them shows it, "?" if none does, nothing without any."""
    shown = _shown_order(found["created_at"].values) if "created_at" in found else None
    return shown and shown[0]


def _date_question(values: Sequence[str]) -> str | None:
    """Which value shows the order of the dates."""
    shown = _shown_order(values)
    if shown is None:
        return None
    order, value = shown
    if order == OPEN:
        return f"created_at: {value} reads two ways; write dmy or mdy as the date_order"
    return f"created_at: {value} shows that the date_order is {order}"


def _shown_order(values: Sequence[str]) -> tuple[str, str] | None:
    """The order of slashed dates with a value that shows it, or that reads two ways."""
    parts = [match for value in values if (match := _SLASHED.match(value))]
    for place, order in ((1, "dmy"), (2, "mdy")):
        shown = next((match[0].strip() for match in parts if int(match[place]) > 12), None)
        if shown:
            return order, shown
    return (OPEN, parts[0][0].strip()) if parts else None


def _preview(
    rows: Sequence[Mapping[str, Any]], found: Mapping[str, Column]
) -> list[dict[str, str]]:
    """The first rows under our names, cut short, to see whether the proposal is right."""
    return [
        {name: _cell(row.get(column.name))[:80] for name, column in found.items()}
        for row in rows[:3]
    ]
