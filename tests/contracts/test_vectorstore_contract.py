"""One class of promises, kept by every vector store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from copilot.errors import InvalidInput
from copilot.vectorstore import (
    NO_UPSERTS,
    ChromaServerStore,
    ChromaStore,
    CollectionKey,
    ExactStore,
    TieredStore,
    VectorStore,
)
from tests.chroma_process import chroma_server

KEY = CollectionKey("tenant", "document", "model")
LASTING = {"embedded", "server"}


def vectors(n: int, *, seed: int = 0, dimension: int = 32) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, dimension)).astype(np.float32)


@pytest.fixture(scope="module")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("server")) as url:
        yield url


def opened(store: ChromaStore | ChromaServerStore) -> VectorStore:
    store.open({})
    return store


class LevelTieredStore(TieredStore):
    """Waits for its index after each change, so that the index answers whenever it may."""

    def apply(self, key, upserts, deletes, *, seq) -> None:
        super().apply(key, upserts, deletes, seq=seq)
        self.catch_up()
        assert self.is_indexed(key) == (self.count(key) >= 10)


@pytest.fixture(params=["exact", "embedded", "server", "tiered"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], VectorStore]:
    """Starts the store of one kind, on the same data each time."""
    if request.param == "exact":
        return ExactStore
    if request.param == "embedded":
        return lambda: opened(ChromaStore(tmp_path))
    if request.param == "server":
        url = request.getfixturevalue("server_url")
        ChromaServerStore(url).reset()
        return lambda: opened(ChromaServerStore(url))
    return lambda: LevelTieredStore(ExactStore(), ChromaStore(tmp_path), threshold=10)


@pytest.fixture
def store(start: Callable[[], VectorStore]) -> Iterator[VectorStore]:
    made = start()
    yield made
    made.close()


class TestEveryVectorStore:
    def test_finds_the_nearest_first_with_their_cosines(self, store: VectorStore) -> None:
        given = vectors(40) * 3  # lengths do not matter
        store.apply(KEY, (range(100, 140), given), [], seq=7)
        unit = given / np.linalg.norm(given, axis=1, keepdims=True)
        cosines = unit @ unit[5]
        found = store.query(KEY, given[5], 4)
        assert [i for i, _ in found] == [100 + i for i in np.argsort(-cosines)[:4]]
        assert [c for _, c in found] == pytest.approx(np.sort(cosines)[::-1][:4], abs=1e-4)

    def test_many_queries_equal_single_ones(self, store: VectorStore) -> None:
        given = vectors(30)
        store.apply(KEY, (range(30), given), [], seq=1)
        together = store.query_many(KEY, given[:5], 3)
        single = [store.query(KEY, vector, 3) for vector in given[:5]]
        assert [[i for i, _ in best] for best in together] == [[i for i, _ in b] for b in single]

    def test_an_upsert_replaces(self, store: VectorStore) -> None:
        old, new = vectors(2), vectors(2, seed=1)
        store.apply(KEY, ([1, 2], old), [], seq=1)
        store.apply(KEY, ([1], new[:1]), [], seq=2)
        assert store.query(KEY, new[0], 1)[0] == (1, pytest.approx(1, abs=1e-4))
        assert dict(store.query(KEY, old[0], 2))[1] < 0.99
        assert store.count(KEY) == 2

    def test_what_is_deleted_is_gone(self, store: VectorStore) -> None:
        given = vectors(20)
        store.apply(KEY, (range(20), given), [], seq=1)
        store.apply(KEY, NO_UPSERTS, [3, 4, 999], seq=2)
        assert {3, 4}.isdisjoint(i for i, _ in store.query(KEY, given[3], 20))
        assert sorted(store.ids(KEY)) == sorted(set(range(20)) - {3, 4})
        assert store.count(KEY) == 18

    def test_an_id_that_was_deleted_may_come_back_with_another_vector(
        self, store: VectorStore
    ) -> None:
        given = vectors(3)
        store.apply(KEY, ([1, 2], given[:2]), [], seq=1)
        store.apply(KEY, NO_UPSERTS, [1], seq=2)
        store.apply(KEY, ([1], given[2:]), [], seq=3)
        assert store.query(KEY, given[2], 1)[0][0] == 1

    def test_erased_ids_are_never_found(self, store: VectorStore) -> None:
        given = vectors(20)
        store.apply(KEY, (range(20), given), [], seq=1)
        store.erase(KEY, [3])
        assert 3 not in store.ids(KEY)
        assert 3 not in [i for i, _ in store.query(KEY, given[3], 20)]

    def test_k_beyond_the_count_gives_all(self, store: VectorStore) -> None:
        store.apply(KEY, ([1, 2, 3], vectors(3)), [], seq=1)
        assert len(store.query(KEY, vectors(1)[0], 50)) == 3

    def test_an_unknown_or_emptied_collection_gives_nothing(self, store: VectorStore) -> None:
        assert store.query(KEY, vectors(1)[0], 3) == []
        assert (store.count(KEY), store.seq(KEY), store.keys()) == (0, None, [])
        store.apply(KEY, ([1], vectors(1)), [], seq=1)
        store.apply(KEY, NO_UPSERTS, [1], seq=2)
        assert store.query(KEY, vectors(1)[0], 3) == []
        assert (store.count(KEY), store.seq(KEY), store.keys()) == (0, 2, [KEY])

    def test_seq_never_falls(self, store: VectorStore) -> None:
        store.apply(KEY, ([1], vectors(1)), [], seq=9)
        store.apply(KEY, ([1], vectors(1)), [], seq=4)
        assert store.seq(KEY) == 9

    def test_repeating_a_change_changes_nothing(self, store: VectorStore) -> None:
        for _ in range(2):
            store.apply(KEY, ([1, 2], vectors(2)), [5], seq=3)
        assert (store.count(KEY), store.seq(KEY)) == (2, 3)

    def test_more_than_one_vendor_batch_goes_in_at_once(self, store: VectorStore) -> None:
        given = vectors(6_000, dimension=8)
        store.apply(KEY, (range(6_000), given), [], seq=1)
        assert store.count(KEY) == 6_000
        assert store.query(KEY, given[5_900], 1)[0][0] == 5_900

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_a_vector_that_is_no_number_is_refused(self, store: VectorStore, bad: float) -> None:
        given = vectors(2)
        store.apply(KEY, ([1], given[:1]), [], seq=1)
        given[1, 3] = bad
        with pytest.raises(InvalidInput, match="NaN"):
            store.apply(KEY, ([2], given[1:]), [1], seq=2)
        with pytest.raises(InvalidInput, match="NaN"):
            store.query(KEY, given[1], 1)
        assert (store.count(KEY), store.seq(KEY)) == (1, 1)  # nothing of it was done

    def test_another_dimension_is_refused(self, store: VectorStore) -> None:
        store.apply(KEY, ([1], vectors(1, dimension=32)), [], seq=1)
        with pytest.raises(InvalidInput, match="32 numbers, got 16"):
            store.apply(KEY, ([2], vectors(1, dimension=16)), [], seq=2)
        with pytest.raises(InvalidInput, match="32 numbers, got 16"):
            store.query(KEY, vectors(1, dimension=16)[0], 1)
        assert len(store.query(KEY, vectors(1, dimension=32)[0], 1)) == 1

    @pytest.mark.parametrize(
        ("ids", "deletes"), [([1, 1], []), ([1, 2], [2]), ([1, -2], []), ([1], [])]
    )
    def test_contradictory_changes_are_refused(
        self, store: VectorStore, ids: list[int], deletes: list[int]
    ) -> None:
        with pytest.raises(InvalidInput):
            store.apply(KEY, (ids, vectors(2)), deletes, seq=1)
        assert store.seq(KEY) is None

    def test_k_below_one_is_refused(self, store: VectorStore) -> None:
        with pytest.raises(InvalidInput):
            store.query(KEY, vectors(1)[0], 0)

    @pytest.mark.parametrize(
        "other",
        [
            CollectionKey("other", "document", "model"),
            CollectionKey("tenant", "interaction", "model"),
            CollectionKey("tenant", "document", "model-2"),
            CollectionKey('tenant", "document', "", "model"),
        ],
    )
    def test_no_collection_sees_another(self, store: VectorStore, other: CollectionKey) -> None:
        given = vectors(2)
        store.apply(KEY, ([1], given[:1]), [], seq=1)
        store.apply(other, ([2], given[1:]), [], seq=5)
        assert [i for i, _ in store.query(KEY, given[1], 10)] == [1]
        assert [i for i, _ in store.query(other, given[0], 10)] == [2]
        store.drop(other)
        assert (store.keys(), store.seq(KEY), store.seq(other)) == ([KEY], 1, None)

    def test_names_of_any_tenant_are_accepted(self, store: VectorStore) -> None:
        key = CollectionKey("Ärger & Söhne/../" + "x" * 600, "document", "a:b@c")
        store.apply(key, ([1], vectors(1)), [], seq=1)
        assert store.keys() == [key]

    def test_readers_during_writes_see_no_torn_vector(self, store: VectorStore) -> None:
        """Every id's vector is one of two that are each other's opposite; nothing lies between."""
        base = vectors(60)
        store.apply(KEY, (range(60), base), [], seq=1)
        faults: list[object] = []
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                try:
                    cosines = [dict(store.query(KEY, base[i], 60)).get(i) for i in range(0, 60, 7)]
                    faults.extend(c for c in cosines if c is not None and 1 - abs(c) > 0.001)
                except Exception as exc:
                    faults.append(exc)

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for turn in range(12):
            store.apply(KEY, (range(60), base * (-1) ** turn), [], seq=2 + turn)
        done.set()
        for reader in readers:
            reader.join()
        assert faults == []


@pytest.mark.parametrize("start", sorted(LASTING), indirect=True)
class TestStoresThatLast:
    def test_vectors_and_seq_are_there_after_a_restart(
        self, start: Callable[[], VectorStore]
    ) -> None:
        given = vectors(1_500)
        first = start()
        first.apply(KEY, (range(1_500), given), [], seq=41)
        first.apply(KEY, NO_UPSERTS, [0], seq=42)
        first.close()
        second = start()
        assert (second.seq(KEY), second.count(KEY), second.keys()) == (42, 1_499, [KEY])
        assert all(second.query(KEY, given[i], 1)[0][0] == i for i in range(1, 1_500, 50))
        second.close()
