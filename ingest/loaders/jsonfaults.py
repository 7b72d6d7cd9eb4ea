"""What is wrong with a piece of JSON, in words: cut off, broken at a place, or too large."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

MAX_DIGITS = 1_000
ADVICE = "it was cut off; export or copy it again"
_SORTS = ((Mapping, "an object"), (list, "a list"), (str, "a text"), ((int, Decimal), "a number"))
_LITERALS = ("true", "false", "null")


def sort_of(value: object) -> str:
    """What a value is, as a person would say it."""
    if isinstance(value, bool):
        return "true or false"
    return next((said for kind, said in _SORTS if isinstance(value, kind)), "nothing")


class JsonError(ValueError):
    """Broken JSON at a line; nothing after it can be trusted."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class CutOffError(JsonError):
    """The text ends before the value does: what is there is sound, and the rest is missing."""

    def __init__(self, line: int, *, began: tuple[int, int] | None = None) -> None:
        super().__init__("the file ends before its JSON does", line)
        self.in_list = False
        self.began = began  # line and character of the value that is cut; None between two values

    def told(self, whole: int) -> str:
        """The fault for a person, after so many whole records."""
        read = f"{whole} whole record{'s' * (whole != 1)} before that could be read"
        if self.began is None:
            where = f"before its list is closed, after record {whole}"
        else:
            line, character = self.began
            where = (
                f"in the middle of record {whole + 1}, which begins at line {line}, "
                f"character {character}"
            )
        return f"the file ends {where}: {ADVICE}. {read}"


class OversizedError(ValueError):
    """A value larger than the cap; it was skipped and the stream stands behind it."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def whole_number(digits: str) -> int | Decimal:
    """A number of so many digits that reading it costs too much stays as it is written."""
    return int(digits) if len(digits) <= MAX_DIGITS else Decimal(digits)


def is_cut(error: ValueError, text: str) -> bool:
    """Whether `text` is sound JSON that stops too early."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    if error.msg.startswith("Unterminated string"):
        return True
    rest = text[error.pos :].strip()
    if error.msg.startswith("Invalid \\"):  # a cut escape such as \u00
        return len(rest) < len("\\u0000")
    return not rest or any(word.startswith(rest) for word in _LITERALS) or rest == "-"


def said(error: ValueError, text: str) -> str:
    """What is wrong with the JSON of one line."""
    if text.lstrip()[:1] not in ("{", "["):
        return "this line is no JSON; is another format in the same file?"
    if not isinstance(error, json.JSONDecodeError):
        return f"not valid JSON: {str(error)[:120]}"
    if is_cut(error, text):
        return (
            f"the JSON is cut off: the line ends at character {len(text)}, before its value does; "
            "export or copy the file again"
        )
    return f"not valid JSON: {words(error)}"


def words(error: ValueError) -> str:
    """The decoder's complaint and its place."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.colno}"
    return str(error)[:120]
