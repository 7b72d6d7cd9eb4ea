"""A real server on a free loopback port, with the demo company in it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from copilot.bootstrap import build
from copilot.config import ROOT, Settings
from ingest.cli import run_with_progress
from server import create_app
from tests.conftest import required
from tests.e2e.visit import Site, Visit
from tests.e2e.visit import served as visited

KEY = "ck_test_admin"
MEASURES = (Path(__file__).parent / "measures.js").read_text("utf-8")
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for each file: while Playwright's synchronous API is open, its event
    loop counts as running in this thread, and no other test can run one."""
    found = shutil.which("chromium")
    if found is None:
        required("Debian's chromium is not installed")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The real server in demo mode on a free port, for the pages of one file."""
    with visited(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A tab of its own, which measures contrast and overlaps; `param` are its options."""
    options = getattr(request, "param", {"viewport": {"width": 1440, "height": 900}})
    context = browser.new_context(**options)
    context.set_default_timeout(8000)
    yield Visit(context, site, MEASURES)
    context.close()
