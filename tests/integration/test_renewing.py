"""Another embedding model, by an update or a setting: what is stored is embedded anew, not lost."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Semaphore, Timer

import numpy as np
import pytest
from fastapi.testclient import TestClient

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from copilot.db import Database, TenantStore
from copilot.domain import Document, Interaction, Turn
from copilot.embedder.seam import Progress, Vectors
from copilot.errors import EmbedderError
from ingest import renewing
from ingest.pipeline import Pipeline
from ingest.renewing import renew
from server import create_app
from tests.command_line import Run
from tests.fakes import FakeEmbedder

KEY = "ck_renewing"
WAIT_S = 60.0


@dataclass
class Earlier:
    """The model that embedded everything before: other vectors, another name."""

    inner: FakeEmbedder
    name: str = "earlier/1"

    def embed(self, texts: list[str], *, progress: Progress | None = None) -> Vectors:
        vectors: Vectors = -self.inner.embed(texts, progress=progress)
        return vectors


NEW = FakeEmbedder()
ARTICLES = [Document(f"kb-{n}", f"Pump {n}", f"Pump number {n} hums. Press {n}.") for n in range(7)]
CHAT = Interaction(
    "c-1",
    (
        Turn("customer", "My pump number 3 hums, what can I do?"),
        Turn("agent", "Press three and hold it for ten seconds."),
    ),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path / "home", bootstrap_key=KEY, model="")


@pytest.fixture
def copilot(settings: Settings, database: Database) -> Iterator[Copilot]:
    """On either kind of database, after the change of model."""
    url = database.engine.url.render_as_string(hide_password=False)
    built = build(settings.model_copy(update={"database_url": url}), embedder=NEW)
    yield built
    built.database.close()


@pytest.fixture
def store(copilot: Copilot, request: pytest.FixtureRequest) -> TenantStore:
    name = f"t-{abs(hash(request.node.name)) % 10**9}"
    fill(copilot.database.create_tenant(name))
    return copilot.database.tenant(name)


def fill(store: TenantStore) -> None:
    Pipeline(store, Earlier(NEW)).ingest([*ARTICLES, CHAT], origin="test")


def found(copilot: Copilot, store: TenantStore) -> list[str]:
    hits = copilot.retriever.search(store, "Pump 3 hums", k=3, kinds=("document", "interaction"))
    return [hit.chunk.source_id for hit in hits]


def vectors(store: TenantStore, model: str) -> dict[int, bytes]:
    held = {}
    for kind in ("document", "interaction"):
        for ids, block in store.sources.vectors(kind, model):
            held |= {i: row.tobytes() for i, row in zip(ids, block, strict=True)}
    return held


def test_what_another_model_embedded_is_found_again_under_the_same_ids(
    copilot: Copilot, store: TenantStore
) -> None:
    before = vectors(store, "earlier/1")
    assert store.outdated.count(NEW.name) == len(before) == 8
    assert found(copilot, store) == []
    told: list[int] = []
    assert renew(copilot, store, progress=told.append) == 8 and told == [8]
    assert store.outdated.count(NEW.name) == 0 and not vectors(store, "earlier/1")
    assert {"kb-3", "c-1"} <= set(found(copilot, store))
    assert renew(copilot, store) == 0

    fresh = copilot.database.create_tenant(f"{store.tenant}-fresh")
    Pipeline(fresh, NEW).ingest([*ARTICLES, CHAT], origin="test")
    after = vectors(store, NEW.name)
    assert after.keys() == before.keys()
    assert sorted(after.values()) == sorted(vectors(fresh, NEW.name).values())


def test_replies_are_learned_once_they_are_embedded_and_not_before(
    copilot: Copilot, store: TenantStore
) -> None:
    repliers = copilot.retriever.repliers
    assert not repliers.train_if_due(store) and repliers.model(store) is None
    renew(copilot, store)
    model = repliers.model(store)
    assert model is not None and len(model.exemplars.rows) == 1


def test_it_goes_on_where_it_was_interrupted(
    copilot: Copilot, store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "BLOCK", 3)
    asked = iter([False, True])
    assert renew(copilot, store, is_stopped=lambda: next(asked)) == 3
    assert store.outdated.count(NEW.name) == 5
    assert renew(copilot, store) == 5


def test_what_is_deleted_meanwhile_stays_deleted(copilot: Copilot, store: TenantStore) -> None:
    (block,) = store.outdated.blocks(NEW.name, 100)
    made = NEW.embed([row.chunk.text for row in block])
    store.outdated.replace(NEW.name, block, made)
    copilot.indexer.sync_all(store)
    store.sources.remove("document", ["kb-3"])
    after = store.sources.seq()
    store.outdated.replace(NEW.name, block, made)  # a second server had read the same block
    assert store.sources.changes("document", after) == []
    copilot.indexer.sync_all(store)
    assert "kb-3" not in found(copilot, store)
    assert copilot.indexer.size(store) == len(vectors(store, NEW.name)) == 7


def test_the_words_of_what_gets_another_vector_are_not_read_again(
    copilot: Copilot, store: TenantStore
) -> None:
    after = store.sources.seq()
    renew(copilot, store)
    assert {change.op for change in store.sources.changes("document", after)} == {"vector"}
    assert not store.fulltext._has_changed("document", after)
    store.sources.remove("document", ["kb-3"])
    assert store.fulltext._has_changed("document", after)


def test_another_tenants_chunks_are_not_touched(copilot: Copilot, store: TenantStore) -> None:
    other = copilot.database.create_tenant(f"{store.tenant}-other")
    fill(other)
    renew(copilot, store)
    assert other.outdated.count(NEW.name) == 8
    (block,) = other.outdated.blocks(NEW.name, 100)
    store.outdated.replace(NEW.name, block, np.zeros((8, 4), np.float32))
    assert not vectors(other, NEW.name) and len(vectors(other, "earlier/1")) == 8


class Slow(FakeEmbedder):
    """Embeds the first of several blocks, and the others once it is let; counts what began."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.began = Event(), Semaphore(0)

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        self.began.release()
        if len(self.embedded) >= 3:
            assert self.go.wait(WAIT_S)
        vectors: Vectors = super().embed(texts, progress=progress)
        return vectors


