"""A table as sentences that a person would write: the things it compares, and what holds for each.

Rows or columns may be the things. Of a row with many values each is told by itself, so that a
reply tells the one that was asked for. A row that makes no readable sentence is not told at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.extractive.amounts import Span, span_of
from copilot.extractive.labels import codes_of, is_day, is_meaning

WIDE = 3  # values in a row: with more, each is told by itself
FEW_WORDS = 5  # of a value that can stand after "is"

_RULE = re.compile(r"^[\s:-]*-[\s:-]*$")
_SKU = re.compile(r"\s*\((?=[^)a-z]*[A-Z])[A-Z0-9]+(?:[-_][A-Z0-9]+)+\)")
_CODES = re.compile(
    r"^(?:sku|code|id|item (?:no|number)\.?|article (?:no|number)\.?|ref\w*)$", re.I
)
_NONE = re.compile(r"^(?:none|nothing|nil)$", re.IGNORECASE)
_PRICE = re.compile(
    r"^(?:the )?(?:(?:monthly|yearly|annual) )?(?:price|cost|fee|charge|to buy)\b", re.IGNORECASE
)
_MONEY = re.compile(r"^[£$€] ?\d[\d.,]*(?: (?:once|extra|each|(?:a|per|each) \w+))*$")
_COUNT = re.compile(r"^\d[\d.,]*$")
_VALUE = re.compile(
    r"^(?:[£$€]|\d|(?:up to|about|at least|at most|under|over|only|none|no limit|free|included"
    r"|unlimited)\b)",
    re.IGNORECASE,
)
# A column's name that says nothing of what stands under it.
_VAGUE = re.compile(
    r"^(?:rules?|what.*|meaning|remed(?:y|ies)|when|facts?|details?|notes?|value|answers?|effects?"
    r"|descriptions?|information|how.*|you get|solutions?|hours)?$",
    re.IGNORECASE,
)
_STATE = re.compile(r"^(?:state|status)$", re.IGNORECASE)
_VERB = re.compile(
    r"^(?:covers|comes|includes|needs|takes|lasts|holds|supports|fits|weighs)\b", re.I
)
_DESCRIBES = re.compile(r"(?:able|ible|ed|proof|free|safe)\b", re.IGNORECASE)
_CAN = re.compile(r"^can(?: do)?$", re.IGNORECASE)
_ALL = re.compile(r"^(?:everything|anything|nothing|all|none|no)\b", re.IGNORECASE)
_BESIDE = re.compile(r"^(?:for|per|each|every|in|at|on)\b|^\w+(?:ed|pt|ld) for$", re.IGNORECASE)
_IS = re.compile(r"^(?:being|in|not|under|on|out|off|no longer|\w+ed)\b", re.IGNORECASE)
_PERIOD = re.compile(r"\b(?:a|per|each) \w+$")
_EVERY = re.compile(r"^(monthly|yearly|annual)\b", re.IGNORECASE)
_EVERY_AS = {"monthly": "month", "yearly": "year", "annual": "year"}
_EMPTY = ("", "-", "–", "—")
_UNITS = re.compile(r"^(?:minutes|hours|days|weeks|months|years|seconds)\b", re.IGNORECASE)
_RANGE = re.compile(
    r"^(?:between|from|under|below|less than|fewer than|up to|at most|at least|not over|until|over"
    r"|above|more than|no more than|[£$€]|\d)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"^(?:[£$€] ?\d|free$)", re.IGNORECASE)
_PERSONS = re.compile(r"\b(?:you|your|our|we)\b", re.IGNORECASE)
_NAMED_COLUMN = re.compile(r"[A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Cell:
    """Of which thing a sentence of a table tells, and which other things stand in the table.

    `is_column` marks a value that is told by itself; without a thing, the whole row is told.
    """

    thing: str
    things: tuple[str, ...]
    is_column: bool = False
    codes: frozenset[str] = frozenset()  # of a row that says what a code means or what helps


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of a table, the columns it is from, and the range its row is for."""

    text: str
    columns: str
    cell: Cell
    span: Span | None = None
    words: str = ""  # what it says beside its columns' names, where that is not all of it


def without_codes(text: str) -> str:
    """The text without article numbers in brackets: "Warm Plus (WARM-6)" as "Warm Plus"."""
    return _SKU.sub("", text)


