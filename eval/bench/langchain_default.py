"""LangChain + Chroma with LangChain's own way to the model: a process of its own, told by lines.

    .venv-peers/bin/python -m eval.bench.langchain_default FOLDER MODEL [PORT]

It lives in its own environment, because sentence-transformers wants PyTorch and older parts than
ours; so it imports nothing of ours but the door. Each line on standard input is a JSON object:
`ingest` with files, `add` with a file of made passages, or `search` with a query. Each answer says
what it took by its own clock and processor, so that the way between the processes costs the peer
nothing. With a port it answers `POST /search` there instead, behind the smallest web door.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from eval.bench.peer_door import serve

CHUNK, OVERLAP = 1000, 200


class Known(Embeddings):
    """HuggingFaceEmbeddings, beside vectors that were made elsewhere."""

    def __init__(self, model: str) -> None:
        self.inner = HuggingFaceEmbeddings(model_name=model)
        self.known: dict[str, list[float]] = {}

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        missing = [text for text in texts if text not in self.known]
        made = dict(zip(missing, self.inner.embed_documents(missing), strict=True))
        return [self.known.get(text) or made[text] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self.inner.embed_query(text)
        return vector


class Peer:
    """What LangChain's tutorials build, nothing tuned."""

    def __init__(self, folder: str, model: str) -> None:
        self.embeddings = Known(model)
        self.store = Chroma("bench", embedding_function=self.embeddings, persist_directory=folder)
        self.splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
        self.passages = 0

    def ingest(self, files: list[str]) -> None:
        pieces = [
            (name, piece)
            for name, text in map(_article, files)
            for piece in self.splitter.split_text(text)
        ]
        self.store.add_texts([t for _, t in pieces], [{"article": name} for name, _ in pieces])
        self.passages += len(pieces)

    def add(self, texts: list[str], vectors: str) -> None:
        self.embeddings.known = dict(zip(texts, np.load(vectors).tolist(), strict=True))
        self.store.add_texts(texts, [{"article": "volume"}] * len(texts))
        self.embeddings.known.clear()
        self.passages += len(texts)

    def search(self, query: str, k: int = 10) -> list[str]:
        return [d.metadata["article"] for d in self.store.similarity_search(query, k=k)]


def _article(path: str) -> tuple[str, str]:
    if not path.endswith(".json"):
        return Path(path).stem, Path(path).read_text("utf-8")
    raw: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
    return raw["id"], f"{raw['title']}\n\n{raw['content']}"


def main() -> None:
    """Serves lines until the input ends, or a port."""
    peer = Peer(sys.argv[1], sys.argv[2])
    if len(sys.argv) > 3:
        serve(peer.search, int(sys.argv[3]))
    else:
        _serve_lines(peer)


def _serve_lines(peer: Peer) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        name = asked.pop("do")
        began, worked = perf_counter(), process_time()
        getattr(peer, name)(**asked)
        took = {"clock_s": perf_counter() - began, "cpu_s": process_time() - worked}
        sys.stdout.write(json.dumps({**took, "passages": peer.passages}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
