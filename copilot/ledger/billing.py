"""When "on your next invoice" is: by the day our texts say invoices come; else it has no day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from copilot.ledger.calendar import Due, nearest
from copilot.ledger.language import digits, ordinal
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Fact

_BILL = r"(?:invoices?|bills?|statements?)\b"
_ON_DAY = re.compile(
    r"\b(?P<day>\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth)(?: day)? of "
    r"(?:each|every|the|a) month\b"
)
_COMES = re.compile(
    rf"\b{_BILL}[^.;,]{{0,30}}?\b(?:comes?|arrives?|(?:is|are) (?:sent|issued|made|drawn|posted|"
    rf"e-?mailed|out)|goes? out|reach(?:es)?)\b[^.;,]{{0,40}}$"
    rf"|\bwe (?:send|issue|make|post|e-?mail)(?: you)?(?: the| your| our| all| an?)? {_BILL}"
    r"[^.;,]{0,40}$"
)


def is_of_bill(when: Due) -> bool:
    """The day was reckoned from "the next invoice" alone."""
    return bool(when.words and pattern("due_next_bill").fullmatch(when.words))


def on_next_bill(said: date | None, facts: Iterable[Fact]) -> Due | None:
    """The day of the first bill after that day; None where no text says when bills come."""
    days = {day for fact in facts if _holds(fact, said) and (day := bill_day(fact.text))}
    if said is None or len(days) != 1:
        return None
    on = nearest(said + timedelta(days=1), days.pop())
    return Due(on, "relative", "next invoice") if on else None


def _holds(fact: Fact, said: date | None) -> bool:
    if fact.kind not in ("knowledge", "entitlement", "customer"):
        return False
    begun = fact.valid_from is None or (said is not None and fact.valid_from <= said)
    return begun and (fact.valid_to is None or (said is not None and said <= fact.valid_to))


@lru_cache(maxsize=4096)
def bill_day(text: str) -> int | None:
    """The day of the month on which a statement says that bills come."""
    told = digits(text)
    if "month" not in told:
        return None
    found = _ON_DAY.search(told)
    return ordinal(found["day"]) if found and _COMES.search(told[: found.start()]) else None
