"""A figure that stands in no source counts only where its parts are cited and it comes out."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pytest

from copilot.domain import Segment, Working
from copilot.guardrails.days import after, days_named, months_begun, months_full, written
from copilot.guardrails.support import check_segments

TODAY = date(2026, 11, 3)
RULE = "The notice is 30 days and the charge is £12 for each month that remains."
RECORD = "Fibre 300, since 22 March 2026, minimum term of 12 months."
PRICES = "A valve costs £45 once. Warm costs £4 a month and Cold costs £11 a month."

NOTICE = Working("after", ("3 November 2026", "30 days"), "3 December 2026")
END = Working("after", ("22 March 2026", "12 months"), "22 March 2027")
LEFT = Working("months", ("3 December 2026", "22 March 2027"), "4 months")
COST = Working("times", ("4 months", "£12"), "£48")


def is_supported(
    text: str, *workings: Working, cites: tuple[int, ...] = (1, 2), said: str = ""
) -> bool:
    segment = Segment(text, cites, workings=workings)
    checked = check_segments([segment], [RULE, RECORD, PRICES], known=[said], today=TODAY)
    return checked[0].supported


def test_a_day_and_a_sum_stand_where_every_part_is_cited() -> None:
    told = "The earliest day is 3 December 2026; 4 months remain until 22 March 2027: £48."
    assert is_supported(told, NOTICE, END, LEFT, COST)


@pytest.mark.parametrize(
    ("text", "workings"),
    [
        ("It costs £60.", (NOTICE, END, LEFT, Working("times", ("4 months", "£12"), "£60"))),
        ("It costs £60.", (NOTICE, END, LEFT, COST)),  # the sentence says another sum
        ("It costs £48.", (COST,)),  # four months: from where?
        ("It costs £48.", ()),
        ("It ends on 4 December 2026.", (Working("after", NOTICE.parts, "4 December 2026"),)),
        ("5 months remain.", (NOTICE, END, Working("months", LEFT.parts, "5 months"))),
        ("It costs £100.", (Working("times", ("4 months", "£25"), "£100"),)),
        (
            "It ends on 2 February 2027.",
            (Working("given", ("2 February 2027",), "2 February 2027"),),
        ),
    ],
)
def test_a_wrong_or_groundless_figure_is_refused(text: str, workings: tuple[Working, ...]) -> None:
    assert not is_supported(text, *workings)


@pytest.mark.parametrize(
    ("how", "day", "end", "follows"),
    [
        ("end of month", "3 December 2026", "31 December 2026", True),
        ("end of month", "3 December 2026", "30 December 2026", False),
        ("end of quarter", "3 December 2026", "31 December 2026", True),
        ("end of year", "3 December 2026", "31 December 2027", False),
        ("end of next month", "3 November 2026", "31 December 2026", True),
        ("end of next month", "3 November 2026", "30 November 2026", False),
        ("end of month", "5 December 2026", "31 December 2026", False),  # a day from nowhere
    ],
)
def test_the_end_of_a_month_follows_from_a_day_that_is_proven(
    how: Literal["end of month"], day: str, end: str, follows: bool
) -> None:
    working = Working(how, (day,), end)
    assert is_supported(f"It ends on {end}.", NOTICE, working) is follows


@pytest.mark.parametrize(
    ("how", "count", "follows"),
    [("months after", 9, True), ("months after", 10, False), ("months", 10, True)],
)
def test_months_after_a_day_are_counted_from_the_next(
    how: Literal["months", "months after"], count: int, follows: bool
) -> None:
    said = "28 February 2027 or 1 December 2027"
    working = Working(how, ("28 February 2027", "1 December 2027"), f"{count} months")
    assert is_supported(f"{count} months remain.", working, said=said) is follows


def test_the_parts_must_stand_in_what_this_very_sentence_cites() -> None:
    workings = (NOTICE, END, LEFT, COST)
    assert is_supported("It costs £48.", *workings)
    assert not is_supported("It costs £48.", *workings, cites=(2,))
    assert not is_supported("It costs £48.", *workings, cites=(1,))


def test_a_number_that_the_customer_names_may_be_counted_with() -> None:
    total = (Working("given", ("3",), "3"), Working("times", ("3", "£45"), "£135"))
    assert is_supported("3 x £45 = £135.", *total, cites=(3,), said="I want three valves")
    assert not is_supported("3 x £45 = £135.", *total, cites=(3,), said="I want valves")
    wrong = (total[0], Working("times", ("3", "£45"), "£153"))
    assert not is_supported("3 x £45 = £153.", *wrong, cites=(3,), said="I want three valves")


@pytest.mark.parametrize(
    ("working", "text", "is_right"),
    [
        (Working("minus", ("£11 a month", "£4 a month"), "£7 a month"), "£7 a month less", True),
        (Working("minus", ("£11 a month", "£4 a month"), "£6 a month"), "£6 a month less", False),
        (Working("plus", ("£11 a month", "£4 a month"), "£15 a month"), "£15 a month", True),
        (Working("plus", ("£45", "£4 a month"), "£49"), "£49 in all", False),  # once and monthly
        (Working("plus", ("£45", "£11"), "£56"), "£56 in all", True),
    ],
)
def test_sums_and_differences_are_of_one_coin_and_rhythm(
    working: Working, text: str, *, is_right: bool
) -> None:
    assert is_supported(text, working, cites=(3,)) is is_right


def test_a_day_the_customer_wishes_for_may_be_named_again() -> None:
    wish = Working("given", ("30 November 2026",), "30 November 2026")
    told = "It can end on 30 November 2026."
    assert is_supported(told, wish, said="cancel it at the end of November please")
    assert not is_supported(told, wish, said="cancel it please")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("end of november", "30 November 2026"),
        ("at the end of the month", "30 November 2026"),
        ("the end of next month", "31 December 2026"),
        ("at the end of the year", "31 December 2026"),
        ("3 dec then", "3 December 2026"),
        ("on December 3rd", "3 December 2026"),
        ("by 1 February", "1 February 2027"),
        ("the 5th of March 2028", "5 March 2028"),
        ("the last day of February", "28 February 2027"),
        ("the beginning of January", "1 January 2027"),
    ],
)
def test_days_that_customers_name(said: str, day: str) -> None:
    assert [written(found.day) for found in days_named(said, TODAY)] == [day]


@pytest.mark.parametrize("said", ["as soon as possible", "in 30 days", "30 February", "may I go?"])
def test_what_names_no_day(said: str) -> None:
    assert not list(days_named(said, TODAY))


def test_months_are_counted_from_day_to_day() -> None:
    start, end = date(2026, 12, 3), date(2027, 3, 22)
    assert (months_begun(start, end), months_full(start, end)) == (4, 3)
    assert (months_begun(end, end), months_full(end, end)) == (0, 0)
    assert months_begun(date(2026, 1, 31), date(2026, 2, 28)) == 1
    assert after(date(2024, 2, 29), 1, "year") == date(2025, 2, 28)
    assert after(start, 3, "fortnight") is None
