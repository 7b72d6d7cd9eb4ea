"""What is kept between requests is never older than the last change, and of one tenant only."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest

from copilot.bootstrap import Copilot, build
from copilot.compute import Compute
from copilot.config import Settings
from copilot.db import Database, Prepared, TenantStore, fingerprint
from copilot.db.chunkcache import ReadChunks
from copilot.domain import Chunk, Conversation, Customer, Document, Interaction, Turn
from copilot.errors import StoreError
from copilot.story import Stories
from copilot.suggester.keeper import note_of
from tests.fakes import FakeEmbedder


def article(source_id: str, text: str) -> Prepared:
    item = Document(source_id=source_id, title="Stripes", text=text)
    chunk = Chunk(f"c-{source_id}", "document", source_id, 0, text)
    vector = np.ones((1, 4), dtype=np.float32) / 2
    return Prepared(item, [chunk], vector, "test-4d", fingerprint(item), "file:a")


def contact(source_id: str, customer: str) -> Prepared:
    item = Interaction(source_id, (Turn("customer", "Where is it?"),), customer_id=customer)
    return Prepared(item, [], np.zeros((0, 4), np.float32), "test-4d", fingerprint(item), "o")


@pytest.fixture
def store(database: Database) -> TenantStore:
    return database.create_tenant(f"t{uuid.uuid4().hex[:10]}")


def ids_of(store: TenantStore) -> list[int]:
    return [meta.id for meta in store.sources.meta("document")]


def test_a_passage_that_was_read_is_gone_with_its_article(store: TenantStore) -> None:
    store.sources.replace("document", [article("d", "zebra"), article("e", "zebra")])
    ids = ids_of(store)
    assert len(store.sources.chunks(ids)) == 2
    store.sources.remove("document", ["d"])
    assert {row.chunk.source_id for row in store.sources.chunks(ids).values()} == {"e"}


def test_two_tenants_keep_nothing_in_common(database: Database) -> None:
    one, other = (database.create_tenant(f"t{uuid.uuid4().hex[:10]}") for _ in range(2))
    one.sources.replace("document", [article("d", "zebra")])
    ids = ids_of(one)
    assert one.sources.chunks(ids) and one.sources.chunks(ids)
    assert other.sources.chunks(ids) == {}


def test_a_reader_of_an_older_state_brings_nothing_back() -> None:
    read = ReadChunks()
    older = read.as_of(1)
    newer = read.as_of(2)
    older[7] = "a row that was deleted at 2"  # type: ignore[assignment]
    assert newer == {} and read.as_of(2) == {}
    assert read.as_of(1) == {}  # and a late one is given nothing of the newer state


def test_a_story_is_told_anew_after_any_change(store: TenantStore) -> None:
    stories = Stories()
    store.records.replace([(Customer("C1", "Ana"), "f")], "crm")
    store.sources.replace("interaction", [contact("i1", "C1")])
    assert [c.source_id for c in stories.of(store, "C1").contacts] == ["i1"]
    store.sources.replace("interaction", [contact("i2", "C1")])
    assert len(stories.of(store, "C1").contacts) == 2
    store.sources.remove("interaction", ["i1", "i2"])
    assert stories.of(store, "C1").contacts == ()


def test_a_story_knows_the_ledger_as_it_is_now(store: TenantStore) -> None:
    stories = Stories()
    assert stories.of(store, "C1").promises == ()
    row = {
        "id": "p1", "kind": "promise", "customer_id": "C1", "source_id": "i1", "turn": "t1",
        "status": "open", "due": None, "body": {},
    }  # fmt: skip
    store.ledgers.replace_entries("C1", [], [row])
    assert [p["id"] for p in stories.of(store, "C1").promises] == ["p1"]


def test_a_story_of_one_tenant_is_not_told_to_another(database: Database) -> None:
    one, other = (database.create_tenant(f"t{uuid.uuid4().hex[:10]}") for _ in range(2))
    stories = Stories()
    one.sources.replace("interaction", [contact("i1", "C1")])
    assert stories.of(one, "C1").contacts
    assert stories.of(other, "C1").contacts == ()


def test_writes_within_a_write_are_kept_together_or_not_at_all(store: TenantStore) -> None:
    def half() -> None:
        with store.writing():
            store.records.replace([(Customer("C1", "Ana"), "f")], "crm")
            store.sources.replace("document", [article("d", "zebra")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert store.records.customer("C1") is None
    assert store.sources.count("document") == (0, 0)
    with store.writing():
        store.records.replace([(Customer("C1", "Ana"), "f")], "crm")
        store.sources.replace("document", [article("d", "zebra")])
    assert store.records.customer("C1") is not None
    assert store.sources.count("document") == (1, 1)


@pytest.fixture
def copilot(tmp_path: Path) -> Iterator[Copilot]:
    built = build(Settings(home=tmp_path, model=""), embedder=FakeEmbedder())  # type: ignore[arg-type]
    yield built
    built.keeper.close()
    built.database.close()


def held_back(copilot: Copilot, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The disk answers only once the event is set, so that several writes wait as one group."""
    free, journal = threading.Event(), type(copilot.store().journal)
    stored = journal.add_suggestions

    def slow(self: Any, rows: list[dict[str, Any]]) -> None:
        free.wait(20)
        if len(rows) > 1 and any(row["conversation_id"] == "bad" for row in rows):
            raise StoreError("refused")
        if rows[0]["conversation_id"] == "bad":
            raise StoreError("refused")
        stored(self, rows)

    monkeypatch.setattr(journal, "add_suggestions", slow)
    return free


