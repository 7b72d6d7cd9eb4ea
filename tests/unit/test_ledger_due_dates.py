"""What a promised date means on the day, in the place and in the calendar it was said."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from copilot.ledger import WorkingCalendar, due
from copilot.ledger.promises import is_overdue, local_day

FRIDAY = date(2026, 5, 8)
TUESDAY = date(2026, 5, 5)
CALENDAR = WorkingCalendar()


@pytest.mark.parametrize(
    ("said", "on", "expected"),
    [
        ("by next Friday", FRIDAY, date(2026, 5, 15)),  # on a Friday: in seven days
        ("by next Friday", TUESDAY, date(2026, 5, 15)),  # on other days: the following week's
        ("by Friday", FRIDAY, date(2026, 5, 15)),  # the day itself is called today
        ("by Friday", TUESDAY, FRIDAY),
        ("Friday week", TUESDAY, date(2026, 5, 15)),
        ("today", FRIDAY, FRIDAY),
        ("within the hour", FRIDAY, FRIDAY),
        ("tomorrow", FRIDAY, date(2026, 5, 9)),
        ("within five days", FRIDAY, date(2026, 5, 13)),
        ("within five working days", FRIDAY, date(2026, 5, 15)),
        ("in two to three weeks", FRIDAY, date(2026, 5, 29)),
        ("within 48 hours", FRIDAY, date(2026, 5, 10)),
        ("on the ninth", TUESDAY, date(2026, 5, 9)),
        ("by the twenty-first", TUESDAY, date(2026, 5, 21)),
        ("by 3 January", FRIDAY, date(2027, 1, 3)),
        ("on 2026-06-01", FRIDAY, date(2026, 6, 1)),
        ("by the end of the month", FRIDAY, date(2026, 5, 31)),
        ("overnight", FRIDAY, date(2026, 5, 9)),
        ("before lunch", FRIDAY, FRIDAY),
        ("by March", FRIDAY, date(2027, 3, 31)),  # all of March
        ("before June", FRIDAY, date(2026, 5, 31)),
        ("from June", FRIDAY, date(2026, 6, 1)),
        ("by the end of May", FRIDAY, date(2026, 5, 31)),  # the month that runs
        ("until 2028", FRIDAY, date(2028, 12, 31)),
        ("with your next bill", FRIDAY, date(2026, 6, 30)),
        ("on Sun", TUESDAY, date(2026, 5, 10)),
    ],
)
def test_words_of_time_are_read_from_the_day_they_were_said(
    said: str, on: date, expected: date
) -> None:
    assert due(f"We'll send it {said}.", on, CALENDAR).on == expected


def test_a_holiday_is_no_working_day() -> None:
    calendar = WorkingCalendar(holidays=frozenset({date(2026, 5, 11)}))
    assert due("within one working day", FRIDAY, calendar).on == date(2026, 5, 12)


@pytest.mark.parametrize(
    "words",
    [
        "soon",
        "on the 32nd",
        "by 31 February",
        "when it is ready",
        "for the first year",
        "from wind and sun",
        "as we may",
    ],
)
def test_words_that_name_no_date_give_none(words: str) -> None:
    assert due(f"We'll send it {words}.", FRIDAY, CALENDAR).on is None


def test_without_the_day_of_speaking_only_a_full_date_can_be_read() -> None:
    assert due("by Friday", None, CALENDAR).on is None
    assert due("by 2026-05-09", None, CALENDAR).on == date(2026, 5, 9)


def test_a_promise_is_overdue_only_after_the_due_day_has_ended_where_the_customer_lives() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    evening_utc = datetime(2026, 5, 8, 13, 0, tzinfo=UTC)  # already the ninth in Auckland
    assert is_overdue(FRIDAY, evening_utc, auckland)
    assert not is_overdue(FRIDAY, evening_utc, ZoneInfo("UTC"))


def test_the_day_of_speaking_is_the_customers_day() -> None:
    late = datetime(2026, 5, 8, 23, 30, tzinfo=UTC)
    assert local_day(late, ZoneInfo("Europe/Berlin")) == date(2026, 5, 9)
    assert local_day(late, ZoneInfo("UTC")) == FRIDAY
    assert local_day(None, None) is None
