"""Another embedding model, by an update or a setting: what is stored is embedded anew, not lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
    assert copilot.indexer.outdated(store) == len(before) == 8
    assert found(copilot, store) == []
    told: list[int] = []
    assert renew(copilot, store, progress=told.append) == 8 and told == [8]
    assert copilot.indexer.outdated(store) == 0 and not vectors(store, "earlier/1")
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
    assert copilot.indexer.outdated(store) == 5
    assert renew(copilot, store) == 5


def test_what_is_deleted_meanwhile_stays_deleted(copilot: Copilot, store: TenantStore) -> None:
    (block,) = store.outdated.blocks(NEW.name, 100)
    store.sources.remove("document", ["kb-3"])
    store.outdated.renew(NEW.name, block, NEW.embed([row.chunk.text for row in block]))
    assert copilot.indexer.outdated(store) == 0
    assert "kb-3" not in found(copilot, store)
    assert len(vectors(store, NEW.name)) == 7


def test_another_tenants_chunks_are_not_touched(copilot: Copilot, store: TenantStore) -> None:
    other = copilot.database.create_tenant(f"{store.tenant}-other")
    fill(other)
    renew(copilot, store)
    assert copilot.indexer.outdated(other) == 8
    (block,) = other.outdated.blocks(NEW.name, 100)
    store.outdated.renew(NEW.name, block, np.zeros((8, 4), np.float32))
    assert not vectors(other, NEW.name) and len(vectors(other, "earlier/1")) == 8


def test_a_server_embeds_anew_by_itself_and_answers_meanwhile(settings: Settings) -> None:
    database = Database.open(settings.database)
    fill(database.create_tenant(settings.tenant))
    database.close()
    with TestClient(create_app(settings, embedder=NEW)) as client:
        headers = {"Authorization": f"Bearer {KEY}"}
        until, results = time.monotonic() + WAIT_S, []
        while not results and time.monotonic() < until:
            asked = client.post("/v1/search", json={"query": "Pump 3 hums"}, headers=headers)
            assert asked.status_code == 200
            results = asked.json()["results"]
        assert "kb-3" in {row["source_id"] for row in results}


def test_a_model_that_fails_leaves_the_server_up_and_is_tried_at_the_next_start(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database.open(settings.database)
    fill(database.create_tenant(settings.tenant))
    database.close()

    class Failing(FakeEmbedder):
        def embed(self, texts: list[str], *, progress: Progress | None = None) -> Vectors:
            raise EmbedderError("The embeddings' server does not answer.")

    with TestClient(create_app(settings, embedder=Failing())) as client:
        until = time.monotonic() + WAIT_S
        while "not embedded anew" not in caplog.text and time.monotonic() < until:
            time.sleep(0.01)
        assert client.get("/readyz").status_code == 200
    assert "not embedded anew" in caplog.text and "Pump" not in caplog.text
    copilot = build(settings, embedder=NEW)
    assert renew(copilot, copilot.store()) == 8


def test_commands_say_what_is_not_found_and_what_to_do(run: Run, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path / "home")
    database = Database.open(settings.database)
    fill(database.create_tenant(settings.tenant))
    database.close()
    looked = run("search", "Pump 3 hums", "--json")
    assert looked.last == {"results": []}
    assert "8 passages were embedded by another model" in looked.err
    assert "copilot reindex" in looked.err
    assert run("doctor").code == 1
    done = run("reindex", "--json")
    assert done.last == {"tenants": 1, "vectors": 8, "embedded": 8}
    again = run("search", "Pump 3 hums", "--json")
    assert again.last["results"] and "embedded" not in again.err
    assert run("doctor").code == 0
