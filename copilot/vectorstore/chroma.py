"""The contract over any Chroma client, embedded or remote; both stores build on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.vectorstore.protocol import (
    CollectionKey,
    Match,
    Upserts,
    Vectors,
    checked,
    checked_queries,
)

_BATCH = 2_000  # Chroma takes 5,461 at most
# With Chroma's own 16, 100, 100 four of 1,700 vectors of a sound graph of 100,000 did not find
# themselves; with these none did, at 70 % of the speed of building.
_HNSW = {
    "space": "cosine",
    "max_neighbors": 24,
    "ef_construction": 150,
    "ef_search": 200,
    "sync_threshold": 1_000,
}


class ChromaCollections:
    """The contract over any Chroma client; errors are named by the two stores."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 the vendor's type ends here
        self.client = client
        self._known: dict[CollectionKey, Any] = {}

    def apply(self, key: CollectionKey, upserts: Upserts, deletes: Sequence[int], seq: int) -> None:
        collection = self._found(key, fresh=True)
        held: dict[str, Any] = dict(collection.metadata or {}) if collection is not None else {}
        batch = checked(upserts, deletes, dimension=held.get("dimension"))
        if collection is None:
            collection = self._created(key)
        for some in _slices(deletes):
            collection.delete(ids=[str(i) for i in some])
        for some in _slices(range(len(batch.ids))):
            rows = slice(some[0], some[-1] + 1)
            ids = [str(i) for i in batch.ids[rows].tolist()]
            collection.upsert(ids=ids, embeddings=batch.vectors[rows])
        held |= _labels(key) | {"seq": max(seq, held.get("seq", seq))}
        if len(batch.ids):
            held["dimension"] = int(batch.vectors.shape[1])
        collection.modify(metadata=held)

    def seq(self, key: CollectionKey) -> int | None:
        collection = self._found(key, fresh=True)
        return None if collection is None else (collection.metadata or {}).get("seq")

    def query_many(self, key: CollectionKey, vectors: Vectors, k: int) -> list[list[Match]]:
        collection = self._found(key)
        known = collection.metadata.get("dimension") if collection is not None else None
        queries = checked_queries(vectors, k, dimension=known)
        if collection is None or not len(queries):
            return [[] for _ in queries]
        found = collection.query(query_embeddings=queries, n_results=k, include=["distances"])
        return [
            [(int(i), 1.0 - float(far)) for i, far in zip(ids, distances, strict=True)]
            for ids, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    def count(self, key: CollectionKey) -> int:
        collection = self._found(key)
        return int(collection.count()) if collection is not None else 0

    def ids(self, key: CollectionKey) -> NDArray[np.int64]:
        collection = self._found(key)
        held = collection.get(include=[])["ids"] if collection is not None else []
        return np.array(held, dtype=np.int64)

    def drop(self, key: CollectionKey) -> None:
        if self._found(key, fresh=True) is not None:
            self.client.delete_collection(key.name)
        self._known.pop(key, None)

    def keys(self) -> list[CollectionKey]:
        labels = [collection.metadata or {} for collection in self.client.list_collections()]
        ours = [held for held in labels if held.keys() >= {"tenant", "kind", "model"}]
        return sorted(CollectionKey(h["tenant"], h["kind"], h["model"]) for h in ours)

    def touch(self) -> None:
        """Query each collection once: the first read of a young one writes its graph files."""
        for collection in self.client.list_collections():
            own = collection.get(limit=1, include=["embeddings"])["embeddings"]
            if len(own):
                collection.query(query_embeddings=own, n_results=1, include=[])

    def forget(self, key: CollectionKey) -> None:
        """Look the collection up again at the next call."""
        self._known.pop(key, None)

    def _found(self, key: CollectionKey, *, fresh: bool = False) -> Any:  # noqa: ANN401
        from chromadb.errors import NotFoundError

        if fresh or key not in self._known:
            try:
                self._known[key] = self.client.get_collection(key.name, embedding_function=None)
            except NotFoundError:
                self._known.pop(key, None)
        return self._known.get(key)

    def _created(self, key: CollectionKey) -> Any:  # noqa: ANN401
        self._known[key] = self.client.create_collection(
            key.name,
            metadata=_labels(key),
            configuration={"hnsw": _HNSW},
            embedding_function=None,
            get_or_create=True,
        )
        return self._known[key]


def _labels(key: CollectionKey) -> dict[str, Any]:
    return {"tenant": key.tenant, "kind": key.kind, "model": key.model}


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
