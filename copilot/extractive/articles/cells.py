"""The words in which a value of a table is told: with its column's name, or as label and value."""

from __future__ import annotations

import re
from collections.abc import Sequence

FEW_WORDS = 5  # of a value that can stand after "is"

NONE = re.compile(r"^(?:none|nothing|nil)$", re.IGNORECASE)
PRICE = re.compile(
    r"^(?:the )?(?:(?:monthly|yearly|annual) )?(?:price|cost|fee|charge|to buy)\b", re.IGNORECASE
)
MONEY = re.compile(r"^[£$€] ?\d[\d.,]*(?: (?:once|extra|each|(?:a|per|each) \w+))*$")
VALUE = re.compile(
    r"^(?:[£$€]|\d|(?:up to|about|at least|at most|under|over|only|none|no limit|free|included"
    r"|unlimited)\b)",
    re.IGNORECASE,
)
PERIOD = re.compile(r"\b(?:a|per|each) \w+$")
_EVERY = re.compile(r"^(monthly|yearly|annual)\b", re.IGNORECASE)
_EVERY_AS = {"monthly": "month", "yearly": "year", "annual": "year"}
_RANGE = re.compile(
    r"^(?:between|from|under|below|less than|fewer than|up to|at most|at least|not over|until|over"
    r"|above|more than|no more than|[£$€]|\d)",
    re.IGNORECASE,
)
_NO_ARTICLE = frozenset(
    """a an the any all no each every one two three four five six seven eight nine ten everybody
    everyone somebody anybody nobody""".split()
)
_HOURS = re.compile(
    r"^(?:\d{1,2}[.:]\d\d|\d{1,2} ?[ap]\.?m)\b|^(?:closed|shut|open|geschlossen)\b", re.IGNORECASE
)
# "For whom", "During the term", "May credit", "A month": no noun that "the … is" can stand around.
_NO_NOUN = re.compile(
    r"^(?:for|during|in|at|on|from|until|since|by|with|without|after|before|if|when|where|who|what"
    r"|which|how|may|can|must|does|is|are|a|an|each|every|per|included|valid|kept|used|allowed"
    r"|everybody|everyone|members?|more|up)\b|[^\w\s/'’()-]",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\w (?:in|after|before|with|of|on|for|under|over|and|up to) \w")
_BEGUN = re.compile(r"^(?:if|when|where|who|we|you|your|i|it)\b", re.IGNORECASE)
_NOUN_WORDS = 4
_EACH = re.compile(r"^(?:[\w ]{1,30}[, ])?\b((?:a|per|each) \w+)$", re.IGNORECASE)


def is_noun(name: str) -> bool:
    """Whether a column's name is a thing that "the … is" can stand around."""
    return bool(name) and len(name.split()) <= _NOUN_WORDS and not _NO_NOUN.search(name)


def reads_after_for(thing: str) -> bool:
    """Whether a row's label can stand after "For": a name of two words, or a noun that goes on.

    One word, or one before a noun, may be a name or none: "Office", "Millbeck main".
    """
    if "," in thing or ":" in thing or _BEGUN.match(thing):
        return False
    is_name = " " in thing and lowered(thing) == thing and thing[0].isupper()
    return is_name or bool(_GOES_ON.search(thing))


def is_figure(value: str) -> bool:
    """Whether a value is read at once: an amount, hours, a yes or no."""
    return bool(VALUE.match(value) or _HOURS.match(value) or value.lower() in ("yes", "no"))


def are_alike(values: Sequence[str]) -> bool:
    """Whether several values of a row are of one sort: then its columns are what they are for."""
    sorts = [
        {"money"} if MONEY.match(v) else {"money", "yes"} if v.lower() == "free"
        else {"hours"} if _HOURS.match(v) else {"yes"} if v.lower() in ("yes", "no") else {""}
        for v in values
    ]  # fmt: skip
    shared = set.intersection(*sorts) if len(values) > 1 else {""}
    return bool(shared - {""})


def labelled(thing: str, held: Sequence[tuple[str, str]], *, are_names: bool = False) -> str:
    """Plain pieces: "Squash: members £6.80; length 40 minutes", "Brook 10, flow: 10 litres".

    Columns that are names keep their capitals.
    """
    name, value = held[0]
    is_one = len(held) == 1 and "," not in thing and not NONE.match(value)
    if is_one and not are_names and not _period_of(name, value):
        return f"{thing}, {lowered(name)}: {value}"
    pieces = []
    for name, value in held:
        label = name if are_names else lowered(name)
        if period := _period_of(name, value):
            pieces.append(f"{value} {period}")
        elif NONE.match(value) and is_noun(name) and PRICE.search(name.split()[-1]):
            pieces.append(f"no {label}")
        else:
            pieces.append(f"{label} {value}" if is_figure(value) else f"{label}: {value}")
    return f"{thing}: {'; '.join(pieces)}"


def _period_of(name: str, value: str) -> str:
    """Of a sum under "A month", "Price per kg" or "Each, a month", how often it is paid."""
    found = _EACH.match(name)
    is_price = found and (PRICE.match(name) or found[1].lower() == name.lower() or "," in name)
    return found[1].lower() if found and is_price and MONEY.match(value) else ""


def said_of(name: str, value: str) -> str:
    """A value under its column's name: "the notice is 30 days", "there is no charge"."""
    low = lowered(name)
    if NONE.match(value):
        return f"there is no {low}"
    if NONE.match(value.split(",")[0]):
        return f"there is no {low},{value.partition(',')[2]}"
    period = PERIOD.search(low)
    if PRICE.match(name) and MONEY.match(value) and period:
        return f"the {low[: period.start()].strip()} is {value} {period.group()}"
    if value.lower() == "free":
        return f"the {low} is free" if PRICE.match(name) else f"{low} is free"
    if MONEY.match(value) and not re.search(r"\b(?:price|cost|fee|charge|rate)s?$", low):
        return f"{low} costs {value}"
    be = "are" if is_many(low) else "is"
    return f"the {low} {be} {value}"


def costs(measure: str, value: str, thing: str) -> str:
    every = _EVERY.match(measure)
    period = PERIOD.search(measure)
    told = f"a {_EVERY_AS[every[1].lower()]}" if every else period.group() if period else ""
    verb = "cost" if thing[:1].islower() and is_many(thing) else "costs"
    return f"{verb} {value} {told}".rstrip() if value[-1].isdigit() else f"{verb} {value}"


def starts_with_range(thing: str) -> bool:
    return bool(_RANGE.match(thing))


def for_whom(thing: str, column: str) -> str:
    """For whom a row with a range holds: "For 3 to 6 rooms", "For an order under £35"."""
    low = lowered(column)
    if not starts_with_range(thing):
        return f"For {with_article(thing)}{lowered(thing)}"
    if re.match(r"\d+(?: ?(?:to|-|–) ?\d+)?$", thing):
        since = re.match(r"(day|week|month|hour)s? ((?:after|before) .+)$", low)
        if since:
            return f"{capital(since[1])} {thing} {since[2]}"
        return f"For {thing} {low}" if is_many(low) else f"{column} {thing}"
    of = (
        ""
        if re.match(r"(?:under|over|below|above|more|less|fewer|from|at )", thing, re.I)
        else "of "
    )
    return f"For {with_article(low)}{low} {of}{lowered(thing)}" if low else f"For {lowered(thing)}"


def with_article(noun: str) -> str:
    """Nothing before a name or many; "a" before one of a kind that has words of its own after."""
    first = noun.split()[0]
    if re.match(r"(?:[A-Z][a-z]+ ?(?:[A-Z0-9]|$)|[A-Z0-9]{2,}|\d)", noun) or "," in noun:
        return ""
    words = re.split(r" (?:in|after|with|of|on|for|under|over|from|up|to|at|by|and|or)\b", noun)[0]
    if is_many(words) or first.lower() in _NO_ARTICLE:
        return ""
    return "an " if first[0].lower() in "aeio" else "a "


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """The first letter small, unless it belongs to a name."""
    first = text.split(maxsplit=1)[0] if text else ""
    is_name = not first[1:].islower() and len(first) > 1
    is_name |= bool(re.match(r"[A-Z][a-z]+ (?:[A-Z]|\d)", text))
    return text if is_name else text[:1].lower() + text[1:]


def is_many(noun: str) -> bool:
    head = re.split(r" (?:in|for|of|to|with|on|from|that|each|a)\b|\(", noun.strip())[0].strip()
    return bool(re.search(r"(?<![su])s$|people$|children$", head))


def stands(value: str) -> bool:
    """Whether a value can stand after "is": an amount, or a few words that are no command."""
    return bool(VALUE.match(value)) or (
        len(value.split()) <= FEW_WORDS + 2 and value[:1].isupper() and value[-1] not in ".;"
    )


def joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
