"""Labels of rows and sections: the codes and days that they name, and which a text mentions."""

from __future__ import annotations

import re
from functools import lru_cache

_MANY = 200  # codes of one range: more is no list of codes
_CODE = re.compile(r"(?<![\w-])([A-Z]{1,4})-?(\d{1,5})(?![\w-]|[.,]\d)", re.IGNORECASE)
_SPACED = re.compile(r"(?<![\w-])([A-Z]{1,4}) (\d{1,5})(?![\w-]|[.,]\d)", re.IGNORECASE)
_NUMBERED = re.compile(
    r"\b(?:code|error|fault|message|alarm|status)s?(?: (?:code|number|no\.?|nr\.?))?:? "
    r"[\"'“(#]?(\d{1,5})(?![\w-]|[.,]\d)",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?<![\w-])([A-Z]{1,4})-?(\d{1,5}) ?(?:to|until|–|—|-|\.\.\.?|…) ?(?:\1)-?(\d{1,5})(?![\w-])",
    re.IGNORECASE,
)
_BARE = re.compile(r"^\d{1,5}$")
_COLUMN = re.compile(r"\b(?:code|error|fault|message|alarm|status|display)s?\b", re.IGNORECASE)
_HYPHENED = re.compile(r"(?<![\w-])([A-Z]{1,4})-(?=\d{1,3}(?![\w-]))", re.IGNORECASE)
# A column that says what a code means or what helps, not what a model costs.
_MEANING = re.compile(
    r"^(?:meaning|means|causes?|likely causes?|reasons?|remed(?:y|ies)|cures?|fix(?:es)?"
    r"|solutions?|actions?|what\b.*|how to\b.*|descriptions?|explanations?|advice|help|steps?"
    r"|problems?|faults?|effects?|try(?: this)?|do this)$",
    re.IGNORECASE,
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)(?:days?|s?days?|nesdays?|rsdays?|urdays?|s|rs?|\.)?"
_ONE_DAY = re.compile(rf"\b{_DAY}(?!\w)", re.IGNORECASE)
_DAYS_TO = re.compile(rf"\b{_DAY} ?(?:to|until|till|through|–|—|-) ?{_DAY}(?!\w)", re.IGNORECASE)
_WEEKEND = re.compile(r"\bweekends?\b", re.IGNORECASE)
_WORKDAYS = re.compile(r"\b(?:weekdays?|working days?)\b", re.IGNORECASE)
_DAILY = re.compile(r"\b(?:daily|every day|all week)\b", re.IGNORECASE)
_DATE = re.compile(
    r"\b\d{1,2} (?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december)\b|\b(?:bank|public) holidays?\b|\bholidays?$",
    re.IGNORECASE,
)


@lru_cache(maxsize=8_192)
def codes_in(text: str) -> frozenset[str]:
    """The codes that a text names, without hyphens and in capitals; a range is none of them."""
    text = _RANGE.sub(" ", text)
    found = {f"{letters}{number}".upper() for letters, number in _CODE.findall(text)}
    return frozenset(found | set(_NUMBERED.findall(text)))


@lru_cache(maxsize=8_192)
def spaced_codes_in(text: str) -> frozenset[str]:
    """What may be codes, written in two words: "g 12", and just as well "in 12"."""
    return frozenset(f"{letters}{number}".upper() for letters, number in _SPACED.findall(text))


def codes_of(label: str, column: str) -> frozenset[str]:
    """The codes that the label of a row begins with: "E23", "E1 to E9", "17" under "Code"."""
    if _BARE.match(label):
        return frozenset({label}) if _COLUMN.search(column) else frozenset()
    if not _CODE.match(label):
        return frozenset()
    found = set(codes_in(label))
    for letters, low, high in _RANGE.findall(label):
        if int(high) - int(low) < _MANY:
            found |= {f"{letters}{n:0{len(low)}}".upper() for n in range(int(low), int(high) + 1)}
    return frozenset(found)


def joined(text: str) -> str:
    """Each code as one word: "B-30" as "B30"."""
    return _HYPHENED.sub(r"\1", text)


def is_meaning(column: str) -> bool:
    """Whether a column says what a thing means or what to do about it."""
    return bool(_MEANING.match(column.strip()))


@lru_cache(maxsize=8_192)
def days_in(text: str) -> frozenset[int]:
    """The days of the week that a text names, Monday 0: "Monday to Friday", "at weekends"."""
    found = {_DAYS.index(day.lower()) for day in _ONE_DAY.findall(text)}
    for first, last in _DAYS_TO.findall(text):
        start, end = _DAYS.index(first.lower()), _DAYS.index(last.lower())
        found |= {day % 7 for day in range(start, end + 1 + 7 * (end < start))}
    found |= {5, 6} if _WEEKEND.search(text) else set()
    found |= set(range(5)) if _WORKDAYS.search(text) else set()
    found |= set(range(7)) if _DAILY.search(text) else set()
    return frozenset(found)


def is_day(label: str) -> bool:
    """Whether a label says on which days a row holds."""
    return bool(days_in(label)) or bool(_DATE.search(label))


@lru_cache(maxsize=8_192)  # the same tables are read for the same conversation
def mentioned(text: str, things: tuple[str, ...]) -> frozenset[str]:
    """The things of a table that a text names: in full, else by what sets each of them apart."""
    by_name = {t.lower(): t for t in things if t}
    if not by_name or not text:
        return frozenset()
    full = _any_of(tuple(sorted(by_name, key=len, reverse=True))).findall(text)
    if full:
        return frozenset(by_name[name.lower()] for name in full)
    said = set(re.findall(r"(?<=[a-z,;] )[A-Z0-9][\w-]*", text))
    found = set()
    for thing in by_name.values():
        others = {word for t in by_name.values() if t != thing for word in t.split()}
        own = [w for w in thing.split() if w not in others and re.match(r"[A-Z]", w)]
        if own and len(thing.split()) > 1 and set(own) <= said:
            found.add(thing)
    return frozenset(found)


@lru_cache(maxsize=1_024)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    every = "|".join(map(re.escape, names))
    return re.compile(rf"(?<!\w)(?:{every})(?!\w)", re.IGNORECASE)
