"""What became of a need: noted once, kept, counted; the next assessment is quieter for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from copilot.bootstrap import Copilot
from copilot.db import TenantStore
from copilot.db.tables import need_outcomes
from copilot.domain import Customer, Product
from copilot.needs.policy import RegretRules
from copilot.needs.regret import Happened, summary, tightened
from ingest.pipeline import Pipeline
from server import create_app
from tests.fakes import FakeEmbedder
from tests.model_desk import settings

KEY = "ck_test_outcomes"
HINT = "The light is too weak, so I have to hold a reading lamp in my hand every night."
ASKED = "I'd like a reading lamp for my bed."
LIST = (
    Product("LAMP", "Reading lamp", Decimal(40), "EUR", "once", features=("lamp with a clamp",)),
    Product("CHAIR", "Garden chair", Decimal(80), "EUR", "once", features=("folding chair",)),
)
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
RULES = RegretRules(limit=0.05, least_accepted=5, window_days=30)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(settings(tmp_path, bootstrap_key=KEY), embedder=FakeEmbedder())
    with TestClient(app, headers={"Authorization": f"Bearer {KEY}"}) as door:
        store = built(door).store()
        people = [Customer(f"C-{n}", consent={"marketing": True}) for n in range(1, 9)]
        Pipeline(store, FakeEmbedder()).ingest([*LIST, *people], origin="test")
        yield door


def built(client: TestClient) -> Copilot:
    copilot: Copilot = client.app.state.copilot  # type: ignore[attr-defined]
    return copilot


def suggested(client: TestClient, text: str, *, at: str = "a", customer: str = "C-1") -> Any:
    """The assessment of a conversation of one turn."""
    turn = {"speaker": "customer", "text": text}
    conversation = {"id": at, "customer_id": customer, "turns": [turn]}
    answer = client.post("/v1/suggestions", json={"conversation": conversation})
    assert answer.status_code == 200, answer.text
    return answer.json()["assessment"]


def shown(assessment: Any) -> list[str]:
    return [f["need"] for f in assessment["flags"] if f["disposition"].startswith("surface")]


def stored(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get("/v1/needs", params=query).json()["needs"]
    return rows


def became(client: TestClient, need: str, event: str, **more: Any) -> None:
    answer = client.post(f"/v1/needs/{need}/outcome", json={"event": event, **more})
    assert answer.status_code == 201, answer.text


def test_a_declined_need_is_not_raised_again_unless_they_ask_anew(client: TestClient) -> None:
    assert shown(suggested(client, HINT))
    (need,) = stored(client)
    became(client, need["id"], "declined", reason="not_now")
    quiet = suggested(client, HINT, at="b")
    assert (shown(quiet), quiet["none_reason"]) == ([], "declined_recently")
    assert quiet["contact_state"]["quiet_until"] is not None
    assert any("LAMP was declined" in note for note in quiet["audit"]["notes"])
    assert shown(suggested(client, HINT, at="c", customer="C-2"))
    assert shown(suggested(client, ASKED, at="d"))


def test_what_became_of_a_need_outlives_the_next_look_at_its_words(client: TestClient) -> None:
    suggested(client, ASKED)
    (need,) = stored(client)
    became(client, need["id"], "declined", reason="has_it")
    assert not shown(suggested(client, ASKED))  # the same words, refused already
    (again,) = stored(client)
    assert (again["state"], again["created_at"]) == ("declined", need["created_at"])
    anew = row(need["id"], need["body"], state="surfaced")
    built(client).store().ledgers.add_needs([anew])  # as a later look at them writes it
    assert [n["state"] for n in stored(client)] == ["declined"]


def test_a_need_declined_without_a_product_is_quiet_too(client: TestClient) -> None:
    store = built(client).store()
    body = {"need": "a lamp for reading", "recommended": [], "evidence": [{"quote": "so dark"}]}
    store.ledgers.add_needs([row("n1", body, disposition="hold")])
    store.ledgers.add_outcome("n1", event="declined", state="declined", reason="not_now", by="k")
    quiet = suggested(client, HINT)
    assert (shown(quiet), quiet["none_reason"]) == ([], "declined_recently")


@pytest.mark.parametrize("event", ["returned", "cancelled", "downgraded"])
def test_what_came_back_is_not_offered_again(client: TestClient, event: str) -> None:
    accepted_then(client, event)
    assert stored(client)[0]["state"] == "regretted"
    quiet = suggested(client, HINT, at="b")
    assert (shown(quiet), quiet["none_reason"]) == ([], "declined_recently")


def test_a_complaint_about_an_offer_quiets_everything_for_a_while(client: TestClient) -> None:
    accepted_then(client, "complained")
    chair = "My folding chair is too small, so I have to sit on the garden wall, not a chair."
    held = suggested(client, chair, at="b")
    assert not shown(held)
    other = suggested(client, chair, at="b", customer="C-2")
    assert [f["recommended"] for f in other["flags"]] == [["CHAIR"]]
    for flag in held["flags"]:
        assert flag["release_when"].startswith("from 20")


def accepted_then(client: TestClient, event: str) -> None:
    suggested(client, HINT)
    (need,) = stored(client)
    became(client, need["id"], "accepted")
    became(client, need["id"], event)


def test_one_offer_a_contact_and_two_a_month(client: TestClient) -> None:
    """The same need stays on the screen; what comes on top waits."""
    assert shown(suggested(client, HINT)) == shown(suggested(client, HINT))
    store = built(client).store()
    body = {"need": "a garden table", "recommended": ["TABLE"], "evidence": []}
    store.ledgers.add_needs([row("t", body, conversation_id="b")])
    third = suggested(client, HINT, at="b")
    assert not shown(third)
    (flag,) = third["flags"]
    assert "contact" in flag["release_when"]
    month = suggested(client, HINT, at="c")
    assert not shown(month) and month["flags"][0]["release_when"].startswith("from 20")


def test_a_customer_without_a_record_is_remembered_too(client: TestClient) -> None:
    assert shown(suggested(client, ASKED, customer="X-9"))
    (need,) = stored(client, customer_id="X-9")
    became(client, need["id"], "declined", reason="wrong_fit")
    assert not shown(suggested(client, ASKED, customer="X-9"))


def row(name: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": name, "customer_id": "C-1", "conversation_id": "z", "suggestion_id": "s",
        "disposition": "surface_now", "state": "surfaced", "body": body, **more,
    }  # fmt: skip


def test_held_needs_are_found_by_the_day_they_are_due(client: TestClient) -> None:
    suggested(client, "I'd like a reading lamp in July, but don't send anything now.")
    (need,) = stored(client, state="held")
    day = need["body"]["release_on"]
    assert day is not None and day[5:7] == "07"
    assert stored(client, state="held", due=day) == [need]
    before = (datetime.fromisoformat(day) - timedelta(days=1)).date().isoformat()
    assert stored(client, state="held", due=before) == []
    assert client.get("/v1/needs", params={"due": "soon"}).status_code == 422


def test_needs_that_nothing_on_sale_meets_are_listed_when_asked_for(client: TestClient) -> None:
    store = built(client).store()
    body: dict[str, Any] = {"need": "x", "recommended": [], "release_on": None}
    rows = [row("open", body), row("gap", body, disposition="log_blocked", state="held")]
    store.ledgers.add_needs(rows)
    assert [n["id"] for n in stored(client)] == ["open"]
    assert stored(client, state="held") == []
    assert [n["id"] for n in stored(client, disposition="log_blocked")] == ["gap"]


def noted(store: TenantStore, *events: tuple[str, str, int]) -> None:
    """Needs with one product and what became of them, so many days after the start."""
    body = {"need": "a lamp", "recommended": ["LAMP"], "evidence": []}
    names = sorted({need for need, _, _ in events})
    store.ledgers.add_needs([row(n, body, customer_id=f"P-{n}") for n in names])
    with store.ledgers.scope.changing() as connection:
        rows = [
            {
                "id": f"{need}-{place}", "need_id": need, "event": event, "by": "k",
                "reason": "not_now" if event == "declined" else None,
                "at": START + timedelta(days=day),
            }
            for place, (need, event, day) in enumerate(events)
        ]  # fmt: skip
        store.ledgers.scope.insert(connection, need_outcomes, rows)


FIVE = tuple((f"n{n}", "accepted", n) for n in range(1, 6))


def test_the_summary_counts_and_says_what_came_back(client: TestClient) -> None:
    late, early = ("n1", "returned", 40), ("n2", "returned", 12)
    noted(built(client).store(), *FIVE, late, early, ("n6", "declined", 1), ("n7", "ignored", 2))
    body = client.get("/v1/needs/outcomes/summary").json()
    assert (body["shown"], body["accepted"], body["returned"], body["ignored"]) == (7, 5, 2, 1)
    assert body["declined"] == {"not_now": 1}
    regret = body["regret"]
    assert (regret["numerator"], regret["denominator"], regret["rate"]) == (1, 5, 0.2)
    (lamp,) = body["products"]
    assert lamp["sku"] == "LAMP" and lamp["regret"] == regret
    assert list(body["tightened"]) == ["LAMP"]


def test_an_empty_summary_has_no_rate(client: TestClient) -> None:
    body = client.get("/v1/needs/outcomes/summary").json()
    assert body["regret"]["rate"] is None and body["products"] == [] and body["tightened"] == {}


def test_a_product_that_comes_back_too_often_is_held_at_once(client: TestClient) -> None:
    store = built(client).store()
    noted(store, *FIVE)
    assert shown(suggested(client, ASKED, at="a"))
    noted(store, ("n2", "returned", 12))
    held = suggested(client, ASKED, at="b", customer="C-2")
    assert not shown(held)
    assert any("LAMP is held since 2026-03-13: 1 of 5" in n for n in held["audit"]["notes"])
    other = suggested(client, "I'd like to order a garden chair.", at="c", customer="C-3")
    assert shown(other)


def events(*told: tuple[str, str, int]) -> list[Happened]:
    return [
        Happened(need, event, START + timedelta(days=day), ("LAMP",)) for need, event, day in told
    ]


def test_four_acceptances_prove_nothing() -> None:
    assert tightened(events(*FIVE[:4], ("n1", "returned", 9)), RULES) == {}
    assert tightened(events(*FIVE, ("n1", "returned", 9)), RULES) != {}
    assert tightened(events(*FIVE, ("n1", "returned", 32)), RULES) == {}  # after the window


def test_later_luck_loosens_nothing_and_a_person_does() -> None:
    back = ("n1", "returned", 9)
    lucky = tuple((f"m{n}", "accepted", 20 + n) for n in range(100))
    assert "1 of 5" in tightened(events(*FIVE, back, *lucky), RULES)["LAMP"]
    released = RULES.model_copy(update={"released": {"LAMP": (START + timedelta(days=9)).date()}})
    assert tightened(events(*FIVE, back, *lucky), released) == {}
    again = [(f"m{n}", "complained", 125) for n in range(90, 100)]
    assert tightened(events(*FIVE, back, *lucky, *again), released) != {}


def test_an_acceptance_counts_once_however_often_it_is_noted() -> None:
    twice = events(("n1", "accepted", 1), ("n1", "accepted", 2), ("n1", "returned", 3))
    counted = summary([("n1", ["LAMP"])], twice, RULES, START + timedelta(days=4))
    assert counted["regret"] == {
        "numerator": 1, "denominator": 1, "rate": 1.0, "too_young_to_tell": 1,
    }  # fmt: skip


def test_another_tenant_sees_none_of_it(client: TestClient) -> None:
    store = built(client).database.create_tenant("other")
    noted(store, *FIVE, ("n2", "returned", 12))
    assert client.get("/v1/needs/outcomes/summary").json()["accepted"] == 0
    assert shown(suggested(client, ASKED))
