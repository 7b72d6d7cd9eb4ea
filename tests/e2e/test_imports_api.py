"""`GET /v1/jobs`: runs of the command line and of the API, for agents to read."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from copilot.auth import digest, new_key
from copilot.db import Database
from tests.e2e.conftest import PARTS, Served


@pytest.fixture
def agent(served: Served) -> httpx.Client:
    key = new_key()
    database = Database.open(f"sqlite:///{served.home / 'copilot.db'}")
    database.add_key(tenant="default", role="agent", digest=digest(key), label="imports")
    return served.client(key)


def _listed(client: httpx.Client, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/jobs", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["jobs"]
    return found


def test_an_ingest_of_the_command_line_is_listed(agent: httpx.Client) -> None:
    run = _listed(agent, kind="ingest", limit=200)[-1]
    assert (run["state"], set(run["sources"])) == ("done", set(PARTS))
    assert run["counts"]["added"] > 200
    assert run["counts"]["failed"] == 0
    assert "report" not in run
    report = agent.get(f"/v1/jobs/{run['id']}").json()["report"]
    assert report["added"] == sum(file["added"] for file in report["files"]) == run["done"]


def test_an_upload_is_listed_first_by_its_name(served: Served, agent: httpx.Client) -> None:
    text = '{"id": "imports-1", "title": "One", "content": "Word."}\n}{\n'
    job = served.client().post("/v1/ingest", files={"files": ("up.jsonl", text)}).json()["job"]
    deadline = time.monotonic() + 20
    while (run := _listed(agent, limit=1)[0])["state"] != "done" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (run["id"], run["sources"], run["kind"]) == (job, ["up.jsonl"], "ingest")
    assert (run["counts"]["added"], run["counts"]["failed"]) == (1, 1)
    assert run["created_at"].endswith("+00:00")


def test_a_list_needs_a_key_and_a_sound_limit(served: Served, agent: httpx.Client) -> None:
    assert served.client(None).get("/v1/jobs").status_code == 401
    assert agent.get("/v1/jobs", params={"limit": 0}).status_code == 422
    assert agent.get("/v1/jobs", params={"kind": "secret"}).status_code == 422
