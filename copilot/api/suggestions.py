"""`POST /v1/suggestions`: one answer, or its making as server-sent events; and its feedback."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from rapidfuzz.distance import Levenshtein

from copilot.api.deps import Agent, Built, Store
from copilot.api.idempotency import IdempotentRoute
from copilot.api.measures import SUGGESTIONS
from copilot.api.problems import STATUS
from copilot.api.schemas import FeedbackIn, SuggestionIn, SuggestionOut, wire
from copilot.bootstrap import Copilot
from copilot.db import TenantStore
from copilot.domain import Hit, Segment, Suggestion
from copilot.errors import CopilotError, InvalidInput

router = APIRouter(prefix="/v1", tags=["suggestions"])
writes = APIRouter(prefix="/v1", tags=["suggestions"], route_class=IdempotentRoute)
HEARTBEAT_S = 15.0
log = logging.getLogger("copilot.api")
Events = list[tuple[str, Any]]
SSE = "text/event-stream"


@router.post(
    "/suggestions",
    response_model=SuggestionOut,
    responses={200: {"content": {SSE: {}}, "description": "The suggestion, or its events."}},
)
async def suggest(body: SuggestionIn, request: Request, store: Store, copilot: Built) -> Response:
    """Suggests the next reply with its sources, the ledgers and any genuine need.

    With `stream: true` or `Accept: text/event-stream` the answer comes as events: `meta`,
    `citation` (sources first), `text.delta`, `assessment`, `done` (the checked result) or `error`.
    """
    if body.stream or SSE in request.headers.get("accept", ""):
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_events(copilot, store, body), media_type=SSE, headers=headers)
    suggestion = await copilot.suggester.suggest(
        store,
        body.conversation.domain(),
        alternatives=body.alternatives,
        generator=body.generator,
    )
    SUGGESTIONS.labels(suggestion.generator.kind).inc()
    return Response(json.dumps(wire(suggestion)), media_type="application/json")


@writes.post("/feedback", status_code=201)
async def feedback(body: FeedbackIn, store: Store, caller: Agent) -> dict[str, Any]:
    """Notes what the agent did: shown, inserted, edited (with the sent text) or dismissed."""
    if body.event == "edited" and body.sent_text is None:
        raise InvalidInput("An edited suggestion needs `sent_text`: what was sent instead.")
    if body.event == "dismissed" and body.reason is None:
        raise InvalidInput("A dismissal needs a `reason`, so that the next suggestion is better.")
    return await anyio.to_thread.run_sync(_note, body, store, caller.key_id)


def _note(body: FeedbackIn, store: TenantStore, by: str) -> dict[str, Any]:
    shown = store.journal.suggestion(body.suggestion_id)["trace"].get("text", "")
    distance = None
    if body.sent_text is not None:
        distance = round(Levenshtein.normalized_distance(shown[:20_000], body.sent_text), 4)
    row = store.journal.add_feedback(
        {
            "suggestion_id": body.suggestion_id,
            "event": body.event,
            "reason": body.reason,
            "alternative": body.alternative,
            "sent_text": body.sent_text,
            "edit_distance": distance,
            "by": by,
        }
    )
    return {"id": row["id"], "edit_distance": distance}


async def _events(copilot: Copilot, store: TenantStore, body: SuggestionIn) -> AsyncIterator[str]:
    """Runs the suggestion in a task and forwards what it yields; a silent model gets heartbeats."""
    incoming: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()

    async def produce() -> None:
        try:
            stream = copilot.suggester.stream(
                store,
                body.conversation.domain(),
                alternatives=body.alternatives,
                generator=body.generator,
            )
            async for piece in stream:
                for event in _as_events(piece):
                    await incoming.put(event)
        except CopilotError as error:
            fault = {"code": error.code, "status": STATUS[error.code], "detail": error.detail}
            await incoming.put(("error", fault))
        except Exception as error:  # noqa: BLE001 - a door: the client must hear that it ended
            log.error("unexpected", extra={"fault": type(error).__name__})  # noqa: TRY400
            detail = "An unexpected fault. Ask again; if it stays, look into the server's log."
            await incoming.put(("error", {"code": "internal", "status": 500, "detail": detail}))
        finally:
            await incoming.put(None)

    task = asyncio.create_task(produce())
    try:
        while True:
            try:
                event = await asyncio.wait_for(incoming.get(), HEARTBEAT_S)
            except TimeoutError:
                yield ": still working\n\n"
                continue
            if event is None:
                return
            yield f"event: {event[0]}\ndata: {json.dumps(event[1])}\n\n"
    finally:
        task.cancel()  # the client went away: stop generating


def _as_events(piece: Any) -> Events:  # noqa: ANN401 - one of three kinds
    if isinstance(piece, Suggestion):
        SUGGESTIONS.labels(piece.generator.kind).inc()
        body = wire(piece)
        return [("assessment", body["assessment"]), ("done", body)]
    if isinstance(piece, Segment):
        return [("text.delta", {**asdict(piece), "text": piece.text + " "})]
    meta = ("meta", {"hits": len(piece.hits), "as_of": piece.as_of.isoformat()})
    return [meta, *(("citation", _source(n, hit)) for n, hit in enumerate(piece.hits, start=1))]


def _source(n: int, hit: Hit) -> dict[str, Any]:
    chunk = hit.chunk
    return {
        "n": n, "kind": chunk.kind, "source_id": chunk.source_id, "title": hit.title,
        "quote": chunk.text[:320], "turn": chunk.turn, "url": hit.url,
        "visibility": hit.visibility,
    }  # fmt: skip
