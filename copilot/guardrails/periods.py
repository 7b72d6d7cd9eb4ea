"""How often a price is paid, as people write it: "per week", "every four weeks", "28 days"."""

from __future__ import annotations

import re

from copilot.domain import PERIODS

_SPOKEN = {
    "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year",
    "annual": "year", "annually": "year", "annum": "year", "mo": "month", "yr": "year",
    "calendar month": "month", "fortnight": "2 weeks", "fortnightly": "2 weeks",
    "half year": "6 months", "half-year": "6 months", "half-yearly": "6 months",
    "one-off": "once", "one off": "once", "one-time": "once", "one time": "once",
    "onetime": "once", "once": "once",
}  # fmt: skip
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve"
_COUNTS = {word: n for n, word in enumerate(_NUMBERS.split(), 1)}
_EACH = re.compile(r"^(?:(?:per|a|an|each|every|for)\s+|/\s*)")
COUNTED = rf"(?:\d{{1,3}}|{'|'.join(_COUNTS)})[\s-]?(?:days?|weeks?|months?|years?)"
_COUNTED = re.compile(rf"^(\d{{1,3}}|{'|'.join(_COUNTS)})[\s-]?(day|week|month|year)s?$")


def period_said(text: str) -> str | None:
    """A period as it is kept, "month" or "4 weeks"; None where its length is not known."""
    said = _EACH.sub("", " ".join(text.lower().split()))
    said = _SPOKEN.get(said, said)
    if said in PERIODS or said == "once":
        return said
    counted = _COUNTED.match(said)
    if counted is None:
        return None
    count = _COUNTS.get(counted[1]) or int(counted[1])
    return period_of(count, counted[2])


def period_of(count: int, unit: str) -> str | None:
    """So many days, weeks, months or years as one name: 28 days are 4 weeks, 3 months a quarter."""
    if unit == "day" and count % 7 == 0:
        count, unit = count // 7, "week"
    if unit == "month" and count % 12 == 0:
        count, unit = count // 12, "year"
    if count < 1 or unit not in PERIODS:
        return None
    if (count, unit) == (3, "month"):
        return "quarter"
    return unit if count == 1 else f"{count} {unit}s"


def ways_to_say(period: str) -> tuple[str, ...]:
    """What a text holds that names a counted period: "4 weeks", "four weeks", "28 days"."""
    count, _, unit = period.partition(" ")
    if not count.isdigit():
        return (period,)
    pairs = [(int(count), unit)]
    if unit == "weeks":
        pairs.append((7 * int(count), "days"))
    words = {n: word for word, n in _COUNTS.items()}
    said = [f"{n} {of}" for n, of in pairs] + [f"{words[n]} {of}" for n, of in pairs if n in words]
    return (*said, "fortnight") if period == "2 weeks" else tuple(said)
