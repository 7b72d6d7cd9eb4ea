"""Loads conversations, one message per row or record, by a mapping file or our own column names.

A mapping: `{"columns": {"text": "Body", …}, "values": {"speaker": {"Client": "customer"}},
"defaults": {"visibility": "public"}}`. What a message needs is declared there, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Interaction, Item, ItemKind, Outcome, Turn
from copilot.errors import InvalidInput
from ingest.loaders.csvsource import Row, csv_rows
from ingest.loaders.fields import (
    Clock,
    FieldFault,
    flag,
    mapping,
    plain,
    rating,
    required,
    role_of,
    speaker,
    text,
    visibility,
    words,
)
from ingest.loaders.grouping import grouped
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import html_text, message_text

NAMES = tuple(
    "conversation_id message_id speaker role visibility text created_at author channel "
    "customer_id subject status resolved reopened rating tags language order_id url label".split()
)
NEEDED = ("conversation_id", "speaker", "visibility", "text")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which field stands in which column, what its words mean, and what a missing one is."""

    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    defaults: Mapping[str, str]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> ColumnMapping:
        """Check a mapping file; an unknown field name is a typing error, so it is refused."""
        parts = {name: mapping(given.get(name), name) for name in ("columns", "values", "defaults")}
        for name, part in parts.items():
            unknown = sorted(set(part) - set(NAMES))
            if unknown:
                known = ", ".join(NAMES)
                raise FieldFault(
                    f"mapping {name}: no field {', '.join(unknown)}; known are {known}"
                )
        return cls(
            columns={name: str(parts["columns"].get(name, name)).lower() for name in NAMES},
            values={
                name: {str(key).lower(): str(one) for key, one in mapping(meant, name).items()}
                for name, meant in parts["values"].items()
            },
            defaults={name: str(one) for name, one in parts["defaults"].items()},
        )

    def fields(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row under our own names, its words translated, its gaps filled as declared."""
        lowered = {key.lower(): one for key, one in row.items()}
        found: dict[str, Any] = {}
        for name in NAMES:
            value = _at(lowered, self.columns[name])
            if value is None or value == "":
                value = self.defaults.get(name)
            if name in self.values and value is not None:
                value = self.values[name].get(str(value).strip().lower(), value)
            found[name] = value
        return found


class MessagesCsvLoader:
    """Delimited text, one message per row."""

    format = "messages-csv"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        if probe.options.mapping.get("columns") and len(probe.header) > 1:
            return True
        return {"conversation_id", "text"} <= probe.header and bool(
            probe.header & {"speaker", "role", "visibility"}
        )

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        yield from _conversations(path, csv_rows(path, options), options)


class MessagesJsonLoader:
    """JSON or JSONL, one message per record; a column may be a path such as `author.email`."""

    format = "messages-json"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        if probe.options.mapping.get("columns") and probe.record_keys:
            return True
        return {"conversation_id", "text", "speaker"} <= probe.record_keys

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        yield from _conversations(path, json_records(path, options), options)


def _conversations(
    path: Path, records: Iterator[Row | Record | Failure], options: LoadOptions
) -> Iterator[Item | Failure]:
    try:
        declared = ColumnMapping.of(options.mapping)
    except InvalidInput as error:
        yield Failure(str(path), error.detail)
        return
    checked = _checked(path, records, declared, options)
    for group in grouped(checked, key=lambda message: str(message["conversation_id"])):
        yield group if isinstance(group, Failure) else _conversation(group)


def _checked(
    path: Path,
    records: Iterator[Row | Record | Failure],
    declared: ColumnMapping,
    options: LoadOptions,
) -> Iterator[dict[str, Any] | Failure]:
    """Each message by itself: a bad one fails alone, its conversation keeps the others."""
    for record in records:
        if isinstance(record, Failure):
            yield record
            continue
        fields = declared.fields(record.value)
        try:
            yield _message(fields, options)
        except InvalidInput as error:
            ident = text(fields, "message_id", "conversation_id")
            yield Failure(str(path), error.detail, line=record.line, record_id=ident)


def _message(fields: dict[str, Any], options: LoadOptions) -> dict[str, Any]:
    clock = Clock(options)
    who, role = speaker(fields["speaker"], options.roles)
    turn = Turn(
        speaker=who,
        text=message_text(html_text(text(fields, "text"), options)),
        id=text(fields, "message_id"),
        role=role_of(fields["role"]) or role or (options.agent_role if who == "agent" else None),
        at=clock.read(fields["created_at"], "created_at"),
        visibility=visibility(fields["visibility"]),
        author=text(fields, "author"),
        label=text(fields, "label"),
    )
    return {
        **{name: plain(fields[name]) for name in NAMES},
        "conversation_id": required(fields, "conversation_id"),
        "turn": turn,
        "resolved": flag(fields["resolved"], "resolved"),
        "reopened": flag(fields["reopened"], "reopened"),
        "rating": rating(fields["rating"]),
        "zoneless": clock.unstated,
    }


def _conversation(messages: list[dict[str, Any]]) -> Interaction:
    """Facts of the conversation are taken from the last message that states them."""
    turns = [message["turn"] for message in messages]
    if all(turn.at for turn in turns):
        turns.sort(key=lambda turn: turn.at)
    orders = tuple(dict.fromkeys(str(one["order_id"]) for one in messages if one["order_id"]))
    tags = words(_last(messages, "tags"), "tags", separator=",")
    zoneless = any(message["zoneless"] for message in messages)
    return Interaction(
        source_id=str(messages[0]["conversation_id"]),
        turns=tuple(turns),
        channel=str(_last(messages, "channel") or "unknown").lower(),
        customer_id=text({"id": _last(messages, "customer_id")}, "id"),
        subject=text({"subject": _last(messages, "subject")}, "subject"),
        at=min((turn.at for turn in turns if turn.at), default=None),
        outcome=Outcome(
            resolved=_last(messages, "resolved"),
            reopened=_last(messages, "reopened"),
            rating=_last(messages, "rating"),
            status=text({"status": _last(messages, "status")}, "status"),
            order_ids=orders,
        ),
        tags=tags,
        language=text({"language": _last(messages, "language")}, "language"),
        url=text({"url": _last(messages, "url")}, "url"),
        meta={"unstated": ["time zone"]} if zoneless else {},
    )


def _last(messages: list[dict[str, Any]], name: str) -> Any:
    return next((one[name] for one in reversed(messages) if one[name] not in (None, "")), None)


def _at(row: Mapping[str, Any], column: str) -> Any:
    """The value of a column, or at a dotted path into nested objects."""
    if column in row:
        return row[column]
    here: Any = row
    for part in column.split("."):
        if not isinstance(here, Mapping):
            return None
        lowered = {str(key).lower(): one for key, one in here.items()}
        here = lowered.get(part)
    return here
