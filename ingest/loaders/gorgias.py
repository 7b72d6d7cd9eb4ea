"""Loads Gorgias: tickets with their messages, or message lists grouped by ticket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Interaction, Item, ItemKind, Outcome, Speaker
from ingest.loaders.convert import LeftOutError, each
from ingest.loaders.fields import FieldFault, listing, mapping, rating, required, text
from ingest.loaders.grouping import grouped
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.mailtext import own_words
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import html_text
from ingest.loaders.threads import Thread, file_names, named

CHANNELS = {
    "email": "email",
    "chat": "chat",
    "phone": "phone",
    "aircall": "phone",
    "sms": "sms",
    "whatsapp": "chat",
    "contact_form": "web_form",
    "help-center": "web_form",
}
SOCIAL = ("facebook", "instagram", "twitter", "tiktok", "yotpo")


class GorgiasLoader:
    """`from_agent` says who wrote, `public` who may read; a rule's message is a bot's."""

    format = "gorgias"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        first = probe.first_of("data")
        messages = first.get("messages")
        message = messages[0] if isinstance(messages, list) and messages else first
        return isinstance(message, dict) and {"from_agent", "created_datetime"} <= frozenset(
            message
        )

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=("data",))
        groups = grouped(records, key=_ticket_of)
        bundles = (one if isinstance(one, Failure) else _bundle(one) for one in groups)
        yield from each(path, bundles, partial(_ticket, options=options))


def _ticket_of(record: Record) -> str:
    if "ticket_id" in record.value:
        return f"of {record.value['ticket_id']}"
    return str(record.value.get("id"))


def _bundle(records: list[Record]) -> Record:
    first = records[0]
    if "ticket_id" not in first.value:
        return first
    messages = [one.value for one in records]
    return Record({"id": first.value["ticket_id"], "messages": messages}, first.line)


def _ticket(record: Record, *, options: LoadOptions) -> Interaction:
    value = record.value
    if value.get("spam") is True or value.get("trashed_datetime"):
        raise LeftOutError("a ticket marked as spam or in the bin")
    messages = [mapping(one, "message") for one in listing(value.get("messages"), "messages")]
    channel = text(value, "channel") or next((text(one, "channel") for one in messages), None)
    status = text(value, "status")
    customer = mapping(value.get("customer"), "customer")
    thread = Thread("gorgias", required(value, "id"), options)
    thread.channel = _channel(channel)
    thread.customer_id = text(customer, "external_id", "id")
    thread.subject = text(value, "subject")
    thread.at = thread.clock.read(value.get("created_datetime"), "created_datetime")
    thread.updated_at = thread.clock.read(value.get("updated_datetime"), "updated_datetime")
    tags = listing(value.get("tags"), "tags")
    thread.tags = tuple(name for tag in tags for name in named(tag, "name"))
    thread.language = text(value, "language")
    if options.base_url:
        thread.url = f"{options.base_url.rstrip('/')}/app/ticket/{thread.ident}"
    survey = mapping(value.get("satisfaction_survey"), "satisfaction_survey")
    thread.outcome = Outcome(
        resolved=status == "closed" if status else None,
        rating=rating(survey.get("score")),
        status=status,
    )
    for message in messages:
        _message(thread, message)
    return thread.build()


def _message(thread: Thread, value: Mapping[str, Any]) -> None:
    from_agent, public = value.get("from_agent"), value.get("public")
    if not isinstance(from_agent, bool) or not isinstance(public, bool):
        raise FieldFault(f"message {value.get('id')} does not say from_agent or public")
    who: Speaker = "customer"
    if from_agent:
        who = "bot" if value.get("rule_id") is not None else "agent"
    sender = mapping(value.get("sender"), "sender")
    internal = not public or text(value, "channel") == "internal-note"
    thread.say(
        who,
        _body(thread, value),
        visibility="internal" if internal else "public",
        at=value.get("created_datetime") or value.get("sent_datetime"),
        ident=value.get("id"),
        authors=named(sender, "name", "email", "id"),
        attachments=file_names(value.get("attachments"), "name"),
    )


def _body(thread: Thread, value: Mapping[str, Any]) -> str:
    """Gorgias has taken the quotes out of the stripped texts itself."""
    stripped = text(value, "stripped_text")
    if stripped:
        return stripped
    html = text(value, "stripped_html", "body_html")
    return own_words(html_text(html, thread.options) if html else text(value, "body_text") or "")


def _channel(name: str | None) -> str | None:
    if name and name.startswith(SOCIAL):
        return "social"
    return CHANNELS.get(name or "", name)
