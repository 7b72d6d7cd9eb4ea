"""Cases by the line: one JSON case per line in, one answer per line out, faults named by line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from itertools import islice
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
        raise InvalidInput(
            f"Not JSON at column {error.colno}: {error.msg}. Each line holds one whole case; "
            "a case spread over several lines has to be written as one."
        ) from error


def failure(number: int, error: InvalidInput) -> dict[str, Any]:
    """What stands in the output for a line that could not be read."""
    return {"line": number, "error": error.code, "detail": error.detail}


def assess_lines(
    lines: Iterable[str], engine: NeedEngine | None = None, *, at_once: int = 4
) -> Iterator[dict[str, Any]]:
    """Answers in the order of the lines; a bad line gives an error entry and the rest goes on.

    With a model, `at_once` cases are asked about side by side.
    """
    engine = engine or NeedEngine()
    if not engine.has_model:
        for _, case in _cases(lines):
            yield case if isinstance(case, dict) else engine.assess(case).to_json()
        return
    with asyncio.Runner() as runner:
        for batch in _batches(_cases(lines), at_once):
            yield from runner.run(_assess_all(engine, batch))


def _cases(lines: Iterable[str]) -> Iterator[tuple[int, Case | dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, read_line(line)
        except InvalidInput as error:
            yield number, failure(number, error)


def _batches(
    cases: Iterator[tuple[int, Case | dict[str, Any]]], size: int
) -> Iterator[list[Case | dict[str, Any]]]:
    while batch := [case for _, case in islice(cases, size)]:
        yield batch


async def _assess_all(
    engine: NeedEngine, batch: list[Case | dict[str, Any]]
) -> list[dict[str, Any]]:
    async def one(case: Case | dict[str, Any]) -> dict[str, Any]:
        return case if isinstance(case, dict) else (await engine.assess_with_model(case)).to_json()

    return list(await asyncio.gather(*(one(case) for case in batch)))
