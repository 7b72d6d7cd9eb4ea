"""Finds articles, solved cases and next replies for a conversation, within one tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from copilot.db import StoredChunk, TenantStore, now
from copilot.domain import Alternative, Conversation, Hit, SourceKind
from copilot.embedder import Embedder
from copilot.indexer import Indexer

DOCUMENTS = 8
REPLIES = 4
POOL = 60


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a conversation: the open question and the passages that speak to it."""

    question: Mapping[str, float]
    documents: tuple[Hit, ...]
    replies: tuple[Hit, ...]
    vector: np.ndarray


@dataclass(frozen=True, slots=True)
class Retriever:
    indexer: Indexer
    embedder: Embedder
    _models: dict[str, Any] = field(default_factory=dict)

    def warm(self, store: TenantStore) -> None:
        """Prepares what the first query would wait for."""

    def train(self, store: TenantStore) -> dict[str, Any]:
        return {"trained": False}

    def search(
        self, store: TenantStore, asked: Conversation | str, *, k: int, kinds: Sequence[SourceKind]
    ) -> list[Hit]:
        text = asked if isinstance(asked, str) else _open_question(asked)
        vector = self.embedder.embed_query(text[:4000])
        hits: list[Hit] = []
        for kind in kinds:
            hits += self._hits(store, kind, text, vector, k)
        return sorted(hits, key=lambda h: -h.score)[:k]

    def evidence(self, store: TenantStore, conversation: Conversation) -> Evidence:
        text = _open_question(conversation)
        vector = self.embedder.embed_query(text[:4000])
        documents = self._hits(store, "document", text, vector, DOCUMENTS)
        replies = self._hits(store, "interaction", text, vector, REPLIES)
        return Evidence({text: 1.0}, tuple(documents), tuple(replies), vector)

    def next_replies(
        self, store: TenantStore, conversation: Conversation, evidence: Evidence, n: int
    ) -> tuple[Alternative, ...]:
        hits = self._hits(store, "interaction", "", evidence.vector, n) if n else []
        return tuple(
            Alternative(h.chunk.text, "interaction", h.chunk.source_id, h.chunk.turn) for h in hits
        )

    def _hits(
        self, store: TenantStore, kind: SourceKind, text: str, vector: np.ndarray, k: int
    ) -> list[Hit]:
        key = self.indexer.sync(store, kind)
        near = self.indexer.vectors.query(key, vector, POOL)
        rows = store.sources.chunks([i for i, _ in near])
        found: list[Hit] = []
        seen: set[str] = set()
        for chunk_id, score in near:
            row = rows.get(chunk_id)
            if row is None or row.chunk.source_id in seen or not _usable(row):
                continue
            seen.add(row.chunk.source_id)
            found.append(
                Hit(
                    row.chunk,
                    row.title,
                    len(found) + 1,
                    score,
                    row.url,
                    row.visibility,
                    row.resolved,
                    row.at,
                )  # type: ignore[arg-type]
            )
            if len(found) == k:
                break
        return found


def _usable(row: StoredChunk) -> bool:
    today = now().date()
    if row.valid_to and row.valid_to < today:
        return False
    if row.valid_from and row.valid_from > today:
        return False
    return row.chunk.kind == "document" or row.resolved is not False


def _open_question(conversation: Conversation) -> str:
    turns = [t.text for t in conversation.turns if t.speaker == "customer"]
    return "\n".join(turns[-3:])
