"""The ledgers' patterns, kept as data beside this file and compiled when first used."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from copilot.errors import ConfigError

FILE = Path(__file__).with_name("patterns.json")


@lru_cache(maxsize=256)
def pattern(name: str) -> re.Pattern[str]:
    """The pattern of that name; its parts are joined, `@other` standing for another entry."""
    try:
        return re.compile(_joined(name), re.MULTILINE)
    except (KeyError, re.error) as error:
        raise ConfigError(
            f"The pattern {name!r} of {FILE.name} cannot be used: {error}."
        ) from error


def _joined(name: str) -> str:
    return "".join(_joined(part[1:]) if part.startswith("@") else part for part in _entries()[name])


@lru_cache(maxsize=1)
def _entries() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