def filled(settings: Settings, *tenants: str) -> None:
    database = Database.open(settings.database)
    for name in tenants:
        fill(database.create_tenant(name))
    database.close()


def searched(client: TestClient, query: str) -> set[str]:
    headers = {"Authorization": f"Bearer {KEY}"}
    asked = client.post("/v1/search", json={"query": query}, headers=headers)
    assert asked.status_code == 200
    return {row["source_id"] for row in asked.json()["results"]}


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_server_embeds_anew_by_itself_and_answers_meanwhile(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "BLOCK", 3)
    filled(settings, settings.tenant)
    slow = Slow()
    with TestClient(create_app(settings, embedder=slow)) as client:
        assert slow.began.acquire(timeout=WAIT_S) and slow.began.acquire(timeout=WAIT_S)
        copilot = client.app.state.copilot  # type: ignore[attr-defined]
        store = copilot.store()
        assert "kb-1" in searched(client, "Pump 1 hums") and copilot.indexer.size(store) == 3
        slow.go.set()
        until(lambda: copilot.indexer.size(store) == 8)  # by itself: nothing is asked meanwhile
        until(lambda: copilot.retriever.repliers.model(store) is not None)


def test_a_server_that_ends_leaves_the_rest_to_its_next_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(renewing, "BLOCK", 3)
    caplog.set_level(logging.INFO, "copilot.renewing")
    filled(settings, "first", settings.tenant)
    slow = Slow()
    with TestClient(create_app(settings, embedder=slow)):
        assert slow.began.acquire(timeout=WAIT_S) and slow.began.acquire(timeout=WAIT_S)
        Timer(0.2, slow.go.set).start()
    assert len(slow.embedded) == 6  # the block at hand, and no further one
    assert caplog.text.count("embedding anew") == 1 and "embedded anew" not in caplog.text
    copilot = build(settings, embedder=NEW)
    names = ("first", settings.tenant)
    assert [renew(copilot, copilot.store(name)) for name in names].count(8) == 1


@pytest.mark.parametrize("fault", [EmbedderError("It does not answer."), RuntimeError("Pump 3")])
def test_a_model_that_fails_leaves_the_server_up_and_the_other_tenants_theirs(
    settings: Settings, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    filled(settings, "first", settings.tenant)

    class Failing(FakeEmbedder):
        def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
            raise fault

    with TestClient(create_app(settings, embedder=Failing())) as client:
        until(lambda: caplog.text.count("not embedded anew") == 2)
        assert client.get("/readyz").status_code == 200
    assert "Pump" not in caplog.text
    copilot = build(settings, embedder=NEW)
    assert renew(copilot, copilot.store()) == 8


def test_an_ingest_after_the_change_leaves_nothing_behind_that_came_another_way(
    run: Run, tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, home=tmp_path / "home")
    filled(settings, settings.tenant)
    file = tmp_path / "articles.jsonl"
    file.write_text(json.dumps({"id": "new", "title": "Valves", "content": "A valve."}), "utf-8")
    assert run("ingest", file, "--json").last["added"] == 1
    looked = run("search", "Pump 3 hums", "--json")
    assert looked.err == "" and {"kb-3", "c-1"} <= {r["source_id"] for r in looked.last["results"]}


def test_commands_say_what_is_not_found_and_what_to_do(run: Run, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path / "home")
    database = Database.open(settings.database)
    fill(database.create_tenant(settings.tenant))
    database.close()
    looked = run("search", "Pump 3 hums", "--json")
    assert looked.last == {"results": []}
    assert "8 passages are of another embedding model" in looked.err
    assert "copilot reindex" in looked.err
    assert run("doctor").code == 1
    done = run("reindex", "--json")
    assert done.last == {"tenants": 1, "vectors": 8, "embedded": 8}
    again = run("search", "Pump 3 hums", "--json")
    assert again.last["results"] and "embedded" not in again.err
    assert run("doctor").code == 0
