"""What a text must contain before a pattern can match it: plain words, looked for first.

Looking for a few words costs a fraction of a regular expression, and most turns hold none of them.
The words are read off the pattern itself, so they can never disagree with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from typing import Any

from copilot.ledger.language import plain
from copilot.ledger.patterns import pattern

Part = Any  # an item of a pattern as `re` itself reads it
_reader: Any = import_module("re._parser")
LEAST = 3  # shorter words stand in nearly every text
ENOUGH = 4  # letters: beyond this, fewer words tell more than longer ones
MOST = 16  # alternatives written out: looking for more costs more than it spares
TELLING = 6  # letters: what cues may have in common
FEW = 3  # cues that a common stretch must stand for
Cues = frozenset[str]
_EMPTY: Cues = frozenset({""})
_NO_WIDTH = ("AT", "ASSERT", "ASSERT_NOT")


def cues_of(expression: str) -> Cues | None:
    """Every match contains one of these; None where no such words can be told."""
    tree = _reader.parse(expression)
    return None if tree.state.flags & re.IGNORECASE else _of_sequence(list(tree))


def _of_sequence(items: list[Part]) -> Cues | None:
    """All items of a sequence stand in a match: the most telling of its stretches is enough."""
    found: list[Cues] = []
    run: Cues = _EMPTY  # what the exact items so far can be, one after the other
    for name, value in [*((str(n), v) for n, v in items), ("END", None)]:
        if name in _NO_WIDTH:
            continue
        exact = _exact(name, value)
        if exact and len(run) * len(exact) <= MOST:
            run = frozenset(first + then for first in run for then in exact)
            continue
        found.append(run)
        inner = _inside(name, value)
        found += [inner] if inner else []
        run = exact or _EMPTY
    return max((cues for cues in found if _least(cues) >= LEAST), key=_telling, default=None)


def _exact(name: str, value: Part) -> Cues | None:
    """All that this item can be, where that is a few words."""
    if name == "LITERAL":
        return frozenset({chr(value)})
    if name == "IN" and all(str(kind) == "LITERAL" for kind, _ in value):
        return frozenset(chr(code) for _, code in value)
    if name == "SUBPATTERN":
        return None if value[1] & re.IGNORECASE else _exact_run(value[3])
    if name == "BRANCH":
        return _union([_exact_run(branch) for branch in value[1]])
    if name == "MAX_REPEAT" and value[:2] == (0, 1):
        return _union([_EMPTY, _exact_run(value[2])])
    return None


def _exact_run(items: Iterable[Part]) -> Cues | None:
    run: Cues = _EMPTY
    for name, value in items:
        if str(name) in _NO_WIDTH:
            continue
        exact = _exact(str(name), value)
        if exact is None or len(run) * len(exact) > MOST:
            return None
        run = frozenset(first + then for first in run for then in exact)
    return run


def _inside(name: str, value: Part) -> Cues | None:
    """What one of its parts must contain, where the item itself is no few words."""
    if name == "SUBPATTERN":
        return None if value[1] & re.IGNORECASE else _of_sequence(list(value[3]))
    if name == "BRANCH":
        return _union([_of_sequence(list(branch)) for branch in value[1]])
    if name in ("MAX_REPEAT", "MIN_REPEAT") and value[0] > 0:
        return _of_sequence(list(value[2]))
    return None


def _union(parts: list[Cues | None]) -> Cues | None:
    known = [part for part in parts if part is not None]
    return frozenset().union(*known) if len(known) == len(parts) else None


def _least(cues: Cues) -> int:
    return min(map(len, cues))


def _telling(cues: Cues) -> tuple[int, int]:
    return min(_least(cues), ENOUGH), -len(cues)


@lru_cache(maxsize=64)
def _cues(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The cues of several patterns together, without those that contain another."""
    found: set[str] = set()
    for name in names:
        cues = cues_of(pattern(name).pattern)
        if cues is None or not all(map(_is_plain, cues)):
            return None
        found |= cues
    return tuple(sorted(_shared(_apart(found))))


def _apart(cues: Iterable[str]) -> set[str]:
    """Without those that contain another."""
    known = set(cues)
    return {cue for cue in known if not any(other != cue and other in cue for other in known)}


def _shared(cues: set[str]) -> set[str]:
    """What many cues have in common stands for them: each one less is looked for in every turn."""
    while True:
        held = Counter(piece for cue in cues for piece in _pieces(cue))
        common, often = max(
            held.items(), key=lambda one: (one[1], len(one[0]), one[0]), default=("", 0)
        )
        if often < FEW:
            return cues
        cues = {cue for cue in cues if common not in cue} | {common}


def _pieces(cue: str) -> set[str]:
    """Its stretches that are long enough to tell something."""
    ends = ((start, end) for end in range(len(cue) + 1) for start in range(end - TELLING + 1))
    return {cue[start:end] for start, end in ends}


def _is_plain(cue: str) -> bool:
    """It stands in a text as it stands in its pattern: figures may be written in words there."""
    return cue == plain(cue) and not re.search(r"[\d.]", cue)


def may_show(names: tuple[str, ...], lowered: str) -> bool:
    """False only where none of these patterns matches any part of a plain text, by cues alone."""
    cues = _cues(names)
    return cues is None or any(map(lowered.__contains__, cues))
