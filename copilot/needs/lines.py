"""Cases by the line: one JSON case per line in, one answer per line out, faults named by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from copilot.errors import InvalidInput
from copilot.needs.case import Case, parse_case
from copilot.needs.engine import NeedEngine


def read_line(line: str) -> Case:
    """One case of a line.

    Raises:
        InvalidInput: with the place, when the line is no case.
    """
    try:
        return parse_case(json.loads(line))
    except json.JSONDecodeError as error:
        raise InvalidInput(f"Not JSON at column {error.colno}: {error.msg}.") from error


def failure(number: int, error: InvalidInput) -> dict[str, Any]:
    """What stands in the output for a line that could not be read."""
    return {"line": number, "error": error.code, "detail": error.detail}


def assess_lines(
    lines: Iterable[str], engine: NeedEngine | None = None
) -> Iterator[dict[str, Any]]:
    """Answers in the order of the lines; a bad line gives an error entry and the rest goes on."""
    engine = engine or NeedEngine()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield engine.assess(read_line(line)).to_json()
        except InvalidInput as error:
            yield failure(number, error)
