"""Removes characters that people cannot see and models can read."""

from __future__ import annotations

import re
from functools import cache

_HIDDEN_RANGES = (
    (0x0000, 0x0008),  # control characters, but tab and line feed
    (0x000B, 0x000C),
    (0x000E, 0x001F),
    (0x007F, 0x009F),
    (0x00AD, 0x00AD),  # soft hyphen
    (0x034F, 0x034F),
    (0x061C, 0x061C),  # marks and overrides of writing direction
    (0x115F, 0x1160),  # fillers
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),  # zero width
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xD800, 0xDFFF),  # halves of characters: no text can be stored with them
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0xE0000, 0xE0FFF),  # tags and further selectors
)


@cache
def _hidden() -> re.Pattern[str]:
    ranges = "".join(f"{chr(low)}-{chr(high)}" for low, high in _HIDDEN_RANGES)
    return re.compile(f"[{ranges}]+")


@cache
def _line_ends() -> re.Pattern[str]:
    return re.compile("\r\n?|[\u0085\u2028\u2029]")


def clean(text: str) -> str:
    """The visible text: every line end is a line feed, nothing hidden, the rest as it was."""
    return _hidden().sub("", _line_ends().sub("\n", text))
