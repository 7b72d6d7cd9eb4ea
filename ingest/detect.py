"""Finds the files below the paths that were asked for and chooses the loader for each."""

from __future__ import annotations

import gzip
import json
import os
import stat
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from copilot.domain import Failure
from ingest.loaders.jsonfaults import ADVICE, is_cut, whole_number, words
from ingest.loaders.jsonsource import Record, decode, json_records
from ingest.loaders.lines import lines, opened
from ingest.loaders.protocol import LEFT_OUT, Loader, LoadOptions, Probe
from ingest.loaders.registry import all_loaders

HEAD_BYTES = 65_536
IGNORE = ".copilotignore"  # in a folder: names and patterns of what in it is no source
BAD_RECORDS = 100  # how many are passed over to see what the next one is
JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
KINDS = {
    "documents": "document",
    "interactions": "interaction",
    "catalogue": "product",
    "products": "product",
    "customers": "customer",
}
# Folders that are one source: their files make sense together only.
BUNDLES: tuple[frozenset[str], ...] = (
    frozenset(("cur", "new", "tmp")),
    frozenset(("users.json", "channels.json")),
    frozenset(("products.json", "prices.json")),
    *(
        frozenset((f"{first}.{end}", f"{second}.{other}"))
        for first, second in (("contacts", "deals"), ("Contact", "Account"))
        for end in ("csv", "json")
        for other in ("csv", "json")
    ),
)
TO_DO = "give a --mapping (`copilot ingest --guess-mapping FILE` proposes one) or name a --format"
NO_SUCH_PATH = "there is no such file or folder: check the path; what is stored of it stays"
LEGAL = frozenset(("license", "licence", "copying", "notice"))


def find_files(paths: Iterable[Path], *, limit: int = 200_000) -> Iterator[Path | Failure]:
    """Every file below `paths` in a fixed order; what is refused is named, hidden files are not.

    A folder that is one source (a Maildir, an unpacked Slack export, a CRM export of several
    files) is yielded itself, not its files.
    """
    seen: set[Path] = set()
    count = 0
    for path in paths:
        for found in _below(Path(path)):
            if isinstance(found, Path):
                resolved = found.resolve()
                if resolved in seen:
                    continue
                seen.add(resolved)
                count += 1
            if count > limit:
                yield Failure(str(path), f"more than {limit} files; ingest it in parts")
                return
            yield found


def choose(
    path: Path,
    kind: str = "auto",
    format: str | None = None,  # noqa: A002 - the name of the option it stands for
    options: LoadOptions | None = None,
) -> Loader | Failure:
    """The loader for a file: the declared format, else the first that surely knows it."""
    options = options or LoadOptions()
    wanted = KINDS.get(kind, kind)
    if format is not None:
        named = next((one for one in all_loaders() if one.format == format), None)
        if named is None:
            known = ", ".join(sorted(one.format for one in all_loaders()))
            return Failure(str(path), f"no format {format!r}; known are {known}")
        return named
    try:
        probe = look(path, options)
        if probe.path.stem.lower() in LEGAL and probe.suffix in ("", ".md", ".txt"):
            return Failure(str(path), f"{LEFT_OUT}a licence text")
        if not probe.is_dir and not probe.head:
            return Failure(str(path), "the file is empty")
        loader = _known(probe, wanted)
        if loader is None and probe.suffix in JSON_SUFFIXES and len(probe.head) == HEAD_BYTES:
            # A first record may be longer than a look, with what tells its format at its end.
            probe = look(path, options, size=options.limits.record_bytes)
            loader = _known(probe, wanted)
        if loader is None and probe.suffix in JSON_SUFFIXES:
            found = _past_bad_records(probe)
            if isinstance(found, Failure):
                fault = _json_fault(probe)
                return Failure(str(path), fault) if fault else found
            probe = found or probe
            loader = _known(probe, wanted)
    except (OSError, EOFError, zlib.error) as error:
        return Failure(str(path), f"cannot be read: {getattr(error, 'strerror', None) or error}")
    return loader or Failure(str(path), _unknown(probe, kind))


def _known(probe: Probe, wanted: str) -> Loader | None:
    for loader in all_loaders():
        fits = wanted in ("auto", loader.kind) or loader.kind == "auto"
        if fits and loader.matches(probe):
            return loader
    return None


def _past_bad_records(probe: Probe) -> Probe | Failure | None:
    """A look at the first record that can be read; the first fault where none can.

    None where no record before it is too long or broken: the look so far has told what there is.
    """
    path, options = probe.path, probe.options
    may_be_one_value = probe.suffix == ".json" and not probe.text.lstrip().startswith("[")
    records = _objects_by_line(probe) if may_be_one_value else json_records(path, options)
    first: Failure | None = None
    for found in islice(records, BAD_RECORDS):
        if isinstance(found, Record):
            head = json.dumps(found.value, default=str).encode()
            return (
                Probe(path, head=head, options=replace(options, encoding=None)) if first else None
            )
        first = first or found
    return None if may_be_one_value else first


