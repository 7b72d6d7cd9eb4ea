"""Loads Freshdesk: tickets with their conversations, and solution articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Document, Failure, Interaction, Item, ItemKind, Outcome, Speaker
from ingest.loaders.convert import LeftOutError, each
from ingest.loaders.documents import document
from ingest.loaders.fields import FieldFault, listing, mapping, required, text, words
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.mailtext import own_words
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import html_text
from ingest.loaders.threads import Thread, file_names, named

STATUS = {2: "open", 3: "pending", 4: "resolved", 5: "closed"}
CHANNELS = {
    1: "email",
    2: "web_form",
    3: "phone",
    5: "social",
    6: "social",
    7: "chat",
    9: "web_form",
    10: "email",
    13: "chat",
}
OUTBOUND = 10  # an e-mail that an agent wrote first
RATINGS = {103: 5.0, 102: 4.5, 101: 4.0, 100: 3.0, -101: 2.0, -102: 1.5, -103: 1.0}
PUBLISHED = 2


class FreshdeskLoader:
    """`description` is the first message; `incoming` says who wrote, `private` who may read."""

    format = "freshdesk"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        first = probe.first_of("tickets", "results")
        ticket = first.get("helpdesk_ticket", first)
        return isinstance(ticket, dict) and (
            {"requester_id", "conversations"} <= frozenset(ticket)
            or {"description_text", "requester_id"} <= frozenset(ticket)
        )

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=("tickets", "results"))
        yield from each(path, records, partial(_ticket, options=options))


class FreshdeskArticlesLoader:
    """Solution articles; drafts are left out."""

    format = "freshdesk-articles"
    kind: ItemKind = "document"

    def matches(self, probe: Probe) -> bool:
        first = frozenset(probe.first_of("articles"))
        return {"id", "title", "description", "folder_id", "status"} <= first

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=("articles",))
        yield from each(path, records, partial(_article, options=options))


def _ticket(record: Record, *, options: LoadOptions) -> Interaction:
    value = mapping(record.value.get("helpdesk_ticket", record.value), "ticket")
    if value.get("spam") is True or value.get("deleted") is True:
        raise LeftOutError("a ticket marked as spam or deleted")
    if "conversations" not in value:
        raise FieldFault("has no conversations; export tickets with include=conversations")
    code = value.get("status")
    status = STATUS.get(code, str(code)) if code is not None else None
    requester = mapping(value.get("requester"), "requester")
    stats = mapping(value.get("stats"), "stats")
    thread = Thread("freshdesk", required(value, "id", "display_id"), options)
    thread.channel = CHANNELS.get(value.get("source", 0))
    thread.customer_id = text(value, "requester_id")
    thread.subject = text(value, "subject")
    thread.at = thread.clock.read(value.get("created_at"), "created_at")
    thread.updated_at = thread.clock.read(value.get("updated_at"), "updated_at")
    thread.tags = words(value.get("tags"), "tags", separator=",")
    thread.language = text(requester, "language")
    if options.base_url:
        thread.url = f"{options.base_url.rstrip('/')}/a/tickets/{thread.ident}"
    thread.outcome = Outcome(
        resolved=status in ("resolved", "closed") if status else None,
        reopened=stats["reopened_at"] is not None if "reopened_at" in stats else None,
        rating=_rating(value),
        status=status,
    )
    thread.meta = {"type": text(value, "type"), "priority": value.get("priority")}
    _first(thread, value, requester)
    for one in listing(value.get("conversations"), "conversations"):
        _message(thread, mapping(one, "conversation"))
    return thread.build()


def _first(thread: Thread, value: Mapping[str, Any], requester: Mapping[str, Any]) -> None:
    body, files = _body(thread, value, "description"), file_names(value.get("attachments"), "name")
    if not (body or files):
        return
    who: Speaker = "agent" if value.get("source") == OUTBOUND else "customer"
    authors = (
        named(requester, "name", "email") if who == "customer" else named(value, "responder_id")
    )
    thread.say(
        who,
        body,
        visibility="public",
        at=value.get("created_at"),
        authors=authors,
        attachments=files,
    )


def _message(thread: Thread, value: Mapping[str, Any]) -> None:
    incoming, private = value.get("incoming"), value.get("private")
    if not isinstance(incoming, bool) or not isinstance(private, bool):
        raise FieldFault(f"message {value.get('id')} does not say incoming or private")
    thread.say(
        "customer" if incoming else "agent",
        _body(thread, value, "body"),
        visibility="internal" if private else "public",
        at=value.get("created_at"),
        ident=value.get("id"),
        authors=named(value, "from_email", "user_id"),
        attachments=file_names(value.get("attachments"), "name"),
    )


def _body(thread: Thread, value: Mapping[str, Any], name: str) -> str:
    html = text(value, name)
    body = html_text(html, thread.options) if html else text(value, f"{name}_text") or ""
    return own_words(body)


def _rating(value: Mapping[str, Any]) -> float | None:
    answer = mapping(value.get("satisfaction_rating"), "satisfaction_rating")
    given = mapping(answer.get("ratings"), "ratings").get("default_question")
    return RATINGS.get(given) if isinstance(given, int) else None


def _article(record: Record, *, options: LoadOptions) -> Document:
    value = record.value
    if value.get("status") != PUBLISHED:
        raise LeftOutError("the article is a draft")
    seo = mapping(value.get("seo_data"), "seo_data")
    fields = {
        "title": required(value, "title"),
        "updated_at": value.get("updated_at"),
        "tags": value.get("tags"),
        "language": text(value, "language"),
        "source": "freshdesk",
        "folder_id": value.get("folder_id"),
        "meta_description": text(seo, "meta_description"),
    }
    ident = required(value, "id")
    body = html_text(required(value, "description"), options)
    return document(fields, body, options, format="freshdesk-articles", source_id=ident)
