"""What a turn says once its values are masked: words, reply templates and the situation text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from copilot.domain import Turn

READ_CHARS = 1_200  # of one turn: a pasted log says no more in its middle
SITUATION_TURNS = 6
SITUATION_CHARS = 900
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\S*\d\S*|\[[^\]\n]{1,40}\]|[?!]")
_QUOTED = re.compile(r"(?<!\w)(?:'[^'\n]{1,60}'|\"[^\"\n]{1,60}\"|“[^”\n]{1,60}”|„[^“\n]{1,60}“)")
_NUMBER = re.compile(r"\S*\d\S*|\[[^\]\n]{1,40}\]")
_CAPITALS = re.compile(r"(?<=[\w,'’)@#] )[^\W\d_a-z]\w+(?:[ '’-]+[^\W\d_a-z]\w+)*")
_BLANKS = re.compile(r"\s+")


def spoken(turns: Iterable[Turn]) -> Iterator[Turn]:
    """The turns that both sides read: no notes, nothing by the system."""
    return (t for t in turns if t.visibility == "public" and t.speaker != "system" and t.text)


def readable(text: str) -> str:
    """A long text without its middle."""
    if len(text) <= READ_CHARS:
        return text
    return f"{text[: READ_CHARS // 2]} {text[-READ_CHARS // 2 :]}"


@lru_cache(maxsize=1024)
def words(text: str) -> tuple[str, ...]:
    """Lower-case words, `?` and `!`; whatever holds a digit or is redacted becomes `#`."""
    found = _WORD.findall(readable(text).lower().replace("’", "'"))
    return tuple("#" if w[0] == "[" or any(map(str.isdigit, w)) else w for w in found)


@lru_cache(maxsize=1024)
def template(text: str, *, mask_capitals: bool) -> str:
    """A reply without its values: what two uses of one saved reply have in common."""
    text = _NUMBER.sub("#", _QUOTED.sub("@", _BLANKS.sub(" ", readable(text))))
    if mask_capitals:
        text = _CAPITALS.sub("@", text)
    return re.sub(r"\b[ap]\.?m\b\.?", "#", text.lower()).replace("# #", "#").strip()


def capitals_are_values(replies: Sequence[str]) -> bool:
    """Whether capitals inside a sentence mark names; not in German, where every noun has one."""
    inside = [w for reply in replies[:2_000] for w in _inside(reply)]
    return sum(w[0].isupper() for w in inside) < 0.25 * len(inside)


def _inside(reply: str) -> list[str]:
    return [w for w in reply.split()[1:] if w[0].isalpha()]


def situation(turns: Sequence[Turn], subject: str | None = None) -> str:
    """The text whose vector stands for "where the case is now".

    It has the form of the context that ingest embeds for every past reply, so that one vector
    per reply serves both search and this.
    """
    head = f"subject: {subject}" if subject else ""
    left = SITUATION_CHARS - len(head)
    lines: list[str] = []
    for turn in reversed(list(spoken(turns))[-SITUATION_TURNS:]):
        line = f"{turn.speaker}: {' '.join(turn.text.split())}"
        if len(line) > left:
            if left > 40 or not lines:
                lines.append(_ending(line, max(left, 200), turn.speaker))
            break
        lines.append(line)
        left -= len(line) + 1
    return "\n".join(part for part in (head, *reversed(lines)) if part)


def _ending(line: str, room: int, speaker: str) -> str:
    tail = line[-room:]
    return f"{speaker}: … {tail[tail.find(' ') + 1 :]}"
