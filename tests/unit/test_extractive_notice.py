"""Notice to the end of a month, a quarter or a year: the last day and the sum, by trades."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.test_extractive_worked import plan, reply, words

RENTAL = """| Plan | Notice | During the minimum term |
|---|---|---|
| Solo | 1 month to the end of a month | €8 for each month that remains |
| Office | 3 months to the end of a month | €25 for each month that remains |
| Flex | 1 month to the end of a month | no minimum term, no charge |

A month that has begun counts as a whole month.

## No charge

- The machine was out of order for more than 10 working days in a row.
"""
ASKED = "I want to cancel my contract. When is the last day and what does it cost?"


def test_the_last_day_is_the_end_of_a_month_and_the_months_after_it_are_paid() -> None:
    held = (plan("Office", date(2025, 12, 1), 24),)
    said = words(reply(ASKED, text=RENTAL, held=held, today=date(2026, 11, 30)))
    assert "3 months' notice to the end of a month" in said and "28 February 2027" in said
    assert "9 x €25 = €225" in said and "out of order" not in said


def test_a_machine_on_hire_is_cancelled_as_a_contract_is() -> None:
    held = (plan("Office", date(2025, 12, 1), 24),)
    asked = "I want to cancel the machine. What does it cost me and when is the last day?"
    assert "€225" in words(reply(asked, text=RENTAL, held=held, today=date(2026, 11, 30)))


def test_a_charge_for_months_that_remain_is_none_after_the_term() -> None:
    held = (plan("Solo", date(2025, 6, 1)),)
    said = words(reply(ASKED, text=RENTAL, held=held, today=date(2026, 11, 30)))
    assert "31 December 2026" in said and "nothing to pay" in said


def test_a_term_that_ends_with_the_last_day_leaves_no_month_to_pay() -> None:
    held = (plan("Solo", date(2026, 1, 1)),)
    said = words(reply(ASKED, text=RENTAL, held=held, today=date(2026, 11, 10)))
    assert "31 December 2026" in said and "nothing to pay" in said


@pytest.mark.parametrize(
    ("rule", "today", "last"),
    [
        ("6 weeks' notice to the end of a quarter", date(2026, 11, 3), "31 December 2026"),
        ("6 weeks' notice to the end of a quarter", date(2026, 11, 25), "31 March 2027"),
        ("3 months' notice to the end of the year", date(2026, 9, 30), "31 December 2026"),
        ("30 days' notice to the end of the calendar month", date(2026, 11, 3), "31 December 2026"),
        ("notice by the 15th to the end of the month", date(2026, 11, 15), "30 November 2026"),
        ("notice by the 15th to the end of the month", date(2026, 11, 16), "31 December 2026"),
    ],
)
def test_edges_of_other_trades(rule: str, today: date, last: str) -> None:
    text = (
        f"## Leaving\nYou can cancel with {rule}.\nAfter the minimum term you leave free of charge."
    )
    held = (plan("Fibre 300", date(2024, 1, 1)),)
    assert last in words(reply(ASKED, text=text, held=held, today=today))


def test_a_day_they_wish_for_is_moved_to_the_end_of_its_month() -> None:
    held = (plan("Solo", date(2025, 6, 1)),)
    asked = "I want to cancel my contract on 10 February 2027."
    said = words(reply(asked, text=RENTAL, held=held, today=date(2026, 11, 30)))
    assert "can end on 28 February 2027" in said


def test_a_calendar_month_is_a_whole_one_where_the_article_says_so() -> None:
    means = "One calendar month means the whole month that follows the one in which you write."
    text = "## Leaving\nThe notice is one calendar month. After the minimum term leaving is free.\n"
    held = (plan("Fibre 300", date(2024, 1, 1)),)
    today = date(2026, 11, 10)
    assert "31 December 2026" in words(reply(ASKED, text=text + means, held=held, today=today))


@pytest.mark.parametrize("end", ["the term", "a billing period", "the season"])
def test_an_end_that_no_calendar_tells_is_not_counted(end: str) -> None:
    text = f"## Leaving\nThe notice is 3 months to the end of {end}, in working days.\n"
    assert " can end on " not in words(reply(ASKED, text=text))


def test_an_end_of_a_month_in_another_clause_is_no_edge_of_the_notice() -> None:
    text = (
        "## Leaving\nThe notice is 30 days, and we pay the rest back by the end of the month.\n"
        "After the minimum term you can leave without a charge.\n"
    )
    held = (plan("Fibre 300", date(2024, 1, 1)),)
    assert "31 December" not in words(reply(ASKED, text=text, held=held))


def test_a_free_case_of_a_list_is_no_rule_for_who_only_leaves() -> None:
    text = (
        "## Leaving\nThe notice is 30 days.\n\n## Without a charge\n\n"
        "- After the minimum term, the pool was shut for 10 days.\n"
    )
    held = (plan("Fibre 300", date(2024, 1, 1)),)
    draft = reply("I want to cancel my contract. What does it cost?", text=text, held=held)
    assert "nothing to pay" not in words(draft) and draft.missing