def told(rows: Sequence[Sequence[str]]) -> Iterator[list[Told]]:
    """The sentences of each row of a table, its header first and its rule second."""
    has_rule = len(rows) > 1 and all(_RULE.match(cell) for cell in rows[1])
    width = len(rows[0])
    if not has_rule:  # a table that begins elsewhere: only pairs can be read
        for row in rows if width == 2 else ():
            yield _pair(("", ""), row, ())
        return
    columns, body = rows[0], [row for row in rows[2:] if any(row)]
    things = tuple(row[0] for row in body if row and row[0])
    is_turned = width > 2 and _is_turned(columns)
    for row in body:
        if width == 2:
            yield _pair(columns, row, things)
        elif is_turned and is_day(row[0]):
            yield _of_days(columns, row, things)
        elif is_turned:
            yield _turned(columns, row)
        else:
            yield _row(columns, row, things)


def _is_turned(columns: Sequence[str]) -> bool:
    """Whether the columns are the things, and each row is one measure of them."""
    first = columns[0]
    names = [c for c in columns[1:] if _NAMED_COLUMN.search(c[1:])]
    return not first or len(names) == len(columns) - 1 or bool(_VAGUE.match(first) and names)


def _pair(columns: Sequence[str], row: Sequence[str], things: tuple[str, ...]) -> list[Told]:
    thing, value, *_ = (*row, "")
    if not thing or value in _EMPTY:
        return []
    codes = codes_of(thing, columns[0]) if is_meaning(columns[1]) else frozenset()
    span = None if codes else span_of(thing, columns[0])
    if span is None and any(span_of(other, columns[0]) for other in things):
        is_told = _stands(value) and not _VAGUE.match(columns[1]) and not _PRICE.match(columns[1])
        text = f"{_first(thing)}: {_said(columns[1], value) if is_told else value}"
    else:
        text = _of_pair(thing, columns, value, is_range=span is not None)
    words, cell = f"{thing} {value}", Cell(thing, things, codes=codes)
    return [Told(text, " ".join(columns), cell, span, words)]


def _of_pair(thing: str, columns: Sequence[str], value: str, *, is_range: bool) -> str:
    name = columns[1]
    low = _low(name)
    is_vague = bool(_VAGUE.match(name)) or bool(_PERSONS.search(name))
    if _NONE.match(value) and is_vague:
        return f"There is no {_low(thing)}"
    if _CAN.match(name):
        do = "do " if _ALL.match(value) else ""
        return f"{_first(_article(thing) + _low(thing))} can {do}{value}"
    if _BESIDE.match(name):  # "For each month that remained", "Kept for"
        if not low.endswith(" for"):
            return f"{thing}: {value} {low}"
        return f"{thing}: {low} {value}" if _VALUE.match(value) else f"{thing}: {value}"
    if is_range and (_AMOUNT.match(value) or not is_vague):
        start = _for(thing, columns[0])
        return f"{start}: {value}" if is_vague else f"{start}, {_said(name, value)}"
    if is_range and _starts_with_range(thing):
        return f"{_for(thing, columns[0])}: {value}"
    if _MONEY.match(value) and _PRICE.match(name):
        return f"{thing} {_cost(name, value, thing)}"
    if is_vague or not _stands(value):
        return f"{thing}: {value}"
    comma = "," if "," in thing and " and " not in thing.rpartition(",")[2] else ""
    return f"For {_article(thing)}{_low(thing)}{comma} {_said(name, value)}"


def _row(columns: Sequence[str], row: Sequence[str], things: tuple[str, ...]) -> list[Told]:
    """A row about one thing: few values in one sentence, many each by itself."""
    thing = row[0]
    held = [
        (name, value)
        for name, value in zip(columns[1:], row[1:], strict=False)
        if name and value not in _EMPTY and not _CODES.match(name)
    ]
    if not thing or not held:
        return []
    means = [value for name, value in held if is_meaning(name)]
    codes = codes_of(thing, columns[0]) if means else frozenset()
    span = None if codes else span_of(thing, columns[0])
    cell, names = Cell(thing, things), " ".join(columns)
    if codes or len(means) == len(held) > 1:
        held = [(name, value) for name, value in held if not is_meaning(name)]
        rest = _values(thing, held, columns[0], span, cell)
        return [Told(_meant(thing, means), names, Cell(thing, things, codes=codes)), *rest]
    if len(held) <= WIDE:
        state = next((v for n, v in held if _STATE.match(n)), None)
        if state and len(state.split()) <= FEW_WORDS:
            is_so = _IS.match(state) and "," not in thing
            told_rest = [_said(n, v) for n, v in held if not _STATE.match(n)]
            start = f"{thing} is {_low(state)}" if is_so else f"{thing}: {_low(state)}"
            return [Told("; ".join([start, *told_rest]), names, cell, span)]
        if all(_stands(value) and not _VAGUE.match(name) for name, value in held):
            start = _for(thing, columns[0]) if span else f"For {_article(thing)}{_low(thing)}"
            start += "," if start[-1].isdigit() else ""
            return [Told(f"{start} {_all_said(held)}", names, cell, span)]
    return _values(thing, held, columns[0], span, cell)


