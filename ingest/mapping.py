"""Mapping files: read one, or propose one for a CSV or JSONL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_mapping(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))


def guess_mapping(path: Path) -> dict[str, Any]:
    raise NotImplementedError