def _objects_by_line(probe: Probe) -> Iterator[Record | Failure]:
    """Objects that are a line each, and lines too long to tell, up to the first other line."""
    for line in lines(probe.path, probe.options):
        if isinstance(line, Failure):
            yield line
        elif line.text.strip():
            try:
                value = decode(line.text)
            except (ValueError, RecursionError):
                return
            if not isinstance(value, dict):
                return
            yield Record(value, line.number)


def look(path: Path, options: LoadOptions, *, size: int = HEAD_BYTES) -> Probe:
    """Read no more than the head of a file, or the names in a folder."""
    if path.is_dir():
        names = frozenset(child.name for child in path.iterdir())
        return Probe(path, is_dir=True, children=names, options=options)
    with opened(path) as source:
        try:
            head = source.read(size)
        except (EOFError, gzip.BadGzipFile):
            head = b"\x1f\x8b"
    return Probe(path, head=head, options=options)


def _below(root: Path) -> Iterator[Path | Failure]:
    try:
        mode = root.stat().st_mode
    except FileNotFoundError:
        yield Failure(str(root), NO_SUCH_PATH)
        return
    except OSError as error:
        yield Failure(str(root), f"cannot be found: {error.strerror or error}")
        return
    if stat.S_ISREG(mode):
        yield root
    elif stat.S_ISDIR(mode):
        yield from _walk(root, root.resolve())
    else:
        yield Failure(str(root), "is neither a file nor a folder")


def _walk(folder: Path, root: Path) -> Iterator[Path | Failure]:
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        yield Failure(str(folder), f"cannot be read: {error.strerror or error}")
        return
    names = {entry.name for entry in entries}
    if any(bundle <= names for bundle in BUNDLES):
        yield folder
        return
    ignored = _ignored(folder) if IGNORE in names else ()
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if any(fnmatchcase(entry.name, pattern) for pattern in ignored):
            yield Failure(entry.path, f"{LEFT_OUT}named in {IGNORE}")
            continue
        yield from _entry(Path(entry.path), entry, root)


def _ignored(folder: Path) -> tuple[str, ...]:
    """The patterns of a folder's own file; one that cannot be read leaves nothing out."""
    try:
        written = (folder / IGNORE).read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    told = (line.strip().rstrip("/") for line in written)
    return tuple(line for line in told if line and not line.startswith("#"))


def _entry(path: Path, entry: os.DirEntry[str], root: Path) -> Iterator[Path | Failure]:
    if entry.is_symlink():
        # A link inside the tree would give the same file twice, one out of it gives what was
        # not asked for; a linked folder may go in a circle.
        target = path.resolve()
        if not target.is_relative_to(root):
            yield Failure(str(path), "refused: a link that leads out of the folder")
        elif not target.is_file():
            yield Failure(str(path), f"{LEFT_OUT}a link to a folder or to nothing")
        else:
            yield path
    elif entry.is_dir(follow_symlinks=False):
        yield from _walk(path, root)
    elif entry.is_file(follow_symlinks=False):
        yield path
    else:
        yield Failure(str(path), "is neither a file nor a folder")


def _unknown(probe: Probe, kind: str) -> str:
    said = "" if kind == "auto" else f" for --kind {kind}"
    if fault := _json_fault(probe):
        return fault
    if probe.keys:
        found = ", ".join(sorted(map(str, _fields(probe)))[:12])
        return f"no loader{said} knows records with the fields {found}; {TO_DO}"
    if len(probe.header) > 1:
        found = ", ".join(sorted(probe.header)[:12])
        return f"no loader{said} knows the columns {found}; {TO_DO}"
    return f"no loader{said} knows this kind of file ({probe.suffix or 'no suffix'})"


def _fields(probe: Probe) -> frozenset[str]:
    """The fields of the records; below an envelope such as `tickets`, those of its first one."""
    lists = [name for name, one in probe.record.items() if isinstance(one, list)]
    inner = probe.first_of(lists[0]) if len(lists) == 1 else {}
    if inner and inner is not probe.record and len(probe.record) <= 5:
        return frozenset(f"{lists[0]}.{name}" for name in inner)
    return probe.keys


def _json_fault(probe: Probe) -> str:
    """What is broken in a small JSON file whose records nobody knows: the fault may be why."""
    whole = probe.text.strip()
    seen_whole = probe.path.is_file() and probe.path.stat().st_size == len(probe.head)
    if probe.suffix != ".json" or not seen_whole or whole[:1] not in ("{", "["):
        return ""
    try:
        json.loads(whole, parse_int=whole_number)
    except json.JSONDecodeError as error:
        if is_cut(error, whole):
            lines = whole.count("\n") + 1
            return f"the file ends in the middle of its JSON (line {lines}): {ADVICE}"
        return f"not valid JSON: at line {error.lineno}, {words(error)}"
    except RecursionError:
        return "the JSON is nested too deeply"
    return ""
