"""`openapi`: the HTTP contract as a file."""

from __future__ import annotations

import json

import typer

from server import create_app


def openapi() -> None:
    """Print the OpenAPI document; the committed `openapi.json` is this."""
    typer.echo(json.dumps(create_app().openapi(), indent=1, ensure_ascii=False, sort_keys=True))
