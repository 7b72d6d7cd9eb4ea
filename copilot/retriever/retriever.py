"""Finds articles, solved cases and next replies for a conversation, within one tenant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from copilot.compute import cores
from copilot.db import Kept, StoredChunk, TenantStore, now
from copilot.domain import SOURCE_KINDS, Alternative, Chunk, Conversation, Hit, SourceKind
from copilot.embedder import Embedder
from copilot.indexer import Indexer
from copilot.retriever.cases import LazyVector, find_cases, hit_of
from copilot.retriever.document_search import LOOKED_UP, NEAREST, DocumentSearch
from copilot.retriever.keeping import Libraries
from copilot.retriever.merging import close, merged
from copilot.retriever.next_reply import situation
from copilot.retriever.query import EMPTY, QueryPlan, plan, widened
from copilot.retriever.repliers import Repliers

DOCUMENTS = 8
REPLIES = 4
CASES = 16  # most of them are another customer's case: what may be said again is rare
SPARE = 3  # learned replies beyond those asked for: some may not fit here
MIN_WORDS = 4  # of a past reply that says something by itself
NEAR = 0.35  # cosine below which a past case is about something else


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a conversation: the passages that speak to it."""

    documents: tuple[Hit, ...]
    replies: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class PastReply:
    """A reply that was given before, as far as it takes to judge whether it fits here."""

    alternative: Alternative
    is_habit: bool  # learned as the step that comes now: it need not echo the customer's words
    answered: str = ""  # what the customer had said just before it
    likeness: float = 1.0  # cosine of its situation and this one
    is_saved: bool = False  # labelled by the company: a reply that is there to be used again


Offered = Callable[[PastReply], Alternative | None]


