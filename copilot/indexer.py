"""Makes a vector store equal to the tables: applies the change log, or fills it anew."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from copilot.db import Change, TenantStore
from copilot.domain import SOURCE_KINDS, SourceKind
from copilot.vectorstore import NO_UPSERTS, CollectionKey, VectorStore

BLOCK = 4_096


@dataclass(slots=True)
class Indexer:
    """Keeps the collections of one embedding model up to date with what was committed."""

    vectors: VectorStore
    model: str
    _seen: dict[CollectionKey, int] = field(default_factory=dict)
    _locks: dict[CollectionKey, Lock] = field(default_factory=lambda: defaultdict(Lock))

    def key(self, store: TenantStore, kind: SourceKind) -> CollectionKey:
        """The collection of a tenant's chunks of a kind."""
        return CollectionKey(store.tenant, kind, self.model)

    def sync(self, store: TenantStore, kind: SourceKind) -> CollectionKey:
        """Brings one collection up to the last commit; a glance when nothing changed."""
        key = self.key(store, kind)
        seq = store.sources.seq()
        if self._seen.get(key, -1) >= seq:  # a view begun before the last change may be behind
            return key
        with self._locks[key]:
            if self._seen.get(key, -1) < seq:
                self._catch_up(store, kind, key, seq)
                self._seen[key] = seq
        return key

    def sync_all(self, store: TenantStore) -> None:
        """Brings every kind up to the last commit."""
        for kind in SOURCE_KINDS:
            self.sync(store, kind)

    def size(self, store: TenantStore) -> int:
        """Vectors of a tenant, as far as they were read."""
        return sum(self.vectors.count(self.key(store, kind)) for kind in SOURCE_KINDS)

    def rebuild(self, store: TenantStore) -> int:
        """Drops and fills a tenant's collections; returns the number of vectors."""
        for kind in SOURCE_KINDS:
            key = self.key(store, kind)
            with self._locks[key]:
                self.vectors.drop(key)
                self._seen.pop(key, None)
            self.sync(store, kind)
        return self.size(store)

    def _catch_up(self, store: TenantStore, kind: SourceKind, key: CollectionKey, seq: int) -> None:
        known = self.vectors.seq(key)
        if known is None or known > seq:  # never filled, or filled from another database
            self.vectors.drop(key)
            for ids, block in store.sources.vectors(kind, self.model, size=BLOCK):
                self.vectors.apply(key, (ids, block), [], seq=0)
        elif known < seq:
            self._replay(store, kind, key, known)
        self.vectors.apply(key, NO_UPSERTS, [], seq=seq)

    def _replay(self, store: TenantStore, kind: SourceKind, key: CollectionKey, after: int) -> None:
        last: dict[int, Change] = {c.chunk_id: c for c in store.sources.changes(kind, after)}
        gone = [i for i, change in last.items() if change.op == "delete"]
        came = [i for i, change in last.items() if change.op != "delete"]
        for start in range(0, len(gone), BLOCK):
            self.vectors.apply(key, NO_UPSERTS, gone[start : start + BLOCK], seq=after)
        for start in range(0, len(came), BLOCK):
            for ids, block in store.sources.vectors(kind, self.model, came[start : start + BLOCK]):
                if len(ids):
                    self.vectors.apply(key, (ids, np.asarray(block)), [], seq=after)
