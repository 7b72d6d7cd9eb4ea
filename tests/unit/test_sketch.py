"""A large collection is not read whole for a query, and finds what reading it whole finds."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.vectorstore import CollectionKey, ExactStore
from copilot.vectorstore.sketch import Sketch

KEY = CollectionKey("tenant", "document", "model")
ROWS, WIDTH = 6_000, 64


def gathered(n: int, seed: int = 0) -> np.ndarray:
    """Vectors around a hundred topics within sixteen dimensions, with a little noise."""
    draws = np.random.default_rng(seed)
    topics = np.random.default_rng(7).standard_normal((100, 16))
    short = topics[draws.integers(0, 100, n)] + 0.4 * draws.standard_normal((n, 16))
    plane = np.random.default_rng(8).standard_normal((16, WIDTH))
    noise = 0.05 * draws.standard_normal((n, WIDTH))
    return np.asarray(short @ plane / 4 + noise, np.float32)


def filled(vectors: np.ndarray, *, sketch_from: int | None) -> ExactStore:
    store = ExactStore(sketch_from=sketch_from)
    store.apply(KEY, (list(range(len(vectors))), vectors), [], seq=1)
    return store


def recall(store: ExactStore, oracle: ExactStore, queries: np.ndarray, k: int) -> float:
    shares = []
    for query in queries:
        wanted = {i for i, _ in oracle.query(KEY, query, k)}
        shares.append(len(wanted & {i for i, _ in store.query(KEY, query, k)}) / k)
    return float(np.mean(shares))


def test_it_finds_what_a_full_scan_finds() -> None:
    vectors = gathered(ROWS)
    store = filled(vectors, sketch_from=1_000)
    oracle = filled(vectors, sketch_from=None)
    assert recall(store, oracle, gathered(40, seed=1), 10) > 0.97


def test_it_reads_a_part_of_the_rows() -> None:
    vectors = gathered(ROWS)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    sketch = Sketch.fitted(vectors, ROWS)
    assert sketch is not None
    read = np.diff(sketch.starts)[sketch._groups(vectors[0] @ sketch.basis, ROWS // 10)].sum()
    assert ROWS // 10 <= read < ROWS // 4


def test_rows_that_came_later_are_found_and_removed_ones_are_not() -> None:
    vectors, late = gathered(ROWS), gathered(300, seed=2)
    store = filled(vectors, sketch_from=1_000)
    store.apply(KEY, (list(range(ROWS, ROWS + 300)), late), list(range(500)), seq=2)
    for n in (0, 150, 299):
        assert store.query(KEY, late[n], 1)[0][0] == ROWS + n
    for n in (0, 250, 499):
        assert all(i >= 500 for i, _ in store.query(KEY, vectors[n], 20))


def test_a_neighbourhood_that_was_removed_gives_as_many_results_as_asked() -> None:
    vectors = gathered(ROWS)
    store = filled(vectors, sketch_from=1_000)
    near = [i for i, _ in store.query(KEY, vectors[0], 1_200)]
    store.apply(KEY, ([], np.empty((0, WIDTH), np.float32)), near, seq=2)
    found = store.query(KEY, vectors[0], 100)
    assert len(found) == 100
    assert not {i for i, _ in found} & set(near)


@pytest.mark.parametrize("seed", range(3))
def test_a_query_outside_the_subspace_is_compared_with_all(seed: int) -> None:
    vectors = gathered(ROWS)
    query = np.random.default_rng(seed).standard_normal(WIDTH).astype(np.float32)
    sketch = filled(vectors, sketch_from=1_000)
    assert sketch.query(KEY, query, 10) == filled(vectors, sketch_from=None).query(KEY, query, 10)


def test_a_filling_is_sketched_once_it_is_complete() -> None:
    vectors = gathered(ROWS)
    store = ExactStore(sketch_from=1_000)
    for start in range(0, ROWS, 1_000):
        block = vectors[start : start + 1_000]
        store.apply(KEY, (list(range(start, start + 1_000)), block), [], seq=0)
        assert store._collections[KEY].sketch is None
    store.apply(KEY, ([], np.empty((0, WIDTH), np.float32)), [], seq=5)
    assert store._collections[KEY].sketch is not None
