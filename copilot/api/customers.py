"""One customer's lifetime timeline, and the merges that made them one person."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from copilot.api.deps import Admin, Agent, Store
from copilot.api.idempotency import IdempotentRoute
from copilot.db import TenantStore
from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.identity import Proposal, customers_once, propose_merges
from copilot.story import known_story, timeline

router = APIRouter(prefix="/v1", tags=["customers"], route_class=IdempotentRoute)
Id = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class MergeIn(BaseModel):
    """Two records that are one person, and how we know."""

    model_config = ConfigDict(extra="forbid")
    kept: Id
    absorbed: Id
    reason: Annotated[str, StringConstraints(min_length=3, max_length=300)]


@router.get("/customers")
async def customers(store: Store, _caller: Agent, limit: int = 100) -> dict[str, Any]:
    """Customers by id, for choosing one; those that are one person stand once."""
    if not 1 <= limit <= 1000:
        raise InvalidInput("`limit` must lie between 1 and 1000.")
    found = await anyio.to_thread.run_sync(customers_once, store, limit)
    rows = [{"id": c.customer_id, "name": c.name, "segment": c.segment} for c in found]
    return {"customers": rows}


@router.get("/customers/{customer_id}/timeline")
async def customer_timeline(customer_id: str, store: Store, _caller: Agent) -> dict[str, Any]:
    """All channels and both departments in one order; care shows codes only."""
    return await anyio.to_thread.run_sync(lambda: timeline(known_story(store, customer_id)))


@router.post("/customers/merges", status_code=201)
async def merge(body: MergeIn, store: Store, caller: Admin) -> dict[str, Any]:
    """Notes that two records are one person. Nothing is overwritten, so it can be undone."""
    return await anyio.to_thread.run_sync(_merge, body, store, caller.key_id)


@router.get("/customers/merges")
async def merges(store: Store, _caller: Admin) -> dict[str, Any]:
    """Merges in force, and records that share a key without enough to be one person for sure."""
    rows = await anyio.to_thread.run_sync(store.records.merges)
    proposals = await anyio.to_thread.run_sync(propose_merges, store)
    return {
        "merges": [{**row, "at": row["at"].isoformat(), "undone_at": None} for row in rows],
        "unsure": [_unsure(proposal) for proposal in proposals if not proposal.is_sure],
    }


@router.delete("/customers/merges/{merge_id}", status_code=204)
async def undo(merge_id: str, store: Store, _caller: Admin) -> None:
    """Takes a merge back for good: the rules will not make it again."""
    if not await anyio.to_thread.run_sync(store.records.undo_merge, merge_id):
        raise NotFound(f"There is no merge {merge_id!r} in force.")


def _unsure(proposal: Proposal) -> dict[str, Any]:
    return {
        "customers": [proposal.kept, proposal.absorbed],
        "keys": [{"scheme": key.scheme, "value": key.value} for key in proposal.keys],
        "reason": proposal.reason,
    }


def _merge(body: MergeIn, store: TenantStore, by: str) -> dict[str, Any]:
    if body.kept == body.absorbed:
        raise InvalidInput("A record cannot be merged with itself.")
    known_story(store, body.kept)
    known_story(store, body.absorbed)
    if body.kept in store.records.aliases(body.absorbed):
        raise Conflict("These two records are one person already.")
    merge_id = store.records.merge(body.kept, body.absorbed, reason=body.reason, by=by)
    return {"id": merge_id, "kept": body.kept, "absorbed": body.absorbed}
