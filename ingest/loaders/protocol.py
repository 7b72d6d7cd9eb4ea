"""What a loader is: one format in, a stream of items and named failures out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

from copilot.domain import Failure, Item, ItemKind, Role
from ingest.loaders.jsonfaults import whole_number
from ingest.sandbox import Sandbox

DateOrder = Literal["dmy", "mdy", "ymd"]
LEFT_OUT = "left out: "  # a record that was understood and is not wanted (a draft, an empty thread)


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps that keep memory and time bounded whatever a file holds."""

    record_bytes: int = 4_000_000  # one line, one JSON record or one cell
    document_chars: int = 5_000_000
    text_bytes: int = 20_000_000  # one plain text, Markdown or HTML file
    package_bytes: int = 200_000_000  # one PDF, DOCX or ZIP on disk
    pages: int = 2_000
    files: int = 200_000
    turns: int = 20_000


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What a person declares about the files, so that nothing has to be guessed.

    `roles` maps an author's name or address to "customer", "agent", "agent:sales", "bot" …;
    `mapping` is the content of a mapping file; `roots` are the paths that were asked for.
    """

    mapping: Mapping[str, Any] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    timezone: str | None = None
    encoding: str | None = None
    own_domains: tuple[str, ...] = ()
    # Whose call a transcript is and when it was, by its whole path (`ingest.whose` fills it in).
    customers: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, str] = field(default_factory=dict)
    agent_role: Role | None = None
    id_prefix: str = ""  # where two systems number their records alike
    base_url: str | None = None
    currency: str | None = None
    roots: tuple[Path, ...] = ()
    limits: Limits = Limits()
    sandbox: Sandbox = field(default_factory=Sandbox, compare=False)


@dataclass(frozen=True)
class Probe:
    """A cheap look at a file: its name, its first bytes, and the first record if it has one."""

    path: Path
    head: bytes = b""
    is_dir: bool = False
    children: frozenset[str] = frozenset()
    options: LoadOptions = field(default_factory=LoadOptions, compare=False)

    @cached_property
    def suffix(self) -> str:
        """The suffix that names the format: `.jsonl` of `a.JSONL.gz`."""
        suffixes = [part.lower() for part in self.path.suffixes]
        return next((part for part in reversed(suffixes) if part != ".gz"), "")

    @cached_property
    def text(self) -> str:
        """The first bytes as text; what cannot be read is replaced (for looking only)."""
        return decode_head(self.head, self.options.encoding)

    @cached_property
    def header(self) -> frozenset[str]:
        """The column names of a delimited file, lower case; empty where there is none."""
        if self.suffix not in (".csv", ".tsv", ".tab", ".txt"):
            return frozenset()
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        delimiter = max(",;\t|", key=first.count)
        return frozenset(cell.strip().strip('"').strip().lower() for cell in first.split(delimiter))

    @cached_property
    def json(self) -> Any:
        """The first JSON value of the file as far as its head shows it, else None."""
        return _first_json(self.text)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the top JSON object, or of the first object of the top list."""
        return frozenset(self.json) if isinstance(self.json, dict) else self.record_keys

    @cached_property
    def record(self) -> dict[str, Any]:
        """The first record: of a list its first object, else the object itself."""
        value = self.json[0] if isinstance(self.json, list) and self.json else self.json
        return value if isinstance(value, dict) else {}

    @cached_property
    def record_keys(self) -> frozenset[str]:
        """The keys of the first record."""
        return frozenset(self.record)

    def first_of(self, *names: str) -> dict[str, Any]:
        """The first record below an envelope key such as `tickets`, else the top record."""
        wrapped = (self.record.get(key) for key in ("_embedded", "data"))
        for part in (self.record, *(one for one in wrapped if isinstance(one, dict))):
            for name in names:
                value = part.get(name)
                if isinstance(value, list) and value and isinstance(value[0], dict):
                    return dict(value[0])
        return self.record


class Loader(Protocol):
    """Reads one format. `load` streams; a bad record is a Failure and the rest goes on."""

    @property
    def format(self) -> str:
        """The name by which `--format` forces it."""
        ...

    @property
    def kind(self) -> ItemKind | Literal["auto"]:
        """What it yields; "auto" where one file holds several kinds."""
        ...

    def matches(self, probe: Probe) -> bool:
        """Whether the file is surely of this format."""
        ...

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        """Yield every record of the file as an item or as a failure."""
        ...


def decode_head(head: bytes, encoding: str | None) -> str:
    """Read first bytes for a look: by byte order mark, else as declared, else UTF-8."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    try:
        return head.decode(encoding or "utf-8-sig", errors="replace").lstrip("\ufeff")
    except LookupError:
        return head.decode("utf-8-sig", errors="replace")


def _first_json(text: str) -> Any:
    """Decode the first value; one that is cut off is closed where it breaks."""
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] not in ("{", "["):
        return None
    try:
        return json.JSONDecoder(parse_int=whole_number).raw_decode(text, start)[0]
    except ValueError as error:  # cut off by our look, or broken: then what came before tells
        sound = getattr(error, "pos", len(text))
        return _mended(text[start:]) or _mended(text[start:sound])
    except RecursionError:
        return None


def _mended(text: str) -> Any:
    """Close the brackets of a cut-off value at its last complete member."""
    closers: list[str] = []
    best: tuple[int, str] | None = None
    inside = False
    for at, char in enumerate(text):
        if inside:
            inside = char != '"' or _is_escaped(text, at)
            continue
        if char == '"':
            inside = True
        elif char in "{[":
            closers.append("}" if char == "{" else "]")
            if len(closers) > 64:
                return None
            best = (at + 1, "".join(reversed(closers)))
        elif char in "}]":
            if not closers or closers.pop() != char:
                return None
            best = (at + 1, "".join(reversed(closers)))
        elif char == ",":
            best = (at, "".join(reversed(closers)))
    try:
        closed = text[: best[0]] + best[1] if best else "null"
        return json.loads(closed, parse_int=whole_number)
    except (ValueError, RecursionError):
        return None


def _is_escaped(text: str, at: int) -> bool:
    backslashes = 0
    while at - 1 - backslashes >= 0 and text[at - 1 - backslashes] == "\\":
        backslashes += 1
    return backslashes % 2 == 1
