"""Documents and past interactions with their chunks and vectors, replaced in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, func, select, text

from copilot.db import codec
from copilot.db.engine import now
from copilot.db.fulltext import Entry, FullText
from copilot.db.scope import Scope, batches
from copilot.db.tables import changes, chunks, sources, tenants
from copilot.domain import Chunk, Document, Interaction, SourceKind

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
    """One entry of the change log: chunk `chunk_id` came or went with change `seq`."""

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


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of one tenant."""

    scope: Scope
    fulltext: FullText

    def fingerprints(self, kind: SourceKind, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Stored (fingerprint, origin) of those ids that exist."""
        found: dict[str, tuple[str, str]] = {}
        columns = (sources.c.source_id, sources.c.fingerprint, sources.c.origin)
        with self.scope.reading() as connection:
            for some in batches(ids):
                statement = self.scope.select(sources, *columns).where(
                    sources.c.kind == kind, sources.c.source_id.in_(some)
                )
                found.update((row[0], (row[1], row[2])) for row in connection.execute(statement))
        return found

    def ids_of_origin(self, kind: SourceKind, origin: str) -> set[str]:
        """Ids that came from one file or system."""
        statement = self.scope.select(sources, sources.c.source_id).where(
            sources.c.kind == kind, sources.c.origin == origin
        )
        with self.scope.reading() as connection:
            return {row[0] for row in connection.execute(statement)}

    def origins(self) -> set[str]:
        """Every file or system that sources came from."""
        statement = self.scope.select(sources, sources.c.origin).distinct()
        with self.scope.reading() as connection:
            return {row[0] for row in connection.execute(statement)}

    def touch(self, kind: SourceKind, ids: Sequence[str], origin: str) -> None:
        """Records that unchanged sources now come from `origin`."""
        with self.scope.writing() as connection:
            for some in batches(ids):
                connection.execute(
                    self.scope.update(sources)
                    .where(
                        sources.c.kind == kind,
                        sources.c.source_id.in_(some),
                        sources.c.origin != origin,
                    )
                    .values(origin=origin)
                )

    def replace(self, kind: SourceKind, prepared: Sequence[Prepared]) -> None:
        """Stores sources with chunks, vectors and full text: one transaction, then it is true."""
        if not prepared:
            return
        with self.scope.writing() as connection:
            seq = self._next_seq(connection)
            self._drop(connection, kind, [codec.id_of(p.item) for p in prepared], seq)
            self.scope.insert(connection, sources, [_source_row(kind, p) for p in prepared])
            keys = self._keys(connection, kind, [codec.id_of(p.item) for p in prepared])
            first = self._reserve(connection, sum(len(p.chunks) for p in prepared))
            rows: list[dict[str, Any]] = []
            entries: list[Entry] = []
            for p in prepared:
                for chunk, vector in zip(p.chunks, p.vectors, strict=True):
                    rows.append(
                        _chunk_row(first + len(rows), keys[codec.id_of(p.item)], chunk, p, vector)
                    )
                    entries.append(_entry(rows[-1]["id"], chunk, p.item))
            self.scope.insert(connection, chunks, rows)
            self.fulltext.add(connection, kind, entries)
            self._log(connection, kind, "upsert", seq, [row["id"] for row in rows])

    def remove(self, kind: SourceKind, ids: Sequence[str]) -> int:
        """Deletes sources; returns how many there were."""
        if not ids:
            return 0
        with self.scope.writing() as connection:
            return self._drop(connection, kind, ids, self._next_seq(connection))

    def get(self, kind: SourceKind, source_id: str) -> Document | Interaction | None:
        """The item as ingested, or None."""
        statement = self.scope.select(sources, sources.c.body).where(
            sources.c.kind == kind, sources.c.source_id == source_id
        )
        with self.scope.reading() as connection:
            row = connection.execute(statement).first()
        return codec.load(kind, row[0]) if row else None

    def iterate(self, kind: SourceKind, customer_ids: Sequence[str] | None = None) -> Iterator[Any]:
        """Items of a kind in order of time, of some customers or of all."""
        statement = self.scope.select(sources, sources.c.body).where(sources.c.kind == kind)
        if customer_ids is not None:
            statement = statement.where(sources.c.customer_id.in_(customer_ids))
        with self.scope.reading() as connection:
            rows = connection.execute(statement.order_by(sources.c.at, sources.c.source_id))
            for row in rows.yield_per(200):
                yield codec.load(kind, row[0])

    def count(self, kind: SourceKind) -> tuple[int, int]:
        """How many sources and chunks of a kind there are."""
        with self.scope.reading() as connection:
            n_sources = connection.execute(
                self.scope.select(sources, func.count()).where(sources.c.kind == kind)
            ).scalar_one()
            n_chunks = connection.execute(
                self.scope.select(chunks, func.count()).where(chunks.c.kind == kind)
            ).scalar_one()
        return n_sources, n_chunks

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        """Chunks by id; what was deleted meanwhile is simply not there."""
        found: dict[int, StoredChunk] = {}
        with self.scope.reading() as connection:
            for some in batches(ids):
                statement = (
                    self.scope.select(chunks, *_CHUNK_COLUMNS)
                    .join_from(chunks, sources, chunks.c.source == sources.c.id)
                    .where(chunks.c.id.in_(some))
                )
                for row in connection.execute(statement):
                    found[row.id] = _stored(row)
        return found

    def meta(self, kind: SourceKind, ids: Sequence[int] | None = None) -> list[ChunkMeta]:
        """Small facts of all chunks of a kind, or of some."""
        columns = (
            chunks.c.id, chunks.c.source, sources.c.source_id, sources.c.title,
            sources.c.visibility, sources.c.resolved, chunks.c.label, chunks.c.turn,
        )  # fmt: skip
        base = (
            self.scope.select(chunks, *columns)
            .join_from(chunks, sources, chunks.c.source == sources.c.id)
            .where(chunks.c.kind == kind)
        )
        with self.scope.reading() as connection:
            if ids is None:
                return [ChunkMeta(*row) for row in connection.execute(base.order_by(chunks.c.id))]
            return [
                ChunkMeta(*row)
                for some in batches(ids)
                for row in connection.execute(base.where(chunks.c.id.in_(some)))
            ]

    def vectors(
        self, kind: SourceKind, model: str, ids: Sequence[int] | None = None, size: int = 4096
    ) -> Iterator[tuple[list[int], np.ndarray]]:
        """Blocks of (chunk ids, vectors) of one embedding model, all or some."""
        base = self.scope.select(chunks, chunks.c.id, chunks.c.vector).where(
            chunks.c.kind == kind, chunks.c.model == model
        )
        with self.scope.reading() as connection:
            if ids is not None:
                for some in batches(ids):
                    yield _block(connection.execute(base.where(chunks.c.id.in_(some))).all())
                return
            last = -1
            while True:
                page = base.where(chunks.c.id > last).order_by(chunks.c.id).limit(size)
                rows = connection.execute(page).all()
                if not rows:
                    return
                yield _block(rows)
                last = rows[-1][0]

    def seq(self) -> int:
        """Number of this tenant's last change."""
        with self.scope.reading() as connection:
            found = connection.execute(
                select(tenants.c.seq).where(tenants.c.name == self.scope.tenant)
            ).scalar()
        return int(found or 0)

    def changes(self, kind: SourceKind, after: int) -> list[Change]:
        """Changes of a kind after `after`, in order."""
        statement = (
            self.scope.select(changes, changes.c.seq, changes.c.op, changes.c.chunk_id)
            .where(changes.c.kind == kind, changes.c.seq > after)
            .order_by(changes.c.seq)
        )
        with self.scope.reading() as connection:
            return [Change(*row) for row in connection.execute(statement)]

    def _drop(self, connection: Connection, kind: str, ids: Sequence[str], seq: int) -> int:
        removed = 0
        for some in batches(ids):
            keys = list(self._keys(connection, kind, some).values())
            gone = [
                row[0]
                for row in connection.execute(
                    self.scope.select(chunks, chunks.c.id).where(chunks.c.source.in_(keys))
                )
            ]
            self.fulltext.remove(connection, kind, gone)
            connection.execute(self.scope.delete(chunks).where(chunks.c.source.in_(keys)))
            connection.execute(self.scope.delete(sources).where(sources.c.id.in_(keys)))
            self._log(connection, kind, "delete", seq, gone)
            removed += len(keys)
        return removed

    def _keys(self, connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for some in batches(ids):
            statement = self.scope.select(sources, sources.c.source_id, sources.c.id).where(
                sources.c.kind == kind, sources.c.source_id.in_(some)
            )
            found.update((row[0], row[1]) for row in connection.execute(statement))
        return found

    def _next_seq(self, connection: Connection) -> int:
        # The row lock makes writers of a tenant take turns: numbers appear in commit order.
        return int(
            connection.execute(
                tenants.update()
                .where(tenants.c.name == self.scope.tenant)
                .values(seq=tenants.c.seq + 1)
                .returning(tenants.c.seq)
            ).scalar_one()
        )

    def _reserve(self, connection: Connection, n: int) -> int:
        last = connection.execute(
            text("UPDATE counters SET value = value + :n WHERE name = 'chunk' RETURNING value"),
            {"n": n},
        ).scalar_one()
        return int(last) - n + 1

    def _log(
        self, connection: Connection, kind: str, op: str, seq: int, ids: Sequence[int]
    ) -> None:
        rows = [{"seq": seq, "chunk_id": i, "kind": kind, "op": op} for i in ids]
        self.scope.insert(connection, changes, rows)


_CHUNK_COLUMNS = (
    chunks.c.id, chunks.c.key, chunks.c.kind, sources.c.source_id, chunks.c.ordinal, chunks.c.text,
    chunks.c.context, chunks.c.headings, chunks.c.turn, chunks.c.label, sources.c.title,
    sources.c.url, sources.c.visibility, sources.c.language, sources.c.valid_from,
    sources.c.valid_to, sources.c.resolved, sources.c.rating, sources.c.at, sources.c.customer_id,
)  # fmt: skip


def _stored(row: Any) -> StoredChunk:  # noqa: ANN401 - a database row
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


def _source_row(kind: str, p: Prepared) -> dict[str, Any]:
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
            "title": item.subject or "",
            "at": item.at or (times[0] if times else None),
            "customer_id": item.customer_id,
            "resolved": item.outcome.resolved,
            "rating": item.outcome.rating,
        }
    return row


def _chunk_row(
    n: int, source: int, chunk: Chunk, p: Prepared, vector: np.ndarray
) -> dict[str, Any]:
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
        "vector": np.ascontiguousarray(vector, dtype="<f4").tobytes(),
    }


def _entry(n: int, chunk: Chunk, item: Document | Interaction) -> Entry:
    if isinstance(item, Document):
        return Entry(n, item.title, " ".join(chunk.heading_path), chunk.text, "")
    return Entry(n, item.subject or "", " ".join(item.tags), chunk.context, chunk.text)


def _block(rows: Sequence[Any]) -> tuple[list[int], np.ndarray]:
    ids = [int(row[0]) for row in rows]
    if not rows:
        return ids, np.zeros((0, 0), dtype=np.float32)
    return ids, np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").reshape(len(ids), -1)
