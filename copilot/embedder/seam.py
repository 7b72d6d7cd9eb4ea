"""What every maker of vectors promises, and the query cache they share."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]


class Embedder(Protocol):
    """Turns texts into unit vectors; safe to call from many threads at once."""

    @property
    def name(self) -> str:
        """Fingerprint: vectors of two names never share a collection."""
        ...

    @property
    def dim(self) -> int:
        """Length of every vector."""
        ...

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """One float32 unit vector per text, in the order given; shape (n, dim).

        `progress` is told how many further texts are done, never from two threads at once.
        """
        ...

    def embed_query(self, text: str) -> Vectors:
        """The vector of one query, shape (dim,), read-only, remembered for the next time."""
        ...


class QueryCache:
    """The vectors of the last `size` queries; thread-safe."""

    def __init__(self, size: int = 2048) -> None:
        self._size = size
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str, make: Callable[[str], Vectors]) -> Vectors:
        """The remembered vector, or the one `make` gives now; shared, hence read-only."""
        with self._lock:
            if text in self._vectors:
                self._vectors.move_to_end(text)
                return self._vectors[text]
        vector = make(text)
        vector.flags.writeable = False
        with self._lock:
            self._vectors[text] = vector
            if len(self._vectors) > self._size:
                self._vectors.popitem(last=False)
        return vector
