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
from copilot.retriever.next_reply.sampling import (
    AT_LEAST,
    PastReply,
    enough,
    mostly_labelled,
    sample,
)
from copilot.retriever.next_reply.turns import capitals_are_values, template

BLOCK = 2_000
Redact = Callable[[Interaction], Interaction]


def n_embedded(store: TenantStore, embedder: Embedder) -> int:
    """How many stored replies can be learned from: those that this model has embedded."""
    stored = store.sources.count("interaction")[1]
    return stored - store.outdated.count(embedder.name, "interaction")


def train_replies(
    store: TenantStore,
    embedder: Embedder,
    *,
    redact: Redact | None = None,
    verdicts: Sequence[Verdicted] = (),
) -> ReplyModel:
    """One tenant in, its model out. `redact` must be what ingest and queries use, or None."""
    replies = [
        PastReply(meta.source_id, meta.turn, meta.id, meta.label)
        for meta in store.sources.meta("interaction")
        if meta.turn is not None and meta.resolved is not False and meta.visibility == "public"
    ]
    chosen = _chosen(store, replies, {v.source_id for v in verdicts})
    interactions = store.sources.interactions(chosen)
    ids = {(r.source_id, r.turn): r.chunk_id for r in replies}
    examples = examples_of(map(redact, interactions) if redact else interactions, ids)
    examples, vectors = _with_vectors(store, embedder, _as_stored(store, examples))
    stored = n_embedded(store, embedder)
    return ReplyModel.fit(examples, embedder, vectors=vectors, verdicts=verdicts, n_stored=stored)


def _chosen(store: TenantStore, replies: Sequence[PastReply], judged: set[str]) -> list[str]:
    """The conversations to learn from, oldest first; where agents gave a verdict always."""
    by_time = store.sources.by_time("interaction")
    if len(replies) <= AT_LEAST:
        return by_time
    if mostly_labelled(replies):
        n = enough(((r.source_id, r.label) for r in replies if r.label), by_label=True)
        return sample(replies, by_time, n, also=judged)
    latest = set(sample(replies, by_time, AT_LEAST))
    known = {r.chunk_id: r.source_id for r in replies if r.source_id in latest}
    rows = store.sources.chunks(list(known))
    texts = {i: row.chunk.text for i, row in rows.items()}
    mask = capitals_are_values(list(texts.values()))
    names = ((known[i], template(text, mask_capitals=mask)) for i, text in texts.items())
    return sample(replies, by_time, enough(names, by_label=False), also=judged)


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
    for ids, block in store.sources.vectors("interaction", embedder.name, list(place)):
        if ids:
            rows = [place[chunk] for chunk in ids]
            vectors[rows] = block
            has[rows] = True
    return [e for e, known in zip(examples, has, strict=True) if known], vectors[has]
