"""Answers written by hand as an honest model would give them, through the wire and all gates.

They say nothing of any model's quality: they show that the code loses no right answer, and that
it stops the wrong ones a model might give instead.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from copilot.config import ROOT
from copilot.needs import assess_lines
from eval.scorers.needs import NeedScore, score
from tests.fake_upstream import FakeUpstream
from tests.integration.test_need_cases import engine_at
from tests.oracle_reader import OracleReader, prompt_of

Json = dict[str, Any]
Wrong = Callable[[Json], None]
CASES = ROOT / "eval" / "cases"


def lines(name: str) -> list[Json]:
    return [json.loads(line) for line in (CASES / name).read_text("utf-8").splitlines()]


READINGS = {r["case"]: r for r in lines("needs_readings.jsonl")}
LABELLED = [
    case
    for name in ("needs_fifth.jsonl", "needs_sixth.jsonl", "needs_eighth.jsonl")
    for case in lines(name)
    if case["id"] in READINGS
]


class HonestReader(OracleReader):
    """Gives the readings on file; ledgers are read from the labels."""

    def __init__(self, cases: list[Json], readings: Mapping[str, Json]) -> None:
        super().__init__(cases)
        self._readings = readings

    def __call__(self, body: Mapping[str, Any]) -> str:
        system, user = (str(m["content"]) for m in body["messages"][:2])
        name = prompt_of(system)
        if name == "ledger":
            return super().__call__(body)
        case = max(self._cases, key=lambda c: self._near(c, user))
        answer = self._readings[case["id"]]
        if name == "verify":
            return json.dumps({"verdict": answer["verdict"], "why": "their own words"})
        return json.dumps(answer["reading" if name == "propose" else "fit"])

    def _near(self, case: Mapping[str, Any], user: str) -> int:
        needs = READINGS[case["id"]]["reading"]["needs"]
        said = [q["quote"] for need in needs for q in need["quotes"]]
        said += [t["text"] for t in case["turns"]]
        return sum(len(text) for text in said if text in user)


def run(cases: list[Json], readings: Mapping[str, Json]) -> tuple[NeedScore, list[Json]]:
    with FakeUpstream(HonestReader(cases, readings)) as up:
        outputs = list(assess_lines((json.dumps(c) for c in cases), engine_at(up.base_url)))
    return score(cases, outputs), outputs


def spoiled(wrong: Wrong) -> dict[str, Json]:
    readings = copy.deepcopy(READINGS)
    for reading in readings.values():
        wrong(reading)
    return readings


def test_no_right_answer_is_lost() -> None:
    assert len(LABELLED) == len(READINGS) == 31
    result, _ = run(LABELLED, READINGS)
    assert result.failures == {}
    assert result.rates["found"].of >= 15
    assert result.rates["none_reason"].of >= 12


def agents_words(reading: Json) -> None:
    """Quotes what our side said."""
    for need in reading["reading"]["needs"]:
        for quote in need["quotes"]:
            quote["turn"], quote["quote"] = "t2", "Is anything in between?"


def other_words(reading: Json) -> None:
    """Says it better than the customer did."""
    for need in reading["reading"]["needs"]:
        for quote in need["quotes"]:
            quote["quote"] = f"So, {quote['quote']}"


@pytest.mark.parametrize("wrong", [agents_words, other_words])
def test_a_quote_that_is_not_theirs_carries_no_flag(wrong: Wrong) -> None:
    _, outputs = run(LABELLED, spoiled(wrong))
    assert all(output["flags"] == [] for output in outputs)


def in_haste(reading: Json) -> None:
    """Overlooks that they want to wait."""
    for need in reading["reading"]["needs"]:
        need["own_date"] = need["condition"] = ""


def test_what_must_wait_is_not_shown_early_by_a_hasty_model() -> None:
    waiting = [
        c
        for c in LABELLED
        if any(f["disposition"] in ("hold", "surface_after_resolution") for f in c["gold"]["flags"])
    ]
    assert len(waiting) >= 3
    result, _ = run(waiting, spoiled(in_haste))
    assert result.rates["early"].hits == 0


def invented_facts(reading: Json) -> None:
    """Every product is said to meet everything, in words that stand in no product text."""
    for product in reading["fit"]["products"]:
        product["serves"], product["provides"] = "yes", 7777
        for check in product["checks"]:
            check["verdict"], check["fact"] = "met", "meets every wish of yours"


def test_invented_product_facts_sell_nothing_that_does_not_suffice() -> None:
    result, outputs = run(LABELLED, spoiled(invented_facts))
    assert result.rates["pushy"].hits == 0
    told = {"P01": "MESH-15", "P09": "CLOCK-PRO", "P47": "PV-2", "P19": "RUN-2"}
    for output in outputs:
        for flag in output["flags"]:
            assert told.get(output["case_id"]) not in flag["recommended"]


def careless(reading: Json) -> None:
    """Sees no care, no trouble, no objection, and no free way."""
    state = reading["reading"]["state"]
    state.update(care=[], issue="none", complaint=False, fraud=False, authority="holder")
    reading["reading"]["none_reason"] = "none"


def test_a_care_code_on_file_stands_whatever_a_model_says() -> None:
    cases = copy.deepcopy([c for c in LABELLED if c["gold"]["flags"]])
    for case in cases:
        case["customer"]["state"]["vulnerability"] = ["health"]
    _, outputs = run(cases, spoiled(careless))
    assert all(output["flags"] == [] for output in outputs)
