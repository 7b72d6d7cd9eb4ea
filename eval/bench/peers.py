"""What a user would pick instead, with its defaults, on the same weights of the same model.

`python -m eval.bench.peers FOLDER PORT` serves the lean LangChain + Chroma over HTTP.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from chromadb.config import Settings
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from copilot.embedder.bench import NaiveEmbedder
from eval.bench.peer_door import serve
from eval.bench.txtai_peer import Txtai

CHUNK, OVERLAP = 1000, 200
DEEP = 60  # passages fetched where articles are wanted: enough for ten different ones


class NaiveEmbeddings(Embeddings):
    """The fp32 graph as most run it: batches of 32 in the given order, default threads.

    `known` holds vectors that are given instead of computed, for made passages.
    """

    def __init__(self) -> None:
        self._naive = NaiveEmbedder()
        self.known: dict[str, np.ndarray] = {}

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        missing = [text for text in texts if text not in self.known]
        if missing:
            self.known.update(zip(missing, self._naive.embed(missing), strict=True))
        return [self.known[text].tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._naive.embed([text])[0].tolist()
        return vector


@dataclass(frozen=True, slots=True)
class LangChainChroma:
    """LangChain's splitter and Chroma store, nothing tuned, on the lean way to the same model."""

    store: Chroma
    embeddings: NaiveEmbeddings
    texts: list[tuple[str, str]] = field(default_factory=list)  # (article, passage)
    name: ClassVar[str] = "LangChain + Chroma, onnxruntime"

    @classmethod
    def at(cls, folder: Path) -> LangChainChroma:
        """Opens or makes a store in a folder."""
        embeddings = NaiveEmbeddings()
        settings = Settings(
            _env_file=None, anonymized_telemetry=False, is_persistent=True,
            persist_directory=str(folder),
        )  # fmt: skip
        return cls(
            Chroma("bench", embedding_function=embeddings, client_settings=settings), embeddings
        )

    def ingest(self, files: Sequence[Path]) -> None:
        """Reads, splits, embeds and stores articles."""
        splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
        found = [
            (name, piece)
            for name, text in map(_article, files)
            for piece in splitter.split_text(text)
        ]
        self.texts.extend(found)
        self.store.add_texts([text for _, text in found], [{"article": name} for name, _ in found])

    def add(self, texts: list[str], vectors: np.ndarray) -> None:
        """Stores made passages with given vectors."""
        self.embeddings.known.update(zip(texts, vectors, strict=True))
        self.store.add_texts(texts, [{"article": "volume"}] * len(texts))

    def search(self, query: str, k: int = 10) -> list[str]:
        """Articles of the k nearest passages."""
        return _unique(d.metadata["article"] for d in self.store.similarity_search(query, k=k))


@dataclass(frozen=True, slots=True)
class Peer:
    """A search to compare with: articles for a query, best first."""

    name: str
    search: Callable[[str], list[str]]


def peers(chroma: LangChainChroma) -> list[Peer]:
    """Those that are installed, over the passages and vectors that LangChain + Chroma made."""
    found = [
        Peer(f"LangChain core {version('langchain-core')} + Chroma {version('chromadb')}, defaults",
             lambda query: chroma.search(query, DEEP)),
        Peer(f"SQLite {sqlite3.sqlite_version} FTS5, porter, BM25", _fts5(chroma.texts)),
        Peer(f"numpy {version('numpy')}, every vector compared", _numpy(chroma)),
    ]  # fmt: skip
    with suppress(ImportError):
        found.append(_haystack(chroma))
    return found


def _fts5(texts: Sequence[tuple[str, str]]) -> Callable[[str], list[str]]:
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE d USING fts5(id UNINDEXED, t, tokenize='porter unicode61')")
    table.executemany("INSERT INTO d VALUES (?, ?)", texts)

    def search(query: str) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in query.replace('"', " ").split())
        rows = table.execute(
            "SELECT id FROM d WHERE d MATCH ? ORDER BY bm25(d) LIMIT ?", (words, DEEP)
        )
        return _unique(row[0] for row in rows)

    return search


def _numpy(chroma: LangChainChroma) -> Callable[[str], list[str]]:
    matrix = np.stack([chroma.embeddings.known[text] for _, text in chroma.texts])
    names = [name for name, _ in chroma.texts]

    def search(query: str) -> list[str]:
        scores = matrix @ np.asarray(chroma.embeddings.embed_query(query), np.float32)
        return _unique(names[i] for i in np.argsort(-scores)[:DEEP])

    return search


def _haystack(chroma: LangChainChroma) -> Peer:
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import (
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    store = InMemoryDocumentStore()
    store.write_documents([
        Document(content=text, meta={"article": name, "n": n},
                 embedding=chroma.embeddings.known[text].tolist())
        for n, (name, text) in enumerate(chroma.texts)
    ])  # fmt: skip
    words = InMemoryBM25Retriever(store, top_k=DEEP)
    meaning = InMemoryEmbeddingRetriever(store, top_k=DEEP)
    joined = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEEP)

    def search(query: str) -> list[str]:
        vector = chroma.embeddings.embed_query(query)
        lists = [
            words.run(query=query)["documents"],
            meaning.run(query_embedding=vector)["documents"],
        ]
        return _unique(d.meta["article"] for d in joined.run(documents=lists)["documents"])

    return Peer(f"Haystack {version('haystack-ai')}, BM25 and vectors by reciprocal rank", search)


def with_txtai(chroma: LangChainChroma, txtai: Txtai) -> Peer:
    """txtai on the same passages; its part is the search, the vector comes from the same graph."""
    names = [name for name, _ in chroma.texts]

    def search(query: str) -> list[str]:
        vector = chroma.embeddings.embed_query(query)
        return _unique(names[place] for place in txtai.search(query, vector, DEEP))

    return Peer(f"txtai {txtai.release}, hybrid, defaults", search)


def _article(path: Path) -> tuple[str, str]:
    if path.suffix != ".json":
        return path.stem, path.read_text("utf-8")
    raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return raw["id"], f"{raw['title']}\n\n{raw['content']}"


def _unique(names: Any) -> list[str]:  # noqa: ANN401 - any iterable of names
    return list(dict.fromkeys(names))


if __name__ == "__main__":
    serve(LangChainChroma.at(Path(sys.argv[1])).search, int(sys.argv[2]))
