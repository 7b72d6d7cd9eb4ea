"""A number that the customer gives chooses the row of a table that holds it, and no other."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.language.amounts import amounts_in, kinds_in

TRANSIT = """# Transit insurance

| Value of the load | Transit insurance per trip | Excess |
|---|---|---|
| up to €20,000 | €55 | €200 |
| up to €1,000 | €6 | €50 |
| up to €8,000 | €21 | €100 |
"""
BOATS = """# Boat hire

| Boat | Room for | Weight | Weekday | Weekend |
|---|---|---|---|---|
| Finch | one-berth trips | 200 kg | £30 | £40 |
| Heron | a two- or three-berth crew | 400 kg | £60 | £75 |
| Swan | a six-berth crew | 800 kg | £95 | £120 |
"""


def reply(text: str, said: str) -> Draft:
    hit = Hit(Chunk("a#0", "document", "a", 0, text), text[2:].split("\n")[0], 1, 0.55)
    return compose([Turn("customer", said)], [hit])


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments if segment.citations)


@pytest.mark.parametrize(
    ("said", "price"),
    [
        ("my load is worth 7000, what does transit insurance cost", "€21"),
        ("The load is worth about 15k. What does transit insurance cost?", "€55"),
        ("what does transit insurance cost for €1,000?", "€6"),
        ("what does transit insurance cost for €8k?", "€21"),
    ],
)
def test_the_tightest_row_that_holds_an_amount_is_told(said: str, price: str) -> None:
    told = words(reply(TRANSIT, said))
    assert price in told and told.count("per trip") == 1


def test_an_amount_above_every_row_is_a_gap() -> None:
    said = "my load is worth 90,000, what does transit insurance cost"
    assert reply(TRANSIT, said).abstained


@pytest.mark.parametrize(
    ("said", "boat", "others"),
    [
        ("how big a boat do we need for a 3 berth crew and what does it cost", "Heron", "£95"),
        ("what does the boat for a six-berth crew cost", "Swan", "£60"),
        ("which boat for a two berth crew", "Heron", "Swan"),
    ],
)
def test_a_thing_by_its_parts_chooses_its_row(said: str, boat: str, others: str) -> None:
    told = words(reply(BOATS, said))
    assert boat in told and others not in told


def test_a_thing_of_parts_that_no_row_holds_is_a_gap() -> None:
    assert reply(BOATS, "which boat for a nine berth crew").abstained


def test_numbers_of_parts_and_of_worth_are_read() -> None:
    (house,), (flat,) = kinds_in("a two- or three-bedroom house"), kinds_in("1 bed flat")
    assert (house.span.low, house.span.high) == (2, 3)
    assert house.is_of(flat) and not house.meets(flat)
    assert kinds_in("for two days, one month or 3 times") == ()
    assert amounts_in("it is worth 7,500") == {"£": 7500, "$": 7500, "€": 7500}
    assert amounts_in("worth 80 kg of paper, 900 times") == {"kg": 80.0}
    assert amounts_in("worth 7000, not £500")["£"] == 500
