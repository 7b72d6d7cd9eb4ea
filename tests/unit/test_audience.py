"""For whom a source was written: what instructs our own people is not told to customers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from copilot.domain import Conversation, Document, Turn
from copilot.extractive.guards.addressing import to_customer
from copilot.guardrails.audience import for_staff
from ingest.pipeline import Pipeline
from tests.fakes import FakeEmbedder


@pytest.mark.parametrize(
    "sentence",
    [
        "Do not use the standard transfer tool during these first three requests.",
        "The agent must give the reason before a card is closed.",
        "Representatives should confirm the date of birth.",
        "Calling the refund function twice charges the customer twice.",
    ],
)
def test_instructions_to_our_people_are_not_said_to_customers(sentence: str) -> None:
    assert to_customer(sentence) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Our agents can help you at any hour.",
        "You need the hex tool that lies in the box.",
        "Open the app and choose Bills.",
        "An advisor calls you back within two days.",
    ],
)
def test_what_is_for_the_customer_stays(sentence: str) -> None:
    assert to_customer(sentence) == sentence


def test_a_public_source_that_calls_itself_internal_is_pointed_out_once() -> None:
    titles = ["Internal: moving a card", "Moving house", "Internal: moving a card"]
    [warning] = for_staff(titles)
    assert "Internal: moving a card" in warning


@pytest.fixture
def copilot(tmp_path: Path) -> Iterator[Copilot]:
    built = build(Settings(home=tmp_path, model=""), embedder=FakeEmbedder())  # type: ignore[arg-type]
    yield built
    built.keeper.close()
    built.database.close()


@pytest.mark.parametrize(("title", "is_told"), [("Internal: the lamp", True), ("The lamp", False)])
def test_the_agent_hears_that_a_cited_source_calls_itself_internal(
    copilot: Copilot, title: str, *, is_told: bool
) -> None:
    said = "Hold the button of the blue lamp for ten seconds to reset it."
    Pipeline(copilot.store(), FakeEmbedder()).ingest([Document("lamp", title, said)], origin="o")
    asked = Conversation((Turn("customer", "How do I reset the blue lamp?"),))
    made = copilot.suggester.work_out(copilot.store(), asked, 0, "auto").suggestion
    assert [c.source_id for c in made.citations] == ["lamp"]
    assert any("its title says internal" in warning for warning in made.warnings) is is_told
