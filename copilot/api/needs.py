"""Assessments, and the work queue: promises, open loops, needs, hand-offs and their outcomes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import anyio
from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, StringConstraints

from copilot.api import worklist
from copilot.api.deps import Agent, Built, Store
from copilot.api.idempotency import IdempotentRoute
from copilot.api.schemas import ConversationIn
from copilot.api.worklist import plain
from copilot.db import TenantStore
from copilot.errors import InvalidInput
from copilot.handoff import Handover, Request
from copilot.needs import parse_case
from copilot.needs.output import VISIBLE, Disposition
from copilot.needs.policy import RegretRules
from copilot.needs.regret import summary
from copilot.suggester.held import happened

router = APIRouter(prefix="/v1", tags=["needs"], route_class=IdempotentRoute)
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0)]
Event = Literal[
    "shown", "accepted", "declined", "ignored", "activated", "returned", "cancelled", "downgraded",
    "complained", "thanked", "fulfilled",
]  # fmt: skip
PromiseStatus = Literal["open", "kept", "overdue", "conflict", "withdrawn"]
LoopStatus = Literal["open", "answered", "declined_with_reason"]
NeedState = Literal[
    "surfaced", "held", "accepted", "declined", "ignored", "fulfilled", "regretted", "kept"
]
HandoffState = Literal["offered", "accepted", "declined", "returned"]
Quote = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
STATE_AFTER = {
    "shown": "surfaced", "accepted": "accepted", "declined": "declined", "ignored": "ignored",
    "activated": "fulfilled", "returned": "regretted", "cancelled": "regretted",
    "downgraded": "regretted", "complained": "regretted", "thanked": "kept",
    "fulfilled": "fulfilled",
}  # fmt: skip


class OutcomeIn(BaseModel):
    """What became of a need that was raised."""

    model_config = ConfigDict(extra="forbid")
    event: Event
    reason: (
        Literal["not_said", "not_now", "has_it", "wrong_fit", "customer_upset", "other"] | None
    ) = None


class HandoffIn(BaseModel):
    """To whom a customer's case goes, and the customer's consent in their words.

    `consent_quote` is copied from a turn of theirs. Where they said it just now, the conversation
    comes along in `conversation`, as it does to `/v1/suggestions`. `conversation_id` alone takes
    what was kept of it when it was last answered.
    """

    model_config = ConfigDict(extra="forbid")
    customer_id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    to_role: Literal["sales", "service"]
    need_id: Annotated[str, StringConstraints(max_length=32)] | None = None
    consent_quote: Quote | None = None
    conversation: ConversationIn | None = None
    conversation_id: Annotated[str, StringConstraints(min_length=1, max_length=512)] | None = None
    note: Annotated[str, StringConstraints(max_length=1000)] | None = None

    def domain(self) -> Request:
        """As the core's noun."""
        here = self.conversation.domain() if self.conversation else None
        return Request(
            self.customer_id, self.to_role, self.need_id, self.consent_quote, here, self.note,
            self.conversation_id,
        )  # fmt: skip


class HandoffCheckIn(BaseModel):
    """Whose case may be handed to sales, in which conversation."""

    model_config = ConfigDict(extra="forbid")
    customer_id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    conversation: ConversationIn | None = None


class MoveIn(BaseModel):
    """What the receiver decides."""

    model_config = ConfigDict(extra="forbid")
    state: Literal["accepted", "declined", "returned"]
    note: Annotated[str, StringConstraints(max_length=1000)] | None = None


@router.post("/assessments")
async def assess(
    body: Annotated[dict[str, Any], Body()], copilot: Built, _caller: Agent
) -> dict[str, Any]:
    """Assesses a self-contained case; nothing of it is stored."""
    case = await copilot.compute.run(parse_case, body)
    assessment = await copilot.engine.assess_with_model(case)
    return assessment.to_json()


