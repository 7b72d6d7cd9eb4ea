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
    """The pattern of that name; the parts of its entry are joined as they stand."""
    try:
        return re.compile("".join(_entries()[name]), re.MULTILINE)
    except (KeyError, re.error) as error:
        raise ConfigError(
            f"The pattern {name!r} of {FILE.name} cannot be used: {error}."
        ) from error


@lru_cache(maxsize=1)
def _entries() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
