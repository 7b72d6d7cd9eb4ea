"""Proposes a mapping for a file of messages whose columns nobody knows; a person confirms it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from copilot.domain import Failure
from copilot.errors import InvalidInput
from ingest.loaders.csvsource import csv_rows
from ingest.loaders.jsonsource import json_records
from ingest.loaders.protocol import LoadOptions

SAMPLE = 500
OPEN = "?"


def _words(said: str) -> tuple[str, ...]:
    return tuple(said.split())


# Our field, then the names it goes by elsewhere, the surest first.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "conversation_id": _words(
        "conversation_id ticket_id case_id thread_id chat_id ticket case conversation "
        "session_id issue_id ticketnummer vorgang"
    ),
    "message_id": _words("message_id comment_id post_id event_id msg_id"),
    "speaker": _words(
        "speaker sender_type author_type from_type sender author_role role direction from "
        "who type absender"
    ),
    "role": _words("department team abteilung"),
    "visibility": _words(
        "visibility is_public public private is_private internal is_internal kind note sichtbarkeit"
    ),
    "text": _words(
        "text body message content comment plain_body body_text nachricht texte mensaje"
    ),
    "created_at": _words(
        "created_at timestamp time date sent_at created datetime when datum fecha"
    ),
    "author": _words("author author_name agent agent_name from_name sender_name name"),
    "channel": _words("channel source via medium kanal"),
    "customer_id": _words("customer_id contact_id requester_id user_id client_id kundennummer"),
    "subject": _words("subject title betreff sujet asunto"),
    "status": _words("status state ticket_status"),
    "rating": _words("rating csat score satisfaction"),
    "tags": _words("tags labels"),
    "language": _words("language locale lang"),
    "order_id": _words("order_id order order_number bestellnummer"),
    "url": _words("url link"),
}
SPEAKER_WORDS = {
    "customer": "customer client user end_user end-user requester visitor contact buyer kunde lead "
    "inbound incoming in",
    "agent": "agent staff admin operator support rep employee representative mitarbeiter outbound "
    "outgoing out",
    "bot": "bot chatbot automation assistant",
    "system": "system",
}
VISIBILITY_WORDS = {
    "public": {
        "visibility": "public reply external",
        "is_public": "true yes 1",
        "private": "false no 0",
    },
    "internal": {
        "visibility": "internal private note",
        "is_public": "false no 0",
        "private": "true yes 1",
    },
}


def guess_mapping(path: Path, options: LoadOptions | None = None) -> dict[str, Any]:
    """A proposal to edit and pass with `--mapping`; `unsure` says what to look at.

    A word whose meaning is not clear is mapped to "?", which no record passes until it is edited.
    """
    options = options or LoadOptions()
    rows = list(islice(_rows(path, options), SAMPLE))
    if not rows:
        raise InvalidInput(f"{path.name} has no row that can be read; nothing can be proposed")
    columns = _columns(rows)
    values: dict[str, dict[str, str]] = {}
    unsure: list[str] = []
    for name, words in (("speaker", _speaker_word), ("visibility", _visibility_word(columns))):
        if name in columns:
            found = {word: words(word) for word in _words_of(rows, columns[name])}
            values[name] = found
            unsure += [
                f"{name}: what does {w!r} mean?" for w, meant in found.items() if meant == OPEN
            ]
    missing = [name for name in ("conversation_id", "speaker", "text") if name not in columns]
    unsure += [f"{name}: no column was recognised" for name in missing]
    defaults = {} if "visibility" in columns else {"visibility": OPEN}
    if defaults:
        unsure.append("visibility: no column says who could read a message; set public or internal")
    if "created_at" in columns and _is_ambiguous(rows, columns["created_at"]):
        unsure.append("created_at: 02/03 reads two ways; add --date-order dmy or mdy")
    kind = {"kind": "interaction", "columns": columns, "values": values, "defaults": defaults}
    return {**kind, "unsure": unsure, "preview": _preview(rows, columns)}


def _rows(path: Path, options: LoadOptions) -> Iterator[Mapping[str, Any]]:
    name = path.name.lower().removesuffix(".gz")
    is_json = name.endswith((".json", ".jsonl", ".ndjson"))
    found: Any = json_records(path, options) if is_json else csv_rows(path, options)
    for record in found:
        if not isinstance(record, Failure):
            yield dict(_flat(record.value))


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, one in value.items():
        if isinstance(one, Mapping):
            yield from _flat(one, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", one


def _columns(rows: list[Mapping[str, Any]]) -> dict[str, str]:
    """The best unused column for each of our fields, by name; text also by length."""
    names = list(dict.fromkeys(key for row in rows for key in row))
    found: dict[str, str] = {}
    for field, synonyms in SYNONYMS.items():
        ranked = [
            (synonyms.index(plain), name)
            for name in names
            if (plain := _plain(name)) in synonyms and name not in found.values()
        ]
        if ranked:
            found[field] = min(ranked)[1]
    if "text" not in found:
        free = [name for name in names if name not in found.values()]
        longest = max(free, key=lambda name: _mean_length(rows, name), default=None)
        if longest and _mean_length(rows, longest) > 40:
            found["text"] = longest
    return found


def _plain(name: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.rpartition(".")[2] or name)
    return re.sub(r"[^a-z0-9äöüß]+", "_", snake.lower()).strip("_")


def _mean_length(rows: list[Mapping[str, Any]], name: str) -> float:
    return sum(len(str(row.get(name) or "")) for row in rows) / len(rows)


def _words_of(rows: list[Mapping[str, Any]], name: str) -> list[str]:
    counted = Counter(str(row.get(name)).strip() for row in rows if row.get(name) not in (None, ""))
    return [word for word, _ in counted.most_common(20)]


def _speaker_word(word: str) -> str:
    plain = _plain(word)
    return next((meant for meant, said in SPEAKER_WORDS.items() if plain in said.split()), OPEN)


def _visibility_word(columns: Mapping[str, str]) -> Any:
    """`private = false` and `public = true` mean the same; the column's name decides."""
    column = _plain(columns.get("visibility", ""))
    kind = "visibility"
    if column in ("is_public", "public"):
        kind = "is_public"
    elif column in ("private", "is_private", "internal", "is_internal", "note"):
        kind = "private"

    def meaning(word: str) -> str:
        plain = _plain(word)
        found = (m for m, said in VISIBILITY_WORDS.items() if plain in said[kind].split())
        return next(found, OPEN)

    return meaning


def _is_ambiguous(rows: list[Mapping[str, Any]], name: str) -> bool:
    return any(
        re.match(r"\s*\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", str(row.get(name) or "")) for row in rows
    )


def _preview(rows: list[Mapping[str, Any]], columns: Mapping[str, str]) -> list[dict[str, str]]:
    """The first rows under our names, cut short, to see whether the proposal is right."""
    return [
        {field: str(row.get(name) or "")[:80] for field, name in columns.items()}
        for row in rows[:3]
    ]
