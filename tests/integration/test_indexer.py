"""The index follows the tables: what was committed is found, what was deleted is gone at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.db import Database, TenantStore
from copilot.domain import SOURCE_KINDS, Document, SourceKind
from copilot.indexer import Indexer
from copilot.retriever import Repliers, Retriever
from copilot.vectorstore import CollectionKey, ExactStore
from ingest.pipeline import Pipeline
from tests.fakes import FakeEmbedder

EMBEDDER = FakeEmbedder()


class Counting(ExactStore):
    """The exact store, with a note of every write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def apply(self, *args: object, **more: object) -> None:
        self.writes += 1
        super().apply(*args, **more)  # type: ignore[arg-type]


@pytest.fixture
def vectors() -> Counting:
    return Counting()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path / 'truth.db'}")
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> TenantStore:
    return database.create_tenant("t")


@pytest.fixture
def indexer(vectors: Counting) -> Indexer:
    return Indexer(vectors, EMBEDDER.name)


def article(source_id: str, text: str = "") -> Document:
    return Document(source_id, f"Title {source_id}", text or f"All about {source_id} and pumps.")


def put(store: TenantStore, *articles: Document) -> None:
    Pipeline(store, EMBEDDER).ingest(articles, origin="test")


def held(indexer: Indexer, store: TenantStore, kind: SourceKind = "document") -> set[int]:
    return {int(i) for i in indexer.vectors.ids(indexer.key(store, kind))}


def truth(store: TenantStore, kind: SourceKind = "document") -> set[int]:
    return {meta.id for meta in store.sources.meta(kind)}


def searching(indexer: Indexer, folder: Path) -> Retriever:
    return Retriever(indexer, EMBEDDER, Repliers(folder / "rankers", EMBEDDER))


def found(retriever: Retriever, store: TenantStore, text: str, k: int = 5) -> list[str]:
    hits = retriever.search(store, text, k=k, kinds=SOURCE_KINDS)
    return [hit.chunk.source_id for hit in hits]


def test_additions_edits_and_deletions_are_followed(indexer: Indexer, store: TenantStore) -> None:
    put(store, article("a"), article("b"))
    indexer.sync_all(store)
    assert held(indexer, store) == truth(store) and len(truth(store)) == 2
    before = truth(store)
    put(store, article("a", "Something else about a boiler."), article("b"), article("c"))
    store.sources.remove("document", ["b"])
    indexer.sync_all(store)
    assert held(indexer, store) == truth(store) and not before & truth(store)
    assert indexer.vectors.seq(indexer.key(store, "document")) == store.sources.seq()


def test_what_is_up_to_date_is_not_written_again(
    indexer: Indexer, store: TenantStore, vectors: Counting
) -> None:
    put(store, article("a"))
    indexer.sync_all(store)
    writes = vectors.writes
    for _ in range(5):
        indexer.sync_all(store)
    assert vectors.writes == writes
    put(store, article("b"))
    indexer.sync(store, "document")
    assert vectors.writes > writes


def test_many_changes_of_one_article_end_in_its_last_state(
    indexer: Indexer, store: TenantStore
) -> None:
    for n in range(6):
        put(store, article("a", f"Version {n} about pumps."))
        if n == 2:
            indexer.sync_all(store)
    indexer.sync_all(store)
    assert held(indexer, store) == truth(store) and len(truth(store)) == 1


def test_an_emptied_store_is_filled_by_the_next_process(
    indexer: Indexer, store: TenantStore, vectors: Counting
) -> None:
    put(store, article("a"), article("b"))
    indexer.sync_all(store)
    vectors.drop(indexer.key(store, "document"))
    again = Indexer(vectors, EMBEDDER.name)
    again.sync_all(store)
    assert held(again, store) == truth(store)


def test_a_store_that_is_ahead_belongs_to_another_database_and_is_refilled(
    indexer: Indexer, store: TenantStore, vectors: Counting, tmp_path: Path
) -> None:
    for n in range(4):
        put(store, article(f"old-{n}"))
    indexer.sync_all(store)
    other = Database.open(f"sqlite:///{tmp_path / 'other.db'}").create_tenant("t")
    put(other, article("new"))
    assert other.sources.seq() < store.sources.seq()
    fresh = Indexer(vectors, EMBEDDER.name)
    fresh.sync_all(other)
    assert held(fresh, other) == truth(other) and len(truth(other)) == 1
    assert vectors.seq(fresh.key(other, "document")) == other.sources.seq()


def test_a_rebuild_drops_what_is_foreign_and_counts_what_is_true(
    indexer: Indexer, store: TenantStore, vectors: Counting
) -> None:
    put(store, article("a"), article("b"))
    indexer.sync_all(store)
    key = indexer.key(store, "document")
    stray = ([999_999], EMBEDDER.embed(["a stray vector"]))
    vectors.apply(key, stray, [], seq=0)  # type: ignore[arg-type]
    assert indexer.rebuild(store) == 2
    assert held(indexer, store) == truth(store)


def test_tenants_and_models_have_collections_of_their_own(
    indexer: Indexer, database: Database, vectors: Counting
) -> None:
    one, two = database.create_tenant("one"), database.create_tenant("two")
    put(one, article("a"))
    indexer.sync_all(one)
    indexer.sync_all(two)
    assert held(indexer, two) == set() and held(indexer, one) == truth(one)
    other = Indexer(vectors, "another-model")
    other.sync_all(one)
    assert held(other, one) == set(), "vectors of one model never stand in for another's"
    assert {key.tenant for key in sorted(vectors.keys())} == {"one", "two"}
    assert isinstance(vectors.keys()[0], CollectionKey)


def test_a_deletion_is_gone_from_the_next_search(
    indexer: Indexer, store: TenantStore, tmp_path: Path
) -> None:
    put(store, article("keep"), article("drop", "The secret of the zebra pump."))
    retriever = searching(indexer, tmp_path)
    assert found(retriever, store, "zebra pump")[0] == "drop"
    store.sources.remove("document", ["drop"])
    assert found(retriever, store, "zebra pump") == ["keep"]
    put(store, article("drop", "The secret of the zebra pump."))
    assert found(retriever, store, "zebra pump")[0] == "drop"


def test_readers_go_on_while_a_writer_writes(
    indexer: Indexer, store: TenantStore, tmp_path: Path
) -> None:
    put(store, article("steady", "The steady zebra manual."), *(article(f"n{n}") for n in range(9)))
    retriever = searching(indexer, tmp_path)
    faults: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                if "steady" not in found(retriever, store, "steady zebra manual"):
                    faults.append("an untouched article was not found")
            except Exception as fault:
                faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(12):
        put(store, article(f"n{n % 9}", f"Edition {n} about pumps."))
        store.sources.remove("document", [f"n{(n + 4) % 9}"])
    done.set()
    for reader in readers:
        reader.join(timeout=20)
    assert faults == []
    indexer.sync_all(store)
    assert held(indexer, store) == truth(store)


def test_many_threads_that_find_a_change_apply_it_once(
    indexer: Indexer, store: TenantStore, vectors: Counting
) -> None:
    put(store, *(article(f"n{n}") for n in range(50)))
    threads = [threading.Thread(target=indexer.sync_all, args=(store,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert held(indexer, store) == truth(store)
    assert vectors.writes == 3  # one block and one mark of documents, one mark of interactions
