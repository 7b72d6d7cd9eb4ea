"""What a caller reads when a request cannot be understood: where, why, and what to do."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.e2e.conftest import Served


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b'{"query": "valve', 422, "no JSON at character"),
        (b'{"query": "\xff\xfe"}', 400, "send JSON in UTF-8"),
        (b"", 422, "The body is missing."),
    ],
)
def test_a_body_that_cannot_be_read_says_why(
    served: Served, content: bytes, status: int, said: str
) -> None:
    answer = served.client().post(
        "/v1/search", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


NO_WORDS = "conversation.turns end without words to answer: the customer's last turn, number 2 of 2"


@pytest.mark.parametrize(
    ("conversation", "said"),
    [
        ({"turns": []}, "conversation.turns must hold at least 1 entry."),
        ({"turns": [{"speaker": "customer", "text": "x"}, {"speaker": "customer", "text": " "}]},
         f"{NO_WORDS}, has no text."),
        ({"turns": [{"speaker": "agent", "text": ""}]},
         "conversation.turns hold no words: not one turn has any text."),
        ({"turns": [{"speaker": "boss", "text": "x"}]},
         "conversation.turns[0].speaker must be 'customer', 'agent',"),
        ({"turns": [{"speaker": "customer"}]}, "conversation.turns[0].text is missing."),
        ({"turns": [{"speaker": "customer", "text": 7}]},
         "conversation.turns[0].text must be a text."),
        ({"turns": [{"speaker": "customer", "text": "x", "at": "soon"}]},
         "conversation.turns[0].at must be a time such as 2026-"),
        ({"turns": "hello"}, "conversation.turns must be a list."),
        ("hello", "conversation must be an object."),
        ({"turns": [], "topic": 1}, "conversation.topic is no field"),
    ],
)  # fmt: skip
def test_a_conversation_that_cannot_be_read_says_where_and_why(
    served: Served, conversation: object, said: str
) -> None:
    body = served.client().post("/v1/suggestions", json={"conversation": conversation}).json()
    assert any(
        said.rstrip(".") in f"{place} {error['reason']}"
        for error in body["errors"]
        for place in [error["at"].removeprefix("body.").replace(".0.", "[0].")]
    ), body
    if len(body["errors"]) == 1:
        assert body["detail"].startswith(said)
    assert "Value error" not in str(body) and "validation" not in body["detail"]


def test_a_number_out_of_its_bounds_says_which(served: Served) -> None:
    client: httpx.Client = served.client()
    turn = {"speaker": "customer", "text": "x"}
    many = {"conversation": {"turns": [turn]}, "alternatives": 6}
    assert client.post("/v1/suggestions", json=many).json()["detail"] == (
        "alternatives must be at most 5."
    )
    assert client.get("/v1/promises?limit=0").json()["detail"] == "limit must be at least 1."


def test_an_unknown_address_names_the_contract(served: Served) -> None:
    client: httpx.Client = served.client()
    assert "/openapi.json" in client.get("/v1/nothing").json()["detail"]
    assert client.delete("/v1/search").status_code == 405


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"query": "valve", "k": True}, "k must be a whole number."),
        ({"query": "valve", "k": "3"}, "k must be a whole number."),
        ({"query": "\ud800 valve"}, "query is not valid Unicode: it contains a lone surrogate."),
    ],
)
def test_a_query_that_is_no_text_and_a_count_that_is_no_number_are_refused(
    served: Served, body: dict[str, object], said: str
) -> None:
    answer = served.client().post(
        "/v1/search", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["detail"] == said


def test_a_search_that_finds_nothing_says_why(served: Served) -> None:
    client = served.client()
    nothing = client.post("/v1/search", json={"query": "¿Cuánto cuesta el trastero para mi gato?"})
    assert nothing.json()["results"] == []
    assert "reads as 'es', and no article states that language" in nothing.json()["note"]
    assert client.post("/v1/search", json={"query": "q"}).json()["results"] == []
