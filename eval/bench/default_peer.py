"""The usual stack in its documented form, driven in an environment of its own (`.venv-peers/`)."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from copilot.config import ROOT
from copilot.embedder.weights import package_dir
from eval.bench import process
from eval.bench.child import Child
from ingest.rate import Spent

PYTHON = ROOT / ".venv-peers" / "bin" / "python"
MODULE = "eval.bench.langchain_default"
ENV = {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "PYTHONPATH": str(ROOT)}


class DefaultPeer:
    """LangChain + Chroma + HuggingFaceEmbeddings on the same weights, as its tutorials say."""

    name = "LangChain + Chroma, sentence-transformers"

    def __init__(self, folder: Path) -> None:
        self.passages = 0
        self._command = [str(PYTHON), "-m", MODULE, str(folder), str(package_dir())]
        self._log = folder.parent / "default_peer.log"
        self._child = Child(self._command, self._log, {**ENV, "PATH": ""})

    def ingest(self, files: Sequence[Path]) -> Spent:
        """Reads, splits, embeds and stores articles."""
        return self._asked("ingest", files=[str(path) for path in files])

    def add(self, texts: list[str], vectors: np.ndarray) -> Spent:
        """Stores made passages with given vectors."""
        with tempfile.NamedTemporaryFile(suffix=".npy") as file:
            np.save(file, vectors)
            file.flush()
            return self._asked("add", texts=texts, vectors=file.name)

    def search(self, query: str, k: int = 10) -> Spent:
        """The k nearest passages."""
        return self._asked("search", query=query, k=k)

    def over_http(self) -> AbstractContextManager[process.Served]:
        """The same collection behind a web door of its own, a further process."""
        port = process.free_port()
        return process.process([*self._command, str(port)], port, "/readyz", ENV, self._log)

    def close(self) -> None:
        """Ends the process."""
        self._child.close()

    def _asked(self, name: str, **asked: object) -> Spent:
        answer = self._child.ask(do=name, **asked)
        self.passages = answer["passages"]
        return Spent(answer["clock_s"], answer["cpu_s"])


def is_installed() -> bool:
    """Whether `make bench` has made its environment."""
    return PYTHON.exists()
