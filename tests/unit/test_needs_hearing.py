"""What stands beside a wish no longer hides it, and what only looks like a wish is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.need_cases import assess, product, visible

SIM = product("SIM", "Business SIM", 9, "one SIM card, 10 GB", period="month")
SAVER = product("SAV", "Savings account", 0, "one savings account", period="month")
CHAIR = product("CHAIR", "Oak chair", 80, "dining chair, oak")
SMALL = product("SMALL", "Small oak chair", 60, "dining chair, oak")
LARGE = product("LARGE", "Large oak chair", 95, "dining chair, oak")
SET = product("SET", "Oak set of six", 450, "six oak chairs")
VALVE = product("V-1", "Radiator valve", 45, "controls one radiator")
VALVES = product("V-4", "Radiator valve, pack of four", 159, "controls four radiators")
PLAN_6 = product("P-6", "Home Plus", 4, "the app for a home", period="month", limits={"zones": 6})
PLAN_16 = product("P-16", "Home Pro", 11, "the app for hosts", period="month", limits={"zones": 16})
ZONES = product(
    "Z-4", "Extra zones pack", 1.5, "four more zones", period="month", limits={"zones": 4}
)
HEATING = [PLAN_6, PLAN_16, ZONES, VALVE, VALVES]
OWN_6 = {"id": "E1", "name": "Home Plus", "sku": "P-6", "includes": [],
         "limits": {"zones": 6}, "used": {"zones": 6}}  # fmt: skip
ROOMS = {"id": "K", "text": "# Zones\n\nA zone is one room.\n", "passage": True}


def shown(*said: tuple[str, str], **changes: Any) -> tuple[str, ...]:
    answer = assess(*said, **changes)
    return answer.flags[0].recommended if visible(answer) else ()


@pytest.mark.parametrize(
    "beside",
    [
        "The colour I don't mind.",
        "I can't read in bed by the light on the ceiling.",
        "Could someone ring me on Friday?",
        "We don't need that dimmer stuff.",
    ],
)
def test_a_reason_or_an_exclusion_beside_a_wish_is_no_doubt(beside: str) -> None:
    assert shown(("customer", f"I'd like a reading lamp for my bed. {beside}")) == ("LAMP",)


@pytest.mark.parametrize(
    "beside",
    [
        "I can't decide.",
        "But my landlord has to agree.",
        "Someone told me to order it.",
        "You never said whether it fits.",
    ],
)
def test_a_doubt_beside_a_wish_holds_it(beside: str) -> None:
    assert not visible(assess(("customer", f"I'd like a reading lamp for my bed. {beside}")))


def test_one_for_each_is_as_many() -> None:
    said = ("customer", "Two drivers start on Monday and they'll each need a SIM for the van.")
    assert shown(said, catalogue=[SIM]) == ("SIM", "SIM")


def test_four_of_a_thing_are_four_however_few_different_products_a_bundle_has() -> None:
    said = ("customer", "I'd like to order four more of the oak chairs.")
    assert shown(said, catalogue=[CHAIR, SET]) == ("CHAIR",) * 4
    said = ("customer", "I'd like to order six more of the oak chairs.")
    assert shown(said, catalogue=[CHAIR, SET]) == ("SET",)


def test_guests_are_not_pieces_of_what_is_sold_by_the_guest() -> None:
    meal = product("MEAL", "Hotel breakfast", 14, "breakfast, one guest")
    said = ("customer", "I'd like to hold a party with food for five guests at your venue.")
    assert not visible(assess(said, catalogue=[meal]))


LIMIT = "Three rooms with a radiator each are finished. The app won't let me add them."
EXPLAINED = ("service", "All zones of your plan are in use, nothing is broken.")


def test_a_limit_on_file_and_a_sum_make_one_need_with_all_its_parts() -> None:
    said = (("customer", LIMIT), EXPLAINED, ("customer", "What does it cost altogether?"))
    file: dict[str, Any] = {"catalogue": HEATING, "entitlements": [OWN_6], "knowledge": [ROOMS]}
    assert shown(*said, **file) == ("Z-4",)
    said = (*said[:2], ("customer", "What does it cost altogether, with valves?"))
    assert sorted(shown(*said, **file)) == ["V-1", "V-1", "V-1", "Z-4"]


def test_fewer_rooms_than_the_plan_holds_are_no_limit() -> None:
    free = {**OWN_6, "used": {"zones": 2}}
    said = (("customer", LIMIT), EXPLAINED, ("customer", "I see."))
    answer = assess(*said, catalogue=HEATING, entitlements=[free], knowledge=[ROOMS])
    assert not visible(answer)


def test_a_plan_they_own_is_not_sold_to_them_for_as_much_as_it_holds() -> None:
    said = ("customer", "I need Home Plus for six zones.")
    answer = assess(said, catalogue=HEATING, entitlements=[OWN_6])
    assert not answer.flags
    assert answer.none_reason == "already_entitled"


def test_a_free_way_put_to_them_is_weighed_and_one_that_is_not_holds() -> None:
    way = "# Lamps\n\nA lamp with a clamp is included in every bed, under Settings.\n"
    known = [{"id": "K", "text": way, "passage": True}]
    said = ("customer", "I'd like a lamp with a clamp, for my reading.")
    put = ("service", "Has your bed no lamp with a clamp?")
    no = ("customer", "No, it hasn't.")
    assert not visible(assess(said, knowledge=known))
    assert visible(assess(said, put, no, knowledge=known))


def test_what_our_side_has_carried_out_is_not_raised_again() -> None:
    said = ("customer", "I'd like a reading lamp for my bed.")
    assert visible(assess(said, ("service", "For which bed is it?")))
    answer = assess(said, ("service", "Ordered, it comes on Friday."), ("customer", "Great."))
    assert not visible(answer)
    assert answer.flags[0].release_when == "carried out in this contact"


@pytest.mark.parametrize(
    ("text", "catalogue"),
    [
        ("How many savings accounts can one person have with you?", [SAVER]),
        ("Four radiators stay cold, do I need four new radiator valves?", [VALVE]),
        ("A savings account would be fine, I'm comparing a few banks.", [SAVER]),
        ("Which oak chair do I need?", [SMALL, LARGE]),
    ],
)
def test_a_question_about_rules_or_choice_is_no_wish(text: str, catalogue: list[Any]) -> None:
    assert not visible(assess(("customer", text), catalogue=catalogue))


def test_what_they_have_is_not_what_they_ask_for() -> None:
    fibre = product("F-100", "Fibre 100", 27, "100 Mbit/s", period="month")
    phone = product("TEL", "Home telephone", 5, "telephone line at home", period="month")
    said = ("customer", "I've had your Fibre 100 put in and now I'd like the telephone as well.")
    answer = assess(said, catalogue=[fibre, phone])
    assert [f.recommended for f in answer.flags] == [("TEL",)]


def test_a_reduced_price_for_some_takes_its_proof() -> None:
    cheap = product("BASIC", "Social reading lamp", 9, "lamp for households that receive a benefit")
    said = ("customer", "I'd like a reading lamp for my bed.")
    lamp = product("LAMP", "Plain reading lamp", 40, "lamp with a clamp")
    assert shown(said, catalogue=[cheap, lamp]) == ("LAMP",)
    proof = ["Household that receives a housing benefit"]
    assert shown(said, catalogue=[cheap, lamp], facts=proof) == ("BASIC",)


def test_the_kind_they_name_binds() -> None:
    said = ("customer", "I'd like a lawn mower, and it has to be a cordless one.")
    wired = product("W", "Electric lawn mower", 90, "lawn mower with mains cable")
    cordless = product("C", "Battery lawn mower", 190, "cordless lawn mower")
    assert shown(said, catalogue=[wired, cordless]) == ("C",)


def test_i_will_take_it_means_what_our_side_just_named() -> None:
    finder = product("FIND", "Apartment finder", 30, "apartment offers, seen early")
    said = ("customer", "I need to find an apartment near a park.")
    other = ("service", "There is a free flat in the Center building on level six, at 2300.")
    answer = assess(said, other, ("customer", "Perfect, I'll take it!"), catalogue=[finder])
    assert not visible(answer)


APP = product(
    "APP", "Warm Free", 0, "schedules, boost, for one or two rooms", period="month",
    limits={"rooms": 2},
)  # fmt: skip
LINE = product("LINE", "Fast line", 30, "a line for the internet", period="month")


@pytest.mark.parametrize(
    ("said", "is_shown"),
    [
        ("It's seventeen at night. I just want that one room warmer.", False),
        ("I'd like the line faster.", False),
        ("I'd like a fast line for the internet.", True),
        ("I'd like the fast line so that the internet is quicker.", True),
    ],
)
def test_how_a_thing_should_be_is_no_wish_for_a_thing(said: str, *, is_shown: bool) -> None:
    """What makes it so may be free: it is held unless they name the thing itself."""
    answer = assess(("customer", said), catalogue=[APP, LINE])
    assert answer.flags  # heard in any case
    assert bool(visible(answer)) is is_shown
