"""SQLite looks rows up by their key: no statement walks all rows of a tenant to find a few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, event

from copilot.db import Database, Prepared, TenantStore
from copilot.db import engine as opening
from copilot.domain import Chunk, Document


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TenantStore]:
    database = Database.open(f"sqlite:///{tmp_path / 'truth.db'}")
    yield database.create_tenant("acme")
    database.close()


def articles(count: int) -> list[Prepared]:
    found = []
    for n in range(count):
        document = Document(source_id=f"a{n}", title="Refunds", text=f"Refund number {n}.")
        chunk = Chunk(f"a{n}#0", "document", f"a{n}", 0, document.text)
        vector = np.ones((1, 4), np.float32)
        found.append(Prepared(document, [chunk], vector, "test", f"print {n}", "here"))
    return found


@contextmanager
def plans(engine: Engine) -> Iterator[list[str]]:
    """The plan of every statement within that reads or changes rows."""
    seen: list[str] = []

    def explain(
        connection: object, cursor: object, statement: str, parameters: Sequence[object], *_: object
    ) -> None:
        if statement.lstrip().startswith(("SELECT", "DELETE")) and "fts_" not in statement:
            beside = connection.connection.cursor()  # type: ignore[attr-defined]
            rows = beside.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            seen.extend(str(row[3]) for row in rows)

    event.listen(engine, "before_cursor_execute", explain)
    yield seen
    event.remove(engine, "before_cursor_execute", explain)


def walks(seen: Sequence[str]) -> list[str]:
    """The steps that find rows by their tenant alone."""
    return [step for step in seen if "(tenant=?)" in step]


def test_passages_and_replaced_articles_are_found_by_key(store: TenantStore) -> None:
    store.sources.replace("document", articles(40))
    held = [meta.id for meta in store.sources.meta("document")]
    with plans(store.sources.scope.engine) as seen:
        assert len(store.sources.chunks(held[:24])) == 24
        store.sources.replace("document", articles(20))
        store.sources.remove("document", ["a30"])
    assert seen
    assert walks(seen) == []


def test_without_the_numbers_the_planner_walks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason for them; should a later SQLite plan better by itself, they can go."""
    monkeypatch.setattr(opening, "tell_planner", lambda _: None)
    database = Database.open(f"sqlite:///{tmp_path / 'plain.db'}")
    store = database.create_tenant("acme")
    store.sources.replace("document", articles(40))
    with plans(store.sources.scope.engine) as seen:
        store.sources.chunks([meta.id for meta in store.sources.meta("document")][:24])
    database.close()
    assert walks(seen)


def test_a_home_of_before_gets_the_numbers_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'truth.db'}"
    for _ in range(2):
        database = Database.open(url)
        with database.create_tenant("acme").sources.scope.reading() as connection:
            told = connection.exec_driver_sql(
                "SELECT tbl, idx, count(*) FROM sqlite_stat1 WHERE tbl IN ('chunks', 'sources') "
                "GROUP BY tbl, idx"
            ).all()
        database.close()
        assert len(told) == 5
        assert all(row[2] == 1 for row in told)
