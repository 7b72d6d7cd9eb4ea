"""The HTTP surface: what it answers, and how it refuses."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from copilot.auth import digest, new_key
from copilot.config import ROOT, Settings
from copilot.db import Database
from tests.e2e.conftest import KEY, Served, start

VALVE = json.loads((ROOT / "demo" / "conversations" / "valve-e23.json").read_text("utf-8"))
CONVERSATION = {k: v for k, v in VALVE.items() if k not in ("title", "about")}
BOSS = {"speaker": "boss", "text": "x"}
ONE = {"turns": [{"speaker": "customer", "text": "The valve shows E23, what now?"}]}


@pytest.fixture
def api(served: Served) -> httpx.Client:
    return served.client()


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"] and body["request_id"] == response.headers["x-request-id"]
    return body


def test_a_suggestion_cites_what_was_ingested(api: httpx.Client) -> None:
    body = api.post(
        "/v1/suggestions", json={"conversation": CONVERSATION, "alternatives": 3}
    ).json()
    assert body["generator"]["kind"] == "extractive"
    assert not body["reply"]["abstained"]
    assert "fault-valve-e23" in {c["source_id"] for c in body["citations"]}
    numbers = {c["n"] for c in body["citations"]}
    assert all(set(s["citations"]) <= numbers for s in body["reply"]["segments"])
    assert body["reply"]["text"] == " ".join(s["text"] for s in body["reply"]["segments"])
    assert len(body["alternatives"]) <= 3
    assert {"flags", "none_reason", "promises", "open_loops"} <= body["assessment"].keys()


def test_an_alternative_names_the_turn_it_comes_from(api: httpx.Client) -> None:
    asked = {"turns": [{"speaker": "customer", "text": "Can the bill come in large print?"}]}
    body = api.post("/v1/suggestions", json={"conversation": asked, "alternatives": 3}).json()
    assert 1 <= len(body["alternatives"]) <= 3
    for alternative in body["alternatives"]:
        assert alternative["source"]["kind"] == "interaction"
        assert isinstance(alternative["source"]["turn"], int)


def test_every_quote_stands_in_its_source(api: httpx.Client, served: Served) -> None:
    body = api.post("/v1/suggestions", json={"conversation": CONVERSATION}).json()
    store = Database.open(f"sqlite:///{served.home / 'copilot.db'}").tenant("default")
    for citation in body["citations"]:
        source = store.sources.get(citation["kind"], citation["source_id"])
        if source is None:  # the catalogue, or the customer's record
            skus = {product.sku for product in store.records.products()}
            cited = citation["source_id"]
            assert cited in skus or store.records.customer(cited) is not None
            continue
        text = source.text if hasattr(source, "text") else source.turns[citation["turn"]].text
        words = citation["quote"].rstrip("…").split()
        assert " ".join(words[:6]) in " ".join(
            text.replace("**", "").replace("- ", "").split()
        ) or (words[0] in text)


def test_the_same_suggestion_comes_as_events_sources_first(api: httpx.Client) -> None:
    names, data = [], {}
    with api.stream(
        "POST",
        "/v1/suggestions",
        json={"conversation": CONVERSATION},
        headers={"Accept": "text/event-stream"},
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            if line.startswith("event: "):
                names.append(line[7:])
            elif line.startswith("data: "):
                data[names[-1]] = json.loads(line[6:])
    assert names[0] == "meta" and names[-1] == "done"
    assert names.index("citation") < names.index("text.delta") < names.index("assessment")
    assert data["done"]["reply"]["text"]


def test_search_gives_one_row_per_source_and_no_scores(api: httpx.Client) -> None:
    results = api.post("/v1/search", json={"query": "valve E23", "k": 8}).json()["results"]
    assert [row["rank"] for row in results] == list(range(1, len(results) + 1))
    pairs = [(row["kind"], row["source_id"]) for row in results]
    assert len(set(pairs)) == len(pairs)
    assert not any("score" in key for row in results for key in row)
    only = api.post("/v1/search", json={"query": "valve", "kinds": ["document"]}).json()["results"]
    assert {row["kind"] for row in only} == {"document"}


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/search", {}, 422, "invalid_input"),
        ("/v1/search", {"query": "a", "conversation": ONE}, 422, "invalid_input"),
        ("/v1/search", {"query": " "}, 422, "invalid_input"),
        ("/v1/search", {"query": "a", "k": 0}, 422, "invalid_input"),
        ("/v1/search", {"query": "a", "k": 10_000}, 422, "invalid_input"),
        ("/v1/search", {"query": "a", "kinds": ["secret"]}, 422, "invalid_input"),
        ("/v1/search", {"query": "a", "surplus": 1}, 422, "invalid_input"),
        ("/v1/suggestions", {"conversation": {"turns": []}}, 422, "invalid_input"),
        ("/v1/suggestions", {"conversation": {"turns": [BOSS]}}, 422, "invalid_input"),
        ("/v1/suggestions", {"conversation": ONE, "alternatives": 6}, 422, "invalid_input"),
        ("/v1/suggestions", {"conversation": "text"}, 422, "invalid_input"),
        ("/v1/suggestions", {"conversation": {"turns": [BOSS] * 2001}}, 422, "invalid_input"),
        ("/v1/feedback", {"suggestion_id": "nope", "event": "shown"}, 404, "not_found"),
        ("/v1/needs/nope/outcome", {"event": "accepted"}, 404, "not_found"),
        ("/v1/assessments", {"id": "x"}, 422, "invalid_input"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_its_place(
    api: httpx.Client, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    problem(api.post(path, json=body), status, code)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff\xfe\x00", b'{"query": "\xff"}', b"[]", b'"text"', b"[" * 50_000]
)
def test_what_is_no_json_is_refused(api: httpx.Client, raw: bytes) -> None:
    response = api.post("/v1/search", content=raw, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_a_lone_surrogate_is_refused(api: httpx.Client) -> None:
    raw = b'{"query": "\\ud800 broken"}'
    response = api.post("/v1/search", content=raw, headers={"content-type": "application/json"})
    problem(response, 422, "invalid_input")


@pytest.mark.parametrize(
    "text",
    [
        "?",
        "🎉" * 50,
        "как отменить подписку",
        '"a" AND b* NEAR(c) OR -d:e',
        "x " * 49_000,
        "\u0000\u200b",
        "2026-01-01 ERROR at foo.bar(Baz.java:1)\n" * 900,
    ],
)
def test_odd_questions_get_a_sane_answer(api: httpx.Client, text: str) -> None:
    response = api.post("/v1/search", json={"query": text, "k": 3})
    assert response.status_code in (200, 422), response.text
    conversation = {"turns": [{"speaker": "customer", "text": text}]}
    answer = api.post("/v1/suggestions", json={"conversation": conversation})
    assert answer.status_code == 200, answer.text


def test_a_body_over_the_limit_is_refused_before_it_is_read(api: httpx.Client) -> None:
    turn = {"speaker": "customer", "text": "x" * 90_000}
    body = {"conversation": {"turns": [turn] * 40}}
    problem(api.post("/v1/suggestions", json=body), 413, "too_large")


@pytest.mark.parametrize("key", [None, "", "wrong", "ck_test_admi", "ck_test_admin2"])
def test_without_a_good_key_nothing_is_told(served: Served, key: str | None) -> None:
    response = served.client(key).post("/v1/search", json={"query": "valve"})
    assert problem(response, 401, "unauthenticated")
    assert response.headers["www-authenticate"] == "Bearer"


def test_roles_open_only_their_doors(served: Served) -> None:
    database = Database.open(f"sqlite:///{served.home / 'copilot.db'}")
    key = new_key()
    database.add_key(tenant="default", role="agent", digest=digest(key))
    agent = served.client(key)
    assert agent.post("/v1/search", json={"query": "valve"}).status_code == 200
    refused = agent.post("/v1/ingest/paths", json={"paths": ["/etc"]})
    problem(refused, 403, "forbidden")
    problem(agent.get("/v1/customers/merges"), 403, "forbidden")


def test_one_tenant_never_sees_another(served: Served) -> None:
    database = Database.open(f"sqlite:///{served.home / 'copilot.db'}")
    key = new_key()
    database.add_key(tenant="other", role="admin", digest=digest(key))
    other = served.client(key)
    assert other.post("/v1/search", json={"query": "valve E23"}).json()["results"] == []
    problem(other.get("/v1/customers/C-1003/timeline"), 404, "not_found")
    mine = served.client().post("/v1/suggestions", json={"conversation": ONE}).json()
    foreign = other.post("/v1/feedback", json={"suggestion_id": mine["id"], "event": "shown"})
    absent = other.post("/v1/feedback", json={"suggestion_id": "0" * 32, "event": "shown"})
    assert foreign.status_code == absent.status_code == 404
    assert other.get("/v1/promises").json() == {"promises": []}
    assert other.post("/v1/suggestions", json={"conversation": ONE}).json()["reply"]["abstained"]


def test_feedback_measures_what_was_changed(api: httpx.Client) -> None:
    body = api.post("/v1/suggestions", json={"conversation": CONVERSATION}).json()
    same = {"suggestion_id": body["id"], "event": "edited", "sent_text": body["reply"]["text"]}
    assert api.post("/v1/feedback", json=same).json()["edit_distance"] == 0
    other = {**same, "sent_text": "Something else entirely"}
    assert api.post("/v1/feedback", json=other).json()["edit_distance"] > 0.5
    problem(
        api.post("/v1/feedback", json={"suggestion_id": body["id"], "event": "dismissed"}),
        422,
        "invalid_input",
    )


def test_the_timeline_shows_both_departments_in_one_order(api: httpx.Client) -> None:
    body = api.get("/v1/customers/C-1003/timeline").json()
    times = [event["at"] for event in body["events"] if event["at"]]
    assert times == sorted(times)
    roles = {role for event in body["events"] for role in event.get("roles", [])}
    assert roles == {"sales", "service"}
    problem(api.get("/v1/customers/nobody/timeline"), 404, "not_found")


@pytest.mark.parametrize("customer", ["nobody", "C-1003", "", None])
def test_an_unknown_customer_does_not_stop_a_suggestion_but_is_told(
    api: httpx.Client, customer: str | None
) -> None:
    body = {"conversation": {**ONE, "customer_id": customer}}
    answer = api.post("/v1/suggestions", json=body)
    assert answer.status_code == 200
    streamed = api.post("/v1/suggestions", json={**body, "stream": True}).text
    (done,) = (line for line in streamed.splitlines() if line.startswith('data: {"id"'))
    for told in (answer.json(), json.loads(done.removeprefix("data: "))):
        codes = [warning["code"] for warning in told["warnings"]]
        assert codes == (["unknown_customer"] if customer == "nobody" else [])
        assert any("'nobody'" in w for w in told["reply"]["warnings"]) is bool(codes)


def test_work_queues_filter(api: httpx.Client) -> None:
    promises = api.get("/v1/promises", params={"status": "overdue"}).json()["promises"]
    assert promises and {row["status"] for row in promises} == {"overdue"}
    due = [row["due"] for row in promises if row["due"]]
    assert due == sorted(due)
    assert api.get("/v1/loops", params={"customer_id": "C-1002"}).status_code == 200
    problem(api.get("/v1/promises", params={"due": "soon"}), 422, "invalid_input")


@pytest.mark.parametrize("path", ["/v1/suggestions", "/v1/search"])
def test_a_customer_who_said_nothing_is_named(api: httpx.Client, path: str) -> None:
    def ask(*texts: str) -> httpx.Response:
        turns = [
            {"speaker": "agent" if n % 2 else "customer", "text": text}
            for n, text in enumerate(texts)
        ]
        return api.post(path, json={"conversation": {"turns": turns}})

    refused = ask("My valve leaks", "Which one?", " ")
    problem(refused, 422, "invalid_input")
    assert "number 3 of 3" in refused.json()["detail"]
    problem(ask("", ""), 422, "invalid_input")
    assert ask("", "How can I help?", "My valve leaks").status_code == 200
    assert ask("My valve leaks", "").status_code == 200


def test_uploaded_files_become_a_job_and_then_answers(api: httpx.Client, tmp_path: Path) -> None:
    lines = [
        {"id": "up-1", "title": "Zebra mode", "content": "Zebra mode is switched on under Labs."},
        {"id": "up-2", "title": "cut"},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    accepted = api.post("/v1/ingest", files={"files": ("new.jsonl", text)})
    assert accepted.status_code == 202
    for _ in range(200):
        job = api.get(accepted.json()["href"]).json()
        if job["state"] in ("done", "failed"):
            break
        time.sleep(0.05)
    assert job["state"] == "done"
    assert (job["report"]["added"], job["report"]["failed"]) == (1, 1)
    results = api.post("/v1/search", json={"query": "zebra mode", "k": 1}).json()["results"]
    assert results[0]["source_id"] == "up-1"


def test_paths_outside_the_allowed_folders_are_refused(api: httpx.Client) -> None:
    problem(api.post("/v1/ingest/paths", json={"paths": ["/etc/passwd"]}), 403, "forbidden")


def test_life_signs_need_no_key(served: Served) -> None:
    anybody = served.client(None)
    assert anybody.get("/healthz").json() == {"status": "ok"}
    assert anybody.get("/readyz").json()["status"] == "ready"
    text = anybody.get("/metrics").text
    assert "copilot_requests_total" in text
    assert "valve" not in text


def test_unknown_routes_and_methods_are_problems(api: httpx.Client) -> None:
    assert api.get("/v1/nothing").headers["content-type"] == "application/problem+json"
    assert api.get("/v1/search").status_code == 405


def test_too_many_requests_are_told_when_to_come_back(tmp_path: Path) -> None:
    for served in start(Settings(home=tmp_path, bootstrap_key=KEY, rate_per_minute=60)):
        codes = [served.client().get("/v1/customers").status_code for _ in range(40)]
        assert 429 in codes and codes[0] == 200
        last = served.client().get("/v1/customers")
        if last.status_code == 429:
            assert int(last.headers["retry-after"]) >= 1


def test_an_empty_installation_answers_and_abstains(tmp_path: Path) -> None:
    for served in start(Settings(home=tmp_path, bootstrap_key=KEY)):
        api = served.client()
        assert api.post("/v1/search", json={"query": "anything"}).json()["results"] == []
        body = api.post("/v1/suggestions", json={"conversation": ONE, "alternatives": 3}).json()
        assert body["reply"]["abstained"] and body["reply"]["missing"]
        assert body["alternatives"] == []


def test_a_write_sent_again_has_one_effect_and_one_answer(api: httpx.Client) -> None:
    body = {"customer_id": "C-1003", "to_role": "service", "note": "once"}
    key = {"Idempotency-Key": "handoff-1"}
    first = api.post("/v1/handoffs", json=body, headers=key)
    with ThreadPoolExecutor(8) as pool:
        again = list(pool.map(lambda _: api.post("/v1/handoffs", json=body, headers=key), range(8)))
    assert {r.json()["id"] for r in again} == {first.json()["id"]}
    assert again[0].headers["idempotent-replayed"] == "true"
    other = api.post("/v1/handoffs", json={**body, "note": "twice"}, headers=key)
    problem(other, 422, "invalid_input")


def test_without_the_key_each_write_counts(api: httpx.Client) -> None:
    body = {"customer_id": "C-1003", "to_role": "service"}
    ids = {api.post("/v1/handoffs", json=body).json()["id"] for _ in range(2)}
    assert len(ids) == 2
