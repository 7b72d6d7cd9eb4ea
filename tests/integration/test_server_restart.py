"""A server that is killed, doubled, out of disk or without its model: it says so and goes on."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event

from copilot.config import ROOT
from copilot.db import Database
from copilot.embedder import build_embedder
from copilot.errors import ConfigError
from server import create_app
from tests.fake_upstream import FakeUpstream
from tests.fakes import FakeEmbedder
from tests.model_desk import QUESTION, served, settings

KEY = "ck_restart"
HEADERS = {"Authorization": f"Bearer {KEY}"}
MANY = 1_100
ASKING = {"conversation": {"turns": [{"speaker": "customer", "text": QUESTION}]}}


class Process:
    """`copilot serve` as a process of its own on a free port."""

    def __init__(self, home: Path, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("COPILOT_", "OPENAI_"))}
        with log.open("wb") as out:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "copilot.cli", "serve", "--port", str(port)],
                cwd=ROOT,
                env={**clean, "COPILOT_HOME": str(home), "COPILOT_BOOTSTRAP_KEY": KEY},
                stdout=out,
                stderr=out,
            )

    def ready(self) -> Process:
        def answers() -> bool:
            assert self.child.poll() is None, self.log.read_text()
            try:
                return httpx.get(f"{self.url}/readyz").status_code == 200
            except httpx.TransportError:
                return False

        until(answers)
        return self

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait(20)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return httpx.request(method, f"{self.url}{path}", headers=HEADERS, timeout=60, **more)

    def job(self, href: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.ask("GET", href).json()
        return answer


def until(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return
        time.sleep(0.03)
    pytest.fail("it did not come about")


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """Starts servers on one home; what is left of them ends with the test."""
    started: list[Process] = []

    def start() -> Process:
        started.append(Process(tmp_path / "home", tmp_path / f"log-{len(started)}"))
        return started[-1]

    yield start
    for process in started:
        if process.child.poll() is None:
            process.kill()


def articles(n: int, prefix: str) -> str:
    lines = [
        {"id": f"{prefix}{i}", "title": f"Pump {prefix}{i}", "content": f"{prefix}{i} is sealed."}
        for i in range(n)
    ]  # fmt: skip
    return "".join(json.dumps(line) + "\n" for line in lines)


def upload(server: Process, text: str) -> str:
    answer = server.ask("POST", "/v1/ingest", files={"files": ("articles.jsonl", text)})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["href"])


def test_a_killed_ingest_resumes_and_loses_nothing(
    serve: Callable[[], Process], tmp_path: Path
) -> None:
    first = serve().ready()
    small = upload(first, articles(3, "kept"))
    until(lambda: first.job(small)["state"] == "done")
    href = upload(first, articles(MANY, "big"))
    until(lambda: first.job(href)["done"] > 0)
    first.kill()

    second = serve().ready()
    until(lambda: second.job(href)["state"] in ("running", "done"))
    second.kill()

    third = serve().ready()
    until(lambda: third.job(href)["state"] == "done")
    report = third.job(href)["report"]
    assert report["failed"] == 0
    assert report["added"] + report["unchanged"] == MANY
    for name in ("kept0", "kept2", "big0", f"big{MANY // 2}", f"big{MANY - 1}"):
        found = third.ask("POST", "/v1/search", json={"query": f"Pump {name}", "k": 3}).json()
        assert name in [row["source_id"] for row in found["results"]]
    assert_whole(tmp_path / "home", MANY + 3)
    until(lambda: not list((tmp_path / "home" / "uploads").iterdir()))  # cleaned up


def assert_whole(home: Path, n: int) -> None:
    """Every acknowledged article is there, and every passage has its vector."""
    store = Database.open(f"sqlite:///{home / 'copilot.db'}").tenant("default")
    sources, chunks = store.sources.count("document")
    model = build_embedder(settings(home)).name
    vectors = [i for ids, _ in store.sources.vectors("document", model) for i in ids]
    assert sources == n and chunks == len(vectors) == len(set(vectors))


def test_a_second_server_on_the_same_home_is_refused_and_the_first_goes_on(
    serve: Callable[[], Process],
) -> None:
    first = serve().ready()
    second = serve()
    assert second.child.wait(60) == 1
    told = second.log.read_text()
    assert f"process {first.child.pid} holds the vector index" in told
    assert "Traceback" not in told
    assert first.ask("GET", "/v1/promises").status_code == 200


@contextmanager
def full_disk(engine: Engine) -> Iterator[None]:
    """No page more for the database until the end of the block."""

    def limit(dbapi: Any, _record: Any, _proxy: Any) -> None:
        pages = dbapi.execute("PRAGMA page_count").fetchone()[0]
        dbapi.execute(f"PRAGMA max_page_count={pages}")

    def free(dbapi: Any, _record: Any, _proxy: Any) -> None:
        dbapi.execute("PRAGMA max_page_count=1073741823")

    event.listen(engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(engine, "checkout", limit)
        event.listen(engine, "checkout", free)


def test_a_home_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where a folder should be")
    app = create_app(settings(tmp_path / "file" / "home"), embedder=FakeEmbedder())

    async def started() -> None:
        async with app.router.lifespan_context(app):
            pass

    with pytest.raises(ConfigError, match=r"COPILOT_HOME: .*file is a file, not a folder"):
        asyncio.run(started())
    assert isinstance(app.state.fault, ConfigError)
    app = create_app(settings(tmp_path / "home"), embedder=FakeEmbedder())
    asyncio.run(started())


def test_a_full_disk_is_a_problem_and_not_the_end(tmp_path: Path) -> None:
    with served(settings(tmp_path, bootstrap_key=KEY)) as (url, app):
        api = httpx.Client(base_url=url, headers=HEADERS, timeout=30)
        long = {"speaker": "customer", "text": f"{QUESTION} {' '.join(map(str, range(15_000)))}"}
        body = {"conversation": {"turns": [long] * 4}}
        with full_disk(app.state.copilot.database.engine):
            refused = api.post("/v1/suggestions", json=body)
            assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
            assert "disk is full" in refused.json()["detail"]
            assert int(refused.headers["retry-after"]) > 0
            found = api.post("/v1/search", json={"query": "refund", "k": 1}).json()["results"]
            assert found[0]["source_id"] == "kb-refund"
            assert api.get("/healthz").status_code == 200
        assert api.post("/v1/suggestions", json=body).status_code == 200


def test_an_upload_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    with served(settings(tmp_path, bootstrap_key=KEY)) as (url, _):
        shutil.rmtree(tmp_path / "uploads", ignore_errors=True)
        (tmp_path / "uploads").write_text("a file where the folder should be")
        files = {"files": ("a.jsonl", articles(1, "a"))}
        refused = httpx.post(f"{url}/v1/ingest", headers=HEADERS, files=files, timeout=30)
        assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")


def test_a_model_that_is_down_costs_no_reply(tmp_path: Path) -> None:
    with FakeUpstream() as upstream:
        url_of_nobody = upstream.base_url
    with served(settings(tmp_path, url_of_nobody, bootstrap_key=KEY)) as (url, _):
        body = httpx.post(f"{url}/v1/suggestions", headers=HEADERS, json=ASKING, timeout=30).json()
        assert body["generator"] == {"kind": "fallback", "model": None, "reason": "unreachable"}
        assert "five working days" in body["reply"]["text"]
        assert httpx.get(f"{url}/readyz").status_code == 200


def test_an_unexpected_fault_ends_a_stream_with_an_error_event(tmp_path: Path) -> None:
    with served(settings(tmp_path, bootstrap_key=KEY)) as (url, app):

        def broken(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if "chunks" in statement:
                raise RuntimeError("zanzibar")

        engine = app.state.copilot.database.engine
        path, body = f"{url}/v1/suggestions", {**ASKING, "stream": True}
        event.listen(engine, "before_cursor_execute", broken)
        broke = httpx.post(path, headers=HEADERS, json=body, timeout=30).text
        event.remove(engine, "before_cursor_execute", broken)
        assert "event: error" in broke and "event: done" not in broke and "zanzibar" not in broke
        assert "event: done" in httpx.post(path, headers=HEADERS, json=body, timeout=30).text
