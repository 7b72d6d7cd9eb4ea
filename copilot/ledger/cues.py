"""What a text must contain before a pattern can match it: plain words, looked for first.

Looking for a few words costs a fraction of a regular expression, and most turns hold none of them.
The words are read off the pattern itself, so they can never disagree with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from copilot.ledger.patterns import pattern

_parser: Any = re._parser  # type: ignore[attr-defined]
LEAST = 3  # shorter words stand in nearly every text
Cues = frozenset[str]


def cues_of(expression: str) -> Cues | None:
    """Every match contains one of these; None where no such words can be told."""
    tree = _parser.parse(expression)
    return None if tree.state.flags & re.IGNORECASE else _of_sequence(list(tree))


def _of_sequence(items: list[Any]) -> Cues | None:
    """All items of a sequence stand in a match: the most telling one of them is enough."""
    found: list[Cues] = []
    run = ""
    for name, value in [*items, ("END", None)]:
        if str(name) == "LITERAL":
            run += chr(value)
            continue
        if len(run) >= LEAST:
            found.append(frozenset({run}))
        run = ""
        inner = _of_item(str(name), value)
        if inner is not None:
            found.append(inner)
    return max(found, key=_telling, default=None)


def _of_item(name: str, value: Any) -> Cues | None:
    if name == "SUBPATTERN":
        return None if value[1] & re.IGNORECASE else _of_sequence(list(value[3]))
    if name == "BRANCH":
        branches = [_of_sequence(list(branch)) for branch in value[1]]
        known = [cues for cues in branches if cues is not None]
        return frozenset().union(*known) if len(known) == len(branches) else None
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and value[0] > 0:
        return _of_sequence(list(value[2]))
    return None


def _telling(cues: Cues) -> tuple[int, int]:
    return min(map(len, cues)), -len(cues)


@lru_cache(maxsize=64)
def _cues(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The cues of several patterns together, without those that contain another."""
    found: set[str] = set()
    for name in names:
        cues = cues_of(pattern(name).pattern)
        if cues is None or any(re.search(r"[\d.]", cue) for cue in cues):
            return None  # figures may stand in words in the text
        found |= cues
    return tuple(c for c in sorted(found) if not any(o != c and o in c for o in found))


def folded(text: str) -> str:
    """The text as cues are looked for in it."""
    return text.replace("’", "'").lower()


def may_show(names: tuple[str, ...], folded_text: str) -> bool:
    """False only where none of these patterns matches any part of the text, by cues alone."""
    cues = _cues(names)
    return cues is None or any(map(folded_text.__contains__, cues))
