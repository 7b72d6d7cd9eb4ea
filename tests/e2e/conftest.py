"""A real server on a free loopback port, with the demo company in it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn

from copilot.bootstrap import build
from copilot.config import ROOT, Settings
from ingest.cli import run_with_progress
from server import create_app

KEY = "ck_test_admin"
PARTS = ("articles", "catalogue.csv", "customers.json", "interactions.jsonl")


@dataclass(frozen=True)
class Served:
    """A server that runs in this process."""

    url: str
    home: Path

    def client(self, key: str | None = KEY) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


def start(settings: Settings) -> Iterator[Served]:
    """Serves until the caller goes on."""
    config = uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(f"http://127.0.0.1:{port}", settings.home)
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation into which the demo company was ingested."""
    home = tmp_path_factory.mktemp("demo-home")
    settings = Settings(home=home, model="", bootstrap_key=KEY)
    copilot = build(settings)
    paths = [ROOT / "demo" / part for part in PARTS]
    report = run_with_progress(copilot, copilot.store(), paths, quiet=True)
    assert report.counts["failed"] == 0
    copilot.vectors.close()
    copilot.database.close()
    return home


@pytest.fixture(scope="session")
def served(demo_home: Path) -> Iterator[Served]:
    """The demo company, served."""
    yield from start(
        Settings(home=demo_home, model="", bootstrap_key=KEY, demo=True, rate_per_minute=0)
    )
