"""A server with a part of the demo's data, and a browser's visit that remembers every fault."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import BrowserContext, Page, expect

from copilot.bootstrap import build
from copilot.config import ROOT, Settings
from server import create_app, ingest_with

DEMO = ROOT / "demo"
CUSTOMERS = ("C-1001", "C-1003", "C-1008")
ARTICLES = ("fault-valve-e23.md", "fault-zone-limit-e55.md", "plans-warm.md", "warranty.md")
EVIL = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'
EVIL_LINK = "[your refund](javascript:window.pwned=1) https://evil.example/steal"


@dataclass(frozen=True)
class Site:
    """A running server and what it was built from."""

    url: str
    settings: Settings
    app: Any


def some_data(folder: Path) -> list[Path]:
    """A few articles, three customers with all their contacts, and one hostile of each kind."""
    (folder / "articles").mkdir()
    for name in ARTICLES:
        shutil.copy(DEMO / "articles" / name, folder / "articles" / name)
    evil = (
        f"---\nid: evil\ntitle: '{EVIL}'\nurl: 'javascript:window.pwned=1'\n---\n"
        f"Error Q77 of the lamp is cured by pressing the green button twice. {EVIL_LINK}\n"
    )
    (folder / "articles" / "evil.md").write_text(evil, "utf-8")
    people = json.loads((DEMO / "customers.json").read_text("utf-8"))
    people = [p for p in people if p["customer_id"] in CUSTOMERS]
    people.append(
        {
            **people[0],
            "customer_id": "C-EVIL",
            "name": EVIL,
            "emails": [],
            "phones": [],
            "external_ids": {},
        }
    )
    (folder / "customers.json").write_text(json.dumps(people), "utf-8")
    lines = (DEMO / "interactions.jsonl").read_text("utf-8").splitlines()
    contacts = [row for row in map(json.loads, lines) if row["customer_id"] in CUSTOMERS]
    spoken = [
        {
            "id": "t1",
            "speaker": "customer",
            "text": EVIL,
            "at": "2026-05-01T09:00:00Z",
            "visibility": "public",
        }
    ]
    contacts.append(
        {**contacts[0], "id": "i-evil", "customer_id": "C-EVIL", "subject": EVIL, "turns": spoken}
    )
    (folder / "interactions.jsonl").write_text("\n".join(map(json.dumps, contacts)), "utf-8")
    shutil.copy(DEMO / "catalogue.csv", folder / "catalogue.csv")
    return [
        folder / n for n in ("articles", "catalogue.csv", "customers.json", "interactions.jsonl")
    ]


@contextmanager
def served(home: Path, data: Path) -> Iterator[Site]:
    """Ingests some data and serves it in demo mode on a free port."""
    settings = Settings(home=home, demo=True, model="", database_url="", rate_per_minute=0)
    copilot = build(settings)
    ingest_with(copilot)(copilot.store(), some_data(data), "auto", lambda _n: None)
    copilot.vectors.close()
    copilot.database.close()
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Site(f"http://127.0.0.1:{port}", settings, app)
    server.should_exit = True
    thread.join(timeout=20)


class Visit:
    """A tab that remembers every fault and every request."""

    def __init__(self, context: BrowserContext, site: Site, script: str) -> None:
        context.add_init_script(script)
        self.context, self.site = context, site
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            lambda m: self.faults.append(m.text) if m.type in ("error", "warning") else None,
        )
        self.page.on("request", lambda request: self.requests.append(request.url))

    def open(self, view: str = "") -> Page:
        self.page.goto(f"{self.site.url}/{view}")
        return self.page

    def choose(self, title: str) -> Page:
        self.open()
        self.page.locator(".picker-toggle").click()
        self.page.locator(".picker-list button", has_text=title).click()
        self.ready()
        return self.page

    def write_own(self, text: str, customer: str = "") -> Page:
        self.open()
        self.page.locator(".picker-toggle").click()
        self.page.locator(".picker-own").click()
        self.page.get_by_label("Your conversation").fill(text)
        if customer:
            self.page.locator("#own-customer").select_option(customer)
        self.page.get_by_role("button", name="Start", exact=True).click()
        self.ready()
        return self.page

    def ready(self) -> None:
        expect(self.page.locator("[data-stale]")).to_have_count(0)
        expect(self.page.locator(".draft:not(.writing) .actions")).to_be_visible()
