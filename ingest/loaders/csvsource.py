"""Streams the rows of delimited files by column name; a broken row costs that row only."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from copilot.domain import Failure
from ingest.loaders.lines import Line, lines
from ingest.loaders.protocol import LoadOptions

DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row under their lower-case column names, with the line it starts on."""

    value: dict[str, str]
    line: int


class _Feed:
    """Hands lines to the csv reader and remembers those of the row in progress."""

    def __init__(self, source: Iterator[Line | Failure]) -> None:
        self._source = source
        self._again: list[Line] = []
        self.taken: list[Line] = []
        self.failures: list[Failure] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while True:
            line = self._again.pop() if self._again else next(self._source)
            if isinstance(line, Failure):
                self.failures.append(line)
                continue
            self.taken.append(line)
            return line.text + "\n"

    def rewind(self) -> None:
        """Give back every line of the broken row but its first."""
        self._again.extend(reversed(self.taken[1:]))
        self.taken.clear()


def csv_rows(
    path: Path, options: LoadOptions, *, needs: tuple[str, ...] = ()
) -> Iterator[Row | Failure]:
    """Every row below the header. `needs` are columns without which the file cannot be read."""
    csv.field_size_limit(options.limits.record_bytes)
    feed = _Feed(lines(path, options))
    header = _header(feed)
    yield from _failed(feed)
    if header is None:
        yield Failure(str(path), "the file is empty", line=1)
        return
    delimiter, names = header
    missing = [name for name in needs if name not in names]
    if missing:
        reason = f"no column {', '.join(missing)}; the header has {', '.join(names)[:200]}"
        yield Failure(str(path), reason, line=1)
        return
    yield from _rows(path, feed, delimiter, names)


def _rows(path: Path, feed: _Feed, delimiter: str, names: list[str]) -> Iterator[Row | Failure]:
    while True:
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                yield from _failed(feed)
                if any(cell.strip() for cell in cells):
                    yield _row(path, cells, names, feed.taken[0].number)
                feed.taken.clear()
        except csv.Error as error:
            line = feed.taken[0].number if feed.taken else None
            yield Failure(str(path), f"the row is broken: {_words(error)}", line=line)
            feed.rewind()
            continue
        yield from _failed(feed)
        return


def _header(feed: _Feed) -> tuple[str, list[str]] | None:
    for text in feed:
        if text.strip():
            delimiter = max(DELIMITERS, key=text.count)
            cells = next(csv.reader([text], delimiter=delimiter))
            feed.taken.clear()
            return delimiter, [cell.strip().lower() for cell in cells]
    return None


def _row(path: Path, cells: list[str], names: list[str], line: int) -> Row | Failure:
    while len(cells) > len(names) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(names):
        return Failure(str(path), _misfit(cells, len(names)), line=line)
    return Row(dict(zip(names, cells, strict=True)), line)


def _misfit(cells: list[str], wanted: int) -> str:
    """Why a row has another number of cells than the header, as far as it shows."""
    if cells[0].lstrip().startswith(("{", "[")):
        return "this row is JSON, not delimited text: another format in the same file"
    only = cells[0] if len(cells) == 1 else ""
    other = next((one for one in DELIMITERS if only.count(one) == wanted - 1), None)
    if other:
        named = "a tab" if other == "\t" else repr(other)
        return f"this row is separated by {named}, the header is not; export the file again"
    counted = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    return (
        f"{counted} where the header has {wanted}: another delimiter, an unquoted one in a text, "
        "or another format in the same file"
    )


def _failed(feed: _Feed) -> Iterator[Failure]:
    yield from feed.failures
    feed.failures.clear()


def _words(error: csv.Error) -> str:
    if "unexpected end" in str(error) or "field larger" in str(error):
        return "a quote is opened and never closed"
    return str(error)
