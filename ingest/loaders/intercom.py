"""Loads Intercom: conversations with their parts, and articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Document, Failure, Interaction, Item, ItemKind, Outcome, Speaker
from ingest.loaders.convert import LeftOutError, each
from ingest.loaders.documents import document
from ingest.loaders.fields import FieldFault, listing, mapping, plain, rating, required, text
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import html_text
from ingest.loaders.threads import Thread, file_names, named

SPEAKER_OF: dict[str, Speaker] = {
    "user": "customer",
    "lead": "customer",
    "contact": "customer",
    "admin": "agent",
    "team": "agent",
    "bot": "bot",
    "fin": "bot",
}
CHANNELS = {
    "conversation": "chat",
    "messenger": "chat",
    "push": "chat",
    "email": "email",
    "facebook": "social",
    "twitter": "social",
    "instagram": "social",
    "whatsapp": "chat",
    "sms": "sms",
    "phone_call": "phone",
    "phone_switch": "phone",
}


class IntercomConversationsLoader:
    """The opening message lies in `source`, the others in `conversation_parts`."""

    format = "intercom"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        first = probe.first_of("conversations")
        return isinstance(first.get("source"), dict) and "conversation_parts" in first

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=("conversations",))
        yield from each(path, records, partial(_conversation, options=options))


class IntercomArticlesLoader:
    """Help Center articles; drafts are left out."""

    format = "intercom-articles"
    kind: ItemKind = "document"

    def matches(self, probe: Probe) -> bool:
        first = probe.first_of("data")
        return first.get("type") == "article" and {"id", "title", "body"} <= frozenset(first)

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=("data",))
        yield from each(path, records, partial(_article, options=options))


def _conversation(record: Record, *, options: LoadOptions) -> Interaction:
    value = record.value
    source = mapping(value.get("source"), "source")
    state = text(value, "state")
    reopens = mapping(value.get("statistics"), "statistics").get("count_reopens")
    rated = mapping(value.get("conversation_rating"), "conversation_rating")
    custom = mapping(value.get("custom_attributes"), "custom_attributes")
    thread = Thread("intercom", required(value, "id"), options)
    thread.channel = CHANNELS.get(text(source, "type") or "", text(source, "type"))
    thread.customer_id = _contact(value)
    thread.subject = html_text(text(source, "subject"), options) or text(value, "title")
    thread.at = thread.clock.read(value.get("created_at"), "created_at")
    thread.updated_at = thread.clock.read(value.get("updated_at"), "updated_at")
    tags = listing(mapping(value.get("tags"), "tags").get("tags"), "tags")
    thread.tags = tuple(name for tag in tags for name in named(tag, "name"))
    thread.language = text(custom, "Language", "language")
    thread.url = text(mapping(value.get("links"), "links"), "conversation_web")
    thread.outcome = Outcome(
        resolved=state == "closed" if state else None,
        reopened=reopens > 0 if isinstance(reopens, int) else None,
        rating=rating(rated.get("rating")),
        status=state,
    )
    _part(thread, {**source, "created_at": value.get("created_at")}, public=True)
    parts = mapping(value.get("conversation_parts"), "conversation_parts")
    listed = listing(parts.get("conversation_parts"), "conversation_parts")
    for part in listed:
        fields = mapping(part, "part")
        _part(thread, fields, public=fields.get("part_type") != "note")
    missing = (parts.get("total_count") or 0) - len(listed)
    if missing > 0:
        thread.meta["parts_not_in_export"] = missing
    return thread.build()


def _part(thread: Thread, value: Mapping[str, Any], *, public: bool) -> None:
    body = html_text(text(value, "body"), thread.options)
    files = file_names(value.get("attachments"), "name")
    if value.get("redacted") is True or not (body or files):
        thread.note_event()  # an assignment, a closing, or a text that was taken out there
        return
    author = mapping(value.get("author"), "author")
    who = SPEAKER_OF.get(text(author, "type") or "")
    if who is None:
        raise FieldFault(f"part {value.get('id')}: author type {author.get('type')!r} is unknown")
    if author.get("from_ai_agent") is True or author.get("is_ai_answer") is True:
        who = "bot"
    thread.say(
        who,
        body,
        visibility="public" if public else "internal",
        at=value.get("created_at"),
        ident=value.get("id"),
        authors=named(author, "name", "email", "id"),
        attachments=files,
    )


def _contact(value: Mapping[str, Any]) -> str | None:
    contacts = listing(mapping(value.get("contacts"), "contacts").get("contacts"), "contacts")
    found = (ident for contact in contacts for ident in named(contact, "external_id", "id"))
    return next(found, None)


def _article(record: Record, *, options: LoadOptions) -> Document:
    value = record.value
    state = text(value, "state")
    if state != "published":
        raise LeftOutError(f"the article is not published ({state or 'its state is not stated'})")
    fields = {
        "title": required(value, "title"),
        "url": text(value, "url"),
        "updated_at": value.get("updated_at"),
        "language": text(value, "default_locale"),
        "description": plain(value.get("description")),
        "source": "intercom",
    }
    ident = required(value, "id")
    body = html_text(required(value, "body"), options)
    return document(fields, body, options, format="intercom-articles", source_id=ident)
