"""Groups records by key in constant memory: they wait in a temporary file, not in ours."""

from __future__ import annotations

import pickle
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from copilot.domain import Failure

T = TypeVar("T")
BATCH = 1_000


def grouped(records: Iterable[T | Failure], key: Callable[[T], str]) -> Iterator[list[T] | Failure]:
    """The groups in the order of their first record; failures pass at once."""
    with (
        tempfile.TemporaryDirectory(prefix="continuum-") as folder,
        closing(sqlite3.connect(Path(folder) / "groups.db", isolation_level=None)) as spool,
    ):
        yield from _spool(spool, records, key)
        yield from _groups(spool)


def _spool(
    spool: sqlite3.Connection, records: Iterable[T | Failure], key: Callable[[T], str]
) -> Iterator[Failure]:
    spool.execute("PRAGMA journal_mode = OFF")
    spool.execute("PRAGMA synchronous = OFF")
    spool.execute("PRAGMA cache_size = -8000")
    spool.execute("CREATE TABLE record (n INTEGER PRIMARY KEY, key TEXT, value BLOB)")
    spool.execute("BEGIN")
    batch: list[tuple[str, bytes]] = []
    for record in records:
        if isinstance(record, Failure):
            yield record
            continue
        batch.append((key(record), pickle.dumps(record, protocol=5)))
        if len(batch) >= BATCH:
            spool.executemany("INSERT INTO record (key, value) VALUES (?, ?)", batch)
            batch.clear()
    spool.executemany("INSERT INTO record (key, value) VALUES (?, ?)", batch)
    spool.execute("CREATE INDEX by_key ON record (key, n)")
    spool.execute("COMMIT")


def _groups(spool: sqlite3.Connection) -> Iterator[list[T]]:
    keys = spool.execute("SELECT key FROM record GROUP BY key ORDER BY MIN(n)")
    for (key,) in keys:
        rows = spool.execute("SELECT value FROM record WHERE key = ? ORDER BY n", (key,))
        # The file is ours alone, written a moment ago in a folder nobody else can enter.
        yield [pickle.loads(value) for (value,) in rows]  # noqa: S301
