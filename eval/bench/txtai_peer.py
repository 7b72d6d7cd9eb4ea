"""txtai, hybrid with its defaults, driven in the environment of the peers (`.venv-peers/`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.bench.child import Child
from eval.bench.default_peer import PYTHON

SCRIPT = Path(__file__).with_name("txtai_worker.py")


class Txtai:
    """An index over given passages and vectors; asked with a query and its vector, by lines."""

    def __init__(
        self, texts: Sequence[str], vectors: np.ndarray, folder: Path, *, python: Path = PYTHON
    ) -> None:
        passages = folder / "txtai.npz"
        np.savez(passages, texts=np.array(texts), vectors=vectors)
        self._child = Child(
            [str(python), str(SCRIPT), str(passages)],
            folder / "txtai.log",
            {"HF_HUB_OFFLINE": "1", "PATH": ""},
        )
        self.release = str(self._child.answer()["version"])

    def search(self, query: str, vector: Sequence[float], k: int) -> list[int]:
        """Places of the k best passages."""
        answer = self._child.ask(query=query, vector=vector, k=k)
        return [int(place) for place in answer["places"]]

    def close(self) -> None:
        """Ends the process."""
        self._child.close()
