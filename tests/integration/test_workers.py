"""Workers: other processes work suggestions out as the server would, and lose nobody's answer."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from copilot import workers
from copilot.bootstrap import Copilot, build
from copilot.compute import Compute
from copilot.config import Settings
from copilot.db import TenantStore
from copilot.domain import Conversation, Document, Turn
from copilot.errors import NotFound
from copilot.suggester import suggester
from copilot.suggester.made import Made
from copilot.workers import ProcessWorkers
from ingest.pipeline import Pipeline

LAMP = Document("lamp", "Reset the blue lamp", "Hold the button of the blue lamp to reset it.")
ASKED = Conversation((Turn("customer", "How do I reset the blue lamp?"),), "c1", "chat", "C1")


@asynccontextmanager
async def served(home: Path) -> AsyncIterator[tuple[Copilot, ProcessWorkers]]:
    """A copilot with one worker that answers; what the server does itself is left to it."""
    settings, compute = Settings(home=home, model=""), Compute()
    beside = ProcessWorkers(settings, 1, compute)
    built = build(settings, compute=compute, workers=beside)
    learn(built.store(), built, LAMP)
    beside.start()
    await until(lambda: len(beside.running) == 1)
    try:
        yield built, beside
    finally:
        await beside.stop()
        await built.aclose()


def learn(store: TenantStore, built: Copilot, *articles: Document) -> None:
    Pipeline(store, built.embedder).ingest(list(articles), origin="o")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not holds():  # noqa: ASYNC110 - of another process and of plain values
            await asyncio.sleep(0.05)


@asynccontextmanager
async def busy(beside: ProcessWorkers) -> AsyncIterator[None]:
    """The server's own place is taken, so that what is asked now is the worker's."""
    taken, free = threading.Event(), threading.Event()

    def hold() -> Made:
        taken.set()
        free.wait(120)
        raise InterruptedError

    holding = asyncio.create_task(beside.run("default", (ASKED, 0, "auto"), hold))
    await until(taken.is_set)
    try:
        yield
    finally:
        free.set()
        with pytest.raises(InterruptedError):
            await holding


def not_here() -> Made:
    raise AssertionError("the server worked it out itself")


async def test_a_worker_suggests_what_the_server_would_and_the_server_stores_it(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as (built, beside):
        store = built.store()
        ours = built.suggester.work_out(store, ASKED, 0, "auto").suggestion
        async with busy(beside):
            theirs = await built.suggester.suggest(store, ASKED)
            at_work = asyncio.create_task(beside.run(store.tenant, (ASKED, 0, "auto"), not_here))
            await asyncio.sleep(0)  # it is asked now, and what it does takes a core
            await asyncio.sleep(0)
            assert not built.compute.is_alone()
            made = await at_work
        assert (theirs.text, theirs.citations) == (ours.text, ours.citations)
        assert store.journal.suggestion(theirs.id)["trace"]["text"] == theirs.text
        with pytest.raises(NotFound):  # a worker by itself stores nothing
            store.journal.suggestion(made.suggestion.id)


async def test_a_worker_knows_what_was_ingested_a_moment_ago_and_only_the_tenants(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as (built, beside):
        other = built.store("other")
        async with busy(beside):
            before = await built.suggester.suggest(other, ASKED)
            learn(other, built, Document("other-lamp", LAMP.title, "Pull the plug of the lamp."))
            after = await built.suggester.suggest(other, ASKED)
        assert before.citations == ()
        assert {c.source_id for c in after.citations} == {"other-lamp"}


async def test_a_killed_worker_costs_no_answer_and_is_started_anew(tmp_path: Path) -> None:
    async with served(tmp_path) as (built, beside):
        [first] = beside.running
        async with busy(beside):
            os.kill(first, signal.SIGSTOP)  # it has the question and cannot answer
            waiting = asyncio.create_task(built.suggester.suggest(built.store(), ASKED))
            await asyncio.sleep(0.2)
            os.kill(first, signal.SIGKILL)
            suggestion = await waiting
        assert {c.source_id for c in suggestion.citations} == {"lamp"}
        await until(lambda: beside.running not in ([], [first]))
        async with busy(beside):
            await beside.run("default", (ASKED, 0, "auto"), not_here)


async def test_a_fault_in_a_worker_is_the_servers_to_name(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, beside), busy(beside):
        with pytest.raises(AssertionError, match="itself"):
            await beside.run("nobody's", (ASKED, 0, "auto"), not_here)
        await beside.run("default", (ASKED, 0, "auto"), not_here)  # and it goes on


async def test_a_question_that_cannot_be_sent_shifts_nobodys_answer(tmp_path: Path) -> None:
    other = Conversation((Turn("customer", "Is anybody there?"),), "c2", "chat", "C2")
    unsent: Any = (ASKED, 0, lambda: None)  # of no type that can be packed
    async with served(tmp_path) as (_, beside), busy(beside):
        with pytest.raises((pickle.PicklingError, AttributeError)):
            await beside.run("default", unsent, not_here)
        both = [beside.run("default", (asked, 0, "auto"), not_here) for asked in (other, ASKED)]
        async with asyncio.timeout(60):
            made = await asyncio.gather(*both)
        theirs, ours = (one.note.trace["customer_id"] for one in made)
    assert (theirs, ours) == ("C2", "C1")


async def test_a_worker_that_cannot_be_started_is_tried_again_with_growing_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def refused() -> None:
        raise OSError

    async def noted(pause: float) -> None:
        pauses.append(pause)
        if len(pauses) == 8:
            raise asyncio.CancelledError

    beside = ProcessWorkers(Settings(home=tmp_path, model=""), 1, Compute())
    monkeypatch.setattr(beside, "_started", refused)
    monkeypatch.setattr(workers.asyncio, "sleep", noted)
    beside.start()
    await asyncio.gather(*beside._tasks, return_exceptions=True)
    assert pauses == sorted(pauses)
    assert pauses[-1] == workers.LONGEST_PAUSE_S


async def test_a_large_tenant_stays_in_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(tmp_path) as (built, beside):
        built.retriever.warm(built.store())
        monkeypatch.setattr(beside, "run", not_here)
        monkeypatch.setattr(suggester, "SHARED_BELOW", 0)
        suggestion = await built.suggester.suggest(built.store(), ASKED)
        assert {c.source_id for c in suggestion.citations} == {"lamp"}


async def test_workers_end_with_the_server(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, beside):
        [worker] = beside.running
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_one_core_has_no_worker_and_many_have_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    for found, advised in ((1, 0), (2, 1), (64, workers.MOST)):
        monkeypatch.setattr(workers, "cores", lambda found=found: found)
        assert workers.advised() == advised
