"""The same question a moment later is not worked out twice, and never answered from old data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from copilot.domain import Conversation, Customer, Document, Turn
from copilot.suggester import recent
from ingest.pipeline import Pipeline
from tests.fakes import FakeEmbedder

ASKED = Conversation((Turn("customer", "How do I reset the blue lamp?"),), "c1", "chat", "C1")


@pytest.fixture
def copilot(tmp_path: Path) -> Iterator[Copilot]:
    built = build(Settings(home=tmp_path, model=""), embedder=FakeEmbedder())  # type: ignore[arg-type]
    article = Document(
        "lamp", "Reset the blue lamp", "Hold the button of the blue lamp to reset it."
    )
    Pipeline(built.store(), FakeEmbedder()).ingest(
        [article, Customer("C1", "Ana Lopez")], origin="o"
    )
    yield built
    built.keeper.close()
    built.database.close()


async def test_each_showing_has_its_own_id_and_trace(copilot: Copilot) -> None:
    store = copilot.store()
    first = await copilot.suggester.suggest(store, ASKED)
    again = await copilot.suggester.suggest(store, ASKED)
    assert (first.text, first.citations) == (again.text, again.citations)
    assert first.id != again.id
    assert store.journal.suggestion(again.id)["trace"]["text"] == first.text


async def test_a_deleted_article_is_gone_at_once(copilot: Copilot) -> None:
    store = copilot.store()
    before = await copilot.suggester.suggest(store, ASKED)
    assert "lamp" in {c.source_id for c in before.citations}
    store.sources.remove("document", ["lamp"])
    after = await copilot.suggester.suggest(store, ASKED)
    assert after.citations == ()


async def test_a_changed_customer_record_counts_at_once(copilot: Copilot) -> None:
    store = copilot.store()
    assert (await copilot.suggester.suggest(store, ASKED)).text.startswith("Hello Ana,\n\n")
    store.records.replace([(Customer("C1", "Bea Lopez"), "new")], "o")
    assert (await copilot.suggester.suggest(store, ASKED)).text.startswith("Hello Bea")


async def test_another_turn_is_another_question(copilot: Copilot) -> None:
    store = copilot.store()
    await copilot.suggester.suggest(store, ASKED)
    longer = Conversation(
        (*ASKED.turns, Turn("customer", "It is a zebra now.")), "c1", "chat", "C1"
    )
    assert "timings" not in (await copilot.suggester.suggest(store, longer)).timings_ms
    assert len(copilot.suggester.recent._kept) == 2


async def test_after_a_minute_it_is_worked_out_anew(
    copilot: Copilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = copilot.store()
    await copilot.suggester.suggest(store, ASKED)
    monkeypatch.setattr(recent, "SECONDS", -1.0)
    again = await copilot.suggester.suggest(store, ASKED)
    assert again.timings_ms["total"] > 0
