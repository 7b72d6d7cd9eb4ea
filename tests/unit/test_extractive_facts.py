"""The catalogue answers plain questions about products that the customer names, and offers none."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from copilot.domain import Chunk, Draft, Hit, Product, Turn
from copilot.extractive import compose, facts_named, facts_of

LAMP = Product(
    "LAMP-1", "Grow lamp", Decimal("39.00"), "GBP", "once",
    features=("timer of 16 hours",), limits={"plants": 4, "power_hours": 16},
)  # fmt: skip
TENT = Product("TENT-1", "Grow lamp tent", Decimal("80.50"), "GBP", "once", requires=("LAMP-1",))
CLUB = Product("CLUB", "Leaf Club", Decimal("5"), "GBP", "month")
OLD = Product("OLD", "Steam globe", Decimal("9"), "GBP", "once", status="roadmap")
SHOP = facts_of([LAMP, TENT, CLUB, OLD])
PAGE = "## Prices\nThe Leaf Club costs £5 a month. Seeds cost £3 a bag."


def reply(said: str, *more: str) -> Draft:
    turns = [Turn("customer", text) for text in (said, *more)]
    page = Hit(Chunk("a#0", "document", "a", 0, PAGE), "Prices", 1, 0.6)
    names = [hit.title for hit in SHOP.values()]
    facts = facts_named(SHOP, [turn.text for turn in turns])
    return compose(turns, [page], products=names, facts=facts)


def words(draft: Draft) -> list[str]:
    return [segment.text for segment in draft.segments]


def test_price_and_limit_of_a_named_product_are_told_with_their_source() -> None:
    draft = reply("How much is the grow lamp and how many plants is it for?")
    assert words(draft) == ["Grow lamp costs £39.", "Grow lamp: up to 4 plants."]
    assert [segment.citations for segment in draft.segments] == [(2,), (2,)]


@pytest.mark.parametrize("period", ["week", "month", "quarter", "year"])
def test_a_price_is_told_with_how_often_it_is_paid(period: str) -> None:
    box = replace(CLUB, name="Veg box", period=period)
    (fact,) = facts_named(facts_of([box]), ["What does the veg box cost?"])
    assert f"Veg box costs £5 a {period}." in fact.chunk.text


def test_of_two_names_the_longer_one_is_meant() -> None:
    assert words(reply("What do grow lamp tents cost?")) == ["Grow lamp tent costs £80.50."]


@pytest.mark.parametrize("said", ["My seeds are wet, what can I do?", "What does the shed cost?"])
def test_nothing_is_told_of_a_product_that_nobody_named(said: str) -> None:
    assert not any("lamp" in text.lower() for text in words(reply(said)))


def test_who_has_trouble_with_a_product_is_told_no_price() -> None:
    said = words(reply("My grow lamp is broken and stays dark, what should I do?"))
    assert not any("£" in text for text in said)


def test_a_product_that_is_not_on_sale_has_no_price() -> None:
    draft = reply("What does the steam globe cost?")
    assert draft.abstained and "steam globe" in draft.missing[0]


def test_a_limit_whose_name_carries_its_unit_is_left_to_the_features() -> None:
    text = SHOP["grow lamp"].chunk.text
    assert "power" not in text and "timer of 16 hours" in text
