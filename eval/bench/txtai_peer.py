"""txtai, hybrid with its defaults, driven in the environment of the peers (`.venv-peers/`)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.default_peer import PYTHON

SCRIPT = Path(__file__).with_name("txtai_worker.py")


class Txtai:
    """An index over given passages and vectors; asked with a query and its vector, by lines."""

    def __init__(
        self, texts: Sequence[str], vectors: np.ndarray, folder: Path, *, python: Path = PYTHON
    ) -> None:
        passages = folder / "txtai.npz"
        np.savez(passages, texts=np.array(texts), vectors=vectors)
        self._log = (folder / "txtai.log").open("wb")
        self._child = subprocess.Popen(  # noqa: S603 - our own script
            [str(python), str(SCRIPT), str(passages)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
            env={"HF_HUB_OFFLINE": "1", "PATH": ""},
        )  # fmt: skip
        self.release = str(self._answer()["version"])

    def search(self, query: str, vector: Sequence[float], k: int) -> list[int]:
        """Places of the k best passages."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps({"query": query, "vector": vector, "k": k}) + "\n")
        self._child.stdin.flush()
        return [int(place) for place in self._answer()["places"]]

    def close(self) -> None:
        """Ends the process."""
        if self._child.stdin:
            self._child.stdin.close()
        self._child.wait(timeout=30)
        self._log.close()

    def _answer(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            raise RuntimeError(f"txtai ended: see {self._log.name}")
        found: dict[str, Any] = json.loads(line)
        return found
