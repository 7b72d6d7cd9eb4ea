"""Past cases as evidence: one that ended unsolved teaches nobody what to answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from copilot.db import StoredChunk, TenantStore
from copilot.domain import Chunk
from copilot.retriever.cases import find_cases

FATES: dict[int, bool | None] = {1: False, 2: True, 3: None}


def _row(number: int) -> StoredChunk:
    chunk = Chunk(str(number), "interaction", f"i-{number}", 0, "Press reset.", turn=1)
    resolved = FATES[number]
    return StoredChunk(
        number, chunk, "Reset", None, "public", "en", None, None, resolved, None, None, "C-1"
    )


def _found(*, only_answers: bool) -> list[str]:
    store = SimpleNamespace(
        fulltext=SimpleNamespace(search=lambda terms, kind, n: []),
        sources=SimpleNamespace(chunks=lambda ids: {n: _row(n) for n in ids}),
    )
    vectors = SimpleNamespace(query=lambda key, vector, n: [(1, 0.99), (2, 0.8), (3, 0.7)])
    hits = find_cases(
        cast("TenantStore", store), cast("Any", vectors), cast("Any", None), cast("Any", object),
        ("reset",), k=3, only_answers=only_answers,
    )  # fmt: skip
    return [hit.chunk.source_id for hit in hits]


def test_an_unsolved_case_is_no_evidence() -> None:
    assert _found(only_answers=True) == ["i-2", "i-3"]


def test_a_search_shows_it_nevertheless() -> None:
    assert set(_found(only_answers=False)) == {"i-1", "i-2", "i-3"}
