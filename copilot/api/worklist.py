"""What waits for somebody: promises, passed-over requests and needs, for the API and a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from copilot.db import TenantStore
from copilot.errors import InvalidInput, NotFound
from copilot.handoff import each_once, is_late
from copilot.story import story_of

UNASKED = ("log_blocked",)  # demand for the product side, not work for an agent
Rows = list[dict[str, Any]]


def promises(
    store: TenantStore,
    *,
    customer_id: str | None = None,
    statuses: Sequence[str] = (),
    due: str | None = None,
    limit: int = 200,
    offset: int = 0,
    only_owed: bool = True,
) -> Rows:
    """Promises, nearest due first; `due` (a date) gives those due by then.

    With `only_owed` without those that were broken or false and have been put right since.
    """
    rows = store.ledgers.entries(
        "promise",
        customer_ids=_ids(store, customer_id),
        status=statuses,
        due_before=None if due is None else day_of(due) + "T23:59:59",
        only_owed=only_owed,
        limit=limit,
        offset=offset,
    )
    return _dated(_of_somebody(store, customer_id, rows))


def loops(
    store: TenantStore,
    *,
    customer_id: str | None = None,
    statuses: Sequence[str] = (),
    asked_by: str | None = None,
    limit: int = 200,
    offset: int = 0,
) -> Rows:
    """Requests that were passed over; `asked_by` (a date) gives those first asked by then."""
    rows = store.ledgers.entries(
        "loop",
        customer_ids=_ids(store, customer_id),
        status=statuses,
        asked_before=None if asked_by is None else day_of(asked_by, "asked_by") + "T23:59:59",
        limit=limit,
        offset=offset,
    )
    return _dated(_of_somebody(store, customer_id, rows))


def needs(
    store: TenantStore,
    *,
    customer_id: str | None = None,
    states: Sequence[str] = (),
    dispositions: Sequence[str] = (),
    due: str | None = None,
    limit: int = 200,
    offset: int = 0,
    once: bool = False,
) -> Rows:
    """Needs, newest first; what nothing on sale meets comes only where its disposition is named.

    With `once` as work: each need of a customer once, and first what can be said now.
    """
    rows = store.ledgers.needs(
        customer_ids=_ids(store, customer_id),
        states=states,
        dispositions=dispositions,
        hidden=() if dispositions else UNASKED,
        due=None if due is None else day_of(due),
        limit=limit,
        offset=offset,
    )
    found = _of_somebody(store, customer_id, rows)
    return [plain(row) for row in (each_once(found) if once else found)]


def handoffs(store: TenantStore, *, states: Sequence[str] = (), to_role: str | None = None) -> Rows:
    """Hand-offs, newest first."""
    return [plain(row) for row in store.ledgers.handoffs(states=states, to_role=to_role)]


def move_handoff(
    store: TenantStore, handoff_id: str, *, state: str, note: str | None
) -> dict[str, Any]:
    """Accepts or declines an offered hand-off, or returns an accepted one with its result.

    Raises InvalidInput without the reason or result, Conflict from any other state.
    """
    if state != "accepted" and not (note and note.strip()):
        raise InvalidInput("Say in `note` why it is declined, or what became of it.")
    allowed = ("accepted",) if state == "returned" else ("offered",)
    return plain(store.ledgers.move_handoff(handoff_id, state=state, allowed=allowed, note=note))


def day_of(text: str, name: str = "due") -> str:
    """A date as it was asked for. Raises InvalidInput."""
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        raise InvalidInput(f"`{name}` must be a date such as 2026-11-30, not {text!r}.") from None


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON values, without whose data it is."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
        if name != "tenant"
    }


def _of_somebody(store: TenantStore, customer_id: str | None, rows: Rows) -> Rows:
    """An empty list says that nothing is due; of somebody unknown that would be no answer.

    A conversation may name a customer whom no record knows yet. Raises NotFound.
    """
    if customer_id is not None and not rows:
        story = story_of(store, customer_id)
        if not (story.is_known or story.promises or story.loops or story.needs):
            raise NotFound(
                f"There is no customer {customer_id!r}. Ingest your customers, or check the id."
            )
    return rows


def _dated(rows: Sequence[Mapping[str, Any]]) -> Rows:
    now = datetime.now(UTC)
    return [{**plain(row), "is_overdue": _is_late(row, now)} for row in rows]


def _ids(store: TenantStore, customer_id: str | None) -> list[str] | None:
    return None if customer_id is None else store.records.aliases(customer_id)


def _is_late(row: Mapping[str, Any], now: datetime) -> bool:
    """What a customer said that they would do is no debt of ours, however late they are."""
    return row["body"].get("promisor_role") != "customer" and is_late(row, now)