async def test_what_cannot_be_stored_takes_no_other_request_along(
    copilot: Copilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, free = copilot.store(), held_back(copilot, monkeypatch)
    prepared = copilot.suggester.prepare(store, Conversation((Turn("customer", "Hello?"),), "a"))
    made = copilot.suggester._finish(
        prepared, copilot.suggester._extract(prepared), _info()
    ).suggestion
    waiting: list[Future[None]] = []
    for name in ("first", "good", "bad", "fine"):
        conversation = replace(prepared.conversation, id=name)
        suggestion = replace(made, id=f"s-{name}")
        own = replace(prepared, conversation=conversation)
        waiting.append(copilot.keeper.keep(store, note_of(suggestion, own, None)))
    free.set()
    assert [w.exception(timeout=20) is None for w in waiting] == [True, True, False, True]
    assert store.journal.suggestion("s-fine")["conversation_id"] == "fine"


async def test_a_caller_that_goes_away_leaves_its_trace_and_harms_nobody(
    copilot: Copilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, free = copilot.store(), held_back(copilot, monkeypatch)
    asked = Conversation((Turn("customer", "Hello there?"),), "gone")
    with anyio.move_on_after(0.3) as scope:
        await copilot.suggester.suggest(store, asked)
    assert scope.cancelled_caught
    free.set()
    other = Conversation((Turn("customer", "Is anybody in?"),), "here")
    with anyio.fail_after(20):
        answer = await copilot.suggester.suggest(store, other)
    assert store.journal.suggestion(answer.id)["conversation_id"] == "here"


def _info() -> Any:
    from copilot.domain import GeneratorInfo

    return GeneratorInfo("extractive")


async def test_work_is_served_in_turn_by_few_threads() -> None:
    compute, order, running = Compute(2), list[int](), list[int]()

    def work(number: int) -> int:
        running.append(number)
        order.append(number)
        at_once = len(running)
        threading.Event().wait(0.005)
        running.remove(number)
        return at_once

    async with anyio.create_task_group() as tasks:
        seen: list[int] = []

        async def ask(number: int) -> None:
            seen.append(await compute.run(work, number))

        for number in range(12):
            tasks.start_soon(ask, number)
    assert max(seen) <= 2
    # Threads that start at once may overtake each other by one; nobody is left behind.
    assert all(abs(place - number) <= 2 for place, number in enumerate(order))


async def test_work_knows_whether_it_is_alone() -> None:
    compute, both, seen = Compute(2), threading.Barrier(2, timeout=20), list[bool]()

    def work() -> None:
        both.wait()
        seen.append(compute.is_alone())
        both.wait()

    assert await compute.run(compute.is_alone)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(compute.run, work)
        tasks.start_soon(compute.run, work)
    assert seen == [False, False]
    with compute.counted():  # a worker beside the server computes as well
        assert not await compute.run(compute.is_alone)
    assert await compute.run(compute.is_alone)


def test_a_view_begins_with_the_number_of_the_last_change(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'truth.db'}")  # others have one view of each
    store = database.create_tenant("t")
    with store.snapshot():
        store.sources.seq()
        with ThreadPoolExecutor(1) as other:
            other.submit(store.sources.replace, "document", [article("later", "zebra")]).result()
        assert store.sources.count("document") == (0, 0)
    assert store.sources.count("document") == (1, 1)


def test_a_fault_of_the_driver_is_named_like_any_other(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'broken.db'}")
    store = database.create_tenant("t")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE tenants RENAME TO gone")
    with pytest.raises(StoreError):
        store.sources.seq()
