"""Care cases to service: nothing is asked twice, nothing is offered, no detail of health goes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from copilot.handoff.discretion import Discretion
from tests.handoff_cases import CLEAN, Known, agreed, contact

LOST = "They closed our branch in September, I've nothing new yet."
BILL = "The bill on the 28th bounced."
ILL = "My son has asthma and I lie awake over that."
APPLIED = "I don't get any benefits yet, I've only applied."
HELD = "Nobody's heating is ever switched off for a debt."
HARD = contact("i-1", ("customer", f"{LOST} {BILL} {ILL}"), ("agent", HELD), ("customer", APPLIED))


def test_what_they_told_of_their_money_goes_to_service_in_their_words() -> None:
    packet = Known(contacts=[HARD]).hand("service")
    assert [one["quote"] for one in packet["said"]] == [f"{LOST} {BILL}", APPLIED]
    assert packet["told_so_far"][-1]["last_word_of_ours"] == HELD
    assert "vulnerability_financial" in packet["care"]
    assert "asthma" not in json.dumps(packet)
    assert packet["kept_back"] == 1 and "health" in packet["kept_why"][0]["why"]


def test_with_a_care_sign_nothing_is_offered_and_nothing_asked_again() -> None:
    lines = Known(contacts=[HARD]).hand("service")["do_not"]
    assert lines[0] == "Offer nothing: care comes first."
    assert lines[1].startswith("Do not ask again")
    on_file = Known(replace(CLEAN, care=("health",)), [agreed()]).hand("service")
    assert lines[:2] == on_file["do_not"][:2] and on_file["care"] == ["vulnerability_health"]
    plain = Known(contacts=[agreed()]).hand("service")
    assert plain["do_not"] == plain["care"] == []


def test_a_note_on_file_of_their_money_goes_to_service_alone() -> None:
    customer = replace(CLEAN, facts=("Was made redundant in March", "Rents a flat"))
    known = Known(customer, [agreed()])
    assert known.hand("service")["customer"]["facts"] == list(customer.facts)
    to_sales = known.hand()
    assert to_sales["customer"]["facts"] == ["Rents a flat"]
    assert to_sales["care"] == [] and to_sales["kept_back"] == 1


@pytest.mark.parametrize(
    ("code", "goes"),
    [
        ("financial", ["I lost my job.", "My niece comes on Tuesdays."]),
        ("health", ["I lost my job."]),
        ("code 17", ["I lost my job."]),
    ],
)
def test_with_a_code_on_file_only_what_is_of_money_goes(code: str, goes: list[str]) -> None:
    said = contact("i-1", ("customer", "I lost my job. My niece comes on Tuesdays."))
    packet = Known(replace(CLEAN, care=(code,)), [said]).hand("service")
    assert [one["quote"] for one in packet["said"]] == [" ".join(goes)]
    assert packet["kept_back"] == (0 if code == "financial" else 2)  # the niece, and the subject


@pytest.mark.parametrize(
    "text",
    [
        "I can't pay since my husband died.",
        "My pay stopped when I went into hospital.",
        "He takes all my money and I'm scared of him.",
    ],
)
def test_a_sentence_of_money_and_of_more_stays(text: str) -> None:
    for customer in (CLEAN, replace(CLEAN, care=("financial",))):
        packet = Known(customer, [contact("i-1", ("customer", text))]).hand("service")
        assert packet["said"] == [] and text not in json.dumps(packet)


def test_with_a_code_on_file_nothing_they_told_goes_to_sales_whoever_asks() -> None:
    to_sales = Discretion(on_file=True, only_money=True)
    assert to_sales.theirs("My bill is late.") is None
    assert Discretion(on_file=True, to_service=True).theirs("My bill is late.")
