"""What is wrong with a value that was sent, in the words of the person who sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Told = Mapping[str, Any]
# By the kinds of faults that the schemas can have; the value itself is never repeated.
_REASONS: Mapping[str, Callable[[Told], str]] = {
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is no field that is known here",
    "value_error": lambda ctx: str(ctx["error"]),
    "literal_error": lambda ctx: f"must be {ctx['expected']}",
    "string_type": lambda _: "must be a text",
    "string_unicode": lambda _: "is not valid Unicode: it contains a lone surrogate",
    "string_too_short": lambda ctx: (
        "must not be empty"
        if ctx["min_length"] == 1
        else f"must have at least {ctx['min_length']} characters"
    ),
    "string_too_long": lambda ctx: f"must have at most {ctx['max_length']:,} characters",
    "too_short": lambda ctx: f"must hold at least {_entries(ctx['min_length'])}",
    "too_long": lambda ctx: f"must hold at most {_entries(ctx['max_length'])}",
    "list_type": lambda _: "must be a list",
    "dict_type": lambda _: "must be an object",
    "model_type": lambda _: "must be an object",
    "model_attributes_type": lambda _: "must be an object",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "greater_than_equal": lambda ctx: f"must be at least {ctx['ge']}",
    "less_than_equal": lambda ctx: f"must be at most {ctx['le']}",
    "datetime_type": lambda _: A_TIME,
    "datetime_parsing": lambda _: A_TIME,
    "datetime_from_date_parsing": lambda _: A_TIME,
}
A_TIME = "must be a time such as 2026-11-30T10:00:00Z"
DOORS = ("body", "query", "path", "header")  # parts of a request, not of what was meant


def reason_of(error: Told) -> str:
    """Why one value cannot be used; a kind that is not listed keeps the validator's own words."""
    found = _REASONS.get(str(error["type"]))
    return found(error.get("ctx") or {}) if found else str(error["msg"])


def place_of(error: Told) -> str:
    """Where it stands: `conversation.turns[0].speaker`; empty for the whole."""
    loc = list(error["loc"])
    if loc and loc[0] in DOORS:
        loc = loc[1:]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return place.removeprefix(".")


def told(error: Told, whole: str) -> str:
    """Place and reason as one sentence; `whole` names what was sent."""
    return f"{place_of(error) or whole} {reason_of(error)}."


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"
