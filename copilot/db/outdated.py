"""Chunks whose vectors another embedding model made: read in blocks, and given new vectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import bindparam

from copilot.db.changelog import log, next_seq
from copilot.db.rows import CHUNK_COLUMNS, StoredChunk, stored, vector_bytes
from copilot.db.scope import Scope
from copilot.db.tables import chunks, sources
from copilot.domain import SourceKind


@dataclass(frozen=True, slots=True)
class Outdated:
    """Those of one tenant."""

    scope: Scope

    def has(self, kind: SourceKind, model: str) -> bool:
        """Whether any chunk of a kind is not embedded by `model`."""
        some = self.scope.select(chunks, chunks.c.id).where(
            chunks.c.kind == kind, chunks.c.model != model
        )
        with self.scope.reading() as connection:
            return connection.execute(some.limit(1)).first() is not None

    def blocks(self, model: str, size: int) -> Iterator[list[StoredChunk]]:
        """The chunks that `model` has not embedded, so many at a time."""
        base = (
            self.scope.select(chunks, *CHUNK_COLUMNS)
            .join_from(chunks, sources, chunks.c.source == sources.c.id)
            .where(chunks.c.model != model)
            .order_by(chunks.c.id)
            .limit(size)
        )
        last = -1
        while True:
            with self.scope.reading() as connection:  # given back while the block is embedded
                rows = connection.execute(base.where(chunks.c.id > last)).all()
            if not rows:
                return
            yield [stored(row) for row in rows]
            last = rows[-1].id

    def renew(self, model: str, renewed: Sequence[StoredChunk], vectors: np.ndarray) -> None:
        """Gives chunks vectors (n, dim) of `model`: one transaction. Deleted ones stay deleted."""
        made = [
            {"chunk": row.id, "made": vector_bytes(vector)}
            for row, vector in zip(renewed, vectors, strict=True)
        ]
        if not made:
            return
        update = (
            self.scope.update(chunks)
            .where(chunks.c.id == bindparam("chunk"))
            .values(model=model, vector=bindparam("made"))
        )
        by_kind: dict[str, list[int]] = defaultdict(list)
        for row in renewed:
            by_kind[row.chunk.kind].append(row.id)
        with self.scope.writing() as connection:
            seq = next_seq(self.scope, connection)
            connection.execute(update, made)
            for kind, ids in by_kind.items():
                log(self.scope, connection, kind, "upsert", seq, ids)
