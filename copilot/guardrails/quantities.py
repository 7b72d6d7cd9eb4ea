"""Reads numbers in every dress: money, percentages, dates, times, measures, phone numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from copilot.guardrails.periods import COUNTED, period_said

NumeralKind = Literal["money", "percent", "date", "time", "quantity", "number", "phone"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_NUM = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:,\d{1,2}(?!\d)|\.\d+)?"
_CURRENCIES = {
    "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "quid": "GBP",
    "p": "GBP/100", "pence": "GBP/100",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "$": "USD", "usd": "USD", "us$": "USD", "dollar": "USD", "dollars": "USD",
    "cent": "*/100", "cents": "*/100",
    "¥": "JPY", "jpy": "JPY", "yen": "JPY", "chf": "CHF", "cad": "CAD", "aud": "AUD",
    "inr": "INR", "₹": "INR", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN",
}  # fmt: skip
_CURRENCY_AFTER = (
    r"(?:GBP|USD|EUR|JPY|CHF|CAD|AUD|INR|SEK|NOK|DKK|PLN|pounds?|quid|pence|euros?|dollars?|yen"
    r"|cents?|p)\b|[£€$¥₹]"
)
_CURRENCY_BEFORE = r"(?:US\$|[£$€¥₹]|\b(?:GBP|USD|EUR|JPY|CHF|CAD|AUD|INR|SEK|NOK|DKK|PLN))"
_PERIODS = {
    "mo": "month", "month": "month", "monthly": "month", "yr": "year", "year": "year",
    "annum": "year", "yearly": "year", "annually": "year", "quarter": "quarter",
    "quarterly": "quarter", "week": "week", "weekly": "week",
    "day": "day", "daily": "day", "hour": "hour", "user": "user", "seat": "seat",
    "person": "user", "licence": "seat", "license": "seat", "device": "device", "line": "line",
    "fortnight": "2 weeks", "fortnightly": "2 weeks",
}  # fmt: skip
_PERIOD = (
    rf"(?:\s?(?:/|\bper\b|\beach\b|\bevery\b)\s?(?:{COUNTED})\b"
    r"|\s?(?:/|\bper\b|\ba\b|\ban\b|\beach\b|\bevery\b)\s?"
    r"(?:month|mo|quarter|year|yr|annum|fortnight|week|day|hour|user|seat|person|licence|license|device|line)\b"
    r"|\s(?:monthly|fortnightly|quarterly|yearly|annually|weekly|daily)\b){0,3}"
)
_COUNTED = re.compile(rf"\b{COUNTED}\b")
_UNITS = {
    "second": "second", "sec": "second", "s": "second", "ms": "ms", "minute": "minute",
    "min": "minute", "hour": "hour", "hr": "hour", "h": "hour", "day": "day", "night": "night",
    "week": "week", "wk": "week", "month": "month", "mth": "month", "year": "year", "yr": "year",
    "kb": "kb", "mb": "mb", "gb": "gb", "tb": "tb", "mbps": "mbit/s", "mbit/s": "mbit/s",
    "gbps": "gbit/s", "kbps": "kbit/s", "mb/s": "mb/s", "kg": "kg", "g": "g", "gram": "g",
    "mg": "mg", "lb": "lb", "oz": "oz", "mm": "mm", "cm": "cm", "m": "m", "metre": "m",
    "meter": "m", "km": "km", "mile": "mile", "inch": "inch", "in": "inch", "ft": "ft",
    "l": "l", "litre": "l", "liter": "l", "ml": "ml", "w": "w", "watt": "w", "kw": "kw",
    "kwh": "kwh", "v": "v", "volt": "v", "a": "a", "amp": "a", "mah": "mah", "hz": "hz",
    "khz": "khz", "mhz": "mhz", "ghz": "ghz", "°c": "°c", "°f": "°f", "db": "db", "px": "px",
}  # fmt: skip
_UNIT = (
    r"(?:(?:working|business|calendar)[ \t-])?"
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|wks?|months?|mths?|years?"
    r"|yrs?|[kmgt]b|[kmg]bps|mbit/s|mb/s|kg|grams?|mg|lbs?|oz|[mck]m|met(?:re|er)s?|miles?|inch(?:es)?"
    r"|ft|lit(?:re|er)s?|ml|watts?|kwh?|volts?|amps?|mah|[kmg]?hz|°[cf]|db|px)\b"
)
_LETTER_UNIT = r"[smghlwva]\b"  # only where it touches the number: "5 a day" is no current
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15,
    "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90, "hundred": 100,
}  # fmt: skip
_LONG_UNIT = (
    r"(?:(?:working|business|calendar) )?"
    r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?)\b"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a numeral means, and what else it may mean."""

    kind: NumeralKind
    value: str
    readings: tuple[str, ...] = ()


