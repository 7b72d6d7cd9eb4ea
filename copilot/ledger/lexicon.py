"""Word lists kept as data, compiled once: each entry of a file is one pattern, matched as words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from copilot.errors import ConfigError


@lru_cache(maxsize=16)
def lexicon(path: Path) -> Mapping[str, re.Pattern[str]]:
    """The named patterns of a word-list file, each a union of its alternatives."""
    try:
        raw: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
        return {name: union(alternatives) for name, alternatives in raw.items() if name != "about"}
    except (OSError, ValueError, re.error) as error:
        raise ConfigError(f"The word list {path.name} cannot be read: {error}.") from error


def union(alternatives: list[str]) -> re.Pattern[str]:
    """One pattern that finds any alternative as whole words."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)")
