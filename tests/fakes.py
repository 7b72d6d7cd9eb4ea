"""Stand-ins for what is slow or outside: they keep what they were given."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

DIM = 64


def hashed(text: str) -> np.ndarray:
    """A vector in which texts that share words are near: enough to test plumbing, no quality."""
    vector = np.zeros(DIM, dtype=np.float32)
    for word in re.findall(r"\w+", text.lower()):
        digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
        vector[digest[0] % DIM] += 1.0 if digest[1] % 2 else -1.0
    vector[0] += 1e-3
    return vector / np.linalg.norm(vector)


@dataclass
class FakeEmbedder:
    """Embeds by hashing words; remembers every text."""

    name: str = "fake-64d"
    dim: int = DIM
    embedded: list[str] = field(default_factory=list)

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> np.ndarray:
        self.embedded += texts
        return np.stack([hashed(t) for t in texts]) if texts else np.zeros((0, DIM), np.float32)

    def embed_query(self, text: str) -> np.ndarray:
        return hashed(text)
