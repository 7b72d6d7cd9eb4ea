"""Keeps the ledgers of customers up to date after an ingest: what is owed, asked, contradicted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from copilot.db import TenantStore, now
from copilot.domain import Conversation, Hit
from copilot.needs import NeedEngine
from copilot.needs.engine import loop_out, promise_out
from copilot.needs.scene import Scene
from copilot.retriever import Retriever
from copilot.story import Story, story_of
from copilot.suggester.casefile import case_of
from copilot.suggester.catalogue import Catalogue
from copilot.suggester.rows import ledger_rows

FACTS_PER_PROMISE = 3


@dataclass(frozen=True, slots=True)
class LedgerBook:
    """Computes promises and open loops over whole timelines and writes them."""

    engine: NeedEngine
    retriever: Retriever
    catalogue: Catalogue

    def refresh(self, store: TenantStore, customer_ids: Iterable[str]) -> int:
        """Writes the ledgers of customers anew; returns how many entries there are."""
        written = 0
        done: set[str] = set()
        for customer_id in sorted(set(customer_ids)):
            story = story_of(store, customer_id)
            main = story.ids[0]
            if main in done:
                continue
            done.add(main)
            rows = self._rows(store, story, main)
            for alias in story.ids[1:]:
                store.ledgers.replace_entries(alias, [], [])
            store.ledgers.replace_entries(main, [c.source_id for c in story.contacts], rows)
            written += len(rows)
        return written

    def _rows(self, store: TenantStore, story: Story, main: str) -> list[dict[str, Any]]:
        """Promises are found first; the facts they may contradict are looked up by their words."""
        scene = self.scene(store, story, main, ())
        if scene.promises:
            facts = self.facts(store, [promise.quote for promise in scene.promises])
            scene = self.scene(store, story, main, facts)
        promises = [promise_out(promise) for promise in scene.promises]
        loops = [loop_out(loop) for loop in scene.loops]
        return ledger_rows(promises, loops, main, {})

    def scene(
        self,
        store: TenantStore,
        story: Story,
        main: str,
        knowledge: Sequence[Hit],
        *,
        as_of: datetime | None = None,
    ) -> Scene:
        """The ledgers of a story at a moment (now), held against catalogue and knowledge."""
        case = case_of(
            Conversation((), id=f"ledger:{main}", customer_id=main),
            story,
            catalogue=self.catalogue.of(store).products,
            knowledge=knowledge,
            as_of=as_of or now(),
        )
        return Scene.of(case, self.engine.policy)

    def facts(self, store: TenantStore, quotes: Sequence[str]) -> tuple[Hit, ...]:
        """Passages that speak to what was promised."""
        found: dict[str, Hit] = {}
        for quote in quotes:
            hits = self.retriever.search(store, quote, k=FACTS_PER_PROMISE, kinds=("document",))
            for hit in hits:
                found.setdefault(hit.chunk.id, replace(hit, rank=len(found) + 1))
        return tuple(found.values())
