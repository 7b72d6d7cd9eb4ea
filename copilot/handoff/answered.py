"""A conversation in progress that does not come along: what our own records still hold of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from copilot.db import TenantStore
from copilot.domain import Conversation, Turn
from copilot.errors import InvalidInput
from copilot.handoff.request import Request

WITHIN = timedelta(days=30)
_SEND = "Send its turns in `conversation`, as to /v1/suggestions."


def with_answered(
    store: TenantStore, request: Request, now: datetime
) -> tuple[Request, str | None]:
    """The request with what was kept of the conversation it names, and what is lacking.

    Raises InvalidInput where nothing is known of it: a packet without it would look whole.
    """
    if request.conversation is not None:
        return request, None
    ids = store.records.aliases(request.customer_id)
    name = request.conversation_id
    rows = store.journal.answered(ids, conversation_id=name, since=now - WITHIN)
    if name is None:
        return request, _unsent(store, rows)
    if _is_stored(store, name, ids):
        return request, None
    if not rows:
        raise InvalidInput(
            f"Nothing is kept of a conversation {name!r} of this customer in `conversation_id`."
            f" {_SEND}"
        )
    told = rows[0]["trace"].get("turns", [])
    turns = tuple(turn for one in told if (turn := _turn(one)) is not None)
    if not any(turn.speaker == "customer" for turn in turns):
        raise InvalidInput(f"Nothing the customer said is kept of {name!r}. {_SEND}")
    lacking = f"Of {name} only its last turns are here, as they stood when it was last answered."
    here = Conversation(turns, name, "unknown", customer_id=rows[0]["customer_id"])
    return replace(request, conversation=here), lacking


def _unsent(store: TenantStore, rows: list[dict[str, Any]]) -> str | None:
    """The latest conversation that was answered and neither sent along nor stored since."""
    if not rows or rows[0]["conversation_id"] is None:
        return None
    name = rows[0]["conversation_id"]
    if _is_stored(store, name, [rows[0]["customer_id"]]):
        return None
    day = _aware(rows[0]["created_at"]).date().isoformat()
    return (
        f"The conversation {name}, answered on {day}, is not in this packet: it was not sent along."
    )


def _is_stored(store: TenantStore, name: str, ids: list[str]) -> bool:
    return any(contact.source_id == name for contact in store.sources.iterate("interaction", ids))


def _turn(kept: list[Any]) -> Turn | None:
    """A turn as a trace keeps it; before it told notes from turns, only theirs are sure."""
    speaker, text, *more = kept
    visibility = more[0] if more else ("public" if speaker == "customer" else "internal")
    return Turn(speaker, text) if visibility == "public" else None


def _aware(moment: datetime) -> datetime:
    """SQLite keeps no zone; what we wrote was UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
