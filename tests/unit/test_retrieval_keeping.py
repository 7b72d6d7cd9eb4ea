"""A tenant's library follows its articles, and reads again only those that changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from copilot.db import Database, TenantStore
from copilot.db.sources import Prepared
from copilot.domain import Chunk, Document, Interaction, Turn
from copilot.retriever.keeping import Libraries


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path / 'copilot.db'}")
    yield opened
    opened.close()


def _put(store: TenantStore, *documents: Document, kind: str = "document") -> None:
    store.sources.replace(
        kind,  # type: ignore[arg-type]
        [
            Prepared(
                item,
                [Chunk(f"{item.source_id}-0", kind, item.source_id, 0, "text")],  # type: ignore[arg-type]
                np.ones((1, 4), dtype=np.float32),
                "model",
                f"print of {item}",
                "file",
            )
            for item in documents
        ],
    )


def test_what_is_added_changed_and_deleted_is_followed(database: Database) -> None:
    store, libraries = database.create_tenant("a"), Libraries()
    assert len(libraries.of(store)) == 0
    _put(store, Document("fees", "Fees", "old"), Document("limits", "Limits", "old"))
    first = libraries.of(store)
    assert sorted(first.position) == ["fees", "limits"]
    _put(store, Document("fees", "New charges", "new"))
    second = libraries.of(store)
    place = first.position["limits"]
    assert second.facts[second.position["limits"]] is first.facts[place]
    assert "charg" in second.titles
    assert "fee" not in second.titles
    store.sources.remove("document", ["limits"])
    assert sorted(libraries.of(store).position) == ["fees"]


def test_a_past_interaction_changes_no_library(database: Database) -> None:
    store, libraries = database.create_tenant("a"), Libraries()
    _put(store, Document("fees", "Fees", "text"))
    before = libraries.of(store)
    talk = Interaction("talk", (Turn("customer", "Hello"), Turn("agent", "Hi")))
    _put(store, talk, kind="interaction")  # type: ignore[arg-type]
    assert libraries.of(store) is before


def test_one_tenant_never_sees_the_library_of_another(database: Database) -> None:
    libraries = Libraries()
    mine, yours = database.create_tenant("mine"), database.create_tenant("yours")
    _put(mine, Document("secret", "Secret plan", "text"))
    assert "secret" in libraries.of(mine).position
    assert len(libraries.of(yours)) == 0
    libraries.forget("mine")
    assert "secret" in libraries.of(mine).position
