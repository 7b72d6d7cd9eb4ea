"""Full text beside the truth, in its transaction: FTS5 tables per tenant and kind, or tsvector.

FTS5 has one table per (tenant, kind): no foreign document shares its statistics, and no filter
runs after the match. PostgreSQL has one table whose queries carry the tenant.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, text

from copilot.db.scope import Scope, batches

# Weights of the fields title, headings, body and reply; tuned on no corpus, only ordered.
WEIGHTS = (4.0, 2.5, 1.0, 0.3)
MAX_POSTINGS = 40_000  # rows one query may score: the bound that keeps a large tenant fast
# Beyond LARGE rows the rare terms decide: 100,000 passages cost 24 ms with the wide bound, 8 so.
LARGE, MAX_POSTINGS_OF_LARGE = 20_000, 10_000
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
    _frequencies: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    _present: set[str] = field(default_factory=set)
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
            "title, headings, body, reply, tokenize='porter unicode61 remove_diacritics 2')"
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
            if self._is_postgres:
                return self._search_postgres(connection, words, kind, k)
            if not self._exists(connection, kind):
                return []
            chosen = self._affordable(connection, words, kind)
            match = " OR ".join(f'"{word}"' for word in chosen)
            rows = connection.exec_driver_sql(
                f"SELECT rowid, -bm25({self._table(kind)}, ?, ?, ?, ?) AS score "
                f"FROM {self._table(kind)} WHERE {self._table(kind)} MATCH ? "
                "ORDER BY score DESC LIMIT ?",
                (*WEIGHTS, match, k),
            )
            return [(int(row[0]), float(row[1])) for row in rows]

    def _affordable(self, connection: Connection, words: Sequence[str], kind: str) -> list[str]:
        # An upper bound in logarithmic time; an exact count would read the whole table.
        table = self._table(kind)
        total: int = connection.exec_driver_sql(
            f"SELECT coalesce((SELECT max(rowid) FROM {table})"
            f" - (SELECT min(rowid) FROM {table}), 0)"
        ).scalar_one()
        if total * len(words) <= MAX_POSTINGS:
            return list(words)
        ranked = sorted((self._frequency(connection, word, kind, total), word) for word in words)
        bound = MAX_POSTINGS_OF_LARGE if total > LARGE else MAX_POSTINGS
        chosen: list[str] = []
        spent = 0
        for frequency, word in ranked:
            if chosen and spent + frequency > bound:
                break
            spent += frequency
            chosen.append(word)
        return chosen

    def _frequency(self, connection: Connection, word: str, kind: str, total: int) -> int:
        known = self._frequencies.get((kind, word))
        if known is not None and abs(total - known[1]) <= total * 0.1:
            return known[0]
        found: int = connection.exec_driver_sql(
            f"SELECT count(*) FROM {self._table(kind)} WHERE {self._table(kind)} MATCH ?",
            (f'"{word}"',),
        ).scalar_one()
        with self._lock:
            if len(self._frequencies) > 50_000:
                self._frequencies.clear()
            self._frequencies[kind, word] = (found, total)
        return found

    def _search_postgres(
        self, connection: Connection, words: Sequence[str], kind: str, k: int
    ) -> list[tuple[int, float]]:
        rows = connection.execute(
            text(
                "SELECT chunk_id, ts_rank('{0.08, 0.25, 0.6, 1.0}', terms, query, 1) AS score "
                "FROM chunk_terms, to_tsquery('english', :query) AS query "
                "WHERE tenant = :tenant AND kind = :kind AND terms @@ query "
                "ORDER BY score DESC, chunk_id LIMIT :k"
            ),
            {"query": " | ".join(words), "tenant": self.scope.tenant, "kind": kind, "k": k},
        )
        return [(int(row[0]), float(row[1])) for row in rows]

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
