"""Loads conversations, one message per row or record, by a mapping file or our own column names.

A mapping: `{"columns": {"text": "Body", …}, "values": {"speaker": {"Client": "customer"}},
"defaults": {"visibility": "public"}, "optional": ["rating"]}`. What a message needs is declared
there, never guessed; "*" among the values stands for any other word. A column that is declared
and lacks in the file refuses the file: read without it, what stood there would be wiped out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
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
from ingest.loaders.protocol import DateOrder, LoadOptions, Probe
from ingest.loaders.text import html_text, message_text

NAMES = tuple(
    "conversation_id message_id speaker role visibility text created_at author channel "
    "customer_id subject status resolved reopened rating tags language order_id url label "
    "reply reply_at "  # the agent's answer and its time, where one row is a whole ticket
    "customer_name agent_name".split()  # who wrote the lines of each side, where no author says it
)
PARTS = frozenset(
    "columns values defaults optional date_order kind to_decide unsure preview".split()
)
NAMED_SIDES = ("customer", "agent")
UNDECIDED = "?"  # each date then waits for its order
DATE_ORDERS = ("dmy", "mdy", "ymd")
REPLY_TIME = "reply time"  # among what an item lacks
UNDATED_REPLY = "no column says when it was answered; the reply takes the ticket's own time"
MAX_SHOWN = 40  # columns named in a fault
Records = Callable[[], Iterator[Row | Record | Failure]]
_NOWHERE = object()


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which field stands in which column, what its words mean, and what a missing one is."""

    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    defaults: Mapping[str, str]
    declared: Mapping[str, str]  # field -> column as the mapping file writes it; it must be there
    date_order: DateOrder | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> ColumnMapping:
        """Check a mapping file; an unknown field name is a typing error, so it is refused."""
        if unknown := sorted(set(given) - PARTS):
            raise FieldFault(
                f"mapping: no part {', '.join(unknown)}; it has columns, values, defaults, "
                "optional, date_order"
            )
        order = given.get("date_order")
        if order not in (None, UNDECIDED, *DATE_ORDERS):
            raise FieldFault(f"mapping date_order: write dmy, mdy or ymd, not {order!r}")
        parts = {name: mapping(given.get(name), name) for name in ("columns", "values", "defaults")}
        for name, part in parts.items():
            unknown = sorted(set(part) - set(NAMES))
            if unknown:
                known = ", ".join(NAMES)
                raise FieldFault(
                    f"mapping {name}: no field {', '.join(unknown)}; known are {known}"
                )
        optional = set(words(given.get("optional"), "optional"))
        if unknown := sorted(optional - set(parts["columns"])):
            raise FieldFault(f"mapping optional: {', '.join(unknown)} is no mapped column")
        columns = {name: str(one).strip() for name, one in parts["columns"].items()}
        return cls(
            columns={name: columns.get(name, name).lower() for name in NAMES},
            values={
                name: {str(key).lower(): str(one) for key, one in mapping(meant, name).items()}
                for name, meant in parts["values"].items()
            },
            defaults={name: str(one) for name, one in parts["defaults"].items()},
            declared={name: one for name, one in columns.items() if name not in optional},
            date_order=None if order == UNDECIDED else order,
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
                meant = self.values[name]
                value = meant.get(str(value).strip().lower(), meant.get("*", value))
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
        yield from _conversations(path, partial(csv_rows, path, options), options)


class MessagesJsonLoader:
    """JSON or JSONL, one message per record; a column may be a path such as `author.email`."""

    format = "messages-json"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        if probe.options.mapping.get("columns") and probe.record_keys:
            return True
        return {"conversation_id", "text", "speaker"} <= probe.record_keys

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        yield from _conversations(path, partial(json_records, path, options), options)


def _conversations(path: Path, read: Records, options: LoadOptions) -> Iterator[Item | Failure]:
    try:
        declared = ColumnMapping.of(options.mapping)
    except InvalidInput as error:
        yield Failure(str(path), error.detail)
        return
    if reason := _lacking(read(), declared):
        yield Failure(str(path), reason)
        return
    options = replace(options, date_order=options.date_order or declared.date_order)
    checked = _checked(path, read(), declared, options)
    for group in grouped(checked, key=lambda message: str(message["conversation_id"])):
        yield group if isinstance(group, Failure) else _conversation(group)


def _lacking(records: Iterator[Row | Record | Failure], mapping: ColumnMapping) -> str | None:
    """Why the file cannot be read by this mapping: a column that none of its records has.

    Most files show every column in their first record, and no more of them is read here.
    """
    lacking = dict(mapping.declared)
    seen: dict[str, None] = {}
    for record in records:
        if isinstance(record, Failure):
            continue
        row = {key.lower(): one for key, one in record.value.items()}
        lacking = {name: one for name, one in lacking.items() if not _has(row, one.lower())}
        if not lacking:
            return None
        if len(seen) < MAX_SHOWN:
            seen |= dict.fromkeys(_paths(record.value))
        if isinstance(record, Row):
            break  # every row has the columns of the header
    if not lacking or not seen:
        return None
    fields = "; ".join(f"{one!r} for {name}" for name, one in lacking.items())
    shown = ", ".join(list(seen)[:MAX_SHOWN])
    return (
        f"the mapping names a column that this file lacks: {fields}. The file has {shown}. "
        "Correct the mapping file; if the file may do without the column, list the field under "
        '"optional" there. Nothing of this file was stored or changed'
    )


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
        author=text(fields, "author", *((f"{who}_name",) if who in NAMED_SIDES else ())),
        label=text(fields, "label"),
    )
    return {
        **{name: plain(fields[name]) for name in NAMES},
        "conversation_id": f"{options.id_prefix}{required(fields, 'conversation_id')}",
        "turn": turn,
        "reply": _reply(fields, turn, options, clock),
        "resolved": flag(fields["resolved"], "resolved"),
        "reopened": flag(fields["reopened"], "reopened"),
        "rating": rating(fields["rating"]),
        "zoneless": clock.unstated,
    }


