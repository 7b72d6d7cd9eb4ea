"""How often a price is paid: as it is said, and never by the month where an article denies it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from copilot.domain import Chunk, Hit, Product, every, months_of
from copilot.extractive import facts_of
from copilot.guardrails.periods import period_of, period_said, ways_to_say
from copilot.guardrails.support import unsupported_facts
from copilot.suggester.rhythms import disputes, gaps

ARTICLE = """All prices include VAT and are for **four weeks**, not for a calendar month.

| Unit | Standard |
|---|---|
| Large | £149 |
"""


def product(**changes: Any) -> Product:
    row = {"sku": "L", "name": "Large unit", "price": Decimal(149), "currency": "GBP"}
    return Product(**{**row, "period": "month", **changes})


def article(text: str, **changes: Any) -> Hit:
    chunk = Chunk("sizes#0", "document", "sizes", 0, text)
    return Hit(chunk, "Unit sizes", 1, 0.6, **changes)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("4 weeks", "4 weeks"), ("every four weeks", "4 weeks"), ("28 days", "4 weeks"),
        ("per fortnight", "2 weeks"), ("quarterly", "quarter"), ("3 months", "quarter"),
        ("per calendar month", "month"), ("one-off", "once"), ("now and then", None),
        ("biweekly", None), ("0 weeks", None),
    ],
)  # fmt: skip
def test_one_length_has_one_name(said: str, kept: str | None) -> None:
    assert period_said(said) == kept


def test_a_counted_period_is_told_and_reckoned_by_its_length() -> None:
    assert (every("4 weeks"), every("month"), every("once")) == ("every 4 weeks", "a month", "")
    assert months_of("4 weeks") == pytest.approx(4 * months_of("week"))
    assert months_of("once") == 0
    assert period_of(28, "day") == "4 weeks"
    assert {"4 weeks", "four weeks", "28 days"} <= set(ways_to_say("4 weeks"))


def test_the_catalogue_tells_a_price_for_its_own_period() -> None:
    fact = facts_of([product(period="4 weeks")])["large unit"]
    assert "Large unit costs £149 every 4 weeks." in fact.chunk.text


@pytest.mark.parametrize(
    ("told", "source", "holds"),
    [
        ("Large costs £149 every 4 weeks.", ARTICLE, True),
        ("Large costs £149 every four weeks.", "Large costs £149 every 4 weeks.", True),
        ("Large costs £149 a month.", ARTICLE, False),
        ("Large costs £149 a month.", "Large costs £149 every 4 weeks.", False),
        ("Large costs £149 every 4 weeks.", "Large costs £149 a month.", False),
        ("Large costs £149 a month.", "Prices are for a month. Large: £149.", True),
    ],
)
def test_a_price_holds_only_for_the_period_of_its_source(
    told: str, source: str, *, holds: bool
) -> None:
    assert (not unsupported_facts(told, [source])) is holds


def test_a_price_by_the_month_is_not_told_against_an_article_that_says_four_weeks() -> None:
    (found,) = disputes([product()], [article(ARTICLE)])
    assert found.period == "4 weeks"
    (gap,) = gaps([found], list(facts_of([product()]).values()))
    assert "£149 a month" in gap and "every 4 weeks" in gap


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (product(period="4 weeks"), ARTICLE),  # they agree
        (product(period="4 weeks"), "Prices are not for a calendar month. Large: £149."),
        (product(price=Decimal(84)), ARTICLE),  # another sum
        (product(period="once"), ARTICLE),
        (product(), "All prices are fixed for 12 months. Large: £149."),  # how long it stays
        (product(), "Rent is due every 4 weeks or per month. Large: £149."),  # both are said
        (product(), "Large: £149 a month. Other prices are for four weeks."),
        (product(), "A reservation holds the unit for 7 days. Large: £149."),
    ],
)
def test_what_does_not_contradict_the_catalogue_is_no_dispute(one: Product, text: str) -> None:
    assert disputes([one], [article(text)]) == ()


def test_only_what_customers_may_read_is_held_against_the_catalogue() -> None:
    assert disputes([product()], [article(ARTICLE, visibility="internal")]) == ()
