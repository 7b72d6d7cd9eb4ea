"""Keeps the ledgers of customers up to date after an ingest: what is owed, asked, contradicted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any

from copilot.db import TenantStore, now
from copilot.domain import Conversation, Hit
from copilot.ledger import claims
from copilot.ledger.language import plain, stems
from copilot.ledger.patterns import pattern
from copilot.needs import NeedEngine
from copilot.needs.engine import loop_out, promise_out
from copilot.needs.scene import Scene
from copilot.retriever import Retriever
from copilot.retriever.cases import hit_of
from copilot.story import Story, story_of
from copilot.suggester.casefile import case_of
from copilot.suggester.catalogue import Catalogue
from copilot.suggester.rows import ledger_rows

FACTS_PER_QUOTE = 3
TOGETHER = 32  # ledgers written in one transaction
WAITS_S = 0.5  # the longest that one may wait: what is read meanwhile is older than the sources
MAX_RESTATED = 100  # promises at a time; the rest with the next look at the queue
MAX_LOOKUPS = 60  # the latest; a search for each
NAMED_PASSAGES = 2  # of a text that contradicts what we said: those nearest to the words
# What is said of terms shares no word with the article that denies it.
_TERMS = {
    "conflict_unbound": "minimum term, notice and the charge for leaving early",
    "conflict_moves": "changing to another plan, going down, and when that is possible",
    "conflict_steady": "how long the price is fixed and when it may rise",
}


@dataclass(frozen=True, slots=True)
class _Entries:
    """The ledger of a customer, worked out and not yet written."""

    story: Story
    rows: list[dict[str, Any]]


def _write(store: TenantStore, ledgers: Sequence[_Entries]) -> None:
    """Several ledgers in one transaction: each has to reach the disk, and waits for it."""
    if not ledgers:
        return
    with store.writing():
        for ledger in ledgers:
            main, *aliases = ledger.story.ids
            for alias in aliases:
                store.ledgers.replace_entries(alias, [], [])
            contacts = [c.source_id for c in ledger.story.contacts]
            store.ledgers.replace_entries(main, contacts, ledger.rows)


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
        waiting, since = list[_Entries](), monotonic()
        for customer_id in sorted(set(customer_ids)):
            story = story_of(store, customer_id)
            main = story.ids[0]
            if main in done:
                continue
            done.add(main)
            rows = self._rows(store, story, main)
            waiting.append(_Entries(story, rows))
            written += len(rows)
            if len(waiting) >= TOGETHER or monotonic() - since >= WAITS_S:
                _write(store, waiting)
                waiting, since = [], monotonic()
        _write(store, waiting)
        return written

    def restate(self, store: TenantStore, today: str) -> int:
        """Reads promises anew whose day has gone by without a contact; returns how many.

        Time alone makes a promise overdue, or lets it be presumed kept, and no ingest tells of it.
        What was noted from a conversation that is not on file is only marked as looked at.
        """
        stale = store.ledgers.gone_by(today, MAX_RESTATED)
        for customer_id, rows in stale.items():
            story = story_of(store, customer_id)
            fresh = {row["id"]: row for row in self._rows(store, story, story.ids[0])}
            store.ledgers.restate([fresh.get(row["id"], row) for row in rows])
        return sum(map(len, stale.values()))

    def _rows(self, store: TenantStore, story: Story, main: str) -> list[dict[str, Any]]:
        scene = self.read(store, story)
        promises = [promise_out(promise) for promise in scene.promises]
        loops = [loop_out(loop) for loop in scene.loops]
        return ledger_rows(promises, loops, main, {})

    def read(self, store: TenantStore, story: Story, *, as_of: datetime | None = None) -> Scene:
        """The ledgers of a story, each promise and claim held against the facts that speak to it.

        What was said is found first; the facts it may contradict are looked up by its words.
        """
        bare = self.scene(store, story, story.ids[0], (), as_of=as_of)
        said = dict.fromkeys([*(p.quote for p in bare.promises), *claims(bare.timeline)])
        if not said:
            return bare
        facts = (
            *contradicting(self.retriever, store, story),
            *passages(self.retriever, store, list(said)[-MAX_LOOKUPS:]),
        )
        if not facts:
            return bare
        return self.scene(store, story, story.ids[0], facts, as_of=as_of)

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


def passages(retriever: Retriever, store: TenantStore, quotes: Iterable[str]) -> tuple[Hit, ...]:
    """Passages that speak to what was promised or claimed."""
    asked = dict.fromkeys(query for quote in quotes for query in _queries(quote))
    found: dict[str, Hit] = {}
    for query in asked:
        for hit in retriever.search(store, query, k=FACTS_PER_QUOTE, kinds=("document",)):
            found.setdefault(hit.chunk.id, replace(hit, rank=len(found) + 1))
    return tuple(found.values())


def _queries(quote: str) -> list[str]:
    said = plain(quote)
    return [quote, *(query for name, query in _TERMS.items() if pattern(name).search(said))]


def contradicting(retriever: Retriever, store: TenantStore, story: Story) -> tuple[Hit, ...]:
    """The passages that the ledger on file names as contradicting what we said.

    Every later look at this customer has to know them, whatever the customer speaks of by then: the
    same words may not be overdue here and against a fact there.
    """
    library = retriever.libraries.of(store)
    wanted: dict[str, list[str]] = {}
    for row in story.promises:
        source = row["body"].get("conflict_with")
        if row["body"]["status"] == "conflict" and source in library.position:
            wanted.setdefault(source, []).append(row["body"]["quote"])
    passages = {s: library.passages[library.position[s]] for s in wanted}
    rows = store.sources.chunks([n for some in passages.values() for n in some]) if wanted else {}
    found: dict[int, Hit] = {}
    for source, quotes in wanted.items():
        for quote in quotes:
            about = stems(quote)
            near = [n for n in passages[source] if n in rows]
            near.sort(key=lambda n: -len(about & stems(rows[n].chunk.text)))
            for n in near[:NAMED_PASSAGES]:
                found.setdefault(n, hit_of(rows[n], len(found) + 1, 0.0))
    return tuple(found.values())


def disputed(story: Story) -> tuple[tuple[str, str], ...]:
    """The words on file that contradict a fact, with that fact: a draft has to know it as well."""
    bodies = [row["body"] for row in story.promises]
    return tuple(
        (body["quote"], body.get("conflict_with") or "")
        for body in bodies
        if body["status"] == "conflict"
    )
