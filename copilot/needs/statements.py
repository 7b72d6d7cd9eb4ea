"""Passages of an article read by the statement: no headings, no markup, a row of a table as one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from copilot.ledger.language import sentences

LONG = 320  # a fact of this length or with markup is a passage, not a statement
_MARKS = re.compile(r"!?\[([^\[\]]{0,300})\]\([^)]{0,2000}\)|\(?[\w./-]+\[\.\]md\)?|[*_`]{1,3}")
_ITEM = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•>])\s+")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"[-: ]*")
_HEADING = re.compile(r"^\s*#|^[^.!?]{1,80}:$|^\s*-{3,}\s*$")


def is_passage(text: str) -> bool:
    """A piece of an article rather than one dated statement."""
    return len(text) > LONG or "\n" in text.strip() or "|" in text


@lru_cache(maxsize=4096)
def statements(text: str) -> tuple[str, ...]:
    """What a fact says, one plain statement each."""
    if not is_passage(text):
        return tuple(s.text for s in sentences(text))
    found: list[str] = []
    header: list[str] = []
    for line in text.splitlines():
        if _ROW.match(line):
            cells = [_plain(cell) for cell in line.strip().strip("|").split("|")]
            row = _row(header, cells)
            header = header or cells
            found += [row] if row else []
            continue
        header = []
        plain = "" if _HEADING.match(line) else _plain(_ITEM.sub("", line))
        found += [s.text for s in sentences(plain) if len(s.text.split()) >= 3]
    return tuple(found)


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub(lambda m: m.group(1) or "", text).split())


def _row(header: Sequence[str], cells: Sequence[str]) -> str:
    """ "Radiator Valve: Warranty 2 years"; empty for the head and the rule of a table."""
    if not header or all(_RULE.fullmatch(cell) for cell in cells):
        return ""
    told = [
        f"{name} {cell}".strip()
        for name, cell in zip(header[1:], cells[1:], strict=False)
        if cell and cell != "-"
    ]
    return f"{cells[0]}: {', '.join(told)}" if told and cells[0] else ", ".join(told)