def _values(
    thing: str, held: Sequence[tuple[str, str]], column: str, span: Span | None, cell: Cell
) -> list[Told]:
    return [
        Told(_of_row(thing, name, value, column, span), f"{column} {name}", cell, span)
        for name, value in held
        if not _VAGUE.match(name)
    ]


def _meant(thing: str, means: Sequence[str]) -> str:
    """What a code or a sign means and what to do about it: "E7: No flow. Open the valve"."""
    return f"{thing}: {'. '.join(_first(value.rstrip('.')) for value in means)}"


def _of_row(thing: str, name: str, value: str, column: str, span: Span | None) -> str:
    """One value of a row with many: "Fibre 100, download: 100 Mbit/s"."""
    if span:
        return f"{_for(thing, column)}, {_said(name, value)}"
    text = _of_thing(thing, name, value)
    return f"{thing}, {_low(name)}: {value}" if text.startswith(f"{name}: ") else text


def _all_said(held: Sequence[tuple[str, str]]) -> str:
    """Several values of one thing: "the cheapest way is Warm Plus, at £4 a month"."""
    (name, value), *more = held
    text = _said(name, value)
    for name, value in more:
        period = _PERIOD.search(name)
        if _PRICE.match(name) and _MONEY.match(value) and not _MONEY.match(held[0][1]):
            text += f", at {value}" + (f" {period.group()}" if period else "")
        else:
            text += f" and {_said(name, value)}"
    return text


def _of_days(columns: Sequence[str], row: Sequence[str], things: tuple[str, ...]) -> list[Told]:
    """What holds on some days: "Sunday: gate 8 am to 8 pm, desk closed"."""
    held = [f"{_low(c)} {v}" for c, v in zip(columns[1:], row[1:], strict=False) if v not in _EMPTY]
    if not held:
        return []
    return [Told(f"{row[0]}: {', '.join(held)}", " ".join(columns), Cell(row[0], things))]


def _turned(columns: Sequence[str], row: Sequence[str]) -> list[Told]:
    """A measure of several things: each by itself, and all of them for who names none."""
    measure, things = row[0], tuple(columns[1:])
    held = [
        (thing, value)
        for thing, value in zip(things, row[1:], strict=False)
        if thing and value not in _EMPTY
    ]
    if not measure or not held or _CODES.match(measure):
        return []
    if all(span_of(thing, columns[0]) for thing, _ in held):
        return [
            Told(
                f"{_for(thing, columns[0])}, {_said(measure, value)}",
                columns[0],
                Cell(measure, ()),
                span_of(thing, columns[0]),
            )
            for thing, value in held
        ]
    if len({value for _, value in held}) == 1 and len(held) == len(things) > 1:
        text = _of_thing(_joined(things), measure, held[0][1], is_all=True)
        return [Told(text, columns[0], Cell("", things))]
    texts = [_of_thing(thing, measure, value) for thing, value in held]
    found = [
        Told(text, columns[0], Cell(thing, things, is_column=True))
        for text, (thing, _) in zip(texts, held, strict=True)
    ]
    return [
        *found,
        Told(_whole(measure, held, texts), columns[0], Cell("", things, is_column=True)),
    ]


def _whole(measure: str, held: Sequence[tuple[str, str]], texts: Sequence[str]) -> str:
    answers = {value.lower() for _, value in held}
    if answers == {"yes", "no"}:
        with_it, without = ([t for t, v in held if v.lower() == x] for x in ("yes", "no"))
        yes = _of_thing(_joined(with_it), measure, "yes")
        return f"{yes}, not with {_joined(without)}"
    if answers & {"yes", "no"} or measure.startswith("To "):
        return "; ".join(texts)
    if all(text.startswith(thing) for text, (thing, _) in zip(texts, held, strict=True)):
        return _joined(texts)
    return f"{measure}: {_joined([f'{value} with {thing}' for thing, value in held])}"


