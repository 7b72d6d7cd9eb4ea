"""Loads Front: conversations with their messages and comments, or loose messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Interaction, Item, ItemKind, Outcome
from ingest.loaders.convert import LeftOutError, each
from ingest.loaders.fields import FieldFault, listing, mapping, text
from ingest.loaders.grouping import grouped
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.mailtext import own_words
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import html_text
from ingest.loaders.threads import Thread, file_names, named

CHANNELS = {
    "email": "email",
    "sms": "sms",
    "call": "phone",
    "phone-call": "phone",
    "whatsapp": "chat",
    "front_chat": "chat",
    "intercom": "chat",
    "tweet": "social",
    "tweet_dm": "social",
    "facebook": "social",
    "custom": None,
}


class FrontLoader:
    """Messages are public, comments are internal; `is_inbound` says who wrote."""

    format = "front"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        first = probe.first_of("_results")
        if "is_inbound" in first:
            return True
        return str(first.get("id", "")).startswith("cnv_") and "messages" in first

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=("_results",))
        groups = grouped(records, key=_conversation_of)
        bundles = (one if isinstance(one, Failure) else _bundle(one) for one in groups)
        yield from each(path, bundles, partial(_conversation, options=options))


def _conversation_of(record: Record) -> str:
    if "is_inbound" not in record.value and "posted_at" not in record.value:
        return str(record.value.get("id"))
    links = record.value.get("_links")
    related = links.get("related") if isinstance(links, dict) else None
    address = related.get("conversation") if isinstance(related, dict) else None
    return f"of {str(address or '').rsplit('/', 1)[-1]}"


def _bundle(records: list[Record]) -> Record:
    first = records[0]
    if "messages" in first.value:
        return first
    ident = _conversation_of(first).removeprefix("of ")
    messages = [one.value for one in records if "is_inbound" in one.value]
    comments = [one.value for one in records if "posted_at" in one.value]
    return Record({"id": ident, "messages": messages, "comments": comments}, first.line)


def _conversation(record: Record, *, options: LoadOptions) -> Interaction:
    value = record.value
    ident, status = text(value, "id"), text(value, "status")
    if ident is None:
        raise FieldFault("its messages do not say their conversation; export `_links` with them")
    if status in ("deleted", "trashed", "spam"):
        raise LeftOutError(f"a conversation that is {status}")
    recipient = mapping(value.get("recipient"), "recipient")
    messages = [mapping(one, "message") for one in _list(value, "messages")]
    thread = Thread("front", ident, options)
    kind = next(iter(named(messages[0], "type")), None) if messages else None
    thread.channel = CHANNELS.get(kind or "", kind)
    thread.customer_id = text(recipient, "handle") or _sender(messages)
    thread.subject = text(value, "subject")
    thread.at = thread.clock.read(value.get("created_at"), "created_at")
    thread.tags = tuple(name for tag in _list(value, "tags") for name in named(tag, "name"))
    thread.url = f"https://app.frontapp.com/open/{ident}" if ident.startswith("cnv_") else None
    resolved = status in ("archived", "resolved") if status else None
    thread.outcome = Outcome(resolved=resolved, status=status)
    for message in messages:
        _message(thread, message)
    for comment in _list(value, "comments"):
        _comment(thread, mapping(comment, "comment"))
    return thread.build()


def _message(thread: Thread, value: Mapping[str, Any]) -> None:
    inbound = value.get("is_inbound")
    if not isinstance(inbound, bool):
        raise FieldFault(f"message {value.get('id')} does not say is_inbound")
    if value.get("is_draft") is True:
        thread.note_event()
        return
    author = mapping(value.get("author"), "author")
    # An outgoing message without an author was sent by a rule, not by a person.
    outgoing = "agent" if author else "bot"
    html = text(value, "body")
    body = html_text(html, thread.options) if html else text(value, "text") or ""
    thread.say(
        "customer" if inbound else outgoing,  # type: ignore[arg-type]
        own_words(body),
        visibility="public",
        at=value.get("created_at"),
        ident=value.get("id"),
        authors=named(author, "email", "username", "id") or _handles(value),
        attachments=file_names(value.get("attachments"), "filename"),
    )


def _comment(thread: Thread, value: Mapping[str, Any]) -> None:
    author = mapping(value.get("author"), "author")
    thread.say(
        "agent",
        html_text(text(value, "body"), thread.options),
        visibility="internal",
        at=value.get("posted_at"),
        ident=value.get("id"),
        authors=named(author, "email", "username", "id"),
        attachments=file_names(value.get("attachments"), "filename"),
    )


def _sender(messages: list[Mapping[str, Any]]) -> str | None:
    inbound = (one for one in messages if one.get("is_inbound") is True)
    return next((handle for one in inbound for handle in _handles(one)), None)


def _handles(value: Mapping[str, Any]) -> tuple[str, ...]:
    recipients = listing(value.get("recipients"), "recipients")
    senders = (one for one in recipients if isinstance(one, dict) and one.get("role") == "from")
    return tuple(handle for one in senders for handle in named(one, "handle"))


def _list(value: Mapping[str, Any], name: str) -> list[Any]:
    """A list, or the page `{"_results": […]}` that the API puts in its place."""
    given = value.get(name)
    return listing(given.get("_results") if isinstance(given, dict) else given, name)
