"""Loads HubSpot conversations: threads with their messages, or loose messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Interaction, Item, ItemKind, Outcome, Speaker
from ingest.loaders.convert import LeftOutError, each
from ingest.loaders.fields import FieldFault, listing, mapping, required, text
from ingest.loaders.grouping import grouped
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.mailtext import own_words
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import html_text
from ingest.loaders.threads import Thread, file_names, named

CHANNELS = {"1000": "chat", "1001": "social", "1002": "email", "1003": "web_form", "1007": "chat"}
SPOKEN = ("MESSAGE", "COMMENT", "WELCOME_MESSAGE")


class HubSpotThreadsLoader:
    """`direction` says who wrote; a COMMENT is internal; a truncated message fails its thread."""

    format = "hubspot"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        first = probe.first_of("results")
        if "conversationsThreadId" in first:
            return True
        return "latestMessageTimestamp" in first and "messages" in first

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=("results",))
        groups = grouped(records, key=_thread_of)
        bundles = (one if isinstance(one, Failure) else _bundle(one) for one in groups)
        yield from each(path, bundles, partial(_thread, options=options))


def _thread_of(record: Record) -> str:
    if "conversationsThreadId" in record.value:
        return f"of {record.value['conversationsThreadId']}"
    return str(record.value.get("id"))


def _bundle(records: list[Record]) -> Record:
    first = records[0]
    if "conversationsThreadId" not in first.value:
        return first
    messages = [one.value for one in records]
    return Record({"id": first.value["conversationsThreadId"], "messages": messages}, first.line)


def _thread(record: Record, *, options: LoadOptions) -> Interaction:
    value = record.value
    if value.get("spam") is True or value.get("archived") is True:
        raise LeftOutError("a thread marked as spam or archived")
    given = value.get("messages")
    listed = listing(given.get("results") if isinstance(given, dict) else given, "messages")
    messages = [mapping(one, "message") for one in listed]
    status = text(value, "status")
    channel = text(value, "originalChannelId") or next(
        (text(one, "channelId") for one in messages if text(one, "channelId")), None
    )
    thread = Thread("hubspot", required(value, "id"), options)
    thread.channel = CHANNELS.get(channel or "")
    thread.customer_id = text(value, "associatedContactId")
    thread.subject = next((text(one, "subject") for one in messages if text(one, "subject")), None)
    thread.at = thread.clock.read(value.get("createdAt"), "createdAt")
    thread.updated_at = thread.clock.read(value.get("latestMessageTimestamp"), "latestMessage")
    thread.outcome = Outcome(resolved=status == "CLOSED" if status else None, status=status)
    associations = mapping(value.get("threadAssociations"), "threadAssociations")
    thread.meta = {"ticket_id": text(associations, "associatedTicketId"), "channel_id": channel}
    for message in messages:
        _message(thread, message)
    return thread.build()


def _message(thread: Thread, value: Mapping[str, Any]) -> None:
    kind = text(value, "type")
    if kind not in SPOKEN or value.get("archived") is True:
        thread.note_event()
        return
    if (text(value, "truncationStatus") or "NOT_TRUNCATED") != "NOT_TRUNCATED":
        raise FieldFault(
            f"message {value.get('id')} is cut off; fetch its original content before the export"
        )
    senders = [mapping(one, "sender") for one in listing(value.get("senders"), "senders")]
    first = senders[0] if senders else {}
    actor = text(first, "actorId") or text(value, "createdBy")
    address = mapping(first.get("deliveryIdentifier"), "deliveryIdentifier")
    html = text(value, "richText")
    body = html_text(html, thread.options) if html else text(value, "text") or ""
    thread.say(
        _speaker(value, kind, actor),
        own_words(body),
        visibility="internal" if kind == "COMMENT" else "public",
        at=value.get("createdAt"),
        ident=value.get("id"),
        authors=(*named(first, "name"), *named(address, "value"), actor),
        attachments=file_names(value.get("attachments"), "name", "fileId"),
    )


def _speaker(value: Mapping[str, Any], kind: str, actor: str | None) -> Speaker:
    """A comes before agents, B before bots, S and I before systems; the rest are customers."""
    prefix = (actor or "").split("-", 1)[0]
    if kind == "WELCOME_MESSAGE" or prefix in ("B", "S", "I"):
        return "bot"
    if kind == "COMMENT":
        return "agent"
    direction = text(value, "direction")
    if direction == "INCOMING":
        return "customer"
    if direction == "OUTGOING":
        return "agent"
    raise FieldFault(f"message {value.get('id')} does not say its direction")
