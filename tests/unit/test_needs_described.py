"""A wish may say what the thing does, or ask for the same once more, and never name it."""

from __future__ import annotations

import pytest

from tests.need_cases import assess, product, visible

BIKES = [
    product("LOCK", "Ring lock", 30, "steel, locks the rear wheel"),
    product("SEAT", "Child seat", 70, "carries a child of up to 22 kg behind the saddle"),
    product("RACK", "Front rack", 45, "carries parcels of up to 15 kg over the front wheel"),
    product("CITY", "City plan", 29, "bike on loan, repairs", period="month"),
    product("TIRE", "Puncture cover", 4, "flat tyres mended", period="month", requires="CITY"),
]
OWNED = [{"id": "E1", "name": "City plan", "sku": "CITY", "includes": ["bike on loan"]}]


def flagged(text: str) -> tuple[str, ...]:
    found = assess(("customer", text), catalogue=BIKES, entitlements=OWNED)
    return found.flags[0].recommended if visible(found) else ()


@pytest.mark.parametrize(
    "text",
    [
        "We want the thing where parcels go over the front wheel. How do we order?",
        "I'd like the one that carries parcels in front, please.",
    ],
)
def test_a_product_told_by_what_it_does_is_meant(text: str) -> None:
    assert flagged(text) == ("RACK",)


@pytest.mark.parametrize(
    "text",
    [
        "I want the one that carries things.",  # two do
        "I want the thing that makes coffee.",  # none does
        "I want the thing that squeaks to stop squeaking.",
        "I want the one where a child sits by the saddle and parcels lie in front.",  # two lines
        "I want the one that is mended.",  # one word in common is a guess
    ],
)
def test_what_fits_several_or_none_is_no_product(text: str) -> None:
    assert flagged(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "We open a shop in May and need another bike there, same plan as now please.",
        "We need a second bike, on the same contract.",
    ],
)
def test_the_same_once_more_is_the_plan_they_have(text: str) -> None:
    assert flagged(text) == ("CITY",)


def test_a_part_of_the_plan_is_no_plan_of_its_own() -> None:
    owned = [*OWNED, {"id": "E2", "name": "Puncture cover", "sku": "TIRE"}]
    text = "We need another bike there, same plan as now please."
    found = assess(("customer", text), catalogue=BIKES, entitlements=owned)
    assert found.flags[0].recommended == ("CITY",)


def test_which_of_two_plans_is_the_same_nobody_says() -> None:
    two = [*BIKES, product("CARGO", "Cargo plan", 59, "cargo bike on loan", period="month")]
    owned = [*OWNED, {"id": "E2", "name": "Cargo plan", "sku": "CARGO"}]
    text = "We need another one, same plan as now please."
    found = assess(("customer", text), catalogue=two, entitlements=owned)
    assert not visible(found)
