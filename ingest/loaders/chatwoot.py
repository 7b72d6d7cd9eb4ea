"""Loads Chatwoot: conversations with their messages, or message lists grouped by conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Interaction, Item, ItemKind, Outcome, Speaker
from ingest.loaders.convert import each
from ingest.loaders.fields import FieldFault, listing, mapping, rating, required, text
from ingest.loaders.grouping import grouped
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import html_text
from ingest.loaders.threads import Thread, file_names, named

INCOMING, OUTGOING, ACTIVITY, TEMPLATE = range(4)
# The API gives numbers, webhooks and exports made from them give words.
MESSAGE_TYPE = {
    "incoming": INCOMING,
    "outgoing": OUTGOING,
    "activity": ACTIVITY,
    "template": TEMPLATE,
}
CHANNELS = {
    "Channel::WebWidget": "chat",
    "Channel::Email": "email",
    "Channel::Api": "chat",
    "Channel::Whatsapp": "chat",
    "Channel::Telegram": "chat",
    "Channel::Line": "chat",
    "Channel::Sms": "sms",
    "Channel::TwilioSms": "sms",
    "Channel::FacebookPage": "social",
    "Channel::TwitterProfile": "social",
    "Channel::Instagram": "social",
}


class ChatwootLoader:
    """`private` is a note; activities are internal; bots and templates are nobody's replies."""

    format = "chatwoot"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        first = probe.first_of("payload")
        if "message_type" in first and "conversation_id" in first:
            return True
        messages = first.get("messages")
        nested = messages[0] if isinstance(messages, list) and messages else {}
        return isinstance(nested, dict) and "message_type" in nested

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=("payload",))
        groups = grouped(records, key=_conversation_of)
        bundles = (one if isinstance(one, Failure) else _bundle(one) for one in groups)
        yield from each(path, bundles, partial(_conversation, options=options))


def _conversation_of(record: Record) -> str:
    if "message_type" in record.value:
        return f"of {record.value.get('conversation_id')}"
    return f"{record.value.get('id')}"


def _bundle(records: list[Record]) -> Record:
    """A conversation as it is, or loose messages put into one."""
    first = records[0]
    if "message_type" not in first.value:
        return first
    ident = first.value.get("conversation_id")
    return Record({"id": ident, "messages": [one.value for one in records]}, first.line)


def _conversation(record: Record, *, options: LoadOptions) -> Interaction:
    value = record.value
    meta = mapping(value.get("meta"), "meta")
    sender = mapping(meta.get("sender"), "meta.sender")
    status = text(value, "status")
    extra = mapping(value.get("additional_attributes"), "additional_attributes")
    thread = Thread("chatwoot", required(value, "id"), options)
    channel = text(meta, "channel") or text(value, "channel")
    thread.channel = CHANNELS.get(channel or "", channel)
    thread.customer_id = next(iter(named(sender, "identifier", "id")), None)
    thread.subject = text(extra, "mail_subject")
    thread.at = thread.clock.read(value.get("created_at"), "created_at")
    thread.updated_at = thread.clock.read(value.get("updated_at"), "updated_at")
    thread.tags = tuple(str(one) for one in listing(value.get("labels"), "labels"))
    browser = mapping(extra.get("browser"), "browser")
    thread.language = text(extra, "conversation_language") or text(browser, "browser_language")
    if options.base_url and value.get("account_id") is not None:
        base = options.base_url.rstrip("/")
        thread.url = f"{base}/app/accounts/{value['account_id']}/conversations/{thread.ident}"
    messages = [mapping(one, "message") for one in listing(value.get("messages"), "messages")]
    thread.outcome = Outcome(
        resolved=status == "resolved" if status else None, rating=_rating(messages), status=status
    )
    for message in messages:
        _message(thread, message)
    return thread.build()


def _message(thread: Thread, value: Mapping[str, Any]) -> None:
    kind = value.get("message_type")
    number = MESSAGE_TYPE.get(str(kind), kind)
    private = value.get("private")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= TEMPLATE:
        raise FieldFault(f"message {value.get('id')}: message_type {kind!r} is unknown")
    if not isinstance(private, bool):
        raise FieldFault(f"message {value.get('id')} does not say whether it is private")
    body = html_text(text(value, "content"), thread.options)
    files = file_names(value.get("attachments"), "file_name", "fallback_title", "file_type")
    if number == ACTIVITY or not (body or files):
        thread.note_event()
        return
    sender = mapping(value.get("sender"), "sender")
    thread.say(
        _speaker(number, sender),
        body,
        visibility="internal" if private else "public",
        at=value.get("created_at"),
        ident=value.get("id"),
        authors=named(sender, "name", "email", "id"),
        attachments=files,
    )


def _speaker(number: int, sender: Mapping[str, Any]) -> Speaker:
    if number == INCOMING:
        return "customer"
    if number == TEMPLATE or sender.get("type") in ("agent_bot", "captain_assistant"):
        return "bot"
    return "agent"


def _rating(messages: list[Mapping[str, Any]]) -> float | None:
    """The answer to the satisfaction survey lies in the survey's own message."""
    for message in messages:
        attributes = mapping(message.get("content_attributes"), "content_attributes")
        submitted = mapping(attributes.get("submitted_values"), "submitted_values")
        answer = mapping(submitted.get("csat_survey_response"), "csat_survey_response")
        if answer:
            return rating(answer.get("rating"))
    return None
