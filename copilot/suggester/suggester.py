"""One conversation in, one Suggestion out: the story of the product."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from copilot import extractive
from copilot.compute import Compute
from copilot.db import Kept, TenantStore
from copilot.domain import (
    Conversation,
    Draft,
    GeneratorInfo,
    Hit,
    Segment,
    Suggestion,
    Usage,
)
from copilot.errors import ModelError
from copilot.guardrails.audience import for_staff
from copilot.guardrails.bounded import bounded_turns
from copilot.guardrails.clean import clean
from copilot.guardrails.links import strip_links
from copilot.needs import Assessment, NeedEngine
from copilot.retriever import Retriever
from copilot.retriever.passages import widened
from copilot.story import Stories, Story, first_name, stranger
from copilot.suggester.casefile import case_of, moment_of
from copilot.suggester.catalogue import Catalogue, assessed
from copilot.suggester.checks import Allowed, check, screen
from copilot.suggester.clock import Clock, since_ms
from copilot.suggester.colleagues import past_replies, unsold
from copilot.suggester.commitments import owed
from copilot.suggester.drafting import Drafted, Drafter
from copilot.suggester.held import HeldBack
from copilot.suggester.keeper import Note, note_of
from copilot.suggester.ledgerbook import contradicting, disputed, passages
from copilot.suggester.made import Asked, Generator, Made, Workers
from copilot.suggester.nearest import READ_ON, nearest
from copilot.suggester.onfile import record_of
from copilot.suggester.prepared import Prepared
from copilot.suggester.readout import read_out
from copilot.suggester.recent import Recent
from copilot.suggester.rewriting import Queries, Rewriter
from copilot.suggester.rhythms import agreeing, disputes, gaps

SHARED_BELOW = 50_000  # vectors of a tenant that every worker may hold as well: 90 MB at most


@dataclass(frozen=True, slots=True)
class Suggester:
    """Suggests the next reply; the model proposes, plain code checks, the agent decides."""

    retriever: Retriever
    engine: NeedEngine
    catalogue: Catalogue
    drafter: Drafter | None
    held: HeldBack
    clock: Callable[[], datetime]
    keep: Callable[[TenantStore, Note], Future[None]]  # done when it is on disk
    compute: Compute = field(default_factory=Compute)
    stories: Stories = field(default_factory=Stories)
    # What speaks against our words by those words, and passages by the rule that was looked up.
    facts: Kept[tuple[Hit, ...]] = field(default_factory=Kept)
    recent: Recent = field(default_factory=Recent)
    rewriter: Rewriter | None = None
    workers: Workers | None = None  # other processes that compute, where there are any

    async def suggest(
        self,
        store: TenantStore,
        conversation: Conversation,
        *,
        alternatives: int = 0,
        generator: Generator = "auto",
    ) -> Suggestion:
        """The suggestion for a conversation. Raises StoreError; a model fault never raises."""
        drafter = self._drafter(generator)
        if drafter is None:
            # A caller that goes away leaves it to end by itself.
            return await asyncio.shield(
                self._unwritten(store, conversation, alternatives, generator)
            )
        prepared, drafter = await self._rewritten(store, conversation, alternatives, drafter)
        (drafted, info), assessment = await asyncio.gather(
            self._draft(prepared, drafter),
            self._read_needs(prepared, drafter),
        )
        prepared = replace(prepared, assessment=assessment)
        made = await self.compute.run(self._finish, prepared, drafted, info)
        return await self._stored(store, made)

    async def stream(
        self,
        store: TenantStore,
        conversation: Conversation,
        *,
        alternatives: int = 0,
        generator: Generator = "auto",
    ) -> AsyncIterator[Prepared | Segment | Suggestion]:
        """Sources first, then the text as it is written, then the checked suggestion."""
        drafter = self._drafter(generator)
        if drafter is None:
            prepared = await self.compute.run(self.prepare, store, conversation, alternatives)
        else:
            prepared, drafter = await self._rewritten(store, conversation, alternatives, drafter)
        yield prepared
        # Needs are read beside the text, not after it; without a model they are read already.
        reading = asyncio.ensure_future(self._read_needs(prepared, drafter))
        try:
            async for piece in self._stream_draft(store, prepared, drafter, generator, reading):
                yield piece
        finally:
            reading.cancel()

    async def _stream_draft(
        self,
        store: TenantStore,
        prepared: Prepared,
        drafter: Drafter | None,
        generator: Generator,
        reading: asyncio.Future[Assessment],
    ) -> AsyncIterator[Segment | Suggestion]:
        drafted: Drafted | Draft | None = None
        info = GeneratorInfo("extractive")
        if drafter is not None:
            try:
                async for piece in drafter.stream(
                    prepared.conversation, prepared.hits, prepared.story, today=_day(prepared)
                ):
                    if isinstance(piece, Drafted):
                        drafted, info = piece, GeneratorInfo("llm", drafter.chat.name)
                    elif shown := screen(piece, prepared.hits, prepared.allowed).segment:
                        yield shown
            except ModelError as error:
                info = GeneratorInfo("fallback", reason=error.reason)
        elif generator == "llm":
            info = GeneratorInfo("fallback", reason="no model is configured")
        if drafted is None:
            drafted = await self.compute.run(self._extract, prepared)
        prepared = replace(prepared, assessment=await reading)
        made = await self.compute.run(self._finish, prepared, drafted, info)
        suggestion = await self._stored(store, made)
        if info.kind != "llm":
            for segment in suggestion.segments:
                yield segment
        yield suggestion

    async def _rewritten(
        self, store: TenantStore, conversation: Conversation, alternatives: int, drafter: Drafter
    ) -> tuple[Prepared, Drafter]:
        """What is known, a model having said what to look up; and who drafts in the time left."""
        if self.rewriter is None:
            return await self.compute.run(self.prepare, store, conversation, alternatives), drafter
        catalogue = await self.compute.run(self.catalogue.of, store)
        asked = await self.rewriter.rewrite(
            _cleaned(conversation), catalogue.names, deadline_s=drafter.deadline_s
        )
        prepared = await self.compute.run(
            self.prepare, store, conversation, alternatives, asked.queries
        )
        prepared.timings["rewrite"] = round(asked.took_s * 1000, 2)
        return replace(prepared, rewritten=asked), drafter.after(asked.took_s)

    def prepare(
        self,
        store: TenantStore,
        conversation: Conversation,
        alternatives: int = 0,
        asked: Queries = (),
    ) -> Prepared:
        """Retrieval, story and assessment: all that needs no model."""
        with store.snapshot():
            return self._prepare(store, conversation, alternatives, asked)

    def _prepare(
        self, store: TenantStore, conversation: Conversation, alternatives: int, asked: Queries = ()
    ) -> Prepared:
        clock = Clock()
        said = _cleaned(conversation)
        library = self.retriever.libraries.of(store)
        catalogue = self.catalogue.of(store)
        story = self.stories.of(store, said.customer_id)
        clock.mark("story")
        spelled, noted = read_out(said, library.spelling, catalogue.sold, story)
        evidence = self.retriever.evidence(store, spelled.conversation, (*asked, *noted))
        whole = (*widened(store, library, evidence.documents), *evidence.replies)
        told = spelled.by_customer
        doubted = disputes(catalogue.sold, whole)
        catalogue = agreeing(catalogue, doubted)
        products = extractive.facts_named(catalogue.facts, told)
        clock.mark("retrieve")
        as_of = moment_of(said, self.clock())
        wrong = disputed(story)
        facts = self.facts.of(store, wrong, lambda: self._denying(store, story, wrong))
        knowledge = (*evidence.documents, *facts)
        case = case_of(
            said,
            story,
            catalogue=catalogue.products,
            knowledge=knowledge,
            as_of=as_of,
            tightened=self.held.of(store),
        )
        assessment = self.engine.assess(case)
        clock.mark("assess")

        day, look_up = as_of.date(), self._look_up(store)
        record = record_of(assessment, story, catalogue, told, products, day, look_up, noted)
        named = _named(said, catalogue.names)
        others = past_replies(
            self.retriever, store, said, alternatives, story, assessment, catalogue, named,
            (*whole, *products),
        )  # fmt: skip
        clock.mark("alternatives")
        return Prepared(
            conversation=said,
            spelled=spelled,
            evidence=evidence,
            whole=(*whole, *products, *record.hits),
            products=products,
            record=record,
            story=story,
            case=case,
            assessment=assessment,
            owed=tuple(owed(assessment, story.contacts, knowledge, conversation=said, as_of=as_of)),
            allowed=Allowed(catalogue.names, named),
            alternatives=others,
            as_of=as_of,
            timings=clock.marks,
            look=partial(self.retriever.search, store, k=READ_ON, kinds=("document",)),
            unclear=gaps(doubted, products),
        )

    def _denying(
        self, store: TenantStore, story: Story, wrong: Sequence[tuple[str, str]]
    ) -> tuple[Hit, ...]:
        """The facts that what we said contradicts: those on file, and what else speaks to it."""
        known = contradicting(self.retriever, store, story)
        have = {hit.chunk.id for hit in known}
        near = passages(self.retriever, store, [quote for quote, _ in wrong])
        return (*known, *(hit for hit in near if hit.chunk.id not in have))

    def _look_up(self, store: TenantStore) -> Callable[[tuple[str, ...]], tuple[Hit, ...]]:
        """Finds passages of articles; the queries are few, so each is kept until data change."""

        def found(wanted: tuple[str, ...]) -> tuple[Hit, ...]:
            hits = [h for h in passages(self.retriever, store, wanted) if h.visibility == "public"]
            return widened(store, self.retriever.libraries.of(store), hits)

        return lambda wanted: self.facts.of(store, ("rules", wanted), lambda: found(wanted))

    async def _unwritten(self, store: TenantStore, *asked: *Asked) -> Suggestion:
        """Without a model: here, or in another process that is free and may hold the tenant."""
        if self.workers is None or self.retriever.indexer.size(store) > SHARED_BELOW:
            made = await self.compute.run(self.work_out, store, *asked)
        else:
            made = await self.workers.run(store.tenant, asked, lambda: self.work_out(store, *asked))
        return await self._stored(store, made)

    def work_out(
        self,
        store: TenantStore,
        conversation: Conversation,
        alternatives: int,
        generator: Generator,
    ) -> Made:
        """The suggestion without a model, and what it leaves to be stored."""
        with store.snapshot():
            key = (store.tenant, store.sources.seq(), conversation, alternatives, generator)
            if (known := self.recent.get(key)) is not None:
                return known.again()
            prepared = self._prepare(store, conversation, alternatives)
        info = GeneratorInfo("extractive")
        if generator == "llm":
            info = GeneratorInfo("fallback", reason="no model is configured")
        made = self._finish(prepared, self._extract(prepared), info)
        self.recent.put(key, made)
        return made

    async def _draft(
        self, prepared: Prepared, drafter: Drafter
    ) -> tuple[Drafted | Draft, GeneratorInfo]:
        started = time.perf_counter()
        try:
            drafted = await drafter.draft(
                prepared.conversation, prepared.hits, prepared.story, today=_day(prepared)
            )
            info = GeneratorInfo("llm", drafter.chat.name)
        except ModelError as error:
            draft = await self.compute.run(self._extract, prepared)
            return draft, GeneratorInfo("fallback", reason=error.reason)
        finally:
            prepared.timings["draft"] = since_ms(started)
        return drafted, info

    async def _read_needs(self, prepared: Prepared, drafter: Drafter | None) -> Assessment:
        if drafter is None:
            return prepared.assessment
        try:
            async with asyncio.timeout(drafter.deadline_s):
                return await self.engine.assess_with_model(prepared.case)
        except TimeoutError:
            return prepared.assessment  # by rules and labelled so: no reply waits for needs

    def _extract(self, prepared: Prepared) -> Draft:
        started = time.perf_counter()
        draft = extractive.compose(
            prepared.spelled.conversation.turns,
            prepared.hits,
            whole=prepared.whole[: len(prepared.hits)],
            customer_name=first_name(prepared.story),
            channel=prepared.conversation.channel,
            owned=prepared.owned,
            facts=prepared.products,
            tenure=extractive.Tenure.of(
                [e for c in prepared.story.records for e in c.entitlements],
                prepared.as_of.date(),
            ),
            products=prepared.allowed.product_names,
            record=prepared.record,
        )
        prepared.timings.setdefault("draft", since_ms(started))
        return draft

    def _finish(self, prepared: Prepared, drafted: Drafted | Draft, info: GeneratorInfo) -> Made:
        started = time.perf_counter()
        draft = drafted.draft if isinstance(drafted, Drafted) else drafted
        checked = check(
            draft,
            prepared.hits if info.kind == "llm" else prepared.whole,
            prepared.owed,
            prepared.conversation,
            prepared.story,
            prepared.allowed if info.kind == "llm" else prepared.allowed.quoted(draft),
            prepared.as_of.date(),
        )
        usage = drafted.usage if isinstance(drafted, Drafted) else Usage()
        prepared.timings["check"] = since_ms(started)
        prepared.timings["total"] = round(sum(prepared.timings.values()), 2)
        suggestion = Suggestion(
            id=uuid.uuid4().hex,
            generator=info,
            segments=checked.segments,
            abstained=draft.abstained or not checked.segments,
            missing=tuple(
                strip_links(clean(prepared.spelled.quoted(gap)))
                for gap in extractive.danger_first(prepared.todo, prepared.unclear, draft.missing)
            ),
            alternatives=unsold(
                prepared.alternatives, prepared.assessment, prepared.story, prepared.allowed
            ),
            citations=checked.citations,
            assessment=assessed(prepared.assessment, prepared.case.catalogue),
            usage=prepared.rewritten.spent(usage),
            timings_ms=prepared.timings,
            warnings=(*checked.warnings, *for_staff(c.title for c in checked.citations)),
            nearest=nearest(prepared, draft, {c.source_id for c in checked.citations}),
            stranger=stranger(prepared.story, prepared.conversation.customer_id),
        )
        prompt = drafted.prompt if isinstance(drafted, Drafted) else None
        return Made(suggestion, note_of(suggestion, prepared, prompt))

    async def _stored(self, store: TenantStore, made: Made) -> Suggestion:
        """The suggestion once its trace is on disk: no thread waits for it, but its caller does.

        Raises StoreError.
        """
        await asyncio.wrap_future(self.keep(store, made.note))
        return made.suggestion

    def _drafter(self, generator: Generator) -> Drafter | None:
        return None if generator == "extractive" else self.drafter


def _day(prepared: Prepared) -> str:
    return prepared.as_of.date().isoformat()


def _cleaned(conversation: Conversation) -> Conversation:
    texts = bounded_turns([clean(turn.text) for turn in conversation.turns])
    turns = (replace(t, text=text) for t, text in zip(conversation.turns, texts, strict=True))
    return replace(conversation, turns=tuple(turns))


def _named(conversation: Conversation, names: tuple[str, ...]) -> tuple[str, ...]:
    said = " ".join(t.text.lower() for t in conversation.turns if t.speaker == "customer")
    return tuple(name for name in names if name.lower() in said)
