"""Loads Slack exports, zipped or unpacked: threads by `thread_ts`, the rest by channel and day."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Interaction, Item, ItemKind, Speaker
from copilot.errors import InvalidInput
from ingest.loaders.convert import LeftOutError, each
from ingest.loaders.fields import FieldFault, listing, mapping, required, text
from ingest.loaders.grouping import grouped
from ingest.loaders.jsonsource import DECODER, Record
from ingest.loaders.protocol import LEFT_OUT, LoadOptions, Probe
from ingest.loaders.text import clean
from ingest.loaders.threads import Thread, cast, file_names, is_own, named

_DAY_FILE = re.compile(r"^([^/]+)/(\d{4}-\d{2}-\d{2})\.json$")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|([^>]*))?>")
_LINK = re.compile(r"<(https?://[^|>]+)(?:\|([^>]*))?>")
_CHANNEL_REF = re.compile(r"<#[A-Z0-9]+\|([^>]*)>")
LISTS = frozenset("users.json channels.json groups.json dms.json mpims.json".split())
OTHER_LISTS = frozenset("integration_logs.json canvases.json file_conversations.json".split())
DAY_FILE_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands behind a user id."""

    name: str
    email: str | None
    is_bot: bool


class SlackLoader:
    """Roles by declared names or own mail domains; a thread without a customer is internal."""

    format = "slack"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        if probe.is_dir:
            return {"users.json", "channels.json"} <= probe.children
        return probe.head.startswith(b"PK\x03\x04") and _lists_in(probe.path)

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        try:
            names, read = _source(path, options)
            people = _people(read("users.json"))
        except (InvalidInput, OSError, ValueError, zipfile.BadZipFile) as error:
            yield Failure(str(path), getattr(error, "detail", None) or f"cannot be read: {error}")
            return
        groups = grouped(_messages(path, names, read), key=_thread_key)
        bundles = (one if isinstance(one, Failure) else _bundle(one) for one in groups)
        yield from each(path, bundles, partial(_conversation, options=options, people=people))


