"""Keeps each tenant's library up to date: only what changed is read again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from threading import Lock

from copilot.db import TenantStore
from copilot.domain import Document
from copilot.retriever.facts import Facts, facts_of
from copilot.retriever.library import Library

MANY = 200  # more changed articles than this are read in one pass over all


@dataclass(frozen=True, slots=True)
class _Kept:
    seq: int
    library: Library
    facts: dict[str, tuple[str, Facts]]  # source id -> (fingerprint, facts)


@dataclass(slots=True)
class Libraries:
    """The libraries of all tenants; safe to ask from many threads."""

    _kept: dict[str, _Kept] = field(default_factory=dict)
    _locks: dict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))

    def of(self, store: TenantStore) -> Library:
        """The library as of the last commit.

        While one thread reads changes in, the others are served the last state: a deleted
        article has no passages left in the tables, so it cannot be shown either way.
        """
        seq = store.sources.seq()
        kept = self._kept.get(store.tenant)
        if kept is not None and kept.seq >= seq:
            return kept.library
        lock = self._locks[store.tenant]
        if not lock.acquire(blocking=kept is None):
            return kept.library if kept else self.of(store)
        try:
            kept = self._kept.get(store.tenant)
            if kept is None or kept.seq < seq:
                kept = _refreshed(store, kept, seq)
                self._kept[store.tenant] = kept
        finally:
            lock.release()
        return kept.library

    def forget(self, tenant: str) -> None:
        """Drops what is held of a tenant."""
        self._kept.pop(tenant, None)


def _refreshed(store: TenantStore, kept: _Kept | None, seq: int) -> _Kept:
    if kept is not None and not store.sources.changes("document", kept.seq):
        return _Kept(seq, kept.library, kept.facts)
    passages: dict[str, list[int]] = defaultdict(list)
    for meta in store.sources.meta("document"):
        passages[meta.source_id].append(meta.id)
    facts = _facts(store, list(passages), kept.facts if kept else {})
    library = Library.build((fact for _, fact in facts.values()), passages)
    return _Kept(seq, library, facts)


def _facts(
    store: TenantStore, ids: list[str], known: dict[str, tuple[str, Facts]]
) -> dict[str, tuple[str, Facts]]:
    prints = {key: found for key, (found, _) in store.sources.fingerprints("document", ids).items()}
    facts = {
        key: known[key] for key, found in prints.items() if key in known and known[key][0] == found
    }
    missing = [key for key in prints if key not in facts]
    if len(missing) > MANY:
        wanted = set(missing)
        items = (item for item in store.sources.iterate("document") if item.source_id in wanted)
    else:
        items = (store.sources.get("document", key) for key in missing)
    for item in items:
        if isinstance(item, Document):
            facts[item.source_id] = (prints[item.source_id], facts_of(item))
    return facts
