"""Promises and open requests on whole labelled cases of six industries, half of them negatives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from copilot.bootstrap import Copilot, build
from copilot.config import ROOT, Settings
from copilot.domain import Conversation, Customer, Document, Interaction, Outcome, Turn
from copilot.needs import assess_lines
from eval.scorers.needs import NeedScore, score
from ingest.pipeline import Pipeline
from tests.fakes import FakeEmbedder

Json = dict[str, Any]
FILES = ("ledgers_dev.jsonl", "ledgers_heldout.jsonl")
FLOORS = {
    "promises_recall": 0.90, "promises_precision": 0.85, "promises_status": 0.92,
    "open_loops_recall": 0.75, "open_loops_precision": 0.80,
}  # fmt: skip


def cases(name: str) -> list[Json]:
    lines = (ROOT / "eval" / "cases" / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def scored(name: str) -> NeedScore:
    found = cases(name)
    return score(found, assess_lines(json.dumps(case) for case in found))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("metric", FLOORS)
def test_the_ledgers_keep_their_floors(name: str, metric: str) -> None:
    result = scored(name)
    assert (result.value(metric) or 0) >= FLOORS[metric], result.failures.get(metric)


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_offered_beside_a_promise_or_a_request(name: str) -> None:
    assert scored(name).failures.get("pushy", ()) == ()


@pytest.mark.parametrize("name", FILES)
def test_a_third_of_the_cases_owe_nothing(name: str) -> None:
    found = cases(name)
    empty = [c for c in found if not c["gold"]["promises"] and not c["gold"]["open_loops"]]
    assert 3 * len(empty) >= len(found)


@pytest.mark.parametrize("name", FILES)
def test_the_cases_have_the_published_shape(name: str, shared: Path) -> None:
    schema = json.loads((shared / "need_cases" / "need_case.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    for case in cases(name):
        validator.validate(case)


SOLD = "Calendar sync will be in Warm Pro by March."
CALL = Interaction(
    "call-1",
    (
        Turn("customer", "Does it follow my bookings?", id="t1"),
        Turn("agent", SOLD, id="t2", role="sales", at=datetime(2025, 12, 2, 14, tzinfo=UTC)),
    ),
    channel="phone",
    at=datetime(2025, 12, 2, 14, tzinfo=UTC),
    customer_id="C1",
    outcome=Outcome(resolved=True),
)
ROADMAP = Document("roadmap", "Roadmap", "Calendar sync is being designed and has no date.")
LATER = datetime(2026, 11, 3, tzinfo=UTC)


@pytest.fixture
def copilot(tmp_path: Path) -> Iterator[Copilot]:
    built = build(Settings(home=tmp_path, model=""), embedder=FakeEmbedder())  # type: ignore[arg-type]
    records = [ROADMAP, Customer("C1", "Ana Lopez"), CALL]
    Pipeline(built.store(), FakeEmbedder()).ingest(records, origin="o")
    built.ledgers.refresh(built.store(), ["C1"])
    yield built
    built.keeper.close()
    built.database.close()


def asked(text: str) -> Conversation:
    return Conversation((Turn("customer", text, at=LATER),), "now-1", "chat", "C1")


async def test_a_wrong_promise_surfaces_in_the_first_draft_on_its_matter(copilot: Copilot) -> None:
    store = copilot.store()
    matter = asked("I took Pro for the calendar sync. Is the sync coming?")
    reply = await copilot.suggester.suggest(store, matter)
    assert SOLD in reply.text and "wrong" in reply.text
    assert {"call-1", "roadmap"} <= {c.source_id for c in reply.citations}


async def test_and_is_not_apologised_for_when_they_speak_of_something_else(
    copilot: Copilot,
) -> None:
    other = asked("My invoice has the wrong address on it.")
    reply = await copilot.suggester.suggest(copilot.store(), other)
    assert "sorry" not in reply.text and SOLD not in reply.text
