"""The parsers that run inside the sandbox's fork; they trust nothing and import nothing of ours."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from ingest.markup import html_to_markdown

Row = dict[str, Any]
MEASURED_FROM = 1_000_000  # the ratio of smaller entries says nothing
PACKED = (".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz")
DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class RefusedError(Exception):
    """The file breaks one of the limits."""


def parse_pdf(path: str, *, limits: Row) -> Iterator[Row]:
    """One row per page that has text, after one with the title and the number of pages."""
    import pypdf

    reader = pypdf.PdfReader(path, strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise RefusedError("it is protected by a password; save it without one")
    count = len(reader.pages)
    if count > limits["pages"]:
        raise RefusedError(f"it has {count} pages, more than {limits['pages']}; split it")
    title = reader.metadata.title if reader.metadata else None
    yield {"title": str(title) if title else None, "pages": count}
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text() or ""
        if text.strip():
            yield {"page": number, "text": text}


def parse_docx(path: str, *, limits: Row) -> Iterator[Row]:
    """One row per block in reading order: heading with its level, list item, table, paragraph."""
    _check_zip(path, limits)
    _check_parts(path)
    import docx

    document = docx.Document(path)
    yield {"title": document.core_properties.title or None}
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            rows = [[cell.text.strip() for cell in row.cells] for row in block.rows]
            yield {"table": rows}
        elif block.text.strip():
            yield {"style": str(block.style.name) if block.style else "", "text": block.text}


def parse_html(path: str, *, limits: Row, encoding: str = "utf-8") -> Iterator[Row]:
    """One row: the page as Markdown with its title, language and description."""
    page = html_to_markdown(Path(path).read_bytes().decode(encoding), depth=limits["depth"])
    yield {"title": page.title, "text": page.text, "language": page.language, "url": page.url}


def parse_xml(path: str, *, limits: Row, record: str) -> Iterator[Row]:
    """One row per element named `record`: its children's local names and texts."""
    from defusedxml.ElementTree import iterparse

    depth = 0
    parents: list[Any] = []
    for event, element in iterparse(path, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            depth += 1
            parents.append(element)
            if depth > limits["depth"]:
                raise RefusedError(f"its elements are nested deeper than {limits['depth']}")
            continue
        depth -= 1
        parents.pop()
        if _local(element.tag) == record:
            yield {"record": _children(element)}
            element.clear()
            if parents:
                parents[-1].remove(element)


def inspect_zip(path: str, *, limits: Row) -> Iterator[Row]:
    """One row per file in the archive, once the whole archive has passed the checks."""
    for info in _check_zip(path, limits, nested_is_refused=True):
        if not info.is_dir():
            yield {"name": info.filename, "bytes": info.file_size}


def _check_zip(path: str, limits: Row, *, nested_is_refused: bool = False) -> list[zipfile.ZipInfo]:
    """Refuse before anything is unpacked: count, names, sizes, ratio, archives in archives."""
    if not zipfile.is_zipfile(path):
        raise RefusedError("it is not the package its name says")
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    if len(infos) > limits["entries"]:
        raise RefusedError(f"it has {len(infos)} entries, more than {limits['entries']}")
    total = 0
    for info in infos:
        _check_entry(info, limits, nested_is_refused=nested_is_refused)
        total += info.file_size
    if total > limits["unpacked_bytes"]:
        raise RefusedError(
            f"it unpacks to {total // 1_000_000} MB, more than "
            f"{limits['unpacked_bytes'] // 1_000_000} MB"
        )
    return infos


def _check_entry(info: zipfile.ZipInfo, limits: Row, *, nested_is_refused: bool) -> None:
    name = info.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or ":" in name.split("/")[0] or "\0" in name:
        raise RefusedError(f"entry {info.filename[:80]!r} points outside the archive")
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        raise RefusedError(f"entry {info.filename[:80]!r} is a symbolic link")
    if nested_is_refused and name.lower().endswith(PACKED):
        raise RefusedError(f"entry {info.filename[:80]!r} is an archive inside the archive")
    if info.flag_bits & 1:
        raise RefusedError("it is encrypted; save it without a password")
    if info.file_size > MEASURED_FROM and info.file_size > limits["ratio"] * info.compress_size:
        raise RefusedError(
            f"entry {info.filename[:80]!r} unpacks to more than {limits['ratio']} times its size"
        )


def _check_parts(path: str) -> None:
    """An office file never declares entities; one that does is an attack on its parser."""
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.filename.lower().endswith((".xml", ".rels")):
                continue
            with archive.open(info) as part:
                if DECLARATION.search(_plain(part.read(4096))):
                    raise RefusedError(f"part {info.filename!r} declares XML entities")


def _plain(head: bytes) -> bytes:
    """UTF-16 would hide the declaration from a search in bytes."""
    return head.replace(b"\0", b"")


def _children(element: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for child in element:
        value = "".join(child.itertext()).strip()
        if not value and "href" in child.attrib:
            value = str(child.attrib["href"])
        found.setdefault(_local(child.tag), []).append(value)
    return found


def _local(tag: Any) -> str:
    return str(tag).rsplit("}", 1)[-1]


JOBS: dict[str, Callable[..., Iterator[Row]]] = {
    "pdf": parse_pdf,
    "docx": parse_docx,
    "html": parse_html,
    "xml": parse_xml,
    "zip": inspect_zip,
}
PARSER_OF: dict[str, tuple[str, ...]] = {
    "pdf": ("pypdf",),
    "docx": ("docx",),
    "xml": ("defusedxml.ElementTree",),
}
