"""A pack is a need only where it costs less than what they pay for each further piece."""

from __future__ import annotations

from typing import Any

import pytest

from tests.need_cases import assess, product, visible

PLAN = product(
    "WASH-S", "Wash Small", 40, "30 washes a month", period="month", limits={"washes": 30}
)
BIG = product(
    "WASH-L", "Wash Large", 90, "100 washes a month", period="month", limits={"washes": 100}
)
PACK = product(
    "WASH-20", "Wash Pack 20", 15, "20 more washes a month", period="month",
    limits={"washes": 20}, requires="WASH-S",
)  # fmt: skip
OWNED = {
    "id": "E1", "name": "Wash Small", "sku": "WASH-S", "includes": ["30 washes a month"],
    "limits": {"washes": 30}, "used": {"washes": 41},
}  # fmt: skip
TABLE = """What do extra washes cost?

| Plan | Included per month | Each further wash |
|---|---|---|
| Wash Large | 100 | €0.10 |
| Wash Small | 30 | €{small} |
"""
WISH = "We had {} extra washes again. Is there a pack or something for that?"


def said(text: str, *, each: str | None = None, **more: Any) -> Any:
    knowledge = [{"id": "washes", "text": TABLE.format(small=each), "passage": True}]
    return assess(
        ("customer", text),
        catalogue=[PLAN, BIG, PACK],
        entitlements=[{**OWNED, **more}],
        knowledge=knowledge if each else [],
    )


def test_pieces_that_cost_less_than_the_pack_are_told_and_no_pack_is_flagged() -> None:
    found = said(WISH.format(11), each="0.50")
    assert not found.flags
    assert found.none_reason == "cheaper_better"
    assert any("€5.50 at €0.50 each" in inform.text for inform in found.inform)


def test_a_pack_that_saves_is_a_need() -> None:
    """Whatever a further piece costs on another plan: Wash Large pays 10 cents."""
    found = said(WISH.format(11), each="2.00")
    assert visible(found)
    assert found.flags[0].recommended == ("WASH-20",)


def test_where_no_source_has_the_price_per_piece_nothing_is_called_enough() -> None:
    found = said(WISH.format(11))
    assert not visible(found)
    assert found.flags[0].disposition == "hold"
    assert not found.flags[0].agent_line


def test_who_cannot_go_over_the_limit_needs_the_pack() -> None:
    """All thirty are used and no source tells of a thirty-first."""
    assert visible(said(WISH.format(11), used={"washes": 30}))


def test_three_more_a_week_are_thirteen_a_month() -> None:
    """At €1.50 four would be €6, and no need; thirteen are €19.50, and the pack is €15."""
    assert visible(said("We want 3 more washes a week. Is there a pack for that?", each="1.50"))
    assert not said("We want 3 more washes a month. Is there a pack for that?", each="1.50").flags


def test_what_one_thing_costs_says_nothing_of_another() -> None:
    """A call has nobody knows how many minutes, though both are counted in minutes."""
    small = product("T-100", "Line 100", 5, "100 minutes", period="month", limits={"minutes": 100})
    big = product("T-500", "Line 500", 9, "500 minutes", period="month", limits={"minutes": 500})
    owned = {
        "id": "E1", "name": "Line 100", "sku": "T-100", "limits": {"minutes": 100},
        "used": {"minutes": 99},
    }  # fmt: skip
    found = assess(
        ("customer", "All my minutes are used up and I need 3 more calls a week."),
        catalogue=[small, big],
        entitlements=[owned],
        knowledge=[{"id": "k", "text": "Each further minute costs 12p."}],
    )
    assert found.none_reason != "cheaper_better"


def test_a_seat_sold_by_the_seat_is_the_further_piece_itself() -> None:
    seat = product("SEAT", "Extra desk", 4, "1 more desk", period="month", limits={"desks": 1})
    owned = {**OWNED, "limits": {"desks": 5}, "used": {"desks": 5}, "includes": ["5 desks"]}
    rule = {"id": "desks", "text": "Each further desk costs €4 a month."}
    wish = ("customer", "We need 2 more desks, please.")
    found = assess(wish, catalogue=[PLAN, seat], entitlements=[owned], knowledge=[rule])
    assert found.flags
    assert set(found.flags[0].recommended) == {"SEAT"}


@pytest.mark.parametrize(
    "told",
    [
        "Extra washes cost €0.50 each.",
        "You pay €0.50 for each further wash.",
        "Each additional wash is charged at 50 cents.",
    ],
)
def test_the_price_of_a_piece_is_read_from_plain_sentences_too(told: str) -> None:
    found = assess(
        ("customer", WISH.format(11)),
        catalogue=[PLAN, PACK],
        entitlements=[OWNED],
        knowledge=[{"id": "k", "text": told}],
    )
    assert not found.flags
    assert found.none_reason == "cheaper_better"
