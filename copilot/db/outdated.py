"""Chunks whose vectors another embedding model made: read in blocks, and given new vectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import bindparam, func

from copilot.db.changelog import log, next_seq
from copilot.db.rows import CHUNK_COLUMNS, StoredChunk, stored, vector_bytes
from copilot.db.scope import Scope, batches
from copilot.db.tables import chunks, sources
from copilot.domain import SourceKind


@dataclass(frozen=True, slots=True)
class Outdated:
    """Those of one tenant."""

    scope: Scope

    def count(self, model: str, kind: SourceKind | None = None) -> int:
        """How many chunks, of all kinds or of one, `model` has not embedded."""
        wanted = self.scope.select(chunks, func.count()).where(chunks.c.model != model)
        if kind is not None:
            wanted = wanted.where(chunks.c.kind == kind)
        with self.scope.reading() as connection:
            return int(connection.execute(wanted).scalar_one())

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

    def replace(self, model: str, read: Sequence[StoredChunk], vectors: np.ndarray) -> None:
        """Gives chunks vectors (n, dim) of `model`: one transaction.

        Those that went meanwhile, or that somebody else embedded, are left as they are.
        """
        made = dict(zip((row.id for row in read), map(vector_bytes, vectors), strict=True))
        with self.scope.writing() as connection:
            seq = next_seq(self.scope, connection)  # from here on nobody else writes
            left: dict[str, list[int]] = defaultdict(list)
            for some in batches(list(made)):
                still = self.scope.select(chunks, chunks.c.id, chunks.c.kind).where(
                    chunks.c.id.in_(some), chunks.c.model != model
                )
                for chunk, kind in connection.execute(still):
                    left[kind].append(chunk)
            update = (
                self.scope.update(chunks)
                .where(chunks.c.id == bindparam("chunk"))
                .values(model=model, vector=bindparam("made"))
            )
            for kind, ids in left.items():
                connection.execute(update, [{"chunk": i, "made": made[i]} for i in ids])
                log(self.scope, connection, kind, "vector", seq, ids)
