"""`customers`, `timeline` and `needs`: who they are, what happened, and what waits for us."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from copilot.api import worklist
from copilot.bootstrap import build
from copilot.cli.answers import AsJson, Tenant
from copilot.cli.console import print_json, show_timeline
from copilot.cli.lists import show_customers, show_worklist
from copilot.config import Settings
from copilot.db import TenantStore
from copilot.identity import customer_id_of, customers_named, customers_once, merged
from copilot.story import known_story
from copilot.story import timeline as story_timeline

PENDING = ("open", "overdue", "conflict")
UNDECIDED = ("held", "surfaced")  # needs of which nobody has said what became
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at most, of each kind.")]


def customers(
    name: Annotated[str | None, typer.Option(help="A name, or the beginning of one.")] = None,
    limit: Limit = 100,
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """List customers with their ids, or those of a name."""
    store = build(Settings()).store(tenant)
    found = _listed(store, limit + 1) if name is None else _named(store, name)
    rows = found[:limit]
    if as_json:
        print_json({"customers": rows})
    else:
        show_customers(rows, name=name, is_cut=len(found) > limit)


def timeline(
    customer: Annotated[str, typer.Argument(help="The customer's id, or a name only they have.")],
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """Show one customer's timeline: every channel, both departments, what we owe."""
    store = build(Settings()).store(tenant)
    body = story_timeline(known_story(store, customer_id_of(store, customer)))
    if as_json:
        print_json(body)
    else:
        show_timeline(body)


def needs(
    due: Annotated[
        str | None, typer.Option(help="Only what is due by this date, such as 2026-11-30.")
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only promises past their day.")
    ] = False,
    held: Annotated[bool, typer.Option("--held", help="Only needs that are held back.")] = False,
    customer: Annotated[str | None, typer.Option(help="Only this customer: id or name.")] = None,
    limit: Limit = 200,
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """List the work queue: promises not kept, requests passed over, needs nobody decided on.

    Filters add up: `--overdue --held` gives both lists and no requests; requests have no day, so
    `--due` leaves them out.
    """
    copilot = build(Settings())
    store = copilot.store(tenant)
    copilot.ledgers.restate(store, datetime.now(UTC).date().isoformat())
    who = None if customer is None else customer_id_of(store, customer)
    every = not (overdue or held)
    body: dict[str, Any] = {}
    if every or overdue:
        found = worklist.promises(store, customer_id=who, statuses=PENDING, due=due, limit=limit)
        body["promises"] = [row for row in found if every or row["is_overdue"]]
    if every and due is None:
        body["loops"] = worklist.loops(store, customer_id=who, statuses=("open",), limit=limit)
    if every or held:
        states = ("held",) if held else UNDECIDED
        body["needs"] = worklist.needs(
            store, customer_id=who, states=states, due=due, limit=limit, once=True
        )
    if as_json:
        print_json(body)
    else:
        show_worklist(body, _names(store, body))


def _named(store: TenantStore, name: str) -> list[dict[str, Any]]:
    absorbed, found = merged(store), customers_named(store, name)
    shown = {c.customer_id for c in found}
    return [
        {"id": c.customer_id, "name": c.name, "segment": c.segment}
        for c in found
        if absorbed.get(c.customer_id) not in shown  # where only the old record has the name
    ]


def _names(store: TenantStore, queue: dict[str, Any]) -> dict[str, str | None]:
    ids = {row["customer_id"] for rows in queue.values() for row in rows if row["customer_id"]}
    found = (store.records.customer(one) for one in sorted(ids))
    return {c.customer_id: c.name for c in found if c}


def _listed(store: TenantStore, limit: int) -> list[dict[str, Any]]:
    """Customers of a record, then those whom only conversations name; merged ones once."""
    absorbed = merged(store)
    rows: list[dict[str, Any]] = [
        {"id": c.customer_id, "name": c.name, "segment": c.segment}
        for c in customers_once(store, limit)
    ]
    unknown = (i.customer_id for i in store.sources.strangers())
    only = islice((one for one in unknown if one not in absorbed), limit - len(rows))
    return rows + [{"id": one, "name": None, "segment": None} for one in only]