@cache
def digits() -> re.Pattern[str]:
    """Whatever begins with a digit, a sign of money, a plus or a bracket before digits."""
    return re.compile(
        r"(?<![\w.])(?:"
        r"(?P<iso>\d{4}-\d{2}-\d{2})(?!\d)"
        rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?\s(?P<month>{_MONTH})(?:,?\s(?P<year>\d{{4}})\b)?"
        r"|(?P<slash>\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2}))(?![\d/])"
        r"|(?P<phone>\+\d[\d().\s-]{6,18}\d|\(?0\d{1,4}\)?[\s-]?\d[\d\s-]{4,12}\d"
        r"|1?[-.\s]?\(?[2-9]\d\d\)?[-.\s]\d{3}[-.\s]\d{4})(?!\d)"
        r"|(?P<clock>\d{1,2}[:.]\d{2}\s?[ap]\.?m\b|\d{1,2}\s?[ap]\.?m\b|[012]?\d:[0-5]\d)"
        rf"|(?P<money>{_CURRENCY_BEFORE}\s?(?:{_NUM})(?:[km]\b)?|(?:{_NUM})(?:[km]\b)?\s?(?:{_CURRENCY_AFTER}))"
        rf"(?P<period>{_PERIOD})"
        rf"|(?P<percent>{_NUM})\s?(?:%|per\s?cent\b)"
        rf"|(?P<measure>{_NUM})(?P<unit>[\s-]?{_UNIT}|{_LETTER_UNIT})"
        rf"|(?P<number>{_NUM})(?P<thousand>k\b)?)",
        re.IGNORECASE,
    )


@cache
def month_first() -> re.Pattern[str]:
    """March 12, 2026."""
    return re.compile(
        rf"\b(?P<month>{_MONTH})\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<year>\d{{4}})\b)?"
    )


@cache
def in_words() -> re.Pattern[str]:
    """Two working days, three seats."""
    words = "|".join(f"[{w[0]}{w[0].upper()}]{w[1:]}" for w in _WORDS)
    return re.compile(rf"\b(?P<word>{words})\b(?:[ -](?P<unit>{_LONG_UNIT}))?")


def read(match: re.Match[str]) -> Reading | None:
    """The meaning of a match of one of the three patterns; None for what is no fact."""
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    if "iso" in parts:
        return Reading("date", parts["iso"])
    if "month" in parts:
        return _named_date(parts["day"], parts["month"], parts.get("year"))
    if "slash" in parts:
        return _slash_date(parts["slash"])
    if "phone" in parts:
        return Reading("phone", re.sub(r"\D", "", parts["phone"])[-9:])
    if "clock" in parts:
        return _clock(parts["clock"])
    if "money" in parts:
        return _money(parts["money"], parts.get("period", ""))
    if "percent" in parts:
        return Reading("percent", _plain(parts["percent"]))
    return _count(match, parts)


def _count(match: re.Match[str], parts: dict[str, str]) -> Reading | None:
    if "word" in parts:
        number = str(_WORDS[parts["word"].lower()])
        if "unit" not in parts:
            return Reading("number", number + " in words")
        return Reading("quantity", f"{number} {_unit(parts['unit'])}")
    if "measure" in parts:
        return Reading("quantity", f"{_plain(parts['measure'])} {_unit(parts['unit'])}")
    if _is_marker(match):
        return None
    value = Decimal(_plain(parts["number"])) * (1000 if "thousand" in parts else 1)
    return Reading("number", _normal(value))


