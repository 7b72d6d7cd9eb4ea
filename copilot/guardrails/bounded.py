"""Bounds on what is read of a text: a pasted log or a page of dashes must not hold anybody up.

Nothing is lost by it: the store keeps every word. Rules and sentences look at a turn's start and
end, which say what it is; of a very long conversation the newest turns are read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

TURN_CHARS = 6_000  # of one turn: a thousand words
CONVERSATION_CHARS = 60_000  # of the newest turns of one conversation
OLDER_CHARS = 400  # of each turn before those
TURNS = 600  # of one conversation: its first ones and the newest
FIRST = 4
MAX_RUN = 200  # of one sign: more of it says nothing, and patterns go through it again and again
_RUN = re.compile(r"([^\w\s])\1{200,}|[ \t]{201,}|(?:[ \t]*\n){51,}|(\w)\2{200,}")


def bounded(text: str, most: int = TURN_CHARS) -> str:
    """A text without endless runs, and of a long one its start and end."""
    if len(text) <= MAX_RUN:
        return text
    return ends(_RUN.sub(_shortened, text), most)


def ends(text: str, most: int) -> str:
    """A long text's start and end, without the lines that the cut went through."""
    if len(text) <= most:
        return text
    half = (most - 1) // 2
    start, _, _ = text[:half].rpartition("\n")
    _, _, end = text[-half:].partition("\n")
    return f"{start or text[:half]}\n{end or text[-half:]}"


def bounded_turns(texts: Sequence[str]) -> list[str]:
    """The turns of one conversation, each bounded: the newest whole, older ones by their ends.

    What is passed over in the middle of an endless one stays as an empty turn: places are kept.
    """
    left = CONVERSATION_CHARS
    found: list[str] = []
    for place in range(len(texts) - 1, -1, -1):
        is_read = place < FIRST or len(found) < TURNS - FIRST
        most = min(TURN_CHARS, max(left, OLDER_CHARS))
        kept = bounded(texts[place], most) if is_read else ""
        left -= len(kept)
        found.append(kept)
    return found[::-1]


def _shortened(run: re.Match[str]) -> str:
    lines = run.group().count("\n")
    return "\n" * min(lines, 50) if lines else run.group()[:MAX_RUN]
