"""Sources and chunks as rows and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np

from copilot.db import codec
from copilot.db.engine import now
from copilot.db.fulltext import Entry
from copilot.db.tables import chunks, sources
from copilot.domain import Chunk, Document, Interaction

SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A source ready to be stored: its chunks, their vectors (n, dim) and its fingerprint."""

    item: Document | Interaction
    chunks: Sequence[Chunk]
    vectors: np.ndarray
    model: str
    fingerprint: str
    origin: str
    title: str | None = None  # as shown and searched; of an interaction the redacted subject


class StoredChunk(NamedTuple):
    """A chunk as stored, with what a hit needs of its source."""

    id: int
    chunk: Chunk
    title: str
    url: str | None
    visibility: str
    language: str | None
    valid_from: date | None
    valid_to: date | None
    resolved: bool | None
    rating: float | None
    at: datetime | None
    customer_id: str | None


class Change(NamedTuple):
    """One entry of the change log: what happened to chunk `chunk_id` with change `seq`."""

    seq: int
    op: str
    chunk_id: int


class ChunkMeta(NamedTuple):
    """The small facts of a chunk that ranking needs in memory, without its texts."""

    id: int
    source: int
    source_id: str
    title: str
    visibility: str
    resolved: bool | None
    label: str | None
    turn: int | None


CHUNK_COLUMNS = (
    chunks.c.id, chunks.c.key, chunks.c.kind, sources.c.source_id, chunks.c.ordinal, chunks.c.text,
    chunks.c.context, chunks.c.headings, chunks.c.turn, chunks.c.label, sources.c.title,
    sources.c.url, sources.c.visibility, sources.c.language, sources.c.valid_from,
    sources.c.valid_to, sources.c.resolved, sources.c.rating, sources.c.at, sources.c.customer_id,
)  # fmt: skip


def stored(row: Any) -> StoredChunk:  # noqa: ANN401 - a database row
    chunk = Chunk(
        id=row.key,
        kind=row.kind,
        source_id=row.source_id,
        ordinal=row.ordinal,
        text=row.text,
        context=row.context,
        heading_path=tuple(row.headings.split(SEPARATOR)) if row.headings else (),
        turn=row.turn,
        label=row.label,
    )
    return StoredChunk(
        row.id, chunk, row.title, row.url, row.visibility, row.language, row.valid_from,
        row.valid_to, row.resolved, row.rating, row.at, row.customer_id,
    )  # fmt: skip


def source_row(kind: str, p: Prepared) -> dict[str, Any]:
    item = p.item
    row: dict[str, Any] = {
        "kind": kind,
        "source_id": item.source_id,
        "url": item.url,
        "language": item.language,
        "origin": p.origin,
        "fingerprint": p.fingerprint,
        "body": codec.dump(item),
        "ingested_at": now(),
        "title": "",
        "visibility": "public",
        "valid_from": None,
        "valid_to": None,
        "at": None,
        "customer_id": None,
        "resolved": None,
        "rating": None,
    }
    if isinstance(item, Document):
        row |= {
            "title": item.title,
            "visibility": item.visibility,
            "valid_from": item.valid_from,
            "valid_to": item.valid_to,
            "at": item.updated_at,
        }
    else:
        times = [turn.at for turn in item.turns if turn.at]
        row |= {
            "title": (item.subject if p.title is None else p.title) or "",
            "at": item.at or (times[0] if times else None),
            "customer_id": item.customer_id,
            "resolved": item.outcome.resolved,
            "rating": item.outcome.rating,
        }
    return row


def chunk_row(n: int, source: int, chunk: Chunk, p: Prepared, vector: np.ndarray) -> dict[str, Any]:
    return {
        "id": n,
        "kind": chunk.kind,
        "source": source,
        "key": chunk.id,
        "ordinal": chunk.ordinal,
        "text": chunk.text,
        "context": chunk.context,
        "headings": SEPARATOR.join(chunk.heading_path),
        "turn": chunk.turn,
        "label": chunk.label,
        "model": p.model,
        "vector": vector_bytes(vector),
    }


def vector_bytes(vector: np.ndarray) -> bytes:
    """A vector as it is stored: float32, little endian."""
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def entry_of(n: int, chunk: Chunk, p: Prepared) -> Entry:
    item = p.item
    if isinstance(item, Document):
        return Entry(n, item.title, " ".join(chunk.heading_path), chunk.text, "")
    title = (item.subject if p.title is None else p.title) or ""
    return Entry(n, title, " ".join(item.tags), chunk.context, chunk.text)


def block_of(rows: Sequence[Any]) -> tuple[list[int], np.ndarray]:
    ids = [int(row[0]) for row in rows]
    if not rows:
        return ids, np.zeros((0, 0), dtype=np.float32)
    return ids, np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").reshape(len(ids), -1)
