"""Streams the records of JSON and JSONL files: one by one, each within its cap, faults by line."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from copilot.domain import Failure
from ingest.loaders.jsonfaults import (
    CutOffError,
    JsonError,
    OversizedError,
    is_cut,
    said,
    sort_of,
    whole_number,
    words,
)
from ingest.loaders.lines import Line, UnreadableError, lines, said_size, utf8_chunks
from ingest.loaders.protocol import LoadOptions

CONTAINERS = ("_embedded", "data")  # objects that some products wrap around their lists
_STRUCTURE = re.compile(r'["{}\[\]]')
_STRING_END = re.compile(r'["\\]')


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON object, the line it starts on, the envelope key it lay under, its place in a list.

    The place counts from 1, and is 0 outside a list: a whole list may stand in one line.
    """

    value: dict[str, Any]
    line: int
    under: str = ""
    place: int = 0


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Money must never pass through a float, so every number with a fraction is a Decimal.
DECODER = json.JSONDecoder(parse_float=Decimal, parse_int=whole_number, parse_constant=_no_constant)


def json_records(
    path: Path, options: LoadOptions, *, envelopes: tuple[str, ...] = ()
) -> Iterator[Record | Failure]:
    """Every record of an object, a list, an envelope `{"tickets": […]}` or a file of lines.

    What an envelope holds beside its list (a cursor, a count) is no record.
    """
    if is_by_line(path, options):
        yield from _by_line(path, options, envelopes)
    else:
        yield from _by_value(path, options, envelopes)


def decode(text: str) -> Any:
    """One JSON value; ValueError or RecursionError where it is broken."""
    value, end = DECODER.raw_decode(text, len(text) - len(text.lstrip()))
    if text[end:].strip():
        raise ValueError("more text follows the value")
    return value


def is_by_line(path: Path, options: LoadOptions) -> bool:
    """JSONL by its name, or by a first line that is an object, or is broken and one follows."""
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".jsonl", ".ndjson")):
        return True
    seen: list[str] = []
    for line in lines(path, options):
        if isinstance(line, Failure):
            break
        if line.text.strip():
            seen.append(line.text.strip())
        if len(seen) == 2:
            break
    if not seen or not seen[0].startswith("{"):
        return False
    return _is_object(seen[0]) or (
        len(seen) == 2 and not seen[0].endswith(("{", "[", ",", ":")) and _is_object(seen[1])
    )


def _is_object(text: str) -> bool:
    try:
        return isinstance(decode(text), dict)
    except (ValueError, RecursionError):
        return False


def _by_line(
    path: Path, options: LoadOptions, envelopes: tuple[str, ...]
) -> Iterator[Record | Failure]:
    for line in lines(path, options):
        if isinstance(line, Failure):
            yield line
        elif line.text.strip():
            yield from _of_line(path, line, envelopes)


def _of_line(path: Path, line: Line, envelopes: tuple[str, ...]) -> Iterator[Record | Failure]:
    try:
        value = decode(line.text)
    except RecursionError:
        yield Failure(str(path), "the JSON is nested too deeply", line=line.number)
    except ValueError as error:
        yield Failure(str(path), said(error, line.text), line=line.number)
    else:
        yield from _unpacked(path, value, line.number, envelopes)


def _unpacked(
    path: Path, value: Any, line: int, envelopes: tuple[str, ...]
) -> Iterator[Record | Failure]:
    if isinstance(value, dict):
        for part in (
            value,
            *(value[key] for key in CONTAINERS if isinstance(value.get(key), dict)),
        ):
            found = [key for key in envelopes if isinstance(part.get(key), list)]
            for key in found:
                for place, one in enumerate(part[key], start=1):
                    yield _as_record(path, one, line, key, place)
            if found:
                return
        yield Record(value, line)
    elif isinstance(value, list):
        for place, one in enumerate(value, start=1):
            yield _as_record(path, one, line, "", place)
    else:
        yield _as_record(path, value, line, "")


def _as_record(path: Path, value: Any, line: int, under: str, place: int = 0) -> Record | Failure:
    if isinstance(value, dict):
        return Record(value, line, under, place)
    which = f"record {place}" if place else "a record"
    return Failure(str(path), f"{which} must be an object, not {sort_of(value)}", line=line)


def _by_value(
    path: Path, options: LoadOptions, envelopes: tuple[str, ...]
) -> Iterator[Record | Failure]:
    stream = JsonStream(_text_pieces(path, options), cap=options.limits.record_bytes)
    try:
        yield from _top_value(path, stream, envelopes)
        while stream.opens_another():
            yield from _top_value(path, stream, envelopes)
    except CutOffError as fault:
        yield Failure(str(path), fault.told(stream.whole), line=fault.line)
    except JsonError as fault:
        reason = f"not valid JSON: {fault}; what follows in this file was not read"
        yield Failure(str(path), reason, line=fault.line)
    except UnreadableError as error:
        yield Failure(str(path), error.detail, line=stream.line)
    except OSError as error:
        yield Failure(str(path), f"cannot be read: {error.strerror or error}")


def _top_value(
    path: Path, stream: JsonStream, envelopes: tuple[str, ...]
) -> Iterator[Record | Failure]:
    if stream.peek() == "[":
        yield from _elements(path, stream, "")
        return
    if stream.peek() != "{":
        line = stream.line
        yield _as_record(path, stream.value(), line, "")
        return
    line = stream.line
    began, before = (stream.line, stream.column()), stream.whole
    try:
        rest, enveloped = yield from _members(path, stream, envelopes)
    except CutOffError as fault:
        if not fault.in_list:  # then the object itself is the record that is cut
            fault.began = began if stream.whole == before else None
        raise
    if not enveloped:
        stream.whole += 1
        yield Record(rest, line)