@router.get("/promises")
async def promises(
    store: Store,
    copilot: Built,
    due: str | None = None,
    status: Annotated[list[PromiseStatus] | None, Query()] = None,
    customer_id: str | None = None,
    put_right: bool = False,  # noqa: FBT001, FBT002 - a query parameter
    limit: Limit = 200,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Promises as they stand today, nearest due first; `due` (a date) gives those due by then.

    What was broken or false and has been put right since is listed with `put_right=true` only.
    """

    def listed() -> list[dict[str, Any]]:
        copilot.ledgers.restate(store, datetime.now(UTC).date().isoformat())
        return worklist.promises(
            store, customer_id=customer_id, statuses=status or (), due=due, limit=limit,
            offset=offset, only_owed=not put_right,
        )  # fmt: skip

    return {"promises": await anyio.to_thread.run_sync(listed)}


@router.get("/loops")
async def loops(
    store: Store,
    asked_by: str | None = None,
    status: Annotated[list[LoopStatus] | None, Query()] = None,
    customer_id: str | None = None,
    limit: Limit = 200,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Requests that were passed over, from sales and service alike.

    Nobody has set them a day; `asked_by` (a date) gives those first asked by then.
    """
    return await anyio.to_thread.run_sync(
        lambda: {
            "loops": worklist.loops(
                store,
                customer_id=customer_id,
                statuses=status or (),
                asked_by=asked_by,
                limit=limit,
                offset=offset,
            )
        }
    )


@router.get("/needs")
async def needs(
    store: Store,
    state: Annotated[list[NeedState] | None, Query()] = None,
    disposition: Annotated[list[Disposition] | None, Query()] = None,
    customer_id: str | None = None,
    due: str | None = None,
    limit: Limit = 200,
    offset: Offset = 0,
    once: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> dict[str, Any]:
    """Needs that were seen, newest first; `state=held` lists those that wait.

    `once=true` gives them as work: the same need of a customer once, and first what can be said
    now. `due` (a date) gives those whose release date has come by then. Needs that nothing on sale
    meets are listed with `disposition=log_blocked` only.
    """
    return await anyio.to_thread.run_sync(
        lambda: {
            "needs": worklist.needs(
                store, customer_id=customer_id, states=state or (), due=due,
                dispositions=disposition or (), limit=limit, offset=offset, once=once,
            )
        }
    )  # fmt: skip


@router.get("/needs/outcomes/summary")
async def outcomes(store: Store, copilot: Built, _caller: Agent) -> dict[str, Any]:
    """What became of the needs that were shown: counts, regret, and which products are held."""
    return await anyio.to_thread.run_sync(_outcomes, store, copilot.engine.policy.regret)


@router.post("/needs/{need_id}/outcome", status_code=201)
async def outcome(need_id: str, body: OutcomeIn, store: Store, caller: Agent) -> dict[str, Any]:
    """Notes what became of a need; quiet periods follow from it."""
    if body.event == "declined" and body.reason is None:
        raise InvalidInput("A decline needs a `reason`, so that the right gate learns from it.")
    row = await anyio.to_thread.run_sync(
        lambda: store.ledgers.add_outcome(
            need_id, event=body.event, state=STATE_AFTER[body.event], reason=body.reason,
            by=caller.key_id,
        )
    )  # fmt: skip
    return plain({**row, "state": STATE_AFTER[body.event]})


@router.post("/handoffs", status_code=201)
async def hand_off(body: HandoffIn, store: Store, copilot: Built, caller: Agent) -> dict[str, Any]:
    """Offers a case to the other department with all that the receiver needs.

    To sales it needs the customer's consent in their words, found in a turn of theirs or noted with
    the need (else 422, `not_customer_words`), and nothing may stand in the way: no care sign, no
    objection, no open trouble of ours (else 409, `not_for_sales`, with the `reason`).
    """
    return await anyio.to_thread.run_sync(
        _hand_off, body, store, Handover(copilot.ledgers), caller.key_id
    )


@router.post("/handoffs/check")
async def may_go_to_sales(
    body: HandoffCheckIn, store: Store, copilot: Built, _caller: Agent
) -> dict[str, Any]:
    """Whether anything stands in the way of sales, before the customer is asked; stores nothing.

    `allowed` is no promise: the words of consent may bring earlier contacts into sight.
    """
    here = body.conversation.domain() if body.conversation else None
    refused = await anyio.to_thread.run_sync(
        lambda: Handover(copilot.ledgers).refusal(
            store, Request(body.customer_id, "sales", conversation=here), datetime.now(UTC)
        )
    )
    return {
        "allowed": refused is None,
        "reason": refused.reason if refused else None,
        "detail": str(refused) if refused else None,
    }


@router.get("/handoffs")
async def handoffs(
    store: Store,
    state: Annotated[list[HandoffState] | None, Query()] = None,
    to_role: Literal["sales", "service"] | None = None,
) -> dict[str, Any]:
    """Hand-offs, newest first."""
    rows = await anyio.to_thread.run_sync(
        lambda: worklist.handoffs(store, states=state or (), to_role=to_role)
    )
    return {"handoffs": rows}


@router.post("/handoffs/{handoff_id}")
async def move(handoff_id: str, body: MoveIn, store: Store, _caller: Agent) -> dict[str, Any]:
    """Accepts or declines an offered hand-off, or returns an accepted one with its result."""
    return await anyio.to_thread.run_sync(
        lambda: worklist.move_handoff(store, handoff_id, state=body.state, note=body.note)
    )


def _outcomes(store: TenantStore, rules: RegretRules) -> dict[str, Any]:
    shown = store.ledgers.needs_shown(sorted(VISIBLE))
    return summary(shown, happened(store), rules, datetime.now(UTC))


def _hand_off(body: HandoffIn, store: TenantStore, handover: Handover, by: str) -> dict[str, Any]:
    packet = handover.packet(store, body.domain(), datetime.now(UTC))
    row = store.ledgers.add_handoff(
        customer_id=body.customer_id, to_role=body.to_role, packet=packet, by=by
    )
    return plain(row)
