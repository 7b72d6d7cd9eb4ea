"""Reading a file as an import would, for tests of loaders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Item
from ingest.detect import choose
from ingest.loaders.protocol import LoadOptions


def read(path: Path, kind: str = "auto", **declared: Any) -> list[Item | Failure]:
    """What comes of a file: its records, and why others failed."""
    options = LoadOptions(roots=(path.parent,), **declared)
    loader = choose(path, kind, options=options)
    return [loader] if isinstance(loader, Failure) else list(loader.load(path, options))


def one(path: Path, **declared: Any) -> Any:
    """The one record of a file."""
    found = read(path, **declared)
    assert len(found) == 1, found
    return found[0]


def put(path: Path, *records: Any) -> Path:
    """Writes records as JSON Lines."""
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path
