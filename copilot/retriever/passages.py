"""The rest of an article around the passage that was found: an answer often stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.db import TenantStore
from copilot.domain import Chunk, Hit
from copilot.retriever.library import Library

ARTICLES = 5  # the best ones only: what comes after them seldom answers
AROUND = 4  # passages on either side of the one that was found


def widened(store: TenantStore, library: Library, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The same hits, the first few with the passages around theirs. One read, nothing embedded."""
    wanted: dict[str, tuple[int, ...]] = {}
    for hit in hits[:ARTICLES]:
        article = library.position.get(hit.chunk.source_id)
        if hit.chunk.kind == "document" and article is not None:
            wanted[hit.chunk.source_id] = library.passages[article]
    near = {
        hit.chunk.source_id: _around(wanted[hit.chunk.source_id], hit.chunk.ordinal)
        for hit in hits
        if hit.chunk.source_id in wanted
    }
    rows = store.sources.chunks([i for some in near.values() for i in some])
    texts: dict[str, str] = {}
    for source_id, ids in near.items():
        chunks = sorted((rows[i].chunk for i in ids if i in rows), key=lambda c: c.ordinal)
        if chunks:
            texts[source_id] = _joined(chunks)
    return tuple(
        replace(hit, chunk=replace(hit.chunk, text=texts[hit.chunk.source_id], heading_path=()))
        if hit.chunk.source_id in texts
        else hit
        for hit in hits
    )


def _joined(chunks: Sequence[Chunk]) -> str:
    """The passages as one text; a section that was cut gets its heading once."""
    parts: list[str] = []
    path: tuple[str, ...] = ()
    for chunk in chunks:
        if chunk.heading_path != path and chunk.heading_path:
            parts.append(f"\n## {' > '.join(chunk.heading_path)}")
        elif chunk.heading_path != path:
            parts.append("")
        path = chunk.heading_path
        parts.append(chunk.text)
    return "\n".join(parts).strip()


def _around(passages: Sequence[int], ordinal: int) -> Sequence[int]:
    return passages[max(0, ordinal - AROUND) : ordinal + AROUND + 1]
