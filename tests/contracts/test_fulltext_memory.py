"""What the full text ranks from memory is what FTS5 ranks, and never older than the truth."""

from __future__ import annotations

import random

import numpy as np
import pytest

from copilot.db import Database, Prepared, TenantStore
from copilot.db.fulltext import FullText
from copilot.db.postings import Tokenizer
from copilot.db.shelf import Shelf
from copilot.domain import Chunk, Document

WORDS = (
    "router routers routing fee fees paid café naïve don_t E23 ONT-4 7001 x the a billing billed "
    "Straße resume connection connected lights lighting amber"
).split()


@pytest.fixture
def store(tmp_path: object) -> TenantStore:
    """Eighty articles of random words, and one without any."""
    database = Database.open(f"sqlite:///{tmp_path}/truth.db")
    made = database.create_tenant("ranked")
    draws = random.Random(5)
    for n in range(80):
        put(made, n, " ".join(draws.choices(WORDS, k=draws.randrange(1, 40))))
    put(made, 80, "…")
    return made


def put(store: TenantStore, n: int, text: str) -> None:
    document = Document(source_id=f"a{n}", title=f"Routers {n}", text=text)
    chunk = Chunk(f"a{n}#0", "document", f"a{n}", 0, text, heading_path=("Fees and lights",))
    vectors = np.ones((1, 2), np.float32)
    store.sources.replace("document", [Prepared(document, [chunk], vectors, "test", text, "here")])


def from_tables(store: TenantStore, words: list[str], k: int) -> list[tuple[int, float]]:
    """The same question to FTS5 itself: a shelf that never reads a table."""
    return FullText(store.sources.scope, Shelf(asked=0)).search(words, "document", k)


def is_held(shelf: Shelf) -> bool:
    """Whether the shelf has the postings, what is being read awaited."""
    shelf._reader.submit(lambda: None).result()
    place = shelf._places.get(("ranked", "document"))
    return place is not None and place.postings is not None


def sources(store: TenantStore, *words: str) -> set[str]:
    hits = store.fulltext.search(words, "document", 100)
    return {row.chunk.source_id for row in store.sources.chunks([i for i, _ in hits]).values()}


def test_rows_and_scores_are_those_of_the_tables(store: TenantStore) -> None:
    store.fulltext.warm("document")
    draws = random.Random(7)
    for _ in range(200):
        words = draws.sample(WORDS, draws.randrange(1, 8))
        k = draws.choice((1, 5, 200))
        ours, theirs = store.fulltext.search(words, "document", k), from_tables(store, words, k)
        assert [score for _, score in ours] == pytest.approx([score for _, score in theirs])
        if k == 200:  # among equal scores any k are the best
            assert {row for row, _ in ours} == {row for row, _ in theirs}


def test_the_memory_answers_once_it_was_read(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.fulltext.warm("document")
    monkeypatch.setattr(FullText, "_ranked", lambda *_, **__: pytest.fail("the table was asked"))
    assert store.fulltext.search(["router"], "document", 5)


def test_a_word_that_is_two_to_the_tables_is_asked_of_them(store: TenantStore) -> None:
    put(store, 90, "you don t say")
    store.fulltext.warm("document")
    assert "a90" in sources(store, "don_t")


def test_what_is_added_changed_or_deleted_counts_at_once(store: TenantStore) -> None:
    store.fulltext.warm("document")
    put(store, 91, "a zebra")
    assert sources(store, "zebra") == {"a91"}
    store.fulltext.warm("document")
    put(store, 91, "a giraffe")
    assert sources(store, "zebra") == set()
    store.fulltext.warm("document")
    store.sources.remove("document", ["a91"])
    assert sources(store, "giraffe") == set()


def test_a_change_elsewhere_keeps_the_memory(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.fulltext.warm("document")
    with store.sources.scope.changing():
        pass
    monkeypatch.setattr(FullText, "_ranked", lambda *_, **__: pytest.fail("the table was asked"))
    assert store.fulltext.search(["router"], "document", 5)


def test_a_table_is_read_once_it_was_asked_often(store: TenantStore) -> None:
    shelf = Shelf(asked=3)
    text = FullText(store.sources.scope, shelf)
    for _ in range(3):
        assert not is_held(shelf)
        text.search(["router"], "document", 5)
    assert is_held(shelf)


def test_the_shelf_holds_no_more_than_it_may(store: TenantStore) -> None:
    shelf = Shelf(most=10)
    FullText(store.sources.scope, shelf).warm("document")
    assert not is_held(shelf)


def test_tenants_are_apart(store: TenantStore, tmp_path: object) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/truth.db")
    for name in ("one", "other"):
        tenant = database.create_tenant(name)
        put(tenant, 1, f"secret of {name}")
        tenant.fulltext.warm("document")
    found = database.tenant("one").fulltext.search(["other"], "document", 5)
    assert found == []


def test_the_tokenizer_forgets_but_never_errs() -> None:
    tokenizer = Tokenizer()
    assert tokenizer.terms(["fees", "don_t", "…", "7001", "fees"]) == [
        "fee",
        None,
        None,
        "7001",
        "fee",
    ]


@pytest.mark.parametrize("number", ["7", "42", "007", "2026", "49123456789012345678"])
def test_a_number_is_to_fts5_what_it_is_taken_for(number: str) -> None:
    tokenizer = Tokenizer()
    assert tokenizer._asked([number]) == {number: number}
    assert tokenizer.terms([number, "fees"]) == [number, "fee"]
    assert number not in tokenizer._known  # ids and sums are ever new: they fill no cache
