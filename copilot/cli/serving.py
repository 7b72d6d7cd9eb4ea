"""`serve` and `demo`: the API and the pages on this machine."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from copilot.api.schemas import ConversationIn, wire
from copilot.bootstrap import build
from copilot.cli.console import out, show_suggestion
from copilot.compute import settle
from copilot.config import ROOT, Settings
from copilot.errors import ConfigError, CopilotError
from copilot.workers import advised
from ingest.cli import run_with_progress, show_report
from server import create_app, log_json

DEMO = ROOT / "demo"
SHOWN_FIRST = "valve-e23"


def serve(
    host: Annotated[str, typer.Option(help="Where to listen; loopback by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    workers: Annotated[
        int | None,
        typer.Option(min=0, max=64, help="Processes that compute beside the server."),
    ] = None,
) -> None:
    """Serve the API and the pages."""
    settings = Settings()
    _serve(
        settings if workers is None else settings.model_copy(update={"workers": workers}),
        host,
        port,
    )


def demo(
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    exit_after: Annotated[
        bool, typer.Option("--no-serve", help="Ingest, print one suggestion, and stop.")
    ] = False,
) -> None:
    """Ingest the demo company, print one suggestion, and serve the page to try it."""
    if not DEMO.is_dir():
        raise ConfigError("The demo data is not part of this installation; use a checkout.")
    settings = Settings(demo=True)
    copilot = build(settings)
    parts = ("articles", "catalogue.csv", "customers.json", "interactions.jsonl")
    report = run_with_progress(copilot, copilot.store(), [DEMO / name for name in parts])
    show_report(report)
    example = _example()
    raw = json.loads(example.read_text("utf-8"))
    turns = [f"{turn['speaker']}: {turn['text']}" for turn in raw["turns"]]
    out.print(f"\n[bold]{raw['title']}[/] [dim]({raw['channel']})[/]")
    out.print("\n".join(f"  {line}" for line in turns), markup=False)
    body = {k: v for k, v in raw.items() if k not in ("title", "about")}
    conversation = ConversationIn.model_validate(body).domain()

    async def once() -> None:
        suggestion = await copilot.suggester.suggest(copilot.store(), conversation, alternatives=2)
        show_suggestion(wire(suggestion))
        await copilot.aclose()

    asyncio.run(once())
    if not exit_after:
        out.print(f"\nTry it: [bold]http://127.0.0.1:{port}/[/]   (Ctrl-C ends it)\n")
        _serve(settings, "127.0.0.1", port)


def _example() -> Path:
    found = sorted((DEMO / "conversations").glob("*.json"))
    return next((path for path in found if path.name.startswith(SHOWN_FIRST)), found[0])


def _serve(settings: Settings, host: str, port: int) -> None:
    if port and _is_taken(host, port):
        raise ConfigError(
            f"Port {port} of {host} is taken. Stop what uses it, or choose another with --port."
        )
    settings.home.mkdir(parents=True, exist_ok=True)  # a fault of it is told before all else
    log_json()
    workers = advised() if settings.workers is None else settings.workers
    app = create_app(settings, workers=workers)
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    try:
        _Server(config).run()
    except SystemExit:  # uvicorn's own code says nothing of the fault
        if isinstance(fault := getattr(app.state, "fault", None), CopilotError):
            raise fault from None
        raise


class _Server(uvicorn.Server):
    """Settles once it has started."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then sets the collector."""
        await super().startup(sockets)
        settle()


def _is_taken(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
