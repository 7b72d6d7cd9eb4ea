"""A price by age is told for the age they speak of, and for every age where none is said."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.finding import choosing
from copilot.extractive.guards import excluding
from copilot.extractive.guards.ages import ages_in

SWIM = """## One swim
| Who | Hill Pool | Lake Pool |
|---|---|---|
| Adult, 16 to 64 | £6.20 | £5.40 |
| 65 and over | £4.30 | £3.80 |
| Child, 5 to 15 | £3.60 | £3.10 |
"""
TICKETS = """## A day on the bus
- Under 6: free.
- 6 to 17 years: 3 €.
- Over 17: 7 €.
"""


def told(said: str, text: str = SWIM, title: str = "Prices of one swim") -> str:
    hit = Hit(Chunk("a#0", "document", "a", 0, text), title, 1, 0.6)
    return " ".join(s.text for s in compose([Turn("customer", said)], [hit]).segments)


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("how much is one swim at Lake Pool for my sister? shes 30", "£5.40", "£3.80"),
        ("How much is a swim at Lake Pool for my daughter, she is 9?", "£3.10", "£5.40"),
        ("What does one swim cost at Hill Pool? My mum is 71.", "£4.30", "£6.20"),
        ("What does a swim cost at Hill Pool for a 70 year old?", "£4.30", "£3.60"),
    ],
)
def test_the_row_of_their_age_is_told(said: str, right: str, wrong: str) -> None:
    assert right in told(said) and wrong not in told(said)


def test_without_an_age_every_row_is_told() -> None:
    all_of_them = told("How much is a swim at Lake Pool?")
    assert all(price in all_of_them for price in ("£5.40", "£3.80", "£3.10"))
    assert "£6.20" not in all_of_them


def test_a_word_that_only_bounds_an_age_is_no_group() -> None:
    seat = told(
        "My bag is under the seat. How much is a day on the bus?", TICKETS, "A day on the bus"
    )
    assert all(price in seat for price in ("free", "3 €", "7 €"))
    adult = told("How much is a swim for an adult at Lake Pool?")
    assert "£5.40" in adult and "£3.10" not in adult


def test_a_list_by_ages_is_read_as_a_table_is() -> None:
    everybody = told("How much is a day on the bus?", TICKETS, "A day on the bus")
    assert all(price in everybody for price in ("free", "3 €", "7 €"))
    grown = told("How much is a day on the bus? I am 44.", TICKETS, "A day on the bus")
    assert "3 €" not in grown


def test_each_guard_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    aged = "How much is one swim at Lake Pool for my sister? shes 30"
    assert told(aged) == "Adult, 16 to 64: £5.40 with Lake Pool."
    with monkeypatch.context() as patch:
        patch.setattr(excluding, "is_for_another_age", lambda *_: False)
        assert told(aged) != "Adult, 16 to 64: £5.40 with Lake Pool."
    monkeypatch.setattr(choosing, "of_every_age", lambda *_: [])
    assert "£3.10" not in told("How much is a swim at Lake Pool?")


@pytest.mark.parametrize(
    "text",
    [
        "the bill is 30 euros",
        "she is 10 minutes late",
        "it is 5pm",
        "the fee is 9.50",
        "we are 4 people",
    ],
)
def test_other_numbers_are_no_ages(text: str) -> None:
    assert not ages_in(text)
