"""The demo's key is given to a browser on the same machine, and to nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from copilot.api import pages, problems
from copilot.config import Settings


def ask(
    home: Path,
    *,
    demo: bool = True,
    client: str = "127.0.0.1",
    host: str = "127.0.0.1:8000",
    site: str | None = "same-origin",
    path: str = "/demo/session",
) -> httpx.Response:
    app = FastAPI()
    problems.install(app)
    pages.mount(app, Settings(home=home, demo=demo))
    app.state.copilot = SimpleNamespace(database=SimpleNamespace(add_key=lambda **key: None))

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(client, 50000))
        headers = {"Host": host, **({"Sec-Fetch-Site": site} if site else {})}
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as session:
            method = "POST" if path == "/demo/session" else "GET"
            return await session.request(method, path, headers=headers)

    return asyncio.run(call())


@pytest.mark.parametrize("client", ["127.0.0.1", "::1", "127.8.8.8"])
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "localhost"])
def test_a_browser_on_this_machine_gets_a_key(tmp_path: Path, client: str, host: str) -> None:
    assert ask(tmp_path, client=client, host=host).json()["key"].startswith("ck_demo_")


@pytest.mark.parametrize(
    "changes",
    [
        {"demo": False},
        {"client": "10.0.0.5"},
        {"client": "2001:db8::1"},
        {"host": "continuum.example.org"},
        {"host": "127.0.0.1.example.org:8000"},
        {"host": ""},
        {"site": "cross-site"},
        {"site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/demo/session", "/demo/conversations"])
def test_anybody_else_gets_none(tmp_path: Path, changes: dict[str, str | bool], path: str) -> None:
    answer = ask(tmp_path, path=path, **changes)  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert "key" not in answer.json()
