"""Documents and past interactions with their chunks and vectors, replaced in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, bindparam, func, or_, text

from copilot.db import codec
from copilot.db.changelog import log, next_seq
from copilot.db.chunkcache import ReadChunks
from copilot.db.engine import now
from copilot.db.fulltext import Entry, FullText
from copilot.db.rows import (
    CHUNK_COLUMNS,
    Change,
    ChunkMeta,
    Prepared,
    StoredChunk,
    block_of,
    chunk_row,
    entry_of,
    source_row,
    stored,
)
from copilot.db.scope import Scope, batches, scoped
from copilot.db.tables import changes, chunks, records, sources
from copilot.domain import Document, Interaction, SourceKind


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of one tenant."""

    scope: Scope
    fulltext: FullText
    _read: ReadChunks = field(default_factory=ReadChunks)

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

    def ids_by_origin(self, kind: SourceKind, origins: Sequence[str]) -> dict[str, set[str]]:
        """Ids by the file or system they came from; origins without any are left out."""
        found: dict[str, set[str]] = {}
        columns = (sources.c.origin, sources.c.source_id)
        with self.scope.reading() as connection:
            for some in batches(origins):
                statement = self.scope.select(sources, *columns).where(
                    sources.c.kind == kind, sources.c.origin.in_(some)
                )
                for origin, name in connection.execute(statement):
                    found.setdefault(origin, set()).add(name)
        return found

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
            seq = next_seq(self.scope, connection)
            self._drop(connection, kind, [codec.id_of(p.item) for p in prepared], seq)
            self.scope.insert(connection, sources, [source_row(kind, p) for p in prepared])
            keys = self._keys(connection, kind, [codec.id_of(p.item) for p in prepared])
            first = self._reserve(connection, sum(len(p.chunks) for p in prepared))
            rows: list[dict[str, Any]] = []
            entries: list[Entry] = []
            for p in prepared:
                for chunk, vector in zip(p.chunks, p.vectors, strict=True):
                    rows.append(
                        chunk_row(first + len(rows), keys[codec.id_of(p.item)], chunk, p, vector)
                    )
                    entries.append(entry_of(rows[-1]["id"], chunk, p))
            self.scope.insert(connection, chunks, rows)
            self.fulltext.add(connection, kind, entries)
            log(self.scope, connection, kind, "upsert", seq, [row["id"] for row in rows])

    def remove(self, kind: SourceKind, ids: Sequence[str]) -> int:
        """Deletes sources; returns how many there were."""
        if not ids:
            return 0
        with self.scope.writing() as connection:
            return self._drop(connection, kind, ids, next_seq(self.scope, connection))

    def get(self, kind: SourceKind, source_id: str) -> Document | Interaction | None:
        """The item as ingested, or None."""
        statement = self.scope.select(sources, sources.c.body).where(
            sources.c.kind == kind, sources.c.source_id == source_id
        )
        with self.scope.reading() as connection:
            row = connection.execute(statement).first()
        return codec.load(kind, row[0]) if row else None

    def documents(self, ids: Sequence[str]) -> Iterator[Document]:
        """Articles by id, in no order."""
        return self._by_id("document", ids)

    def interactions(self, ids: Sequence[str]) -> Iterator[Interaction]:
        """Interactions by id, in the order of the ids."""
        for some in batches(ids):
            found = {item.source_id: item for item in self._by_id("interaction", some)}
            yield from (found[name] for name in some if name in found)

    def _by_id(self, kind: SourceKind, ids: Sequence[str]) -> Iterator[Any]:
        with self.scope.reading() as connection:
            for some in batches(ids):
                statement = self.scope.select(sources, sources.c.body).where(
                    sources.c.kind == kind, sources.c.source_id.in_(some)
                )
                for row in connection.execute(statement):
                    yield codec.load(kind, row[0])

    def by_time(self, kind: SourceKind) -> list[str]:
        """The ids of a kind, the oldest first."""
        statement = (
            self.scope.select(sources, sources.c.source_id)
            .where(sources.c.kind == kind)
            .order_by(sources.c.at, sources.c.source_id)
        )
        with self.scope.reading() as connection:
            return [row[0] for row in connection.execute(statement)]

    def iterate(self, kind: SourceKind, customer_ids: Sequence[str] | None = None) -> Iterator[Any]:
        """Items of a kind in order of time, of some customers or of all."""
        statement = _bodies(of_customers=customer_ids is not None)
        with self.scope.reading() as connection:
            rows = self.scope.run(connection, statement, kind=kind, customers=customer_ids or ())
            for row in rows.yield_per(200):
                yield codec.load(kind, row[0])

    def strangers(self) -> Iterator[Interaction]:
        """One interaction of each customer id that no customer record has."""
        known = self.scope.select(records, records.c.record_id).where(records.c.kind == "customer")
        firsts = (
            self.scope.select(sources, func.min(sources.c.id))
            .where(
                sources.c.kind == "interaction",
                sources.c.customer_id.is_not(None),
                sources.c.customer_id.not_in(known),
            )
            .group_by(sources.c.customer_id)
        )
        statement = self.scope.select(sources, sources.c.body).where(sources.c.id.in_(firsts))
        with self.scope.reading() as connection:
            for row in connection.execute(statement).yield_per(200):
                yield codec.load("interaction", row[0])

    def unnamed(self, words: Sequence[str]) -> Iterator[tuple[Interaction, str | None]]:
        """Interactions ingested without a customer that hold one of the words, and their link."""
        statement = self.scope.select(sources, sources.c.body, sources.c.customer_id).where(
            sources.c.kind == "interaction",
            sources.c.body.contains('"customer_id":null', autoescape=True),
            or_(*(sources.c.body.contains(word, autoescape=True) for word in words)),
        )
        with self.scope.reading() as connection:
            for row in connection.execute(statement).yield_per(200):
                yield codec.load("interaction", row[0]), row[1]

    def link(self, source_ids: Sequence[str], customer_id: str | None) -> None:
        """Says whose these interactions are; their own text stays as it was ingested."""
        with self.scope.changing() as connection:
            for some in batches(source_ids):
                connection.execute(
                    self.scope.update(sources)
                    .where(sources.c.kind == "interaction", sources.c.source_id.in_(some))
                    .values(customer_id=customer_id)
                )

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

    def newest(self, kind: SourceKind) -> datetime | None:
        """The date of the newest source; dates still to come are a slip of somebody's."""
        statement = self.scope.select(sources, func.max(sources.c.at)).where(
            sources.c.kind == kind, sources.c.at <= now()
        )
        with self.scope.reading() as connection:
            found: datetime | None = connection.execute(statement).scalar_one()
        return found

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        """Chunks by id; what was deleted meanwhile is simply not there."""
        read = self._read.as_of(self.seq())
        missing = [i for i in ids if i not in read]
        if missing:
            with self.scope.reading() as connection:
                for some in batches(missing):
                    for row in self.scope.run(connection, _chunks_by_id(), ids=some):
                        read[row.id] = stored(row)
        return {i: found for i in ids if (found := read.get(i)) is not None}

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
                    yield block_of(connection.execute(base.where(chunks.c.id.in_(some))).all())
                return
            last = -1
            while True:
                page = base.where(chunks.c.id > last).order_by(chunks.c.id).limit(size)
                rows = connection.execute(page).all()
                if not rows:
                    return
                yield block_of(rows)
                last = rows[-1][0]

    def seq(self) -> int:
        """Number of this tenant's last change."""
        return self.scope.last_change()

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
            log(self.scope, connection, kind, "delete", seq, gone)
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

    def _reserve(self, connection: Connection, n: int) -> int:
        last = connection.execute(
            text("UPDATE counters SET value = value + :n WHERE name = 'chunk' RETURNING value"),
            {"n": n},
        ).scalar_one()
        return int(last) - n + 1


@cache
def _chunks_by_id() -> Select[Any]:
    found = scoped(chunks, *CHUNK_COLUMNS).join_from(
        chunks, sources, chunks.c.source == sources.c.id
    )
    return found.where(chunks.c.id.in_(bindparam("ids", expanding=True)))


@cache
def _bodies(*, of_customers: bool) -> Select[Any]:
    found = scoped(sources, sources.c.body).where(sources.c.kind == bindparam("kind"))
    if of_customers:
        found = found.where(sources.c.customer_id.in_(bindparam("customers", expanding=True)))
    return found.order_by(sources.c.at, sources.c.source_id)
