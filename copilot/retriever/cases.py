"""Past interactions by their situation: solved, well rated, recent ones first; one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from copilot.db import StoredChunk, TenantStore
from copilot.domain import Hit
from copilot.embedder import Vectors
from copilot.retriever.fusion import Match, Scores, fused, scaled
from copilot.retriever.language import language_of, primary
from copilot.retriever.recency import recency
from copilot.vectorstore import CollectionKey, VectorStore

LazyVector = Callable[[], Vectors]  # of a query: made, or waited for, once it is needed
POOL = 48
FETCHED = 24
DENSE, LEXICAL = 0.8, 0.2
SOLVED, RATED = 0.08, 0.04
RECENT = 0.04  # between the newest case and one long past: less than being solved
FOREIGN = 0.4  # against cases in another language than what was asked in, as for articles


def find_cases(
    store: TenantStore,
    vectors: VectorStore,
    key: CollectionKey,
    vector: LazyVector,
    terms: Sequence[str],
    *,
    k: int,
    only_answers: bool,
    said: str = "",
    newest: datetime | None = None,
) -> list[Hit]:
    """The k cases nearest to a situation; with `only_answers` none that ended unsolved.

    `said` tells the language, `newest` is the date of the tenant's newest case: age is counted
    from there, so that a past that was brought in once does not sink as the years go by.
    """
    pool = max(POOL, 4 * k)
    worded = store.fulltext.search(terms, "interaction", pool) if terms else []
    near = vectors.query(key, vector(), pool)
    if not near:
        return []
    floor = near[-1][1]
    alike, told = scaled(Scores.of(dict(near)), floor), scaled(Scores.of(dict(worded)), 0.0)
    best = fused([(DENSE, alike), (LEXICAL, told)]).best(max(FETCHED, 2 * k))
    rows = store.sources.chunks([chunk for chunk, _ in best])
    foreign = _foreign(rows.values(), said)
    ranked = [
        (score + _standing(rows[chunk], newest) - FOREIGN * (chunk in foreign), chunk)
        for chunk, score in best
        if chunk in rows and _is_offered(rows[chunk], only_answers=only_answers)
    ]
    return _one_per_case(sorted(ranked, key=lambda pair: (-pair[0], pair[1])), rows, dict(near), k)


def _foreign(rows: Iterable[StoredChunk], said: str) -> frozenset[int]:
    """The chunks in another language, where others are in the one that was asked in."""
    stated = {row.id: code for row in rows if (code := primary(row.language))}
    if len(set(stated.values())) < 2:  # nothing to choose between
        return frozenset()
    asked = language_of(said)
    if asked not in stated.values():
        return frozenset()
    return frozenset(chunk for chunk, code in stated.items() if code != asked)


def _standing(row: StoredChunk, newest: datetime | None) -> float:
    solved = SOLVED if row.resolved else -SOLVED if row.resolved is False else 0.0
    rated = RATED * (row.rating - 3) / 2 if row.rating is not None else 0.0
    return solved + rated + recency(row.at, newest, RECENT)


def _is_offered(row: StoredChunk, *, only_answers: bool) -> bool:
    return not (only_answers and row.resolved is False)


def _one_per_case(
    ranked: Sequence[Match | tuple[float, int]],
    rows: dict[int, StoredChunk],
    near: dict[int, float],
    k: int,
) -> list[Hit]:
    found: list[Hit] = []
    seen: set[str] = set()
    for _, chunk in ranked:
        row = rows[int(chunk)]
        if row.chunk.source_id not in seen:
            seen.add(row.chunk.source_id)
            found.append(hit_of(row, len(found) + 1, near.get(row.id, 0.0)))
        if len(found) == k:
            break
    return found


def hit_of(row: StoredChunk, rank: int, score: float) -> Hit:
    """A stored chunk as a hit."""
    return Hit(
        chunk=row.chunk,
        title=row.title,
        rank=rank,
        score=score,
        url=row.url,
        visibility="internal" if row.visibility == "internal" else "public",
        resolved=row.resolved,
        at=row.at,
    )
