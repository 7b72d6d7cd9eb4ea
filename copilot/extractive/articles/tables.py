"""A table as sentences that a person would write: the things it compares, and what holds for each.

Rows or columns may be the things. Of a row with many values each is told by itself, so that a
reply tells the one that was asked for. A row that makes no readable sentence is not told at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from copilot.extractive.articles.cells import (
    FEW_WORDS,
    MONEY,
    NONE,
    PERIOD,
    PRICE,
    VALUE,
    are_alike,
    capital,
    costs,
    for_whom,
    is_figure,
    is_many,
    is_noun,
    joined,
    labelled,
    lowered,
    reads_after_for,
    said_of,
    stands,
    starts_with_range,
    with_article,
)
from copilot.extractive.language.amounts import Span, span_of
from copilot.extractive.language.labels import codes_of, is_day, is_meaning

WIDE = 3  # values in a row: with more, each is told by itself

_RULE = re.compile(r"^[\s:-]*-[\s:-]*$")
_SKU = re.compile(r"\s*\((?=[^)a-z]*[A-Z])[A-Z0-9]+(?:[-_][A-Z0-9]+)+\)")
_CODES = re.compile(
    r"^(?:sku|code|id|item (?:no|number)\.?|article (?:no|number)\.?|ref\w*)$", re.I
)
_COUNT = re.compile(r"^\d[\d.,]*$")
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
_EMPTY = ("", "-", "–", "—")
_UNITS = re.compile(r"^(?:minutes|hours|days|weeks|months|years|seconds)\b", re.IGNORECASE)
# A column that is a time: "Now", "From 1 January 2027".
_TIME = re.compile(
    r"^(?:now|today|then|so far|(?:from|until|since|before|after|as of) .*\d.*|(?:19|20)\d\d)$",
    re.I,
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
    column: str = ""  # which it tells alone of columns that are persons or places
    columns: tuple[str, ...] = ()
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
        is_told = stands(value) and not _VAGUE.match(columns[1]) and not PRICE.match(columns[1])
        text = f"{capital(thing)}: {said_of(columns[1], value) if is_told else value}"
    else:
        text = _of_pair(thing, columns, value, is_range=span is not None)
    words, cell = f"{thing} {value}", Cell(thing, things, codes=codes)
    return [Told(text, " ".join(columns), cell, span, words)]


def _of_pair(thing: str, columns: Sequence[str], value: str, *, is_range: bool) -> str:
    name = columns[1]
    low = lowered(name)
    is_vague = bool(_VAGUE.match(name)) or bool(_PERSONS.search(name))
    if NONE.match(value) and is_vague:
        return f"There is no {lowered(thing)}"
    if _CAN.match(name):
        do = "do " if _ALL.match(value) else ""
        return f"{capital(with_article(thing) + lowered(thing))} can {do}{value}"
    if _BESIDE.match(name):  # "For each month that remained", "Kept for"
        if not low.endswith(" for"):
            return f"{thing}: {value} {low}"
        return f"{thing}: {low} {value}" if VALUE.match(value) else f"{thing}: {value}"
    if is_range and (_AMOUNT.match(value) or not is_vague):
        start = for_whom(thing, columns[0])
        return f"{start}, {said_of(name, value)}" if is_noun(name) else f"{start}: {value}"
    if is_range and starts_with_range(thing):
        return f"{for_whom(thing, columns[0])}: {value}"
    if MONEY.match(value) and PRICE.match(name):
        return f"{thing} {costs(name, value, thing)}"
    if is_vague or not stands(value):
        return f"{thing}: {value}"
    if is_noun(name) and not is_many(name) and reads_after_for(thing):
        return f"For {with_article(thing)}{lowered(thing)} {said_of(name, value)}"
    return labelled(thing, [(name, value)])


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
            told_rest = [said_of(n, v) for n, v in held if not _STATE.match(n)]
            start = f"{thing} is {lowered(state)}" if is_so else f"{thing}: {lowered(state)}"
            return [Told("; ".join([start, *told_rest]), names, cell, span)]
        if all(stands(value) and not _VAGUE.match(name) for name, value in held):
            if are_alike([value for _, value in held]):
                return _each(thing, held, names, cell, span)
            if all(is_noun(n) and not is_many(n) for n, _ in held) and (
                span or reads_after_for(thing)
            ):
                start = for_whom(thing, columns[0])
                if not span:
                    start = f"For {with_article(thing)}{lowered(thing)}"
                start += "," if start[-1].isdigit() else ""
                return [Told(f"{start} {_all_said(held)}", names, cell, span)]
            return [Told(labelled(thing, held), names, cell, span)]
    return _values(thing, held, columns[0], span, cell)


def _each(
    thing: str, held: Sequence[tuple[str, str]], names: str, cell: Cell, span: Span | None
) -> list[Told]:
    """A row whose columns are what its values are for: each by itself, and all of them."""
    columns = tuple(name for name, _ in held)
    found = [
        Told(
            labelled(thing, [(name, value)], are_names=True),
            names, replace(cell, column=name, columns=columns), span,
        )
        for name, value in held
    ]  # fmt: skip
    whole = labelled(thing, held, are_names=True)
    return [*found, Told(whole, names, replace(cell, columns=columns), span)]


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
    return f"{thing}: {'. '.join(capital(value.rstrip('.')) for value in means)}"


def _of_row(thing: str, name: str, value: str, column: str, span: Span | None) -> str:
    """One value of a row with many: "Fibre 100, download: 100 Mbit/s"."""
    if span and is_noun(name):
        return f"{for_whom(thing, column)}, {said_of(name, value)}"
    if span or value.lower() in ("yes", "no") or NONE.match(value) or not is_noun(name):
        return labelled(thing, [(name, value)])
    text = _of_thing(thing, name, value)
    return f"{thing}, {lowered(name)}: {value}" if text.startswith(f"{name}: ") else text


def _all_said(held: Sequence[tuple[str, str]]) -> str:
    """Several values of one thing: "the cheapest way is Warm Plus, at £4 a month"."""
    (name, value), *more = held
    text = said_of(name, value)
    for name, value in more:
        period = PERIOD.search(name)
        if PRICE.match(name) and MONEY.match(value) and not MONEY.match(held[0][1]):
            text += f", at {value}" + (f" {period.group()}" if period else "")
        else:
            text += f" and {said_of(name, value)}"
    return text


def _of_days(columns: Sequence[str], row: Sequence[str], things: tuple[str, ...]) -> list[Told]:
    """What holds on some days: "Sunday: Gate 8 am to 8 pm; Desk closed"."""
    held = [(c, v) for c, v in zip(columns[1:], row[1:], strict=False) if c and v not in _EMPTY]
    return _each(row[0], held, " ".join(columns), Cell(row[0], things), None) if held else []


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
                f"{for_whom(thing, columns[0])}, {said_of(measure, value)}",
                columns[0],
                Cell(measure, ()),
                span_of(thing, columns[0]),
            )
            for thing, value in held
        ]
    if len({value for _, value in held}) == 1 and len(held) == len(things) > 1:
        text = _of_thing(joined(things), measure, held[0][1], is_all=True)
        return [Told(text, columns[0], Cell("", things))]
    texts = [_of_column(thing, measure, value) for thing, value in held]
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
    if any(_is_plain(thing, measure, value) for thing, value in held):
        return labelled(measure, held, are_names=True)
    if answers == {"yes", "no"}:
        with_it, without = ([t for t, v in held if v.lower() == x] for x in ("yes", "no"))
        yes = _of_thing(joined(with_it), measure, "yes")
        return f"{yes}, not with {joined(without)}"
    if answers & {"yes", "no"} or measure.startswith("To "):
        return "; ".join(texts)
    if all(text.startswith(thing) for text, (thing, _) in zip(texts, held, strict=True)):
        return joined(texts)
    return f"{measure}: {joined([f'{value} with {thing}' for thing, value in held])}"


def _of_column(thing: str, measure: str, value: str) -> str:
    if not _is_plain(thing, measure, value):
        return _of_thing(thing, measure, value)
    if _TIME.match(thing):
        when = thing[0].lower() + thing[1:]
        return f"{measure}: {when} {value}" if "," in measure else f"{measure}, {when}: {value}"
    return labelled(thing, [(measure, value)])


def _is_plain(thing: str, measure: str, value: str) -> bool:
    """Whether a column is a time or a place, or a value more than a figure: told as they stand."""
    if _TIME.match(thing):
        return True
    if _VERB.match(measure) or measure.startswith("To "):
        return False
    if value.lower() in ("yes", "no"):
        return " " not in thing and not re.search(r"\d", thing)
    return not is_noun(thing) or not is_figure(value) or bool(re.search("[,:;] ", value))


def _of_thing(thing: str, measure: str, value: str, *, is_all: bool = False) -> str:
    """One value of one thing: "Warm Plus costs £4 a month", "Warm Plus has 6 zones"."""
    low, yes = lowered(measure), value.lower()
    words = thing.replace(",", "").split()
    is_name = all(w == "and" or not w[0].islower() for w in words)
    is_label = is_name and not is_all and len(words) <= FEW_WORDS
    if yes in ("yes", "no"):
        if _DESCRIBES.search(measure):
            return f"{measure}: {yes} with {thing}"
        be = "are" if is_many(measure) or " and " in measure else "is"
        return f"{measure} {be} {'not ' if yes == 'no' else ''}available with {thing}"
    if is_label and PRICE.match(measure) and MONEY.match(value):
        return f"{thing} {costs(measure, value, thing)}"
    if is_label and _VERB.match(measure):
        return f"{thing} {low} {value}"
    if is_label and measure.startswith("To "):
        return f"{thing}, {low}: {value}"
    is_counted = _COUNT.match(value) and value != "1" and is_many(measure)
    if is_label and is_counted and not _UNITS.match(measure):
        return f"{thing} has {value} {low}"
    if NONE.match(value):
        be = "are" if is_many(low) else "is"
        return f"There {be} no {low} {'with' if is_name else 'for'} {thing}"
    if is_all:
        return f"{measure}: {value}"
    return (
        f"{measure}: {value} with {thing}"
        if is_name
        else f"{measure} for {lowered(thing)}: {value}"
    )