def _lists_in(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return len(archive.infolist()) < 1_000_000 and "users.json" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _source(path: Path, options: LoadOptions) -> tuple[list[str], Callable[[str], Any]]:
    """The names of the JSON files and a reader for one of them. An archive is checked first."""
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*.json")) if not file.is_symlink()]
        names = [file.relative_to(path).as_posix() for file in files]
        return names, lambda name: _decoded((path / name).read_bytes())
    names = sorted(row["name"] for row in options.sandbox.parse("zip", path))

    def read(name: str) -> Any:
        with zipfile.ZipFile(path) as archive, archive.open(name) as entry:
            return _decoded(entry.read(DAY_FILE_BYTES + 1))

    return names, read


def _decoded(data: bytes) -> Any:
    if len(data) > DAY_FILE_BYTES:
        raise FieldFault(f"larger than {DAY_FILE_BYTES // 1_000_000} MB")
    return DECODER.decode(data.decode().strip())


def _messages(
    path: Path, names: list[str], read: Callable[[str], Any]
) -> Iterator[Record | Failure]:
    for name in names:
        match = _DAY_FILE.match(name)
        if match is None:
            if name not in LISTS:
                known = name in OTHER_LISTS or not name.endswith(".json")
                said = f"{LEFT_OUT}{name} holds no messages" if known else f"{name} is unknown"
                yield Failure(str(path), said)
            continue
        try:
            listed = listing(read(name), name)
        except (InvalidInput, ValueError, RecursionError) as error:
            yield Failure(str(path), f"{name}: not valid JSON ({str(error)[:100]})")
            continue
        for number, one in enumerate(listed, start=1):
            if not isinstance(one, dict):
                yield Failure(str(path), f"{name}: message {number} is not an object")
            else:
                fields = {**one, "channel_name": match.group(1), "day": match.group(2)}
                yield Record(fields, number)


def _thread_key(record: Record) -> str:
    thread = record.value.get("thread_ts")
    return f"{record.value['channel_name']}/{thread or record.value['day']}"


def _bundle(records: list[Record]) -> Record:
    first = records[0]
    return Record(
        {"id": _thread_key(first), "messages": [one.value for one in records]}, first.line
    )


def _conversation(
    record: Record, *, options: LoadOptions, people: Mapping[str, Person]
) -> Interaction:
    messages = record.value["messages"]
    channel = str(messages[0]["channel_name"])
    thread = Thread("slack", record.value["id"], options)
    thread.channel = "chat"
    thread.meta = {"slack_channel": channel}
    spoken = [one for one in messages if _is_spoken(one)]
    thread.events = len(messages) - len(spoken)
    if not spoken:
        raise LeftOutError("only joins, leaves and other channel events")
    cast_of = [_who(one, people, options) for one in spoken]
    seen = any(who == "customer" for who, _ in cast_of)
    for one, (who, authors) in zip(spoken, cast_of, strict=True):
        thread.say(
            who,
            _readable(text(one, "text") or "", people),
            visibility="public" if seen else "internal",
            at=_time(required(one, "ts")),
            ident=one.get("client_msg_id") or one.get("ts"),
            authors=authors,
            attachments=file_names(one.get("files"), "name", "title"),
        )
    customer = next((names for who, names in cast_of if who == "customer"), ())
    thread.customer_id = customer[-1] if customer else None
    return thread.build()


def _is_spoken(value: Mapping[str, Any]) -> bool:
    subtype = value.get("subtype")
    return value.get("type") == "message" and subtype in (
        None, "bot_message", "file_share", "thread_broadcast", "me_message",
    )  # fmt: skip


def _who(
    value: Mapping[str, Any], people: Mapping[str, Person], options: LoadOptions
) -> tuple[Speaker, tuple[str, ...]]:
    """Declared names first, then the own mail domains; who is neither is asked for."""
    ident = text(value, "user", "bot_id") or ""
    profile = mapping(value.get("user_profile"), "user_profile")
    shown = next(iter(named(profile, "real_name", "display_name", "name")), None)
    person = people.get(ident)
    names = tuple(
        one
        for one in (person.name if person else shown, person.email if person else None, ident)
        if one
    )
    if value.get("subtype") == "bot_message" or value.get("bot_id") or (person and person.is_bot):
        return "bot", names or (text(value, "username") or "bot",)
    declared = {name.lower() for name in options.roles}
    if any(name.lower() in declared for name in names):
        return cast("agent", names, options)[0], names
    if person and person.email and options.own_domains:
        return ("agent" if is_own(person.email, options) else "customer"), names
    said = names[0] if names else "an author without a name"
    raise FieldFault(
        f'nobody said who {said!r} is; declare it, e.g. --role "{said}=customer", or give your '
        "own mail domains with --own-domain"
    )


def _people(listed: Any) -> dict[str, Person]:
    found = {}
    for one in listing(listed, "users.json"):
        profile = mapping(one.get("profile"), "profile")
        name = next(
            iter((*named(profile, "real_name", "display_name"), *named(one, "real_name", "name"))),
            "",
        )
        found[str(one.get("id"))] = Person(name, text(profile, "email"), one.get("is_bot") is True)
    return found


def _readable(body: str, people: Mapping[str, Person]) -> str:
    """Mentions become names and links their addresses."""

    def mention(match: re.Match[str]) -> str:
        person = people.get(match.group(1))
        return f"@{person.name if person else match.group(2) or match.group(1)}"

    body = _MENTION.sub(mention, body)
    body = _LINK.sub(lambda match: match.group(1), body)
    body = _CHANNEL_REF.sub(r"#\1", body)
    return clean(body.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def _time(stamp: str) -> str:
    try:
        return datetime.fromtimestamp(float(stamp), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        raise FieldFault(f"ts {stamp[:30]!r} is no time") from None