@dataclass(frozen=True, slots=True)
class Retriever:
    """All of retrieval for the doors and the suggester; safe in many threads."""

    indexer: Indexer
    embedder: Embedder
    repliers: Repliers
    libraries: Libraries = field(default_factory=Libraries)
    _newest: Kept[datetime | None] = field(default_factory=Kept)
    _asked: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(cores(), "query"))

    def warm(self, store: TenantStore) -> None:
        """Prepares what the first query would wait for."""
        self.libraries.of(store)
        for kind in SOURCE_KINDS:
            store.fulltext.warm(kind)
        self.repliers.model(store)
        self.search(store, "Is anybody there?", k=1, kinds=("document", "interaction"))

    def train(self, store: TenantStore) -> dict[str, Any]:
        """Learns next replies from the tenant's interactions and feedback."""
        return self.repliers.train(store)

    def search(
        self,
        store: TenantStore,
        asked: Conversation | str,
        *,
        k: int,
        kinds: Sequence[SourceKind],
    ) -> list[Hit]:
        """The k best sources of the given kinds, one hit each, best first."""
        with store.snapshot():
            planned = plan(asked, acronyms=self.libraries.of(store).acronyms)
            if planned.is_empty:
                return []
            found: list[list[Hit]] = []
            vectors = self._embedded(planned) if "document" in kinds else []
            if "interaction" in kinds and self._has_cases(store):
                text = asked if isinstance(asked, str) else situation(asked.turns)
                found.append(self._cases(store, self._embedded_of(text), planned, k, said=text))
            if "document" in kinds:
                found.insert(0, self._documents(store, planned, vectors, k))
            if isinstance(asked, str) and not self._holds_any(store, planned, kinds, found):
                found = [close(hits) for hits in found]
        return merged(found, k, planned.terms, planned.codes)

    def _has_cases(self, store: TenantStore) -> bool:
        """Whether there is anything to embed a situation for."""
        return self.indexer.vectors.count(self.indexer.sync(store, "interaction")) > 0

    def _holds_any(
        self,
        store: TenantStore,
        planned: QueryPlan,
        kinds: Sequence[SourceKind],
        found: Sequence[Sequence[Hit]],
    ) -> bool:
        """Whether a word of a query stands in a source; else only what is near means anything."""
        if any(close(hits[:1]) for hits in found):
            return True
        return any(store.fulltext.search(planned.terms, kind, 1) for kind in kinds)

    def evidence(
        self, store: TenantStore, conversation: Conversation, queries: Sequence[str] = ()
    ) -> Evidence:
        """What a reply may rest on: current articles and cases that were solved.

        `queries` are looked up beside what the conversation says by itself.
        """
        planned = plan(conversation, acronyms=self.libraries.of(store).acronyms)
        planned = widened(planned, queries)
        if planned.is_empty:
            return Evidence((), ())
        vectors = self._embedded(planned)
        # The plan's text is embedded for the articles anyway: a text of its own for the cases
        # would cost more than all the rest of retrieval.
        said = " ".join(planned.texts)
        cases = self._cases(store, vectors[0], planned, REPLIES, said=said, only_answers=True)
        return Evidence(
            documents=tuple(self._documents(store, planned, vectors, DOCUMENTS)),
            replies=tuple(hit for hit in cases if hit.score >= NEAR),
        )

    def _embedded(self, planned: QueryPlan) -> list[LazyVector]:
        """The vectors of a plan's texts: the further ones are made beside the first."""
        lead, *further = planned.texts
        beside = [self._asked.submit(self.embedder.embed_query, text) for text in further]
        return [self._embedded_of(lead), *(made.result for made in beside)]

    def _embedded_of(self, text: str) -> LazyVector:
        """The vector of a query, made once it is needed: a thread of its own costs more."""
        return partial(self.embedder.embed_query, text)

    def next_replies(
        self,
        store: TenantStore,
        conversation: Conversation,
        n: int,
        *,
        name: str | None = None,
        offered: Offered = lambda reply: reply.alternative,
    ) -> tuple[Alternative, ...]:
        """Up to n replies that were given where this conversation is now, as `offered` has them.

        Each past turn comes once; `offered` may say it in fewer words, or leave it out.
        """
        text = situation(conversation.turns)
        if not n or not text:
            return ()
        vector = self._embedded_of(text)
        learned = self._learned(store, conversation, vector, n + SPARE, name)
        found = [one for reply in learned if (one := offered(reply)) is not None][:n]
        if len(found) < n:  # too little was learned: the replies in the nearest situations
            cases = self._cases(store, vector, EMPTY, CASES, said=text, only_answers=True)
            near = _replies_of(cases, {reply.alternative.text for reply in learned})
            found += [one for reply in near if (one := offered(reply)) is not None]
        return tuple(found[:n])

    def near(self, one: str, other: str) -> float:
        """How near two short texts are in meaning: the cosine of their vectors."""
        vector, beside = (self.embedder.embed_query(text) for text in (one, other))
        return float(vector @ beside)

    def _learned(
        self,
        store: TenantStore,
        conversation: Conversation,
        vector: LazyVector,
        n: int,
        name: str | None,
    ) -> list[PastReply]:
        model = self.repliers.model(store)
        if model is None:
            return []
        rows: dict[int, StoredChunk] = {}

        def texts(ids: Sequence[int]) -> dict[int, str]:
            rows.update(store.sources.chunks(ids))
            return {i: row.chunk.text for i, row in rows.items()}

        candidates = model.suggest(conversation, vector(), texts, k=n, customer_name=name)
        # With few examples the neighbours vote, each a kind of its own: no habit of anybody.
        is_habit = model.softmax is not None or model.by_label
        return [
            PastReply(
                Alternative(
                    # What a habit has in every case its own value for, stays open for this one.
                    c.text if is_habit else rows[c.chunk_id].chunk.text,
                    "interaction",
                    c.source_id,
                    c.turn,
                ),
                is_habit,
                _answered(rows[c.chunk_id].chunk),
                c.likeness,
                model.by_label,
            )
            for c in candidates
        ]

    def _documents(
        self,
        store: TenantStore,
        planned: QueryPlan,
        vectors: Sequence[LazyVector],
        k: int,
    ) -> list[Hit]:
        key = self.indexer.sync(store, "document")
        if not self.indexer.vectors.count(key):
            return []
        lexical = store.fulltext.search(planned.terms, "document", LOOKED_UP)
        found = np.stack([vector() for vector in vectors])
        dense = self.indexer.vectors.query_many(key, found, NEAREST)
        search = DocumentSearch(self.libraries.of(store))
        ranked = search.rank(planned, dense, lexical, k=k, on=now().date())
        cosine = dict(dense[0])
        rows = store.sources.chunks([article.chunk for article in ranked])
        present = [article for article in ranked if article.chunk in rows]
        return [
            hit_of(rows[article.chunk], rank, cosine.get(article.chunk, 0.0))
            for rank, article in enumerate(present, start=1)
        ]

    def _cases(
        self,
        store: TenantStore,
        vector: LazyVector,
        planned: QueryPlan,
        k: int,
        *,
        said: str,
        only_answers: bool = False,
    ) -> list[Hit]:
        key = self.indexer.sync(store, "interaction")
        if not self.indexer.vectors.count(key):
            return []
        return find_cases(
            store,
            self.indexer.vectors,
            key,
            vector,
            planned.terms,
            k=k,
            only_answers=only_answers,
            said=said,
            newest=self._newest.of(store, "cases", lambda: store.sources.newest("interaction")),
        )


def _replies_of(cases: Sequence[Hit], said: set[str]) -> list[PastReply]:
    """The replies of the nearest cases that say something by themselves."""
    found: list[PastReply] = []
    for hit in cases:
        chunk = hit.chunk
        if hit.score >= NEAR and len(chunk.text.split()) >= MIN_WORDS and chunk.text not in said:
            said.add(chunk.text)
            other = Alternative(chunk.text, "interaction", chunk.source_id, chunk.turn)
            found.append(
                PastReply(other, is_habit=False, answered=_answered(chunk), likeness=hit.score)
            )
    return found


def _answered(chunk: Chunk) -> str:
    """What the customer had said since our word before this reply."""
    said: list[str] = []
    for line in reversed(chunk.context.splitlines()):
        speaker, _, text = line.partition(": ")
        if speaker == "customer":
            said.append(text)
        elif said:
            break
    return "\n".join(said)
