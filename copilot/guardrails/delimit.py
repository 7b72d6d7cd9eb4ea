"""Marks a customer's or a source's words as data by a line that they cannot contain."""

from __future__ import annotations

import secrets


def boundary(*texts: str) -> str:
    """A line for one request, found in none of the texts."""
    while True:
        line = f"=====DATA-{secrets.token_hex(8)}====="
        if not any(line in text for text in texts):
            return line


def delimit(text: str, line: str | None = None) -> str:
    """The text between two such lines."""
    mark = boundary(text) if line is None or line in text else line
    return f"{mark}\n{text}\n{mark}"
