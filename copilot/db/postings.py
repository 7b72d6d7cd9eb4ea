"""FTS5's ranking of a smaller tenant from memory: the same rows and scores, in less time.

The words come from FTS5 itself (its vocabulary table, its tokenizer), so nothing about them is
decided twice; only the sum over the postings is done here. It is a copy: the tables are the truth,
and what it cannot answer is asked of them.

Scores: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in
FTS5's form: fields weigh their occurrences, and a row is as long as all its fields.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

TOKENIZE = "porter unicode61 remove_diacritics 2"
K1, B = 1.2, 0.75  # FTS5's own
LEAST_IDF = 1e-6  # FTS5's, of a word that stands in more than half of the rows
_READ_AT_ONCE = 20_000
_REMEMBERED = 50_000  # words


@dataclass(frozen=True, slots=True)
class Postings:
    """All words of one table at one moment."""

    ids: NDArray[np.int64]  # of the rows, ascending
    places: Mapping[str, int]  # of each word in `starts`
    starts: Sequence[int]  # where its postings begin; those of the next end them
    rows: NDArray[np.int32]  # places in `ids`
    gains: NDArray[np.float64]  # what the word adds to the score of that row

    @property
    def size(self) -> int:
        """How many postings: twelve bytes each."""
        return len(self.rows)

    def held(self, words: Sequence[str]) -> dict[str, int] | None:
        """In how many rows each word stands; None where one is not a single word to FTS5."""
        spans = self._spans(words)
        return None if spans is None else {w: end - start for w, (start, end) in spans.items()}

    def best(self, words: Sequence[str], k: int) -> list[tuple[int, float]] | None:
        """The k best rows that hold any of the words, best first; None as above."""
        spans = self._spans(words)
        if spans is None:
            return None
        held = [slice(start, end) for start, end in spans.values() if start < end]
        if not held:
            return []
        scores = np.bincount(  # adds in the order given, as FTS5 does
            np.concatenate([self.rows[span] for span in held]),
            weights=np.concatenate([self.gains[span] for span in held]),
            minlength=len(self.ids),
        )
        found = np.flatnonzero(scores)
        if len(found) > k:
            found = found[np.argpartition(scores[found], len(found) - k)[-k:]]
        found = found[np.lexsort((found, -scores[found]))]
        return list(zip(self.ids[found].tolist(), scores[found].tolist(), strict=True))

    def _spans(self, words: Sequence[str]) -> dict[str, tuple[int, int]] | None:
        spans: dict[str, tuple[int, int]] = {}
        for word, term in zip(words, _TOKENIZER.terms(words), strict=True):
            if term is None:
                return None
            place = self.places.get(term)
            spans[word] = (0, 0) if place is None else (self.starts[place], self.starts[place + 1])
        return spans


def read(connection: Connection, table: str, weights: Sequence[float]) -> Postings:
    """The postings of an FTS5 table; takes as long as looking at every word in it."""
    vocabulary = f"words_of_{table}"
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{vocabulary} "
        f"USING fts5vocab(main, {table}, instance)"
    )
    listed = connection.exec_driver_sql(f"SELECT id FROM {table}_docsize ORDER BY id")
    ids = np.fromiter((row[0] for row in listed), np.int64)
    named = connection.exec_driver_sql(f"SELECT name FROM pragma_table_info('{table}')")
    weight = dict(zip((row[0] for row in named), weights, strict=True))

    places: dict[str, int] = {}
    words, holders, weighed = array("q"), array("q"), array("d")
    found = connection.exec_driver_sql(f"SELECT term, doc, col FROM temp.{vocabulary}")
    while block := found.fetchmany(_READ_AT_ONCE):
        for term, holder, column in block:
            words.append(places.setdefault(term, len(places)))
            holders.append(holder)
            weighed.append(weight[column])
    connection.exec_driver_sql(f"DROP TABLE temp.{vocabulary}")

    rows = np.searchsorted(ids, np.asarray(holders))
    lengths = np.bincount(rows, minlength=len(ids)).astype(np.float64)
    pairs, place = np.unique(np.asarray(words) * max(1, len(ids)) + rows, return_inverse=True)
    often = np.bincount(place, weights=np.asarray(weighed), minlength=len(pairs))
    word, row = np.divmod(pairs, max(1, len(ids)))
    held = np.bincount(word, minlength=len(places))
    idf = np.maximum(np.log((len(ids) - held + 0.5) / (held + 0.5)), LEAST_IDF)
    relative = lengths / max(lengths.mean(), 1e-9) if len(ids) else lengths
    gains = idf[word] * (often * (K1 + 1) / (often + K1 * (1 - B + B * relative[row])))
    starts = [0, *np.cumsum(held).tolist()]
    return Postings(ids, places, starts, row.astype(np.int32), gains)


@dataclass(slots=True)
class Tokenizer:
    """FTS5's own, asked through a table in memory that stays empty; what it said is remembered."""

    _connection: sqlite3.Connection | None = None
    _known: dict[str, str | None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def terms(self, words: Iterable[str]) -> list[str | None]:
        """How FTS5 writes each word; None for what is no word to it, or more than one."""
        words = list(words)
        known = self._known
        new = {word for word in words if word not in known and not _is_number(word)}
        if new:
            with self._lock:
                if len(known) + len(new) > _REMEMBERED:
                    self._known = known = {}
                    new = {word for word in words if not _is_number(word)}
                known.update(self._asked(sorted(new)))
        return [word if _is_number(word) else known[word] for word in words]

    def _asked(self, words: Sequence[str]) -> dict[str, str | None]:
        if self._connection is None:
            self._connection = _empty_table()
        ask = self._connection.execute
        ask("BEGIN")
        try:
            self._connection.executemany(
                "INSERT INTO said (rowid, word) VALUES (?, ?)", enumerate(words)
            )
            found: dict[int, list[str]] = {}
            for place, term in ask("SELECT doc, term FROM words"):
                found.setdefault(place, []).append(term)
        finally:
            ask("ROLLBACK")
        single = (found.get(place, []) for place in range(len(words)))
        return {
            word: terms[0] if len(terms) == 1 else None
            for word, terms in zip(words, single, strict=True)
        }


def _is_number(word: str) -> bool:
    """Plain digits, which FTS5 and its stemmer leave as they are: ids and sums are ever new."""
    return word.isascii() and word.isdigit()


def _empty_table() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.execute(f"CREATE VIRTUAL TABLE said USING fts5(word, tokenize='{TOKENIZE}')")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab(said, instance)")
    return connection


_TOKENIZER = Tokenizer()
