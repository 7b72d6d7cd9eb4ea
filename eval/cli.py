"""`copilot eval …`: runs suites and prints figures with their denominators."""

from __future__ import annotations

import typer

app = typer.Typer(help="Measure retrieval, replies and needs.", no_args_is_help=True)


@app.callback()
def evaluate() -> None:
    """Measure retrieval, replies and needs."""
