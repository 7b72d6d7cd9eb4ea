"""Days: how we write them, which ones a customer names, and counting from one to another."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:,? (?P<year>20\d\d))?"
_NAMED = (
    re.compile(
        rf"\b(?P<edge>end|last day|beginning|start) of (?:(?:the|this) )?{_MONTH}{_YEAR}", re.I
    ),
    re.compile(
        r"\b(?P<edge>end|last day|beginning|start) of (?P<rel>the|this|next) (?P<what>month"
        r"|year)\b",
        re.I,
    ),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}{_YEAR}", re.I),
    re.compile(rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b{_YEAR}", re.I),
)
_UNITS = {"day": 1, "week": 7}


class Named(NamedTuple):
    """A day and the words that name it."""

    day: date
    words: str


def written(day: date) -> str:
    """A day as one writes it: "3 December 2026"."""
    return f"{day:%d %B %Y}".removeprefix("0")


def days_named(text: str, today: date) -> Iterator[Named]:
    """The days that a text names, from today on: "3 dec", "the end of November"."""
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            found = _day(match.groupdict(), today)
            if found is not None:
                yield Named(found, match[0])


def _day(part: dict[str, str | None], today: date) -> date | None:
    if part.get("what") == "year":
        year = today.year + (part["rel"] == "next")
        return date(year, 12, 31) if _is_end(part) else None
    if part.get("what") == "month":
        ahead = months_on(today.replace(day=1), 1 if part["rel"] == "next" else 0)
        return _edge(ahead.year, ahead.month, part)
    month = next(n for n, m in enumerate(MONTHS, 1) if m.startswith(str(part["month"])[:3].lower()))
    for year in [int(part["year"] or 0)] if part["year"] else [today.year, today.year + 1]:
        if part.get("edge"):
            found: date | None = _edge(year, month, part)
        else:
            found = _of(year, month, int(part["day"] or 0))
        if found is not None and (part["year"] or found >= today):
            return found
    return None


def _is_end(part: dict[str, str | None]) -> bool:
    return str(part["edge"]).lower() in ("end", "last day")


def _edge(year: int, month: int, part: dict[str, str | None]) -> date:
    return date(year, month, calendar.monthrange(year, month)[1] if _is_end(part) else 1)


def _of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def months_on(day: date, count: int) -> date:
    """The same day so many months later, or the last of that month."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


def after(day: date, count: int, unit: str) -> date | None:
    """The day so many days, weeks, months or years later; None for other units."""
    if unit in _UNITS:
        return day + timedelta(days=count * _UNITS[unit])
    if unit in ("month", "year"):
        return months_on(day, count * (12 if unit == "year" else 1))
    return None


def end_of(day: date, edge: str) -> date | None:
    """The last day of the month, the next month, the quarter or the year that a day is in."""
    if edge == "next month":
        day = months_on(day.replace(day=1), 1)
    month = {"month": day.month, "next month": day.month, "quarter": (day.month + 2) // 3 * 3}
    last = {**month, "year": 12}.get(edge)
    return date(day.year, last, calendar.monthrange(day.year, last)[1]) if last else None


def months_begun(start: date, end: date) -> int:
    """Months from one day to another, a month that has begun counted whole."""
    count = 0
    while months_on(start, count) < end:
        count += 1
    return count


def months_full(start: date, end: date) -> int:
    """Whole months from one day to another."""
    begun = months_begun(start, end)
    return begun if begun == 0 or months_on(start, begun) == end else begun - 1
