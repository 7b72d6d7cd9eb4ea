"""Of past cases equally near, the recent one and the one in the asked language go first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest

from copilot.db import Database, Prepared, TenantStore
from copilot.domain import Chunk, Interaction, Outcome, Turn
from copilot.retriever.cases import RECENT, SOLVED, find_cases
from copilot.retriever.next_reply import ReplyExample
from copilot.retriever.next_reply.exemplars import worth
from copilot.retriever.recency import recency
from copilot.vectorstore import CollectionKey, ExactStore

KEY = CollectionKey("t", "interaction", "fake")
NOW = datetime.now(UTC)
ENGLISH = "How do I get a refund for the order that was never delivered?"
GERMAN = "Wie bekomme ich mein Geld für die Bestellung zurück, die nicht geliefert ist?"


def case(
    name: str, age: int | None, *, resolved: bool | None = True, language: str | None = None
) -> Interaction:
    """A case that ended so many days ago."""
    return Interaction(
        name,
        (Turn("customer", "Where is my refund?"), Turn("agent", "It went out to your card today.")),
        at=None if age is None else NOW - timedelta(days=age),
        outcome=Outcome(resolved=resolved),
        language=language,
    )


def order(store: TenantStore, cases: list[Interaction], *, said: str = ENGLISH) -> list[str]:
    """The order in which cases are found, all of them equally near."""
    vector = np.eye(4, dtype=np.float32)[0]
    prepared = [
        Prepared(
            one,
            [Chunk(one.source_id, "interaction", one.source_id, 0, one.turns[1].text, turn=1)],
            vector[None],
            "fake",
            "mark",
            "origin",
            "",
        )
        for one in cases
    ]
    store.sources.replace("interaction", prepared)
    vectors = ExactStore()
    found = list(store.sources.vectors("interaction", "fake"))
    vectors.apply(KEY, (found[0][0], found[0][1]), [], seq=1)
    hits = find_cases(
        store, vectors, KEY, lambda: vector, (), k=9, only_answers=False, said=said,
        newest=store.sources.newest("interaction"),
    )  # fmt: skip
    return [hit.chunk.source_id for hit in hits]


@pytest.fixture
def store(database: Database) -> TenantStore:
    return database.create_tenant(f"t{uuid4().hex}")


def test_of_two_equally_near_the_recent_one_comes_first(store: TenantStore) -> None:
    assert order(store, [case("old", 900), case("new", 10)]) == ["new", "old"]


def test_a_solved_case_goes_before_a_recent_one(store: TenantStore) -> None:
    assert order(store, [case("new", 1, resolved=None), case("solved", 2_000)]) == ["solved", "new"]


def test_age_counts_from_the_newest_case_and_no_date_is_neither_old_nor_new(
    store: TenantStore,
) -> None:
    """Ten-year-old data stand as they would have stood then."""
    cases = [case("older", 4_500), case("undated", None), case("newest", 3_650)]
    assert order(store, cases) == ["newest", "undated", "older"]


def test_a_date_that_is_still_to_come_makes_nothing_old(store: TenantStore) -> None:
    typo = case("typo", -30_000)
    assert order(store, [case("old", 900), typo, case("new", 10)])[-1] == "old"


def test_recency_is_bounded_and_halves_in_a_year() -> None:
    ages = [recency(NOW - timedelta(days=days), NOW, RECENT) for days in (0, 365, 36_500)]
    assert ages == pytest.approx([RECENT / 2, 0, -RECENT / 2], abs=1e-9)
    assert recency(None, NOW, RECENT) == recency(NOW, None, RECENT) == 0
    assert RECENT < SOLVED


def test_the_language_that_was_asked_in_goes_first_where_cases_state_one(
    store: TenantStore,
) -> None:
    cases = [case("en", 1, language="en-GB"), case("none", 1), case("de", 1, language="de")]
    assert order(store, cases, said=GERMAN) == ["none", "de", "en"]
    assert order(store, cases, said="IBAN 4711") == ["en", "none", "de"]


def test_a_language_that_no_case_is_in_moves_nothing(store: TenantStore) -> None:
    cases = [case("en", 1, language="en"), case("fr", 1, language="fr"), case("none", 1)]
    assert order(store, cases, said=GERMAN) == ["en", "fr", "none"]


def test_of_two_past_replies_alike_the_recent_one_is_learned_first() -> None:
    told = "It went out to your card today."
    old, new, undated = (
        ReplyExample(name, 1, (), told, resolved=True, at=at)
        for name, at in (("old", NOW - timedelta(days=900)), ("new", NOW), ("undated", None))
    )
    assert worth(new, (), NOW) > worth(undated, (), NOW) > worth(old, (), NOW)
