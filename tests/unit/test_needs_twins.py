"""One thing changes, and the decision follows: the twins of every case that carries an offer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from copilot.config import ROOT
from copilot.needs import NeedEngine, parse_case
from eval.need_twins import Twin, twins

ENGINE = NeedEngine()
FILES = (
    "needs_dev.jsonl",
    "needs_heldout.jsonl",
    "needs_fifth.jsonl",
    "needs_sixth.jsonl",
    "needs_seventh.jsonl",
    "needs_eighth.jsonl",
    "needs_ninth.jsonl",
)
TRIED_ALREADY = {"H01"}  # they did the free steps before they asked: the purchase is the fix


def offers() -> list[tuple[str, Twin]]:
    found = []
    for file in FILES:
        for line in (ROOT / "eval" / "cases" / file).read_text("utf-8").splitlines():
            case = json.loads(line)
            flags = ENGINE.assess(parse_case(case)).to_json()["flags"]
            found += [(case["id"], twin) for flag in flags[:1] for twin in twins(case, flag)]
    return found


def follows(twin: Twin, answer: dict[str, Any]) -> bool:
    flags = answer["flags"]
    if twin.expected == "flag_dies":
        return not flags
    if twin.expected == "not_visible":
        return not any(f["disposition"] in ("surface_now", "handoff_sales") for f in flags)
    if twin.expected == "nothing_kept":
        return not flags and not any(r.get("need") for r in answer["audit"]["rejected"])
    return bool(flags) and set(flags[0]["recommended"]) == {twin.sku}


@pytest.mark.parametrize("name", sorted({twin.name for _, twin in offers()}))
def test_the_decision_follows_the_change(name: str) -> None:
    chosen = [(i, t) for i, t in offers() if t.name == name]
    assert len(chosen) >= 20
    wrong = [
        case_id
        for case_id, twin in chosen
        if not follows(twin, ENGINE.assess(parse_case(twin.case)).to_json())
    ]
    if name == "the help is free":
        wrong = [i for i in wrong if i not in TRIED_ALREADY]
    assert wrong == []