def _of_thing(thing: str, measure: str, value: str, *, is_all: bool = False) -> str:
    """One value of one thing: "Warm Plus costs £4 a month", "Warm Plus has 6 zones"."""
    low, yes = _low(measure), value.lower()
    words = thing.replace(",", "").split()
    is_name = all(w == "and" or not w[0].islower() for w in words)
    is_label = is_name and not is_all and len(words) <= FEW_WORDS
    if yes in ("yes", "no"):
        if _DESCRIBES.search(measure):
            return f"{measure}: {yes} with {thing}"
        be = "are" if _is_many(measure) or " and " in measure else "is"
        return f"{measure} {be} {'not ' if yes == 'no' else ''}available with {thing}"
    if is_label and _PRICE.match(measure) and _MONEY.match(value):
        return f"{thing} {_cost(measure, value, thing)}"
    if is_label and _VERB.match(measure):
        return f"{thing} {low} {value}"
    if is_label and measure.startswith("To "):
        return f"{thing}, {low}: {value}"
    is_counted = _COUNT.match(value) and value != "1" and _is_many(measure)
    if is_label and is_counted and not _UNITS.match(measure):
        return f"{thing} has {value} {low}"
    if _NONE.match(value):
        return f"There is no {low} {'with' if is_name else 'for'} {_low(thing)}"
    if is_all:
        return f"{measure}: {value}"
    return (
        f"{measure}: {value} with {thing}" if is_name else f"{measure} for {_low(thing)}: {value}"
    )


def _said(name: str, value: str) -> str:
    """A value under its column's name: "the notice is 30 days", "there is no charge"."""
    low = _low(name)
    if _NONE.match(value):
        return f"there is no {low}"
    if _NONE.match(value.split(",")[0]):
        return f"there is no {low},{value.partition(',')[2]}"
    period = _PERIOD.search(low)
    if _PRICE.match(name) and _MONEY.match(value) and period:
        return f"the {low[: period.start()].strip()} is {value} {period.group()}"
    if value.lower() == "free":
        return f"the {low} is free" if _PRICE.match(name) else f"{low} is free"
    if _MONEY.match(value) and not re.search(r"\b(?:price|cost|fee|charge|rate)s?$", low):
        return f"{low} costs {value}"
    be = "are" if _is_many(low) else "is"
    return f"the {low} {be} {value}"


def _cost(measure: str, value: str, thing: str) -> str:
    every = _EVERY.match(measure)
    period = _PERIOD.search(measure)
    told = f"a {_EVERY_AS[every[1].lower()]}" if every else period.group() if period else ""
    verb = "cost" if thing[:1].islower() and _is_many(thing) else "costs"
    return f"{verb} {value} {told}".rstrip() if value[-1].isdigit() else f"{verb} {value}"


def _starts_with_range(thing: str) -> bool:
    return bool(_RANGE.match(thing))


def _for(thing: str, column: str) -> str:
    """For whom a row with a range holds: "For 3 to 6 rooms", "For an order under £35"."""
    low = _low(column)
    if not _starts_with_range(thing):
        return f"For {_article(thing)}{_low(thing)}"
    if re.match(r"\d+(?: ?(?:to|-|–) ?\d+)?$", thing):
        since = re.match(r"(day|week|month|hour)s? ((?:after|before) .+)$", low)
        if since:
            return f"{_first(since[1])} {thing} {since[2]}"
        return f"For {thing} {low}" if _is_many(low) else f"{column} {thing}"
    of = (
        ""
        if re.match(r"(?:under|over|below|above|more|less|fewer|from|at )", thing, re.I)
        else "of "
    )
    return f"For {_article(low)}{low} {of}{_low(thing)}" if low else f"For {_low(thing)}"


def _article(noun: str) -> str:
    """Nothing before a name or many; "a" before one of a kind that has words of its own after."""
    first = noun.split()[0]
    if re.match(r"(?:[A-Z][a-z]+ ?(?:[A-Z0-9]|$)|[A-Z0-9]{2,}|\d)", noun) or "," in noun:
        return ""
    words = re.split(r" (?:in|after|with|of|on|for|under|over|from|up|to|at|by|and|or)\b", noun)[0]
    if _is_many(words) or first.lower() in ("a", "an", "the", "any", "all", "no"):
        return ""
    return "an " if first[0].lower() in "aeio" else "a "


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _low(text: str) -> str:
    """The first letter small, unless it belongs to a name."""
    first = text.split(maxsplit=1)[0] if text else ""
    is_name = not first[1:].islower() and len(first) > 1
    is_name |= bool(re.match(r"[A-Z][a-z]+ (?:[A-Z]|\d)", text))
    return text if is_name else text[:1].lower() + text[1:]


def _is_many(noun: str) -> bool:
    head = re.split(r" (?:in|for|of|to|with|on|from|that|each|a)\b|\(", noun.strip())[0].strip()
    return bool(re.search(r"(?<![su])s$|people$|children$", head))


def _stands(value: str) -> bool:
    """Whether a value can stand after "is": an amount, or a few words that are no command."""
    return bool(_VALUE.match(value)) or (
        len(value.split()) <= FEW_WORDS + 2 and value[:1].isupper() and value[-1] not in ".;"
    )


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
