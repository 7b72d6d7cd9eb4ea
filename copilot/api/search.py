"""`POST /v1/search`: sources for a query or a conversation."""

from __future__ import annotations

from fastapi import APIRouter

from copilot.api.deps import Built, Store
from copilot.api.schemas import SearchIn, SearchOut, results_of
from copilot.bootstrap import Copilot
from copilot.db import TenantStore
from copilot.domain import Hit
from copilot.errors import InvalidInput
from copilot.retriever.language import language_of

router = APIRouter(prefix="/v1", tags=["search"])


@router.post("/search", response_model=SearchOut)
async def search(body: SearchIn, store: Store, copilot: Built) -> SearchOut:
    """Finds articles and past interactions, one row per source, best first."""
    if (body.query is None) == (body.conversation is None):
        raise InvalidInput("Give either `query` or `conversation`, and not both.")
    if body.query is not None and not body.query.strip():
        raise InvalidInput("The query is empty: say what to look for.")
    hits, note = await copilot.compute.run(_search, copilot, store, body)
    return SearchOut(results=results_of(hits), note=note)


def _search(copilot: Copilot, store: TenantStore, body: SearchIn) -> tuple[list[Hit], str | None]:
    asked = body.conversation.domain() if body.conversation else body.query or ""
    hits = copilot.retriever.search(store, asked, k=body.k, kinds=tuple(body.kinds))
    return hits, None if hits else _why_none(copilot, store, body.query or "")


def _why_none(copilot: Copilot, store: TenantStore, query: str) -> str:
    """Why nothing was found, in a sentence or two."""
    language = language_of(query)
    note = "No source holds these words or is near in meaning."
    if language and language != "en":
        stated = copilot.retriever.libraries.of(store).languages
        if language not in stated:
            note += f" The query reads as {language!r}, and no article states that language."
    return note
