"""The work queue's filters: what cannot match is refused, not answered with nothing."""

from __future__ import annotations

import httpx
import pytest

from tests.e2e.conftest import Served
from tests.e2e.test_api import problem


@pytest.fixture
def api(served: Served) -> httpx.Client:
    return served.client()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("promises", "status"),
        ("loops", "status"),
        ("needs", "state"),
        ("needs", "disposition"),
        ("handoffs", "state"),
        ("handoffs", "to_role"),
        ("loops", "asked_by"),
        ("needs", "due"),
    ],
)
def test_a_filter_that_cannot_match_is_refused(api: httpx.Client, path: str, name: str) -> None:
    problem(api.get(f"/v1/{path}", params={name: "foo"}), 422, "invalid_input")


@pytest.mark.parametrize("path", ["promises", "loops", "needs"])
def test_the_queue_of_an_unknown_customer_is_not_found(api: httpx.Client, path: str) -> None:
    problem(api.get(f"/v1/{path}", params={"customer_id": "nobody"}), 404, "not_found")
    empty = api.get(f"/v1/{path}", params={"customer_id": "C-1025", "offset": 400})
    assert empty.json() == {path: []}


def test_a_customer_known_from_a_conversation_alone_has_a_queue(api: httpx.Client) -> None:
    said = [
        {"speaker": "customer", "text": "Where is my refund?"},
        {"speaker": "agent", "role": "service", "text": "I will send it by Friday."},
        {"speaker": "customer", "text": "Fine. And what about the manual?"},
    ]
    here = {"id": "new-1", "customer_id": "C-new", "turns": said}
    assert api.post("/v1/suggestions", json={"conversation": here}).status_code == 200
    found = api.get("/v1/promises", params={"customer_id": "C-new"})
    assert [row["customer_id"] for row in found.json()["promises"]] == ["C-new"]
    assert api.get("/v1/needs", params={"customer_id": "C-new"}).json() == {"needs": []}


def test_loops_are_filtered_by_the_day_they_were_first_asked(api: httpx.Client) -> None:
    every = api.get("/v1/loops", params={"limit": 500}).json()["loops"]
    days = sorted(row["body"]["first_asked_at"][:10] for row in every)
    middle = days[len(days) // 2]
    some = api.get("/v1/loops", params={"limit": 500, "asked_by": middle}).json()["loops"]
    assert len(some) == sum(day <= middle for day in days if day)
    assert 0 < len(some) < len(every)


def test_a_need_of_two_conversations_is_listed_once_where_that_is_asked(api: httpx.Client) -> None:
    turns = [{"speaker": "customer", "text": "I need internet at my summer house. What is there?"}]
    said = [{"id": name, "customer_id": "C-1015", "turns": turns} for name in ("two-a", "two-b")]
    for here in said:
        assert api.post("/v1/suggestions", json={"conversation": here}).status_code == 200
    every = api.get("/v1/needs", params={"limit": 500}).json()["needs"]
    once = api.get("/v1/needs", params={"limit": 500, "once": True}).json()["needs"]
    whose = [(row["customer_id"], tuple(row["body"]["recommended"])) for row in once]
    assert len(set(whose)) == len(whose) and {r["id"] for r in once} <= {r["id"] for r in every}
