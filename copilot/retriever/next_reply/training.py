"""Trains a tenant's reply model from its own store, with the vectors that ingest already made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from copilot.db import TenantStore
from copilot.domain import Interaction
from copilot.embedder import Embedder
from copilot.retriever.next_reply.examples import ReplyExample, Verdicted, examples_of
from copilot.retriever.next_reply.reply_model import ReplyModel

BLOCK = 2_000
Redact = Callable[[Interaction], Interaction]


def train_replies(
    store: TenantStore,
    embedder: Embedder,
    *,
    redact: Redact | None = None,
    verdicts: Sequence[Verdicted] = (),
) -> ReplyModel:
    """One tenant in, its model out. `redact` must be what ingest and queries use, or None."""
    ids = {
        (meta.source_id, meta.turn): meta.id
        for meta in store.sources.meta("interaction")
        if meta.turn is not None and meta.resolved is not False and meta.visibility == "public"
    }
    interactions = store.sources.iterate("interaction")
    examples = examples_of(map(redact, interactions) if redact else interactions, ids)
    examples, vectors = _with_vectors(store, embedder, _as_stored(store, examples))
    stored = store.sources.count("interaction")[1]
    return ReplyModel.fit(examples, embedder, vectors=vectors, verdicts=verdicts, n_stored=stored)


def _as_stored(store: TenantStore, examples: Sequence[ReplyExample]) -> list[ReplyExample]:
    """The examples with the text of their chunk, which is what will be quoted.

    It differs from the turn where personal data were taken out: places in it would be wrong.
    """
    found: list[ReplyExample] = []
    for start in range(0, len(examples), BLOCK):
        some = examples[start : start + BLOCK]
        rows = store.sources.chunks([e.chunk_id for e in some])
        found += [replace(e, reply=rows[e.chunk_id].chunk.text) for e in some if e.chunk_id in rows]
    return found


def _with_vectors(
    store: TenantStore, embedder: Embedder, examples: Sequence[ReplyExample]
) -> tuple[list[ReplyExample], np.ndarray]:
    """The examples that have a stored vector of the embedder in use, and those vectors."""
    place = {e.chunk_id: i for i, e in enumerate(examples)}
    vectors = np.zeros((len(examples), embedder.dim), np.float32)
    has = np.zeros(len(examples), bool)
    for ids, block in store.sources.vectors("interaction", embedder.name):
        mine = [(place[chunk], n) for n, chunk in enumerate(ids) if chunk in place]
        if mine:
            rows, at = (list(some) for some in zip(*mine, strict=True))
            vectors[rows] = block[at]
            has[rows] = True
    return [e for e, known in zip(examples, has, strict=True) if known], vectors[has]
