"""Full text beside the truth, in its transaction: FTS5 tables per tenant and kind, or tsvector.

FTS5 has one table per (tenant, kind): no foreign document shares its statistics, and no filter
runs after the match. PostgreSQL has one table whose queries carry the tenant.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, text

from copilot.db import postings
from copilot.db.postings import Postings
from copilot.db.scope import Scope, batches
from copilot.db.shelf import Read, Shelf
from copilot.db.tables import changes

# Weights of the fields title, headings, body and reply; tuned on no corpus, only ordered.
WEIGHTS = (4.0, 2.5, 1.0, 0.3)
MAX_POSTINGS = 40_000  # rows one query may score: the bound that keeps a large tenant fast
# Beyond LARGE rows the rare terms decide. Of 100,000 passages the wide bound costs 9 ms a query,
# this one 2. What is lost, measured on 32,600 replies of star by full text alone: the right label
# is among the first ten in .55 instead of .60 of 980 queries; the vectors find the rest.
LARGE, MAX_POSTINGS_OF_LARGE = 20_000, 5_000
MAX_POSTINGS_OF_POSTGRES = 2_000  # ts_rank reads a row's words anew: 3 ms for a thousand rows
# For PostgreSQL: a check on what the words found. As plain columns it took them for the way to
# find rows, and read every passage of the tenant: 95 ms of 100,000 instead of 10.
OURS = "tenant || '' = :tenant AND kind || '' = :kind"
BOUND_S = 1.0  # how long the bound on the rows of a table is taken as known
TERM = re.compile(r"\w+")


class Entry(NamedTuple):
    """What is indexed of one chunk."""

    chunk_id: int
    title: str
    headings: str
    body: str
    reply: str


@dataclass(slots=True)
class FullText:
    """BM25 (or PostgreSQL's rank) over the chunks of one tenant."""

    scope: Scope
    shelf: Shelf = field(default_factory=Shelf)
    _counted: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    _present: set[str] = field(default_factory=set)
    _bounds: dict[str, tuple[float, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, connection: Connection, kind: str, entries: Sequence[Entry]) -> None:
        """Indexes entries inside the caller's transaction."""
        if not entries:
            return
        if self._is_postgres:
            connection.execute(
                text(
                    "INSERT INTO chunk_terms (chunk_id, tenant, kind, terms) VALUES "
                    "(:chunk_id, :tenant, :kind,"
                    " setweight(to_tsvector('english', :title), 'A') ||"
                    " setweight(to_tsvector('english', :headings), 'B') ||"
                    " setweight(to_tsvector('english', :body), 'C') ||"
                    " setweight(to_tsvector('english', :reply), 'D'))"
                ),
                [self._bounded(entry, kind) for entry in entries],
            )
            return
        table = self._table(kind)
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5("
            f"title, headings, body, reply, tokenize='{postings.TOKENIZE}')"
        )
        connection.exec_driver_sql(
            f"INSERT INTO {table} (rowid, title, headings, body, reply) VALUES (?, ?, ?, ?, ?)",
            [tuple(entry) for entry in entries],
        )

    def remove(self, connection: Connection, kind: str, chunk_ids: Sequence[int]) -> None:
        """Forgets chunks inside the caller's transaction."""
        if not chunk_ids:
            return
        if self._is_postgres:
            connection.execute(
                text("DELETE FROM chunk_terms WHERE tenant = :tenant AND chunk_id = ANY(:ids)"),
                {"tenant": self.scope.tenant, "ids": list(chunk_ids)},
            )
        elif self._exists(connection, kind):
            for ids in batches(chunk_ids):
                marks = ",".join("?" * len(ids))
                connection.exec_driver_sql(
                    f"DELETE FROM {self._table(kind)} WHERE rowid IN ({marks})", tuple(ids)
                )

    def search(
        self, terms: Mapping[str, float] | Sequence[str], kind: str, k: int
    ) -> list[tuple[int, float]]:
        """The k best chunk ids with their score (higher is better).

        Terms are plain words; operators and quotes in them have no meaning. When they match too
        many rows, the commonest terms are left out, so that no query scans a large tenant.
        """
        words = [w for term in terms for w in TERM.findall(term.lower())][:64]
        words = list(dict.fromkeys(word[:64] for word in words if "\0" not in word))
        if not words or k < 1:
            return []
        with self.scope.reading() as connection:
            if not self._is_postgres and not self._exists(connection, kind):
                return []
            rows = self._rows(connection, kind)
            copy = None if self._is_postgres or rows > LARGE else self._copy(kind)
            if rows * len(words) <= MAX_POSTINGS:
                return self._best(copy, connection, words, kind, k)
            bound = MAX_POSTINGS_OF_LARGE if rows > LARGE else MAX_POSTINGS
            if self._is_postgres:
                bound = min(bound, MAX_POSTINGS_OF_POSTGRES)
            held = copy.held(words) if copy else None
            if held is None:
                held = self._frequencies(connection, words, kind, rows, bound)
            chosen = affordable(held, bound)
            if chosen:
                return self._best(copy, connection, chosen, kind, k)
            # Every word is in too many rows. What holds two of them says most, and long words
            # are the rare ones as a rule: how many rows too many was not counted.
            longest = sorted((w for w in held if held[w]), key=len, reverse=True)[:2]
            if not longest:
                return []
            both = self._ranked(connection, longest, kind, k, together=True, newest_of=bound)
            return both or self._ranked(connection, longest[:1], kind, k, newest_of=bound)

    def warm(self, kind: str) -> None:
        """Reads what the first questions would otherwise have to do without."""
        with self.scope.snapshot(), self.scope.reading() as connection:
            if self._is_postgres or not self._exists(connection, kind):
                return
            if self._rows(connection, kind) <= LARGE:
                self.shelf.fill((self.scope.tenant, kind), lambda: self._read(kind))

    def _copy(self, kind: str) -> Postings | None:
        return self.shelf.of(
            (self.scope.tenant, kind),
            self.scope.last_change(),
            has_changed=lambda after: self._has_changed(kind, after),
            read=lambda: self._read(kind),
        )

    def _has_changed(self, kind: str, after: int) -> bool:
        statement = self.scope.select(changes, changes.c.seq).where(
            changes.c.kind == kind, changes.c.seq > after, changes.c.op != "vector"
        )
        with self.scope.reading() as connection:
            return connection.execute(statement.limit(1)).first() is not None

    def _read(self, kind: str) -> Read:
        with self.scope.snapshot(), self.scope.reading() as connection:
            return self.scope.last_change(), postings.read(connection, self._table(kind), WEIGHTS)

    def _best(
        self, copy: Postings | None, connection: Connection, words: Sequence[str], kind: str, k: int
    ) -> list[tuple[int, float]]:
        """The best rows that hold any of the words: from memory where they are there."""
        found = copy.best(words, k) if copy else None
        return self._ranked(connection, words, kind, k) if found is None else found

    def _ranked(
        self,
        connection: Connection,
        words: Sequence[str],
        kind: str,
        k: int,
        *,
        together: bool = False,
        newest_of: int = 0,
    ) -> list[tuple[int, float]]:
        """The best rows that hold any of the words, or all; on request only of so many newest."""
        if self._is_postgres:
            newest = "ORDER BY chunk_id DESC" if newest_of else ""
            rows = connection.execute(
                text(
                    "SELECT chunk_id, ts_rank('{0.08, 0.25, 0.6, 1.0}', terms, query, 1) AS score "
                    "FROM (SELECT chunk_id, terms, query FROM chunk_terms,"
                    " to_tsquery('english', :query) AS query"
                    f" WHERE {OURS} AND terms @@ query {newest} LIMIT :most) AS found "
                    "ORDER BY score DESC, chunk_id LIMIT :k"
                ),
                {
                    "query": (" & " if together else " | ").join(words),
                    "tenant": self.scope.tenant, "kind": kind, "k": k,
                    "most": newest_of or MAX_POSTINGS,
                },
            )  # fmt: skip
        else:
            table = self._table(kind)
            match = (" AND " if together else " OR ").join(f'"{word}"' for word in words)
            newest = f" ORDER BY rowid DESC LIMIT {newest_of}" if newest_of else ""
            rows = connection.exec_driver_sql(
                f"SELECT rowid, score FROM (SELECT rowid, -bm25({table}, ?, ?, ?, ?) AS score "
                f"FROM {table} WHERE {table} MATCH ?{newest}) ORDER BY score DESC LIMIT ?",
                (*WEIGHTS, match, k),
            )
        return [(int(row[0]), float(row[1])) for row in rows]

    def _rows(self, connection: Connection, kind: str) -> int:
        """At most so many rows, as of the last second: more of them only make a query dearer."""
        at, rows = self._bounds.get(kind, (-BOUND_S, 0))
        if time.monotonic() - at >= BOUND_S:
            at, rows = time.monotonic(), self._read_rows(connection, kind)
            self._bounds[kind] = at, rows
        return rows

    def _read_rows(self, connection: Connection, kind: str) -> int:
        """An upper bound in logarithmic time, for a count reads them all."""
        if self._is_postgres:  # of all tenants, hence only a reason to look closer
            counted = text("SELECT value FROM counters WHERE name = 'chunk'")
            return int(connection.execute(counted).scalar() or 0)
        table = self._table(kind)
        return int(
            connection.exec_driver_sql(
                f"SELECT coalesce((SELECT max(rowid) FROM {table})"
                f" - (SELECT min(rowid) FROM {table}), 0)"
            ).scalar_one()
        )

    def _frequencies(
        self, connection: Connection, words: Sequence[str], kind: str, rows: int, bound: int
    ) -> dict[str, int]:
        """In how many rows each word stands, counted no further than to what is too many."""
        held: dict[str, int] = {}
        for word in words:
            known = self._counted.get((kind, word))
            if known is None or abs(rows - known[1]) > rows * 0.1:
                known = (self._count(connection, word, kind, bound + 1), rows)
                with self._lock:
                    if len(self._counted) > 50_000:
                        self._counted.clear()
                    self._counted[kind, word] = known
            held[word] = known[0]
        return held

    def _count(self, connection: Connection, word: str, kind: str, most: int) -> int:
        if self._is_postgres:
            counted = connection.execute(
                text(
                    f"SELECT count(*) FROM (SELECT 1 FROM chunk_terms WHERE {OURS}"
                    " AND terms @@ to_tsquery('english', :word) LIMIT :most) AS found"
                ),
                {
                    "word": word, "tenant": self.scope.tenant, "kind": kind, "most": most,
                },
            )  # fmt: skip
        else:
            table = self._table(kind)
            counted = connection.exec_driver_sql(
                f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT ?)",
                (f'"{word}"', most),
            )
        return int(counted.scalar_one())

    def _bounded(self, entry: Entry, kind: str) -> dict[str, object]:
        # A tsvector holds one megabyte at most: the index sees the start, the truth keeps all.
        fields = {
            name: value[:200_000] for name, value in entry._asdict().items() if name != "chunk_id"
        }
        return {**fields, "chunk_id": entry.chunk_id, "tenant": self.scope.tenant, "kind": kind}

    def _exists(self, connection: Connection, kind: str) -> bool:
        if kind in self._present:  # a table, once seen, stays
            return True
        seen = connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE name = ?", (self._table(kind),)
        ).first()
        if seen is not None:
            self._present.add(kind)
        return seen is not None

    def _table(self, kind: str) -> str:
        return _table_of(self.scope.tenant, kind)

    @property
    def _is_postgres(self) -> bool:
        return self.scope.engine.dialect.name == "postgresql"


@lru_cache(maxsize=4_096)
def _table_of(tenant: str, kind: str) -> str:
    digest = hashlib.sha256(f"{tenant}\0{kind}".encode()).hexdigest()[:20]
    return f"fts_{digest}"


def affordable(held: Mapping[str, int], bound: int) -> list[str]:
    """The rarest words that stand in no more rows than the bound together, each stem once.

    Words of one stem ("fee", "fees") match the same rows: the second would only cost its share.
    """
    chosen: list[str] = []
    spent = 0
    for word in sorted(held, key=lambda word: (held[word], word)):
        if any(held[other] == held[word] and word.startswith(other) for other in chosen):
            continue
        if spent + held[word] > bound:
            break
        spent += held[word]
        chosen.append(word)
    return [word for word in chosen if held[word]]