def is_measure(word: str) -> bool:
    """Whether a word such as 5GB or 14-day is a number with its unit."""
    return bool(_measure().fullmatch(word))


@cache
def _measure() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{_NUM})-?(?:{_UNIT}|{_LETTER_UNIT}|{_CURRENCY_AFTER}|[ap]m\b|k\b)|{_CURRENCY_BEFORE}(?:{_NUM})[km]?"
        rf"(?:/(?:month|mo|year|yr|user|seat|week|day))?|(?:{_NUM})-(?:{_NUM})",
        re.IGNORECASE,
    )


@cache
def _marker_before() -> re.Pattern[str]:
    return re.compile(r"(?:\b(?:step|option|point|page|no\.|number|part)\s|\[)$", re.IGNORECASE)


def _is_marker(match: re.Match[str]) -> bool:
    """Numbers that count our own lines: '1. Open …', 'step 2', '[3]'."""
    text, start, end = match.string, match.start(), match.end()
    if end - start > 2:
        return False
    alone = start == 0 or text[start - 1] == "\n"
    if alone and text[end : end + 1] in {".", ")"}:
        return True
    return bool(_marker_before().search(text[max(0, start - 8) : start]))


def _plain(number: str) -> str:
    if re.fullmatch(r"\d+,\d{1,2}", number):
        number = number.replace(",", ".")
    return _normal(Decimal(number.replace(",", "")))


def _normal(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _money(text: str, period: str) -> Reading | None:
    amount = re.search(_NUM, text)
    if amount is None:
        return None
    sign = (text[: amount.start()] + text[amount.end() :]).strip().lower()
    factor = 1
    if sign[:1] in {"k", "m"} and sign not in _CURRENCIES:
        factor, sign = (1_000 if sign[0] == "k" else 1_000_000), sign[1:].strip()
    elif sign.endswith(("k", "m")) and sign not in _CURRENCIES:
        factor, sign = (1_000 if sign[-1] == "k" else 1_000_000), sign[:-1].strip()
    currency, _, hundredth = _CURRENCIES.get(sign, sign.upper()).partition("/")
    value = Decimal(_plain(amount.group())) * factor / (100 if hundredth else 1)
    counted = [known for one in _COUNTED.findall(period.lower()) if (known := period_said(one))]
    bare = _COUNTED.sub(" ", period.lower())
    named = {_PERIODS[w] for w in re.findall(r"[a-z]+", bare) if w in _PERIODS}
    periods = sorted({*named, *counted})
    return Reading("money", "/".join([f"{currency} {_normal(value)}", *periods]))


def _unit(text: str) -> str:
    words = text.lower().replace("-", " ").split()
    unit = words[-1]
    name = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("es")) or _UNITS[unit.removesuffix("s")]
    if len(words) > 1:
        return ("working" if words[0] == "business" else words[0]) + " " + name
    return name


def _named_date(day: str, month: str, year: str | None) -> Reading | None:
    number = _MONTHS.index(month[:3].lower()) + 1
    return Reading("date", _iso(year, number, int(day)))


def _slash_date(text: str) -> Reading | None:
    first, second, year = (int(part) for part in re.split(r"[/.]", text))
    full = str(year if year > 99 else 2000 + year)
    meanings = [_iso(full, m, d) for d, m in ((first, second), (second, first)) if m <= 12]
    if not meanings:
        return None
    return Reading("date", meanings[0], tuple(meanings[1:]))


def _iso(year: str | None, month: int, day: int) -> str:
    return f"{year or '-'}-{month:02}-{day:02}"


def _clock(text: str) -> Reading:
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
    half = re.search(r"([ap])\.?m", text.lower())
    if half:
        hour = hour % 12 + (12 if half[1] == "p" else 0)
    return Reading("time", f"{hour:02}:{minute:02}")
