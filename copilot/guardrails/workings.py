"""Figures that stand in no source but follow from what does: each step is worked out again.

A sum, a product, a difference, a day counted from another. A step counts only where its parts are
proven and its result is what comes out, so a wrong sum is marked like any invented figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce

from copilot.domain import Working
from copilot.guardrails.days import after, end_of, months_begun, months_full
from copilot.guardrails.facts import Fact, hard_facts


def follow(workings: Sequence[Working], holds: Callable[[Fact], bool]) -> list[Fact]:
    """The results that follow, step by step; a later step may rest on an earlier result."""
    proven: list[Fact] = []

    def is_proven(fact: Fact) -> bool:
        return fact in proven or holds(fact)

    for working in workings:
        result = _one(working.result)
        parts = [_one(part) for part in working.parts]
        if result is None or not all(part and is_proven(part) for part in parts):
            continue
        if _comes_out(working.how, [part for part in parts if part], result):
            proven.append(result)
    return proven


def _one(text: str) -> Fact | None:
    found = hard_facts(text)
    return next(iter(found)) if len(found) == 1 else None


def _comes_out(how: str, parts: Sequence[Fact], result: Fact) -> bool:
    if how == "given":
        return list(parts) == [result]
    if how == "after":
        return _is_day_after(parts, result)
    if how.startswith("end of "):
        return _is_end_of(parts, how.removeprefix("end of "), result)
    if how in ("months", "months after"):
        return _are_months_between(parts, result, since=int(how == "months after"))
    if how == "times":
        return _is_product(parts, result)
    if how not in ("plus", "minus") or len(parts) < 2 or {p.kind for p in parts} != {result.kind}:
        return False
    amounts = [_amount(part) for part in (*parts, result)]
    if len({unit for _, unit in amounts}) != 1:
        return False
    numbers = [number for number, _ in amounts[:-1]]
    if how == "minus":
        return reduce(lambda a, b: a - b, numbers) == amounts[-1][0]
    return sum(numbers) == amounts[-1][0]


def _amount(fact: Fact) -> tuple[Decimal, str]:
    """The number and what it counts, "GBP/month" or "day"."""
    value = fact.value.removesuffix(" in words")
    if fact.kind == "money":
        money, _, periods = value.partition("/")
        currency, _, number = money.partition(" ")
        return Decimal(number), f"{currency}/{periods}"
    number, _, unit = value.partition(" ")
    return (Decimal(number), unit) if fact.kind in ("number", "quantity") else (Decimal(0), value)


def _is_product(parts: Sequence[Fact], result: Fact) -> bool:
    """How many times how much; of months and a price a month, the months are used up."""
    if len(parts) != 2 or parts[0].kind not in ("number", "quantity"):
        return False
    (count, counted), (each, unit), (total, of) = map(_amount, (*parts, result))
    if counted:
        unit = "/".join(one for one in unit.split("/") if one != counted)
        unit += "" if "/" in unit else "/"
    return parts[1].kind == result.kind == "money" and of == unit and count * each == total


def _is_day_after(parts: Sequence[Fact], result: Fact) -> bool:
    if [p.kind for p in (*parts, result)] != ["date", "quantity", "date"]:
        return False
    day = _date(parts[0])
    count, unit = _amount(parts[1])
    unit = unit.removeprefix("calendar ")
    return day is not None and after(day, int(count), unit) == _date(result) is not None


def _is_end_of(parts: Sequence[Fact], edge: str, result: Fact) -> bool:
    if [p.kind for p in (*parts, result)] != ["date", "date"]:
        return False
    day = _date(parts[0])
    return day is not None and end_of(day, edge) == _date(result) is not None


def _are_months_between(parts: Sequence[Fact], result: Fact, *, since: int) -> bool:
    """Either way of counting: which one is the rule's, the cited sentence says."""
    if [p.kind for p in (*parts, result)] != ["date", "date", "quantity"]:
        return False
    start, end = map(_date, parts)
    count, unit = _amount(result)
    if start is None or end is None or unit != "month":
        return False
    start += timedelta(days=since)
    return count in (months_begun(start, end), months_full(start, end))


def _date(fact: Fact) -> date | None:
    """A whole date; None for one without its year, or that may be read in two ways."""
    try:
        return None if fact.readings else date.fromisoformat(fact.value)
    except ValueError:
        return None
