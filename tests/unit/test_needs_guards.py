"""Guards of single gates, each seen alone: another gate would often stop the same need."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from copilot.needs import default_policy, parse_case
from copilot.needs.contact import care
from copilot.needs.evidence import check
from copilot.needs.gates import Matter, g9_better_off
from copilot.needs.proposal import Candidate, Quote
from copilot.needs.scene import Scene
from copilot.needs.state import read_state
from tests.need_cases import assess, case

WISH = "I'd like a reading lamp for my bed."
WANTED = Candidate(
    "A lamp to read by", "stated", (Quote("t1", WISH),), frozenset({"lamp", "reading"}),
    explicit=True, benefit="Gets what they asked for",
)  # fmt: skip


def scene(**changes: Any) -> Scene:
    return Scene.of(parse_case(case(("customer", WISH), **changes)), default_policy())


@pytest.mark.parametrize(
    ("source", "stands"),
    [(None, False), ("", False), ("K9", False), ("E1", True), ("LAMP", True), ("K1", True)],
)
def test_a_foreseen_need_takes_a_second_source_on_file(source: str | None, stands: bool) -> None:
    here = scene(
        entitlements=[{"id": "E1", "name": "Bed set"}], knowledge=[{"id": "K1", "text": "A fact."}]
    )
    checked = check(here, replace(WANTED, need_type="latent", second_source=source))
    assert (checked.reason is None) is stands
    if not stands:
        assert "E8" in checked.why


def test_a_stated_need_takes_none() -> None:
    assert check(scene(), WANTED).reason is None


@pytest.mark.parametrize("on_file", ["CASE-7: suspected fraud on the card", "Security block"])
def test_fraud_on_file_comes_before_anything_else(on_file: str) -> None:
    state = {"open_cases": [on_file]}
    here = scene(state=state)
    verdict = care(here, read_state(here, None))
    assert (verdict.gate, verdict.result, verdict.reason) == ("G1", "fail", "fraud_or_security")
    answer = assess(("customer", WISH), state=state)
    assert (answer.flags, answer.none_reason) == ((), "fraud_or_security")


def test_another_case_on_file_is_no_fraud() -> None:
    here = scene(state={"open_cases": ["CASE-8: lamp arrived broken"]})
    assert care(here, read_state(here, None)).result == "pass"


def weighed(**changes: Any) -> Matter:
    here = scene(**changes)
    matter = Matter(here, read_state(here, None), WANTED)
    g9_better_off(matter)
    return matter


@pytest.mark.parametrize(
    "fact",
    [
        {"id": "K1", "text": "From 1 June the reading lamp becomes cheaper."},
        {"id": "K1", "text": "The reading lamp costs 30 EUR.", "valid_from": "2026-06-01"},
    ],
)
def test_announced_better_terms_are_waited_for(fact: dict[str, Any]) -> None:
    matter = weighed(knowledge=[fact])
    assert matter.disposition == "hold"
    assert (matter.release_when or "").startswith("better terms are announced")


def test_terms_of_another_thing_or_in_force_hold_nothing_back() -> None:
    other = {"id": "K1", "text": "From 1 June the garden chair becomes cheaper."}
    past = {"id": "K2", "text": "The reading lamp costs 30 EUR.", "valid_from": "2026-03-01"}
    assert weighed(knowledge=[other, past]).disposition == "surface_now"


def test_without_a_benefit_there_is_no_need() -> None:
    here = scene()
    verdict = g9_better_off(Matter(here, read_state(here, None), replace(WANTED, benefit=" ")))
    assert (verdict.result, verdict.reason) == ("fail", "information_only")
