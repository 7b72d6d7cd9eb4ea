"""The try-it page: files from disk, a strict content policy, a key for the demo only."""

from __future__ import annotations

import ipaddress
import json
import secrets
from pathlib import Path
from typing import Any

import anyio
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, Response
from starlette.types import Scope

from copilot.auth import digest
from copilot.bootstrap import Copilot
from copilot.config import ROOT, Settings
from copilot.errors import Forbidden, NotFound

PAGES = Path(__file__).resolve().parent.parent / "pages"
DEMO = ROOT / "demo" / "conversations"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
DEMO_LOCALE = "en-GB"  # where the demo's company is
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


def mount(app: FastAPI, settings: Settings) -> None:
    """Adds `/`, its files, and in demo mode a key for a browser on this machine."""

    @app.get("/", include_in_schema=False)
    async def _index() -> Response:
        locale = settings.locale or (DEMO_LOCALE if settings.demo else "")
        page = (PAGES / "index.html").read_text("utf-8")
        page = page.replace("<html", f'<html data-locale="{locale}"', 1) if locale else page
        return Response(page, media_type=TYPES[".html"], headers=HEADERS)

    @app.get("/pages/{name}", include_in_schema=False)
    async def _asset(name: str) -> Response:
        return _file(name)

    @app.get("/demo/conversations", include_in_schema=False)
    async def _conversations(request: Request) -> dict[str, Any]:
        _only_in_demo(settings, request.scope)
        return {"conversations": await anyio.to_thread.run_sync(_demo_conversations)}

    @app.post("/demo/session", include_in_schema=False)
    async def _session(request: Request) -> dict[str, str]:
        _only_in_demo(settings, request.scope)
        copilot: Copilot = request.app.state.copilot
        key: str | None = getattr(request.app.state, "demo_key", None)
        if key is None:
            key = request.app.state.demo_key = f"ck_demo_{secrets.token_urlsafe(24)}"
            await anyio.to_thread.run_sync(
                lambda: copilot.database.add_key(
                    tenant=settings.tenant, role="agent", digest=digest(key), label="try-it page"
                )
            )
        return {"key": key}


def _file(name: str) -> Response:
    path = PAGES / name
    if path.suffix not in TYPES or path.parent != PAGES or not path.is_file():
        raise NotFound(f"There is no page {name!r}.")
    return FileResponse(path, media_type=TYPES[path.suffix], headers=HEADERS)


def _only_in_demo(settings: Settings, scope: Scope) -> None:
    """A key is given away only to this machine, under a name that no other site can claim."""
    client = scope.get("client")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "").rsplit(":", 1)[0].strip("[]")
    site = headers.get("sec-fetch-site", "same-origin")
    is_local = client is not None and ipaddress.ip_address(client[0]).is_loopback
    if not (
        settings.demo
        and is_local
        and host in ("127.0.0.1", "localhost", "::1")
        and site in ("same-origin", "none")
    ):
        raise Forbidden("This exists only in the demo on your own machine. Use an API key.")


def _demo_conversations() -> list[dict[str, Any]]:
    if not DEMO.is_dir():
        return []
    return [json.loads(path.read_text("utf-8")) for path in sorted(DEMO.glob("*.json"))]
