"""Due dates: what "by Friday" or "within five working days" means on the day it was said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from copilot.ledger.language import digits, ordinal
from copilot.ledger.patterns import pattern

DueBasis = Literal["explicit", "relative", "policy_default", "none"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days count as working days in one market."""

    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """A day on which the shop is open."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def add(self, day: date, count: int) -> date:
        """The date `count` working days after `day`; calendar days where every day is off."""
        if len(self.weekend) >= len(WEEKDAYS):
            return day + timedelta(days=count)
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day


@dataclass(frozen=True, slots=True)
class Due:
    """A resolved date and the words it was read from."""

    on: date | None
    basis: DueBasis
    words: str = ""


def coming(said: date, weekday: int) -> date:
    """The next such weekday after the day of speaking; on that very day, a week later."""
    return said + timedelta(days=(weekday - said.weekday() - 1) % 7 + 1)


def next_named(said: date, weekday: int) -> date:
    """The day that "next Friday" names: in the following calendar week (on a Friday, in seven)."""
    monday = said - timedelta(days=said.weekday())
    return monday + timedelta(days=7 + weekday)


def nearest(said: date, day: int, month: int | None = None, year: int | None = None) -> date | None:
    """The first such date on or after the day of speaking; None where the date does not exist."""
    for ahead in range(13):
        y, m0 = divmod(said.year * 12 + said.month - 1 + ahead, 12)
        if month and m0 + 1 != month:
            continue
        try:
            found = date(year or y, m0 + 1, day)
        except ValueError:
            continue
        if year or found >= said:
            return found
    return None


def full_date(text: str) -> date | None:
    """The day a text names with its year: "8 October 2026", "2026-10-08"; None for any less."""
    lowered = digits(text)
    iso = pattern("due_iso").search(lowered)
    if iso:
        return _iso(iso, date.min, WorkingCalendar())
    named = pattern("due_day_month").search(lowered) or pattern("due_month_day").search(lowered)
    if named is None or not named.group("y"):
        return None
    return nearest(date.min, int(named.group("d")), _month(named.group("m")), int(named.group("y")))


def past_day(text: str, said: date) -> date | None:
    """The day gone by that a sentence names: "since Friday", "on Thursday", "yesterday"."""
    match = pattern("promise_day").search(text)
    if match is None:
        return None
    if match.group("near"):
        return said - timedelta(days=match.group("near") == "yesterday")
    return said - timedelta(days=(said.weekday() - _weekday(match.group("day"))) % 7)


@lru_cache(maxsize=8192)
def due(text: str, said: date | None, calendar: WorkingCalendar) -> Due:
    """The date a sentence commits to, seen from the day it was said.

    Without that day only a full date can be read.
    """
    lowered = digits(text)
    for name, (basis, rule) in _RULES.items():
        if said is None and name != "due_iso":
            break
        match = pattern(name).search(lowered)
        on = rule(match, said or date.min, calendar) if match else None
        if match and on:
            return Due(on, basis, match.group())
    return Due(None, "none")


def _end_of(match: re.Match[str], said: date, _calendar: WorkingCalendar) -> date | None:
    """ "By March" leaves the whole of March; "before March" does not; "until 2028" all of it."""
    named = match.groupdict()
    year = int(named["y"]) if named.get("y") else None
    if named.get("m") is None:
        return date(year, 12, 31) if year else None
    first = nearest(said.replace(day=1), 1, _month(named["m"]), year)
    if first is None:
        return None
    starts = (named.get("e") or "").startswith(("start", "begin", "early"))
    if named["p"] == "from" or starts:
        return first
    return first - timedelta(days=1) if named["p"] == "before" else _end_of_month(first)


def _weekday(name: str) -> int:
    return next(i for i, day in enumerate(WEEKDAYS) if day.startswith(name[:3]))


def _month(name: str) -> int:
    return next(i for i, month in enumerate(MONTHS, 1) if month.startswith(name[:3]))


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


Rule = Callable[[re.Match[str], date, WorkingCalendar], date | None]


def _iso(match: re.Match[str], _said: date, _calendar: WorkingCalendar) -> date | None:
    try:
        return date.fromisoformat(match.group(1))
    except ValueError:
        return None


def _day_month(match: re.Match[str], said: date, _calendar: WorkingCalendar) -> date | None:
    year = match.group("y")
    return nearest(
        said, int(match.group("d")), _month(match.group("m")), int(year) if year else None
    )


def _the_nth(match: re.Match[str], said: date, _calendar: WorkingCalendar) -> date | None:
    day = ordinal(match.group(1))
    return nearest(said, day) if day else None


def _span(match: re.Match[str], said: date, calendar: WorkingCalendar) -> date | None:
    """The far end of "two to three working days"; "an hour" is today."""
    words = match.group("n2") or match.group("n")
    count = int(words) if words.isdigit() else 1
    unit = match.group("u")
    if count > 3650:
        return None
    if unit.startswith("minute"):
        return said
    if unit.startswith("hour"):
        return said + timedelta(days=(count + 12) // 24)
    if unit.startswith("day") and match.group("w"):
        return calendar.add(said, count)
    days = 7 if unit.startswith("week") else 30 if unit.startswith("month") else 1
    return said + timedelta(days=days * count)


def _next_weekday(match: re.Match[str], said: date, _calendar: WorkingCalendar) -> date | None:
    return next_named(said, _weekday(match.group("day")))


def _weekday_week(match: re.Match[str], said: date, _calendar: WorkingCalendar) -> date | None:
    """The day that "Friday week" names is a week after the coming Friday."""
    day = _weekday(match.group("day"))
    return next_named(said, day) if match.group("next") else coming(said, day) + timedelta(days=7)


def _named_day(match: re.Match[str], said: date, _calendar: WorkingCalendar) -> date | None:
    return coming(said, _weekday(match.group("day") or match.group("short")))


def _plain(shift: Callable[[date], date]) -> Rule:
    """A rule that looks at the day of speaking alone."""

    def rule(_match: re.Match[str], said: date, _calendar: WorkingCalendar) -> date | None:
        return shift(said)

    return rule


_RULES: dict[str, tuple[DueBasis, Rule]] = {
    "due_iso": ("explicit", _iso),
    "due_day_month": ("explicit", _day_month),
    "due_month_day": ("explicit", _day_month),
    "due_nth": ("explicit", _the_nth),
    "due_span": ("relative", _span),
    "due_from_now": ("relative", _span),
    "due_next_weekday": ("relative", _next_weekday),
    "due_weekday_week": ("relative", _weekday_week),
    "due_weekday": ("relative", _named_day),
    "due_day_after_tomorrow": ("relative", _plain(lambda d: d + timedelta(days=2))),
    "due_overnight": ("relative", _plain(lambda d: d + timedelta(days=1))),
    "due_tomorrow": ("relative", _plain(lambda d: d + timedelta(days=1))),
    "due_today": ("relative", _plain(lambda d: d)),
    "due_this_week": ("relative", _plain(lambda d: d + timedelta(days=max(0, 4 - d.weekday())))),
    "due_next_week": ("relative", _plain(lambda d: next_named(d, 4))),
    "due_end_of_month": ("relative", _plain(_end_of_month)),
    "due_next_month": (
        "relative",
        _plain(lambda d: _end_of_month(_end_of_month(d) + timedelta(days=1))),
    ),
    "due_next_bill": (  # once a month, on a day that is not ours to know
        "relative",
        _plain(lambda d: _end_of_month(_end_of_month(d) + timedelta(days=1))),
    ),
    "due_month": ("explicit", _end_of),
    "due_year": ("explicit", _end_of),
}