def _members(
    path: Path, stream: JsonStream, envelopes: tuple[str, ...]
) -> Generator[Record | Failure, None, tuple[dict[str, Any], bool]]:
    """Yield what lies in envelopes; return the rest of the object and whether there was one."""
    rest: dict[str, Any] = {}
    enveloped = False
    for key in stream.members():
        if key in envelopes and stream.peek() == "[":
            enveloped = True
            yield from _elements(path, stream, key)
        elif key in CONTAINERS and stream.peek() == "{":
            rest[key], found = yield from _members(path, stream, envelopes)
            enveloped = enveloped or found
        else:
            try:
                rest[key] = stream.value()
            except OversizedError as fault:
                yield Failure(str(path), str(fault), line=fault.line)
                enveloped = True  # what remains of the object would be a half-truth
    return rest, enveloped


def _elements(path: Path, stream: JsonStream, under: str) -> Iterator[Record | Failure]:
    for place, line in enumerate(stream.items(), start=1):
        try:
            value = stream.value()
        except OversizedError as fault:
            yield Failure(str(path), str(fault), line=fault.line)
        except CutOffError as fault:
            fault.in_list = True
            raise
        else:
            yield _as_record(path, value, line, under, place)
        stream.whole += 1


def _text_pieces(path: Path, options: LoadOptions) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="strict")
    try:
        for piece in utf8_chunks(path, options):
            yield decoder.decode(piece)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"not valid UTF-8 (byte 0x{error.object[error.start]:02x}); save the file as UTF-8 or "
            "name its encoding, e.g. --encoding cp1252"
        ) from None


class JsonStream:
    """A cursor over JSON text that never holds more than one value of at most `cap` characters."""

    def __init__(self, pieces: Iterator[str], *, cap: int) -> None:
        self._pieces = pieces
        self._cap = cap
        self._text = ""
        self._at = 0
        self._line_began = 0  # in characters before `_text[0]`, so mostly below zero
        self.line = 1
        self.whole = 0  # records read so far

    def peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            while self._at < len(self._text):
                char = self._text[self._at]
                if char not in " \t\r\n":
                    return char
                self._pass(self._at + 1)
            if not self._more():
                return ""

    def opens_another(self) -> bool:
        """Whether one more list or object follows; anything else but the end is a fault."""
        found = self.peek()
        if found and found not in "{[":
            told = f"it is over and {found!r} follows: is another format in the same file?"
            raise JsonError(told, self.line)
        return bool(found)

    def take(self, wanted: str) -> None:
        """Step over a structural character."""
        found = self.peek()
        if not found:
            raise CutOffError(self.line)
        if found != wanted:
            raise JsonError(f"{wanted!r} expected, {found!r} found", self.line)
        self._pass(self._at + 1)

    def items(self) -> Iterator[int]:
        """Stand before each element of a list in turn; yields its line."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            self.peek()
            yield self.line
            if self.peek() == "]":
                self.take("]")
                return
            self.take(",")

    def members(self) -> Iterator[str]:
        """Stand before each value of an object in turn; yields its key."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            if self.peek() not in ('"', ""):
                raise JsonError("a key in quotes expected", self.line)
            key = self.value()
            self.take(":")
            self.peek()
            yield str(key)
            if self.peek() == "}":
                self.take("}")
                return
            self.take(",")

    def value(self) -> Any:
        """The value that stands here, whole."""
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise JsonError("nested too deeply", self.line) from None
            except ValueError as error:
                self._grow(error)
                continue
            if end == len(self._text) and not isinstance(value, dict | list | str) and self._more():
                continue  # the number may go on in the next piece
            self._pass(end)
            return value

    def _grow(self, error: ValueError) -> None:
        """Read as much again; past the cap or the end the value is at fault."""
        held = len(self._text) - self._at
        if held > self._cap:
            line = self.line
            self._skip()
            raise OversizedError(f"the record is larger than {said_size(self._cap)}", line)
        grown = False
        while len(self._text) - self._at < 2 * held + 1 and self._more():
            grown = True
        if grown:
            return
        if not self._text[self._at :].strip():
            raise CutOffError(self.line) from None
        if is_cut(error, self._text):
            line = self.line + self._text.rstrip().count("\n", self._at)
            raise CutOffError(line, began=(self.line, self.column())) from None
        line = self.line + self._text.count("\n", self._at, getattr(error, "pos", self._at))
        raise JsonError(words(error), line) from None

    def column(self) -> int:
        return self._at - self._line_began + 1

    def _skip(self) -> None:
        """Step over a list or object without keeping it."""
        depth = 0
        while True:
            match = _STRUCTURE.search(self._text, self._at)
            if match is None:
                self._pass(len(self._text))
                if not self._more():
                    raise CutOffError(self.line)
                continue
            self._pass(match.end())
            if match.group() == '"':
                self._skip_string()
            else:
                depth += 1 if match.group() in "{[" else -1
            if depth <= 0:
                return

    def _skip_string(self) -> None:
        while True:
            match = _STRING_END.search(self._text, self._at)
            if match is None or (match.group() == "\\" and match.end() == len(self._text)):
                if match is None:
                    self._pass(len(self._text))
                if not self._more():
                    raise CutOffError(self.line)
                continue
            self._pass(match.end() + (match.group() == "\\"))
            if match.group() == '"':
                return

    def _pass(self, end: int) -> None:
        passed = self._text.count("\n", self._at, end)
        if passed:
            self.line += passed
            self._line_began = self._text.rfind("\n", self._at, end) + 1
        self._at = end

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._text = self._text[self._at :] + piece
        self._line_began -= self._at
        self._at = 0
        return True
