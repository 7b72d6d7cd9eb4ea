"""On the articles of a bank, the released stages reach the promised figures over all parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from copilot.config import Settings
from copilot.db import Database, TenantStore
from copilot.db.sources import Prepared
from copilot.embedder import build_embedder
from copilot.retriever.document_search import (
    LOOKED_UP,
    NEAREST,
    DocumentSearch,
    Weights,
)
from copilot.retriever.keeping import Libraries
from copilot.retriever.query import plan
from copilot.vectorstore import ExactStore
from copilot.vectorstore.protocol import CollectionKey
from eval.retrieval import sets
from eval.retrieval.runner import Search, difference, run
from ingest.chunker import chunk_document, embed_text

SearchOf = Callable[[Weights], Search]


@pytest.fixture(scope="module")
def bank(shared: Path) -> sets.ArticleSet:
    return sets.bank(shared / "bank")


@pytest.fixture(scope="module")
def search_of(bank: sets.ArticleSet, tmp_path_factory: pytest.TempPathFactory) -> SearchOf:
    """A search over the real parts: chunker, embedder, tables, full text, exact vectors."""
    database = Database.open(f"sqlite:///{tmp_path_factory.mktemp('bank') / 'bank.db'}")
    store = database.create_tenant("bank")
    embedder = build_embedder(Settings())
    cut = [(document, chunk_document(document)) for document in bank.documents]
    texts = [embed_text(chunk, document.title) for document, chunks in cut for chunk in chunks]
    vectors = embedder.embed(texts)
    prepared, start = [], 0
    for document, chunks in cut:
        rows = vectors[start : start + len(chunks)]
        prepared.append(Prepared(document, chunks, rows, embedder.name, "1", "bank"))
        start += len(chunks)
    store.sources.replace("document", prepared)
    key = CollectionKey("bank", "document", embedder.name)
    near = ExactStore()
    for ids, block in store.sources.vectors("document", embedder.name):
        near.apply(key, (ids, block), [], seq=1)
    return _search_of(store, near, key, embedder.embed)


def _search_of(store: TenantStore, near: ExactStore, key: CollectionKey, embed: object) -> SearchOf:
    library = Libraries().of(store)

    def search_of(weights: Weights) -> Search:
        ranks = DocumentSearch(library, weights)

        def search(asked: object) -> list[str]:
            asking = plan(asked, acronyms=library.acronyms)  # type: ignore[arg-type]
            if asking.is_empty:
                return []
            dense = near.query_many(key, embed(asking.texts), NEAREST)  # type: ignore[operator]
            words = store.fulltext.search(asking.terms, "document", LOOKED_UP)
            return [found.source_id for found in ranks.rank(asking, dense, words, k=20)]

        return search

    return search_of


@pytest.mark.shared
def test_the_promised_recall_and_hit_rate_are_reached(
    bank: sets.ArticleSet, search_of: SearchOf
) -> None:
    found = run("all stages", search_of(Weights()), bank.cases)
    assert len(bank.cases) == 28
    assert found.interval("recall@10").mean >= 0.35
    assert found.interval("hit@5").mean >= 0.85


@pytest.mark.shared
def test_the_stages_together_beat_vectors_alone_beyond_chance(
    bank: sets.ArticleSet, search_of: SearchOf
) -> None:
    off = dict.fromkeys(
        ("lexical", "title", "audience", "audience_in_choice", "overview", "named", "special",
         "links", "spread"), 0.0,
    )  # fmt: skip
    alone = run("vectors alone", search_of(replace(Weights(), **off)), bank.cases)  # type: ignore[arg-type]
    full = run("all stages", search_of(Weights()), bank.cases)
    assert difference(alone, full, "recall@10").low > 0
    assert difference(alone, full, "hit@5").low > 0
