"""A tenant's reply model is made of its own stored replies and the vectors ingest made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from copilot.db import Database, TenantStore
from copilot.domain import Conversation, Interaction, Outcome, Turn
from copilot.retriever.next_reply import Verdicted, situation, train_replies
from ingest.pipeline import Pipeline
from tests.fakes import FakeEmbedder

SOLVED = Outcome(resolved=True)


def case(n: int, *, label: str | None = "ask_day", outcome: Outcome = SOLVED) -> Interaction:
    return Interaction(
        f"case-{n}",
        (
            Turn("customer", f"my router {n} needs a technician"),
            Turn("agent", "On what day shall the technician come?", label=label),
            Turn("customer", "Friday"),
            Turn("agent", f"Agent Smith{n} will come on Friday.", label=label and "confirm"),
        ),
        outcome=outcome,
    )


@dataclass(frozen=True)
class Shortener:
    """Stands for the redactor: what it cuts moves every later place in a text."""

    def mark(self, interaction: Interaction) -> str:
        return "1"

    def redact(self, interaction: Interaction) -> Interaction:
        turns = (
            replace(t, text=t.text.replace("Agent Smith", "[NAME]")) for t in interaction.turns
        )
        return replace(interaction, turns=tuple(turns))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database.open(f"sqlite:///{tmp_path / 'truth.db'}")


def filled(database: Database, tenant: str, cases: Sequence[Interaction]) -> TenantStore:
    store = database.create_tenant(tenant)
    Pipeline(store, FakeEmbedder(), Shortener()).ingest(cases, origin="test")
    return store


def test_training_embeds_nothing_anew(database: Database) -> None:
    store = filled(database, "acme", [case(n) for n in range(12)])
    embedder = FakeEmbedder()
    model = train_replies(store, embedder)
    assert set(model.names) == {"ask_day", "confirm"}
    assert embedder.embedded == []


def test_what_is_quoted_is_the_stored_text_without_another_cases_values(
    database: Database,
) -> None:
    store = filled(database, "acme", [case(n) for n in range(12)])
    model = train_replies(store, FakeEmbedder())
    asked = Conversation(case(99).turns[:3])
    vector = FakeEmbedder().embed_query(situation(asked.turns))

    def fetch(ids: Sequence[int]) -> dict[int, str]:
        return {i: row.chunk.text for i, row in store.sources.chunks(ids).items()}

    texts = [c.text for c in model.suggest(asked, vector, fetch)]
    assert texts
    assert all("Smith" not in text for text in texts)
    store.sources.remove("interaction", [f"case-{n}" for n in range(12)])
    assert model.suggest(asked, vector, fetch) == []


def test_a_tenant_learns_from_its_own_cases_only(database: Database) -> None:
    filled(database, "other", [case(n, label="secret") for n in range(12)])
    mine = filled(database, "acme", [case(n) for n in range(12)])
    assert "secret" not in train_replies(mine, FakeEmbedder()).names


def test_what_is_unsolved_counts_as_known_but_teaches_nothing(database: Database) -> None:
    unsolved = [case(n, outcome=Outcome(resolved=False)) for n in range(5)]
    store = filled(database, "acme", [*unsolved, *(case(n) for n in range(5, 9))])
    model = train_replies(store, FakeEmbedder())
    offered = {row.source_id for row in model.exemplars.rows}
    assert offered == {f"case-{n}" for n in range(5, 9)}
    assert model.n_examples == store.sources.count("interaction")[1] == 18


def test_of_many_replies_the_latest_teach_and_the_model_knows_there_are_more(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copilot.retriever.next_reply.training.AT_LEAST", 20)
    monkeypatch.setattr("copilot.retriever.next_reply.sampling.AT_LEAST", 20)
    monkeypatch.setattr("copilot.retriever.next_reply.sampling.RARE", 4)
    monkeypatch.setattr("copilot.retriever.next_reply.sampling.PER_KIND", 10)
    days = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(30)]
    backwards = [replace(case(n), at=days[-n - 1]) for n in range(30)]  # case 0 is the latest
    for label in ("ask_day", None):
        cases = [replace(c, turns=tuple(_labelled(t, label) for t in c.turns)) for c in backwards]
        tenant = f"acme-{label or 'none'}".replace("_", "-")
        store = filled(database, tenant, cases)
        judged = Verdicted(case(99).turns[:1], "case-29", 1, "accepted")
        model = train_replies(store, FakeEmbedder(), verdicts=[judged])
        taught = {row.source_id for row in model.exemplars.rows}
        assert taught == {*(f"case-{n}" for n in range(9)), "case-29"}
        assert model.n_examples == store.sources.count("interaction")[1]


def _labelled(turn: Turn, label: str | None) -> Turn:
    return replace(turn, label=turn.label if label else None)


def test_interactions_come_in_the_order_they_are_asked_for(database: Database) -> None:
    store = filled(database, "acme", [case(n) for n in range(6)])
    wanted = ["case-4", "case-1", "gone", "case-5"]
    found = [i.source_id for i in store.sources.interactions(wanted)]
    assert found == ["case-4", "case-1", "case-5"]
    other = database.create_tenant("other")
    assert list(other.sources.interactions(wanted)) == []
    assert other.sources.by_time("interaction") == []


def test_an_empty_store_gives_a_model_that_says_nothing(database: Database) -> None:
    model = train_replies(database.create_tenant("new"), FakeEmbedder())
    assert model.names == ()
