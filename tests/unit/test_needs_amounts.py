"""How much they want, in whatever words; and what of it they have, use, and may wait for."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.needs.catalogue import amounts, pieces
from tests.need_cases import assess, product, visible


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("four kilowatts of solar", "kw", 4.0),
        ("a bag of ten kilos", "kg", 10.0),
        ("three metres of cable", "cm", 300.0),
        ("300 cm long", "cm long", 300.0),
        ("no wider than eighty centimetres", "cm wide", 80.0),
        ("two terabytes", "data", 2000.0),
    ],
)
def test_one_unit_by_any_of_its_names(text: str, unit: str, value: float) -> None:
    assert [(a.unit, a.value) for a in amounts(text)] == [(unit, value)]


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("I'd take two new ones.", 2),
        ("Could you send three more of the small bags?", 3),
        ("A key for each of my two girls.", 2),
        ("I'd take four of them.", 4),
        ("Two more weeks, please.", None),
        ("I'll have employees, two of them.", None),
        ("In 2026 more people came.", None),
    ],
)
def test_pieces_are_counted_where_they_are_meant(text: str, many: float | None) -> None:
    assert pieces(text) == many


def shelf(sku: str, price: float, features: str) -> dict[str, Any]:
    return product(sku, f"Wall shelf {sku}", price, features)


def test_a_length_and_a_width_are_both_met() -> None:
    answer = assess(
        ("customer", "I'd like a wall shelf, two metres long and no wider than 30 cm."),
        catalogue=[
            shelf("SHORT", 20, "150 cm long, 25 cm wide"),
            shelf("BROAD", 30, "200 cm long, 60 cm wide"),
            shelf("FITS", 40, "200 cm long, 25 cm wide"),
        ],
    )
    assert answer.flags[0].recommended == ("FITS",)


SEAT = product("SEAT", "Extra seat", 6, "one more seat", period="month")
PLAN = {"id": "E1", "name": "Team", "includes": ["5 seats"]}


def test_a_plan_cures_a_need_for_seats_only_where_some_are_free() -> None:
    ask = "Two colleagues start on Monday, I'd like a seat for each."
    free = assess(("customer", ask), entitlements=[PLAN], catalogue=[SEAT])
    full = assess(
        ("customer", f"{ask} All five seats are taken."), entitlements=[PLAN], catalogue=[SEAT]
    )
    on_file = {**PLAN, "limits": {"seats": 5}, "used": {"seats": 5}}
    filed = assess(("customer", ask), entitlements=[on_file], catalogue=[SEAT])
    assert free.none_reason == "already_entitled"
    assert full.flags[0].recommended == filed.flags[0].recommended == ("SEAT", "SEAT")


def test_a_plainer_thing_in_the_plan_is_not_what_they_ask_for() -> None:
    own = {"id": "E1", "name": "Flight", "includes": ["standard seat"]}
    leg = product("LEG", "Legroom seat", 30, "seat with legroom")
    wish = assess(
        ("customer", "Is there a seat with room for my knees?"), entitlements=[own], catalogue=[leg]
    )
    plain_wish = assess(
        ("customer", "I'd like a standard seat."), entitlements=[own], catalogue=[leg]
    )
    assert wish.flags and wish.flags[0].recommended == ("LEG",)
    assert plain_wish.none_reason == "already_entitled"


def test_unlimited_minutes_are_no_gigabytes() -> None:
    answer = assess(
        ("customer", "I'd like 5 GB more data."),
        catalogue=[
            product("TALK", "Talk plan", 1, "unlimited minutes", period="month"),
            product("DATA", "Data pack", 6, "5 GB more data", period="month"),
        ],
    )
    assert answer.flags[0].recommended == ("DATA",)


def test_units_that_a_text_defines_are_one() -> None:
    zone = product("ZONE", "Zone pack", 2, "four more zones", period="month")
    ask = ("customer", "I'd like three rooms more on the zone app.")
    defined = [{"id": "K1", "text": "A zone is a room, whatever stands in it."}]
    assert assess(ask, catalogue=[zone], knowledge=defined).flags[0].constraints == ("3 rooms",)


FIXED = product("FIX", "Fixed savings", 0, "fixed savings of one year", period="month")


@pytest.mark.parametrize(("day", "held"), [("1 June 2026", True), ("1 May 2026", False)])
def test_better_terms_are_waited_for_until_they_begin(day: str, held: bool) -> None:
    fact = {"id": "K1", "text": f"From {day} fixed savings pay 4 % instead of 3 %."}
    answer = assess(
        ("customer", "I'd like to open the fixed savings."), catalogue=[FIXED], knowledge=[fact]
    )
    assert (bool(answer.flags) and answer.flags[0].disposition == "hold") is held


PHOTO = product("PHOTO", "Party photographer", 120, "photos of a party, 50 guests")


def test_a_word_of_its_name_is_not_the_thing() -> None:
    party = assess(("customer", "I'd like to book a party for 40 guests."), catalogue=[PHOTO])
    photos = assess(
        ("customer", "I'd like a photographer for a party of 40 guests."), catalogue=[PHOTO]
    )
    assert not visible(party)
    assert visible(photos)
