"""The firms that replies are measured on hold together: ids are there, words stand in sources."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from eval.replies import FIRMS, HELD, firms, read

OTHERS = [firm for firm in firms() if firm.folder.parent == FIRMS]


def ids_of(folder: Path) -> set[str]:
    """Every id that a case may name as a source."""
    heads = [path.read_text("utf-8") for path in sorted((folder / "articles").glob("*.md"))]
    found = {match[1] for head in heads if (match := re.search(r"^id: (\S+)", head, re.M))}
    with (folder / "catalogue.csv").open(encoding="utf-8") as file:
        found |= {row["sku"] for row in csv.DictReader(file)}
    customers = json.loads((folder / "customers.json").read_text("utf-8"))
    lines = (folder / "interactions.jsonl").read_text("utf-8").splitlines()
    return found | {c["customer_id"] for c in customers} | {json.loads(row)["id"] for row in lines}


def test_there_are_firms_beside_the_demo_company():
    assert {firm.name for firm in OTHERS} >= {"kolben", "tarnside"}


@pytest.mark.parametrize("firm", OTHERS, ids=lambda firm: firm.name)
def test_cases_name_what_is_there(firm) -> None:
    known, cases = ids_of(firm.folder), read(*firm.cases)
    assert len({case["id"] for case in cases}) == len(cases)
    for case in cases:
        assert case["split"] in (firm.name, firm.name + HELD), case["id"]
        assert case.get("customer_id", next(iter(known))) in known, case["id"]
        for part in case["parts"]:
            assert part["says"] and set(part["sources"]) <= known, (case["id"], part["ask"])


@pytest.mark.parametrize("firm", OTHERS, ids=lambda firm: firm.name)
def test_queries_name_what_is_there(firm) -> None:
    known = ids_of(firm.folder)
    lines = (firm.folder / "search.jsonl").read_text("utf-8").splitlines()
    for row in map(json.loads, lines):
        assert row["query"].strip() and row["relevant"] and set(row["relevant"]) <= known, row


def test_held_cases_are_counted_and_never_shown(capsys: pytest.CaptureFixture[str]) -> None:
    from copilot.domain import GeneratorInfo, Suggestion, Usage
    from eval.replies import report

    made = Suggestion("s", GeneratorInfo("extractive"), (), True, (), (), (), {}, Usage(), {})
    case = {"id": "x-1", "turns": [["customer", "Hi"]], "parts": []}
    shown = [({**case, "split": split}, made) for split in ("firm", f"firm{HELD}")]
    report(shown, is_shown=True)
    told = capsys.readouterr().out
    assert told.count("x-1") == 1 and f"firm{HELD}" in told
