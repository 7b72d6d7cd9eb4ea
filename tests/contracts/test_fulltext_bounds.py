"""Full text scores no more rows than it can afford, on both databases, and keeps what says most."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import text

from copilot.db import Database, Prepared, TenantStore, fulltext
from copilot.db.fulltext import OURS, affordable
from copilot.domain import Chunk, Document

BOUND = 20


@pytest.fixture
def store(
    database: Database, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> TenantStore:
    """Sixty articles on the account, every second one on fees, one on a zebra."""
    monkeypatch.setattr(fulltext, "MAX_POSTINGS", BOUND)
    monkeypatch.setattr(fulltext, "MAX_POSTINGS_OF_LARGE", BOUND)
    monkeypatch.setattr(fulltext, "MAX_POSTINGS_OF_POSTGRES", BOUND)
    made = database.create_tenant(f"bounds{abs(hash(request.node.name)) % 10**9}")
    made.sources.replace("document", [_article(n) for n in range(60)])
    return made


def _article(n: int) -> Prepared:
    said = ["The account"] + ["with a fee"] * (n % 2 == 0) + ["of a zebra"] * (n == 7)
    document = Document(source_id=f"a{n}", title=f"Number {n}", text=" ".join(said))
    chunk = Chunk(f"a{n}#0", "document", f"a{n}", 0, document.text)
    return Prepared(document, [chunk], np.ones((1, 2), np.float32), "test", f"p{n}", "here")


def found(store: TenantStore, *words: str, k: int = 100) -> list[str]:
    hits = store.fulltext.search(words, "document", k)
    rows = store.sources.chunks([chunk for chunk, _ in hits])
    return [rows[chunk].chunk.source_id for chunk, _ in hits]


def test_the_rare_word_decides_and_the_common_one_is_left_out(store: TenantStore) -> None:
    assert found(store, "account", "zebra") == ["a7"]


def test_common_words_alone_find_what_holds_both(store: TenantStore) -> None:
    ids = found(store, "account", "fee")
    assert 0 < len(ids) <= BOUND
    assert all(int(name[1:]) % 2 == 0 for name in ids)


def test_one_common_word_finds_no_more_than_the_bound(store: TenantStore) -> None:
    assert 0 < len(found(store, "account")) <= BOUND


def test_words_that_nobody_wrote_find_nothing(store: TenantStore) -> None:
    assert found(store, "giraffe", "gnu") == []


def test_a_small_tenant_scores_every_row(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "MAX_POSTINGS", 10**6)
    assert len(found(store, "account", "zebra")) == 60


@pytest.mark.postgres
def test_postgres_finds_rows_by_their_words(postgres_url: str) -> None:
    """By the tenant it read and compared every passage of it: 95 ms of 100,000 instead of 10."""
    database = Database.open(postgres_url)
    store = database.create_tenant("planned")
    store.sources.replace("document", [_article(n) for n in range(60)])
    statement = (
        f"SELECT 1 FROM chunk_terms WHERE {OURS} AND terms @@ to_tsquery('english', 'zebra')"
    )
    with store.sources.scope.reading() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))  # sixty rows are soon read
        plan = connection.execute(
            text(f"EXPLAIN {statement}"), {"tenant": "planned", "kind": "document"}
        )
        steps = " ".join(row[0] for row in plan)
    database.close()
    assert "ix_chunk_terms " in steps
    assert "ix_chunk_terms_scope" not in steps


@pytest.mark.parametrize(
    ("held", "kept"),
    [
        ({"fee": 4, "account": 30, "zebra": 1}, ["zebra", "fee"]),
        ({"fee": 6, "fees": 6, "zebra": 1}, ["zebra", "fee"]),  # one stem is paid for once
        ({"fee": 6, "feed": 7}, ["fee"]),
        ({"gnu": 0, "zebra": 1}, ["zebra"]),
        ({"account": 30}, []),
        ({"gnu": 0}, []),
    ],
)
def test_what_is_affordable(held: dict[str, int], kept: list[str]) -> None:
    assert affordable(held, 10) == kept
