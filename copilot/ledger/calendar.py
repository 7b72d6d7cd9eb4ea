"""Due dates: what "by Friday" or "within five working days" means on the day it was said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from copilot.ledger.language import digits, ordinal

DueBasis = Literal["explicit", "relative", "policy_default", "none"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DAY = "|".join(
    [*WEEKDAYS, "mon", "tues", "tue", "wed", "thurs", "thur", "thu", "fri", "sat", "sun"]
)
_MONTH = "|".join(
    [*MONTHS, "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec"]
)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days count as working days in one market."""

    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """A day on which the shop is open."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def add(self, day: date, count: int) -> date:
        """The date `count` working days after `day`."""
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


def _weekday(name: str) -> int:
    return next(i for i, day in enumerate(WEEKDAYS) if day.startswith(name[:3]))


def _month(name: str) -> int:
    return next(i for i, month in enumerate(MONTHS, 1) if month.startswith(name[:3]))


def coming(said: date, weekday: int) -> date:
    """The next such weekday after the day of speaking; on that very day, a week later."""
    return said + timedelta(days=(weekday - said.weekday() - 1) % 7 + 1)


def next_named(said: date, weekday: int) -> date:
    """ "Next Friday": the Friday of the following calendar week (on a Friday: in seven days)."""
    monday = said - timedelta(days=said.weekday())
    return monday + timedelta(days=7 + weekday)


def nearest(said: date, day: int, month: int | None = None, year: int | None = None) -> date | None:
    """The first such date on or after the day of speaking; None where the date does not exist."""
    for ahead in range(13):
        y, m0 = divmod(said.year * 12 + said.month - 1 + ahead, 12)
        m = m0 + 1
        if (month and m != month) or (year and y != year):
            continue
        try:
            found = date(y, m, day)
        except ValueError:
            continue
        if found >= said or year:
            return found
    return None


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


Rule = Callable[[re.Match[str], date, WorkingCalendar], date | None]


def _iso(match: re.Match[str], said: date, calendar: WorkingCalendar) -> date | None:
    del said, calendar
    try:
        return date.fromisoformat(match.group(1))
    except ValueError:
        return None


def _day_month(match: re.Match[str], said: date, calendar: WorkingCalendar) -> date | None:
    del calendar
    day, month, year = match.group("d"), match.group("m"), match.group("y")
    return nearest(said, int(day), _month(month), int(year) if year else None)


def _the_nth(match: re.Match[str], said: date, calendar: WorkingCalendar) -> date | None:
    del calendar
    day = ordinal(match.group(1))
    return nearest(said, day) if day else None


def _span(match: re.Match[str], said: date, calendar: WorkingCalendar) -> date | None:
    count = int(float(match.group("n2") or match.group("n") or 1))
    unit, working = match.group("u"), bool(match.group("w"))
    if unit.startswith("hour"):
        return said + timedelta(days=max(0, (count + 12) // 24))
    if unit.startswith("minute"):
        return said
    if unit.startswith("week"):
        return said + timedelta(days=7 * count)
    if unit.startswith("month"):
        return said + timedelta(days=30 * count)
    return calendar.add(said, count) if working else said + timedelta(days=count)


_AMOUNT = r"(?P<n>\d+|an?|the)(?: ?(?:to|-|or|–) ?(?P<n2>\d+))?"
_RULES: tuple[tuple[DueBasis, re.Pattern[str], Rule], ...] = (
    ("explicit", re.compile(r"\b(\d{4}-\d{2}-\d{2})\b"), _iso),
    (
        "explicit",
        re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m>{_MONTH})\b\.?(?:,? (?P<y>\d{{4}}))?"),
        _day_month,
    ),
    (
        "explicit",
        re.compile(rf"\b(?P<m>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<y>\d{{4}}))?"),
        _day_month,
    ),
    ("explicit", re.compile(r"\b(?:on|by|for|before|until|from) the ([a-z\d-]+)\b"), _the_nth),
    (
        "relative",
        re.compile(
            rf"\b(?:within|in|inside|under|takes?|after|up to|another|for) (?:the next |about |around |around |roughly )?"
            rf"{_AMOUNT} (?P<w>working |business )?(?P<u>days?|hours?|weeks?|minutes?|months?)\b"
        ),
        lambda m, s, c: _span(m, s, c) if m.group("n") not in ("the", "a", "an") else _one(m, s, c),
    ),
    (
        "relative",
        re.compile(rf"\b{_AMOUNT} (?P<w>working |business )?(?P<u>days?|hours?|weeks?)(?: from (?:now|today)|' time|')"),
        lambda m, s, c: _span(m, s, c) if m.group("n") not in ("the", "a", "an") else _one(m, s, c),
    ),
    ("relative", re.compile(rf"\bnext ({_DAY})\b"), lambda m, s, c: next_named(s, _weekday(m.group(1)))),
    (
        "relative",
        re.compile(rf"\b({_DAY}) (?:next )?week\b"),
        lambda m, s, c: coming(s, _weekday(m.group(1))) + timedelta(days=7)
        if "next" not in m.group()
        else next_named(s, _weekday(m.group(1))),
    ),
    ("relative", re.compile(rf"\b(?:this |on |by |before |for |until |due )?({_DAY})\b"), lambda m, s, c: coming(s, _weekday(m.group(1)))),
    ("relative", re.compile(r"\b(?:day after tomorrow)\b"), lambda m, s, c: s + timedelta(days=2)),
    ("relative", re.compile(r"\btomorrow\b"), lambda m, s, c: s + timedelta(days=1)),
    (
        "relative",
        re.compile(r"\b(?:today|tonight|this (?:afternoon|evening|morning)|(?:close|end) of (?:the |business )?(?:day|play|business)|within the hour|later on|by midnight)\b"),
        lambda m, s, c: s,
    ),
    (
        "relative",
        re.compile(r"\b(?:end of (?:this |the )week|(?:later )?this week|by the weekend)\b"),
        lambda m, s, c: s + timedelta(days=max(0, 4 - s.weekday())),
    ),
    (
        "relative",
        re.compile(r"\bnext week\b"),
        lambda m, s, c: s - timedelta(days=s.weekday()) + timedelta(days=11),
    ),
    ("relative", re.compile(r"\bend of (?:this |the )month\b"), lambda m, s, c: _end_of_month(s)),
    (
        "relative",
        re.compile(r"\b(?:end of )?next month\b"),
        lambda m, s, c: _end_of_month(_end_of_month(s) + timedelta(days=1)),
    ),
)  # fmt: skip


def _one(match: re.Match[str], said: date, calendar: WorkingCalendar) -> date | None:
    unit = match.group("u")
    if unit.startswith(("hour", "minute")):
        return said
    if unit.startswith("week"):
        return said + timedelta(days=7)
    if unit.startswith("month"):
        return said + timedelta(days=30)
    return calendar.add(said, 1) if match.group("w") else said + timedelta(days=1)


def due(text: str, said: date | None, calendar: WorkingCalendar) -> Due:
    """The date a sentence commits to, seen from the day it was said; none without that day."""
    if said is None:
        match = _RULES[0][1].search(text)
        on = _iso(match, date.min, calendar) if match else None
        return Due(on, "explicit" if on else "none", match.group() if match and on else "")
    lowered = digits(text)
    for basis, pattern, rule in _RULES:
        match = pattern.search(lowered)
        if match and (on := rule(match, said, calendar)):
            return Due(on, basis, match.group())
    return Due(None, "none")


def mentions_future(text: str, said: date | None, calendar: WorkingCalendar) -> bool:
    """True where a sentence names a time at or after the day it was said."""
    found = due(text, said, calendar)
    return found.on is not None and (said is None or found.on >= said)
