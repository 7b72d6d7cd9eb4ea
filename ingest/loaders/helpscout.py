"""Loads Help Scout: conversations with their threads, in the shape of the API v2 and v3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Interaction, Item, ItemKind, Outcome, Speaker
from ingest.loaders.convert import LeftOutError, each
from ingest.loaders.fields import FieldFault, listing, mapping, required, text
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.mailtext import own_words
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import html_text
from ingest.loaders.threads import Thread, file_names, named

SPOKEN = (
    "customer",
    "message",
    "note",
    "chat",
    "phone",
    "beaconchat",
    "forwardparent",
    "forwardchild",
)
AUTOMATED = ("system_user", "system", "ai", "bot")  # v3 tells them from people, v2 does not
INTERNAL = ("note", "forwardparent", "forwardchild")
WEB = "https://secure.helpscout.net/conversation/"


class HelpScoutLoader:
    """Threads come newest first; drafts and hidden ones are not what was said."""

    format = "helpscout"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        first = probe.first_of("conversations")
        return "threads" in mapping_or_empty(first.get("_embedded")) or (
            {"primaryCustomer", "mailboxId"} <= frozenset(first)
        )

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=("conversations",))
        yield from each(path, records, partial(_conversation, options=options))


def mapping_or_empty(value: Any) -> Mapping[str, Any]:
    """An object, or nothing."""
    return value if isinstance(value, Mapping) else {}


def _conversation(record: Record, *, options: LoadOptions) -> Interaction:
    value = record.value
    status = text(value, "status")
    if status == "spam" or text(value, "state") in ("draft", "deleted"):
        raise LeftOutError("a conversation marked as spam, draft or deleted")
    customer = mapping(value.get("primaryCustomer"), "primaryCustomer")
    thread = Thread("helpscout", required(value, "id"), options)
    thread.channel = text(value, "type")
    thread.customer_id = text(customer, "id")
    thread.subject = text(value, "subject")
    thread.at = thread.clock.read(value.get("createdAt"), "createdAt")
    thread.updated_at = thread.clock.read(value.get("userUpdatedAt"), "userUpdatedAt")
    tags = listing(value.get("tags"), "tags")
    thread.tags = tuple(name for tag in tags for name in named(tag, "tag", "name")[:1])
    web = mapping(mapping(value.get("_links"), "_links").get("web"), "web")
    number = text(value, "number")
    thread.url = text(web, "href") or (f"{WEB}{thread.ident}/{number}" if number else None)
    thread.outcome = Outcome(resolved=status == "closed" if status else None, status=status)
    thread.meta = {"number": number, "customer_email": text(customer, "email")}
    embedded = mapping(value.get("_embedded"), "_embedded").get("threads", value.get("threads"))
    if not isinstance(embedded, list):
        raise FieldFault("has no threads; export conversations with embed=threads")
    for one in reversed(embedded):
        _thread(thread, mapping(one, "thread"))
    return thread.build()


def _thread(thread: Thread, value: Mapping[str, Any]) -> None:
    kind = text(value, "type")
    if kind is None:
        raise FieldFault(f"thread {value.get('id')} has no type")
    embedded = mapping(value.get("_embedded"), "_embedded")
    files = file_names(embedded.get("attachments"), "filename", "name")
    body = own_words(html_text(text(value, "body"), thread.options))
    if kind not in SPOKEN or text(value, "state") not in (None, "published") or not (body or files):
        thread.note_event()
        return
    author = mapping(value.get("createdBy"), "createdBy")
    name = " ".join(named(author, "first", "last"))
    saved = value.get("savedReplyId")
    thread.say(
        _speaker(value, kind, author),
        body,
        visibility="internal" if kind in INTERNAL else "public",
        at=value.get("createdAt"),
        ident=value.get("id"),
        authors=(name, *named(author, "email", "id")),
        attachments=files,
        label=str(saved) if saved else None,
    )


def _speaker(value: Mapping[str, Any], kind: str, author: Mapping[str, Any]) -> Speaker:
    who = text(author, "type")
    via = text(mapping(value.get("source"), "source"), "via")
    if who in AUTOMATED:
        return "bot"
    if who == "customer" or (who is None and (kind == "customer" or via == "customer")):
        return "customer"
    if who in ("user", "team") or (who is None and kind in ("message", "note")):
        return "agent"
    raise FieldFault(f"thread {value.get('id')}: createdBy.type {who!r} is unknown")
