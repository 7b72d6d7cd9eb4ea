"""What a verified delivery brings: the conversation it names is read again, or its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from copilot.connectors import PULLED, ConnectorFile
from copilot.db import TenantStore
from copilot.domain import Interaction
from copilot.errors import InvalidInput
from ingest.loaders.front import FrontLoader
from ingest.loaders.intercom import IntercomConversationsLoader
from ingest.pipeline import Pipeline
from ingest.report import Report
from ingest.sync.build import Surroundings, build_connector, options_of, stored_in
from ingest.sync.engine import Sync, commit
from ingest.sync.protocol import Page, Reader, joined

# Where each product's delivery names its conversation; the first that is there counts.
PLACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "zendesk": (("detail", "id"), ("ticket", "id"), ("ticket_id",), ("id",)),
    "chatwoot": (("conversation", "id"), ("conversation", "display_id"), ("id",)),
    "helpscout": (("id",), ("conversationId",)),
    "rt": (("ticket", "id"), ("ticket_id",), ("id",)),
}


def receive(
    file: ConnectorFile,
    store: TenantStore,
    pipeline: Pipeline,
    body: str,
    around: Surroundings | None = None,
) -> Report:
    """Stores what a delivery is about. A payload may be partial: where we can, we read again."""
    value = json.loads(body)
    if not isinstance(value, dict):
        raise InvalidInput("A delivery must be one JSON object.")
    if file.kind not in PULLED:
        return commit(file, pipeline, _own(file, store, value))
    ident = _named(value, file.kind)
    if ident is None:
        return Report()  # an event about something else: an agent, an inbox, a test
    sync = Sync(file, build_connector(file, store, around), store, pipeline)
    return sync.fetch([ident]).report


def _named(value: Mapping[str, Any], kind: str) -> str | None:
    if kind == "chatwoot" and not str(value.get("event", "")).startswith(("message", "conversat")):
        return None
    for path in PLACES[kind]:
        found: Any = value
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, int | str) and str(found).isascii() and str(found).isdigit():
            return str(found)
    return None


def _own(file: ConnectorFile, store: TenantStore, value: Mapping[str, Any]) -> Page:
    """The conversation in the delivery itself, joined with what we hold of it."""
    if file.kind == "intercom":
        item = (value.get("data") or {}).get("item")
        if str(value.get("topic", "")) == "conversation.deleted" and isinstance(item, dict):
            return Page(gone=(str(item.get("id") or item.get("conversation_id")),))
        if not isinstance(item, dict) or item.get("type") != "conversation":
            return Page()
        reader = Reader(IntercomConversationsLoader(), options_of(file), file.origin)
        found = reader.read({"conversations": [item]})
    else:
        record = _front(value)
        if record is None:
            return Page()
        reader = Reader(FrontLoader(), options_of(file), file.origin)
        found = reader.read({"_results": [record]})
    look = stored_in(store)
    return Page(
        [joined(one, look(one.source_id)) if isinstance(one, Interaction) else one for one in found]
    )


def _front(value: Mapping[str, Any]) -> dict[str, Any] | None:
    """A conversation of one message or comment out of a Front event."""
    conversation = value.get("conversation")
    target = value.get("target")
    if not isinstance(conversation, dict) or not isinstance(target, dict):
        return None
    data, meta = target.get("data"), target.get("_meta")
    if not isinstance(data, dict):
        return None
    kind = meta.get("type") if isinstance(meta, dict) else None
    if kind == "message" or "is_inbound" in data:
        return {**conversation, "messages": [data], "comments": []}
    if kind == "comment" or "posted_at" in data:
        return {**conversation, "messages": [], "comments": [data]}
    return None
