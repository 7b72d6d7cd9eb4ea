"""Hand-offs over HTTP: who may go to sales, what is told, and how a hand-off moves."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Served
from tests.e2e.test_api import problem

ASK = "May a colleague from sales ring you about it?"
YES = "Yes, please ring me on Thursday after six."
TURNS = [{"speaker": "agent", "text": ASK}, {"speaker": "customer", "text": YES}]


@pytest.fixture
def api(served: Served) -> httpx.Client:
    return served.client()


def to_sales(customer: str, quote: str | None = YES, **more: Any) -> dict[str, Any]:
    body = {"customer_id": customer, "to_role": "sales", "conversation": {"turns": TURNS}, **more}
    return {**body, "consent_quote": quote} if quote else body


def test_a_handoff_is_accepted_then_returned(api: httpx.Client) -> None:
    made = api.post("/v1/handoffs", json=to_sales("C-1001")).json()
    assert made["packet"]["customer"]["owns"]
    assert made["packet"]["consent_quote"] == YES
    assert made["packet"]["preferred_time"][0]["quote"] == YES
    path = f"/v1/handoffs/{made['id']}"
    assert api.post(path, json={"state": "accepted"}).json()["state"] == "accepted"
    problem(api.post(path, json={"state": "declined", "note": "late"}), 409, "conflict")
    assert api.post(path, json={"state": "returned", "note": "met"}).json()["state"] == "returned"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (to_sales("C-1001", None), "invalid_input"),
        (to_sales("C-1001", "   "), "invalid_input"),
        (to_sales("C-1001", "I never said this but call me"), "not_customer_words"),
        (to_sales("C-1001", ASK), "not_customer_words"),
        ({**to_sales("C-1001"), "conversation": None}, "not_customer_words"),
        (
            to_sales("C-1001", conversation={"customer_id": "C-1004", "turns": TURNS}),
            "invalid_input",
        ),
    ],
)
def test_nobody_is_handed_to_sales_without_their_word(
    api: httpx.Client, body: dict[str, Any], code: str
) -> None:
    problem(api.post("/v1/handoffs", json=body), 422, code)


def test_a_quote_of_an_earlier_contact_is_found(api: httpx.Client) -> None:
    events = api.get("/v1/customers/C-1009/timeline").json()["events"]
    said = [
        (event["id"], turn)
        for event in events
        if event["kind"] == "contact"
        for turn in event["turns"]
        if turn["speaker"] == "customer" and len(turn["text"]) < 200
    ]
    where, turn = said[-1]
    body = {"customer_id": "C-1009", "to_role": "sales", "consent_quote": turn["text"]}
    answer = api.post("/v1/handoffs", json=body)
    if answer.status_code == 201:  # the demo's dates grow old, and with them the words
        assert answer.json()["packet"]["consent"]["conversation"] == where
    else:
        assert "days ago" in problem(answer, 422, "not_customer_words")["detail"]


@pytest.mark.parametrize(
    ("customer", "reason"),
    [
        ("C-1011", "vulnerability_health"),
        ("C-1012", "vulnerability_bereavement"),
        ("C-1013", "opted_out"),
        ("C-1003", "open_complaint"),
        ("C-1002", "open_commitments_first"),
    ],
)
def test_what_stands_in_the_way_is_named(api: httpx.Client, customer: str, reason: str) -> None:
    told = problem(api.post("/v1/handoffs", json=to_sales(customer)), 409, "not_for_sales")
    assert told["reason"] == reason
    body = {"customer_id": customer, "to_role": "service"}
    assert api.post("/v1/handoffs", json=body).status_code == 201


def test_care_details_stay_in_the_timeline(api: httpx.Client) -> None:
    body = {"customer_id": "C-1011", "to_role": "service"}
    packet = api.post("/v1/handoffs", json=body).json()["packet"]
    ours = ("care", "kept_why")  # the code, and why texts stay: our words, no detail
    told = json.dumps({n: part for n, part in packet.items() if n not in ours}).lower()
    for word in ("pendant", "health", "button", "chimewell", "no selling", "niece"):
        assert word not in told
    assert packet["open_promises"] and packet["kept_back"]
    assert packet["told_so_far"][-1]["last_word_of_ours"]


def test_a_need_of_another_customer_is_not_handed_over(api: httpx.Client) -> None:
    conversation = json.loads(
        '{"id": "handoff-need", "channel": "chat", "customer_id": "C-1001", "turns": [{"speaker":'
        ' "customer", "text": "I would like to buy a leak sensor for the kitchen, please."}]}'
    )
    assert api.post("/v1/suggestions", json={"conversation": conversation}).status_code == 200
    (need, *_) = api.get("/v1/needs", params={"customer_id": "C-1001"}).json()["needs"]
    for to in ("sales", "service"):
        theirs = {**to_sales("C-1004"), "to_role": to, "need_id": need["id"]}
        problem(api.post("/v1/handoffs", json=theirs), 404, "not_found")
    own = {**to_sales("C-1001"), "to_role": "service", "need_id": need["id"]}
    packet = api.post("/v1/handoffs", json=own).json()["packet"]
    assert packet["need"] == need["body"]["need"]
    assert packet["quotes"][0]["conversation"] == "handoff-need"


def test_what_stands_in_the_way_of_sales_is_told_before_anybody_asks(api: httpx.Client) -> None:
    free = api.post("/v1/handoffs/check", json={"customer_id": "C-1001"})
    assert free.json() == {"allowed": True, "reason": None, "detail": None}
    said = [{"speaker": "customer", "text": "I lost my job in May and can't pay the bill."}]
    body = {"customer_id": "C-1001", "conversation": {"turns": said}}
    closed = api.post("/v1/handoffs/check", json=body).json()
    assert closed["allowed"] is False and closed["reason"] == "vulnerability_financial"
    assert "Care comes first" in closed["detail"]
    problem(api.post("/v1/handoffs/check", json={"customer_id": "nobody"}), 404, "not_found")


def test_a_conversation_id_alone_takes_what_was_answered(api: httpx.Client) -> None:
    said = "Date, cost, letter: nothing else, please."
    here = {"id": "mail-9", "customer_id": "C-1014", "channel": "email",
            "turns": [{"speaker": "customer", "text": said}]}  # fmt: skip
    body: dict[str, Any] = {"customer_id": "C-1014", "to_role": "service"}
    unknown = api.post("/v1/handoffs", json={**body, "conversation_id": "mail-9"})
    assert "`conversation`" in problem(unknown, 422, "invalid_input")["detail"]
    assert api.post("/v1/suggestions", json={"conversation": here}).status_code == 200
    packet = api.post("/v1/handoffs", json={**body, "conversation_id": "mail-9"}).json()["packet"]
    assert [one["quote"] for one in packet["said"]] == [said]
    assert "mail-9" in packet["lacking"]
    without = api.post("/v1/handoffs", json=body).json()["packet"]
    assert "mail-9" in without["lacking"] and "not sent along" in without["lacking"]
    for made in (packet, without):
        assert "Rhys" not in [one["name"] for one in made["to_thank"]]
    figures = [text for one in without["told_so_far"] for text in one["told"]]
    assert any("£72" in text for text in figures) and any("£50" in text for text in figures)
