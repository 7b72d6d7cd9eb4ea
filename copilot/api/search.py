"""`POST /v1/search`: sources for a query or a conversation."""

from __future__ import annotations

from fastapi import APIRouter

from copilot.api.deps import Built, Store
from copilot.api.schemas import SearchIn, SearchOut, results_of
from copilot.bootstrap import Copilot
from copilot.db import TenantStore
from copilot.domain import Hit
from copilot.errors import InvalidInput

router = APIRouter(prefix="/v1", tags=["search"])


@router.post("/search", response_model=SearchOut)
async def search(body: SearchIn, store: Store, copilot: Built) -> SearchOut:
    """Finds articles and past interactions, one row per source, best first."""
    if (body.query is None) == (body.conversation is None):
        raise InvalidInput("Give either `query` or `conversation`, and not both.")
    if body.query is not None and not body.query.strip():
        raise InvalidInput("The query is empty: say what to look for.")
    hits = await copilot.compute.run(_search, copilot, store, body)
    return SearchOut(results=results_of(hits))


def _search(copilot: Copilot, store: TenantStore, body: SearchIn) -> list[Hit]:
    asked = body.conversation.domain() if body.conversation else body.query or ""
    return copilot.retriever.search(store, asked, k=body.k, kinds=tuple(body.kinds))