def _reply(
    fields: Mapping[str, Any], asked: Turn, options: LoadOptions, clock: Clock
) -> Turn | None:
    """The agent's answer that stands in the same row.

    Where nobody says when it was written it takes the ticket's own time, and the report says so:
    undated, no promise in it would ever be due.
    """
    said = html_text(text(fields, "reply"), options)
    if not said:
        return None
    at = clock.read(fields["reply_at"], "reply_at") or asked.at
    return Turn(
        "agent", said, role=options.agent_role, at=at, visibility=asked.visibility,
        author=text(fields, "agent_name"),
    )  # fmt: skip


def _conversation(messages: list[dict[str, Any]]) -> Interaction:
    """Facts of the conversation are taken from the last message that states them."""
    if all(message["turn"].at for message in messages):
        messages = sorted(messages, key=lambda message: message["turn"].at)
    turns = [turn for message in messages for turn in (message["turn"], message["reply"]) if turn]
    orders = tuple(dict.fromkeys(str(one["order_id"]) for one in messages if one["order_id"]))
    tags = words(_last(messages, "tags"), "tags", separator=",")
    unstated = [name for name in ("customer_id", "language", "url") if not _last(messages, name)]
    unstated += [
        f"outcome.{name}"
        for name in ("resolved", "reopened", "rating")
        if _last(messages, name) is None
    ]
    unstated += ["times"] * (not any(turn.at for turn in turns))
    borrowed = (one["reply"] and one["reply"].at and not one["reply_at"] for one in messages)
    unstated += [REPLY_TIME] * any(borrowed)
    unstated += ["time zone"] * any(message["zoneless"] for message in messages)
    return Interaction(
        source_id=messages[0]["conversation_id"],
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
        meta={"unstated": unstated} if unstated else {},
    )


def _last(messages: list[dict[str, Any]], name: str) -> Any:
    return next((one[name] for one in reversed(messages) if one[name] not in (None, "")), None)


def _at(row: Mapping[str, Any], column: str) -> Any:
    """The value of a column, or at a dotted path into nested objects."""
    found = _found(row, column)
    return None if found is _NOWHERE else found


def _has(row: Mapping[str, Any], column: str) -> bool:
    """Whether the column is there, with or without a value; below a null nobody can tell."""
    return _found(row, column) is not _NOWHERE


def _found(row: Mapping[str, Any], column: str) -> Any:
    if column in row:
        return row[column]
    here: Any = row
    for part in column.split("."):
        if here is None:
            return None
        if not isinstance(here, Mapping):
            return _NOWHERE
        here = {str(key).lower(): one for key, one in here.items()}.get(part, _NOWHERE)
    return here


def _paths(value: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The names of the columns, those of nested objects as dotted paths."""
    for key, one in value.items():
        if isinstance(one, Mapping) and one:
            yield from _paths(one, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
