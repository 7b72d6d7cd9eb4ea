"""Loads past conversations in our own JSONL shape, and plain dialogues that know no notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Interaction, Item, ItemKind, Outcome, Turn, Visibility
from ingest.loaders.convert import each
from ingest.loaders.fields import (
    Clock,
    FieldFault,
    flag,
    listing,
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
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.lines import UnreadableError, utf8_chunks
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import clean, message_text

ENVELOPES = ("interactions", "conversations")
KNOWN = frozenset(
    "id channel customer_id subject at outcome tags language url updated_at turns meta".split()
)

SAY_WHICH = "one: say public or internal in every turn, so that no note is taken for a reply"
_STATES = re.compile(rb'(?<!\\)"visibility"\s*:')
_LONGEST_STATEMENT = 64  # bytes that are kept from piece to piece, so that none falls between


class InteractionsLoader:
    """Our own shape: every turn says who speaks and whether the customer saw it."""

    format = "interactions-jsonl"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        return any("visibility" in turn for turn in _first_turns(probe))

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=ENVELOPES)
        yield from each(path, records, partial(interaction, options=options))


class DialoguesLoader:
    """Bare dialogues: no turn speaks of visibility, so by this format all was said aloud.

    As soon as one turn of the file states its visibility, all must: who marks notes may have
    forgotten one. `action` is the label of a reply picked from suggestions; `completion`
    "Complete" means resolved.
    """

    format = "dialogues"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        return bool(_first_turns(probe))

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=ENVELOPES)
        stated = _line_stating_visibility(path, options)
        build = partial(interaction, options=options, all_said_aloud=True, stated=stated)
        yield from each(path, records, build)


def interaction(
    record: Record,
    *,
    options: LoadOptions,
    all_said_aloud: bool = False,
    stated: int | None = None,
) -> Interaction:
    """One conversation; a turn without speaker, text or visibility fails it by number.

    `stated` is the line where the file states a visibility: then none is said aloud unstated.
    """
    value, clock = record.value, Clock(options)
    turns = listing(value.get("turns"), "turns")
    if not turns:
        raise FieldFault("has no turns")
    if len(turns) > options.limits.turns:
        raise FieldFault(f"has more than {options.limits.turns} turns")
    aloud = all_said_aloud and not any("visibility" in turn for turn in turns)
    if aloud and stated is not None:
        raise FieldFault(f"no visibility, but line {stated} of this file states {SAY_WHICH}")
    default: Visibility | None = "public" if aloud else None
    read = tuple(_turn(n, one, clock, options, default) for n, one in enumerate(turns))
    at = clock.read(value.get("at"), "at")
    meta = {**mapping(plain(value.get("meta")), "meta")}
    meta |= {key: plain(one) for key, one in value.items() if key not in KNOWN}
    unstated = ["visibility"] * aloud + ["time zone"] * clock.unstated
    if unstated:
        meta["unstated"] = unstated
    return Interaction(
        source_id=f"{options.id_prefix}{required(value, 'id')}",
        turns=read,
        channel=(text(value, "channel") or "unknown").lower(),
        customer_id=text(value, "customer_id"),
        subject=text(value, "subject"),
        at=at or next((turn.at for turn in read if turn.at), None),
        outcome=_outcome(value),
        tags=words(value.get("tags") or value.get("tasks"), "tags", separator=","),
        language=text(value, "language"),
        url=text(value, "url"),
        updated_at=clock.read(value.get("updated_at"), "updated_at"),
        meta=meta,
    )


def _turn(
    n: int, value: Any, clock: Clock, options: LoadOptions, default: Visibility | None
) -> Turn:
    try:
        fields = mapping(value, "turn")
        who, role = speaker(fields.get("speaker"), options.roles)
        stated = fields.get("visibility")
        body = fields.get("text")
        attachments = words(fields.get("attachments"), "attachments")
        return Turn(
            speaker=who,
            text=message_text(clean(_said(body)), attachments),
            id=text(fields, "id"),
            role=role_of(fields.get("role")) or role,
            at=clock.read(fields.get("at"), "at"),
            visibility=default if default and stated is None else visibility(stated),
            author=text(fields, "author"),
            label=text(fields, "label", "action"),
        )
    except FieldFault as fault:
        raise FieldFault(f"turn {n}: {fault.detail}") from None


def _said(body: Any) -> str:
    if not isinstance(body, str):
        raise FieldFault("no text")
    return body


def _outcome(value: Mapping[str, Any]) -> Outcome:
    given = mapping(value.get("outcome"), "outcome")
    completion = text(value, "completion")
    resolved = flag(given.get("resolved"), "outcome.resolved")
    if resolved is None and completion is not None:
        resolved = completion == "Complete"
    return Outcome(
        resolved=resolved,
        reopened=flag(given.get("reopened"), "outcome.reopened"),
        rating=rating(given.get("rating")),
        status=text(given, "status") or completion,
        order_ids=words(given.get("order_ids"), "outcome.order_ids"),
    )


def _line_stating_visibility(path: Path, options: LoadOptions) -> int | None:
    """The first line with the field, in a whole record or a broken one: the order tells nothing."""
    held, line = b"", 1
    with suppress(UnreadableError, OSError):  # the reading itself reports these
        for piece in utf8_chunks(path, options):
            held += piece
            if found := _STATES.search(held):
                return line + held.count(b"\n", 0, found.start())
            passed = max(0, len(held) - _LONGEST_STATEMENT)
            line += held.count(b"\n", 0, passed)
            held = held[passed:]
    return None


def _first_turns(probe: Probe) -> list[Mapping[str, Any]]:
    turns = probe.first_of(*ENVELOPES).get("turns")
    if not isinstance(turns, list):
        return []
    return [turn for turn in turns if isinstance(turn, dict) and "speaker" in turn]
