"""What every vector store promises, and the checks that all of them share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from copilot.errors import InvalidInput

Vectors = NDArray[np.float32]
Upserts = tuple[Sequence[int], Vectors]
Match = tuple[int, float]  # chunk id, cosine

NO_UPSERTS: Upserts = ((), np.empty((0, 0), dtype=np.float32))


@dataclass(frozen=True, slots=True, order=True)
class CollectionKey:
    """Vectors are only ever compared inside one tenant, one kind and one embedding model."""

    tenant: str
    kind: str
    model: str

    @property
    def name(self) -> str:
        """A collision-free name of safe characters, whatever the parts contain."""
        parts = json.dumps([self.tenant, self.kind, self.model])
        return "c-" + hashlib.blake2b(parts.encode(), digest_size=20).hexdigest()


class Batch(NamedTuple):
    """Checked upserts: distinct ids and one finite vector of one length for each."""

    ids: NDArray[np.int64]
    vectors: Vectors


class VectorStore(Protocol):
    """Finds the chunks whose vectors lie nearest to a given one.

    A call to `apply` is seen by readers as a whole or not at all in the exact store; in an index
    it is safe to repeat. `seq` is the highest change number contained; it never falls, and it is
    None for a collection that was never written. Any number of threads may call any method.
    """

    def apply(
        self, key: CollectionKey, upserts: Upserts, deletes: Sequence[int], *, seq: int
    ) -> None:
        """Replace or add vectors, remove ids; no id may be in both. Unknown deletes are ignored."""

    def seq(self, key: CollectionKey) -> int | None:
        """The highest change number contained, None if never written."""

    def query(self, key: CollectionKey, vector: Vectors, k: int) -> list[Match]:
        """The `k` nearest chunks with their cosine, best first; empty for an unknown collection."""

    def query_many(self, key: CollectionKey, vectors: Vectors, k: int) -> list[list[Match]]:
        """`query` for each row of `vectors`."""

    def count(self, key: CollectionKey) -> int:
        """How many vectors the collection holds."""

    def ids(self, key: CollectionKey) -> NDArray[np.int64]:
        """The ids the collection holds, in no order."""

    def erase(self, key: CollectionKey, ids: Sequence[int]) -> None:
        """Remove ids so that none of their bytes stays on disk.

        An index cannot do that in place: it may forget whole collections (their `seq` is None
        afterwards) and is then filled again from the truth.
        """

    def drop(self, key: CollectionKey) -> None:
        """Forget the collection and its `seq`."""

    def keys(self) -> list[CollectionKey]:
        """The collections that were written and not dropped."""

    def close(self) -> None:
        """Release files and locks; the store is not used afterwards."""


def checked(upserts: Upserts, deletes: Sequence[int], *, dimension: int | None) -> Batch:
    """The upserts as arrays, or InvalidInput before anything was changed."""
    ids = np.asarray(upserts[0], dtype=np.int64)
    vectors = np.asarray(upserts[1], dtype=np.float32)
    if not len(ids):
        return Batch(ids, vectors)
    if vectors.ndim != 2 or len(vectors) != len(ids) or not vectors.shape[1]:
        raise InvalidInput(f"{len(ids)} ids need as many vectors; got shape {vectors.shape}")
    check_dimension(vectors, dimension)
    check_finite(vectors)
    if (ids < 0).any():
        raise InvalidInput("chunk ids are not negative")
    unique = set(ids.tolist())
    if len(unique) != len(ids):
        raise InvalidInput("an id occurs twice among the upserts")
    if not unique.isdisjoint(deletes):
        raise InvalidInput("an id is both upserted and deleted")
    return Batch(ids, vectors)


def checked_queries(vectors: Vectors, k: int, *, dimension: int | None) -> Vectors:
    """The queries as a matrix, or InvalidInput."""
    if k < 1:
        raise InvalidInput(f"k must be at least 1, not {k}")
    queries = np.asarray(vectors, dtype=np.float32)
    if queries.ndim != 2:
        raise InvalidInput(f"queries must form a matrix, not shape {queries.shape}")
    check_dimension(queries, dimension)
    check_finite(queries)
    return queries


def check_dimension(vectors: Vectors, dimension: int | None) -> None:
    """Refuse vectors of another length than the collection's."""
    if dimension is not None and vectors.shape[1] != dimension:
        raise InvalidInput(
            f"the collection holds vectors of {dimension} numbers, got {vectors.shape[1]}; "
            "another embedding model needs its own collection"
        )


def check_finite(vectors: Vectors) -> None:
    """Refuse NaN and infinity, which would poison every comparison."""
    if not np.isfinite(vectors).all():
        raise InvalidInput("a vector contains NaN or infinity")


def normalised(vectors: Vectors) -> Vectors:
    """Rows of length 1, so that a dot product is the cosine; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32, copy=False)
    return result
