"""Numbers for "which step of the case are we at": hashed words and masked replies, no plain text.

Features are hashed so that no customer's word is kept in a trained model.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.domain import Turn
from copilot.retriever.next_reply.turns import spoken, template, words

RECENT_TURNS = 40
_CLOCK = re.compile(r"\d\s*[ap]\.?m\b|\d:\d\d|o'clock", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_NAMED = re.compile(r"(?<=[\w,] )[^\W\d_a-z][^\W\d_]+")
_NAME_ONLY = re.compile(r"\s*[^\W\d_a-z]\w*(?: [^\W\d_a-z]\w*){0,2}\s*[.!]?\s*")
Ids = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Reading:
    """A conversation as the features see it: customer texts and masked replies, oldest first."""

    customer: tuple[str, ...]
    replies: tuple[str, ...]
    latest: str  # all the customer wrote since our last reply
    length: int


def read(turns: Sequence[Turn], *, mask_capitals: bool) -> Reading:
    """The first customer turn and the recent ones; a bot's turn counts as ours."""
    heard = list(spoken(turns))
    recent = heard[-RECENT_TURNS:]
    if len(heard) > len(recent):
        recent = [t for t in heard[:4] if t.speaker == "customer"][:1] + recent
    latest: list[str] = []
    for turn in reversed(recent):
        if turn.speaker != "customer":
            break
        latest.append(turn.text)
    ours = [t.text for t in recent if t.speaker in ("agent", "bot")]
    return Reading(
        customer=tuple(t.text for t in recent if t.speaker == "customer"),
        replies=tuple(template(text, mask_capitals=mask_capitals) for text in ours),
        latest=" ".join(reversed(latest)),
        length=len(heard),
    )


def hashed(turns: Sequence[Turn], *, mask_capitals: bool) -> Ids:
    """The distinct features of a conversation as sorted 32-bit hashes."""
    reading = read(turns, mask_capitals=mask_capitals)
    names = set(_latest(reading)) | set(_told(reading)) | set(_done(reading))
    return np.array(sorted({zlib.crc32(n.encode()) for n in names}), dtype=np.uint32)


def _latest(reading: Reading) -> Iterator[str]:
    """The customer's latest words, their pairs and parts, alone and as answer to our last reply."""
    now = ("^", *words(reading.latest)[:400], "$")
    asked = reading.replies[-1] if reading.replies else ""
    yield from _pairs("L", now)
    for word in set(now):
        yield f"X:{asked[:60]}|{word}"
        padded = f"<{word}>"
        for i in range(len(padded) - 3):
            yield f"LC:{padded[i : i + 4]}"
    for shape in _shapes(reading.latest):
        yield f"E:{shape}"
        yield f"EX:{asked}|{shape}"


def _told(reading: Reading) -> Iterator[str]:
    """What the customer said so far, with the opening and the turn before apart."""
    for n, text in enumerate(reversed(reading.customer)):
        for word in words(text)[:200]:
            yield f"C:{word}"
            if n == 1:
                yield f"P:{word}"
            if n < 4:
                yield f"C4:{word}"
    opening = words(reading.customer[0])[:200] if reading.customer else ()
    yield from _pairs("F", opening)


def _done(reading: Reading) -> Iterator[str]:
    """What our side already said: the last replies in order, and everything before as a set."""
    last, before = ("", "", *reading.replies)[:-3:-1]
    yield from (f"A1:{last}", f"A2:{before}", f"A12:{last}|{before}")
    yield from _pairs("AW", words(last))
    for reply in set(reading.replies):
        yield f"U:{reply}"
        for word in words(reply):
            yield f"UW:{word}"
    yield f"n:{min(reading.length, 24)}"
    yield f"na:{min(len(reading.replies), 12)}"
    yield f"again:{min(reading.replies.count(last), 4)}"


def _pairs(name: str, text: Sequence[str]) -> Iterator[str]:
    """Each word, and each with the word after it."""
    for i, word in enumerate(text):
        yield f"{name}:{word}"
        yield f"{name}:{word}_{text[i + 1] if i + 1 < len(text) else ''}"


def _shapes(text: str) -> set[str]:
    """Which kinds of value the text holds, without the values."""
    found = {f"digits{min(len(run), 6)}" for run in _DIGITS.findall(text)}
    if _CLOCK.search(text):
        found.add("clock")
    if _NAMED.search(text):
        found.add("named")
    if _NAME_ONLY.fullmatch(text):
        found.add("name only")
    return found
