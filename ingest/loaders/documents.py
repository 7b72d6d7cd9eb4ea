"""Loads articles that are one file each: Markdown, plain text, HTML, PDF and DOCX."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from copilot.domain import Document, Failure, Item, ItemKind
from copilot.errors import InvalidInput
from ingest.loaders import frontmatter
from ingest.loaders.convert import relative_id
from ingest.loaders.fields import Clock, FieldFault, day_of, text, visibility, words
from ingest.loaders.lines import whole_text
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import clean, page_of, squeeze

KNOWN = frozenset(
    "id title url visibility updated_at valid_from valid_to tags language content".split()
)
_HEADING = re.compile(r"^#{1,3}\s+(.+?)\s*#*\s*$", re.MULTILINE)


def document(fields: dict[str, Any], body: str, options: LoadOptions, **fallback: Any) -> Document:
    """A document from stated fields; what is not stated is listed in `meta["unstated"]`."""
    if not body:
        raise FieldFault("has no text")
    if len(body) > options.limits.document_chars:
        raise FieldFault(f"is longer than {options.limits.document_chars} characters; split it")
    clock = Clock(options)
    stated = fields.get("visibility")
    meta: dict[str, Any] = {key: one for key, one in fields.items() if key not in KNOWN}
    meta["format"] = fallback["format"]
    found = Document(
        source_id=f"{options.id_prefix}{text(fields, 'id') or fallback['source_id']}",
        title=squeeze(text(fields, "title") or fallback.get("title") or "Untitled"),
        text=body,
        url=text(fields, "url") or fallback.get("url"),
        visibility=visibility(stated) if stated else "public",
        updated_at=clock.read(fields.get("updated_at"), "updated_at"),
        valid_from=day_of(fields.get("valid_from"), "valid_from", options),
        valid_to=day_of(fields.get("valid_to"), "valid_to", options),
        language=text(fields, "language") or fallback.get("language"),
        tags=words(fields.get("tags"), "tags", separator=","),
        meta=meta,
    )
    if unstated := _unstated(found, stated=bool(stated), zoneless=clock.unstated):
        meta["unstated"] = unstated
    return found


def _unstated(found: Document, *, stated: bool, zoneless: bool) -> list[str]:
    names = [] if stated else ["visibility"]
    names += [name for name in ("url", "updated_at", "language") if getattr(found, name) is None]
    return [*names, "time zone"] if zoneless else names


def _one(path: Path, build: Callable[[], Document]) -> Iterator[Item | Failure]:
    try:
        yield build()
    except InvalidInput as error:
        yield Failure(str(path), error.detail)
    except OSError as error:
        yield Failure(str(path), f"cannot be read: {error.strerror or error}")


def title_in(markdown: str, path: Path) -> str:
    """The first heading, else the file's name in words."""
    match = _HEADING.search(markdown[:20_000])
    return squeeze(match.group(1)) if match else squeeze(re.sub(r"[_-]+", " ", path.stem))


class MarkdownLoader:
    """Markdown with optional front matter."""

    format = "markdown"
    kind: ItemKind = "document"

    def matches(self, probe: Probe) -> bool:
        return probe.suffix in (".md", ".markdown", ".mdx")

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        def build() -> Document:
            fields, body = frontmatter.split(clean(whole_text(path, options)))
            return document(
                dict(fields),
                clean(body),
                options,
                format=self.format,
                source_id=relative_id(path, options),
                title=title_in(body, path),
            )

        yield from _one(path, build)


class TextLoader:
    """Plain text; the file's name is its title."""

    format = "text"
    kind: ItemKind = "document"

    def matches(self, probe: Probe) -> bool:
        return probe.suffix in (".txt", ".text", ".rst")

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        def build() -> Document:
            body = clean(whole_text(path, options))
            title = squeeze(re.sub(r"[_-]+", " ", path.stem))
            ident = relative_id(path, options)
            return document({}, body, options, format=self.format, source_id=ident, title=title)

        yield from _one(path, build)


class HtmlLoader:
    """A web page; navigation, footers and scripts are dropped."""

    format = "html"
    kind: ItemKind = "document"

    def matches(self, probe: Probe) -> bool:
        return probe.suffix in (".html", ".htm", ".xhtml")

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        def build() -> Document:
            page = page_of(whole_text(path, options), options)
            return document(
                {},
                clean(page.text),
                options,
                format=self.format,
                source_id=relative_id(path, options),
                title=page.title or title_in(page.text, path),
                url=page.url,
                language=page.language,
            )

        yield from _one(path, build)


class PdfLoader:
    """The text layer of a PDF; each page becomes a heading, so that a citation names it."""

    format = "pdf"
    kind: ItemKind = "document"

    def matches(self, probe: Probe) -> bool:
        return probe.head.startswith(b"%PDF-") or probe.suffix == ".pdf"

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        yield from _one(path, lambda: self._read(path, options))

    def _read(self, path: Path, options: LoadOptions) -> Document:
        rows = list(_package(path, "pdf", options))
        if len(rows) < 2:
            raise FieldFault("has no text layer (a scan?); run text recognition over it first")
        pages = [f"## Page {row['page']}\n\n{clean(_unwrapped(row['text']))}" for row in rows[1:]]
        title = rows[0]["title"] or title_in("", path)
        ident = relative_id(path, options)
        body = "\n\n".join(pages)
        return document({}, body, options, format=self.format, source_id=ident, title=title)


class DocxLoader:
    """A Word document: headings, lists and tables in reading order."""

    format = "docx"
    kind: ItemKind = "document"

    def matches(self, probe: Probe) -> bool:
        return probe.suffix == ".docx"

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        yield from _one(path, lambda: self._read(path, options))

    def _read(self, path: Path, options: LoadOptions) -> Document:
        rows = list(_package(path, "docx", options))
        blocks = [_block(row) for row in rows[1:]]
        body = clean("\n\n".join(block for block in blocks if block))
        title = rows[0]["title"] or title_in(body, path)
        ident = relative_id(path, options)
        return document({}, body, options, format=self.format, source_id=ident, title=title)


def _package(path: Path, job: Any, options: LoadOptions) -> Iterator[dict[str, Any]]:
    cap = options.limits.package_bytes
    if path.stat().st_size > cap:
        raise FieldFault(f"refused: larger than {cap // 1_000_000} MB")
    yield from options.sandbox.parse(job, path)


def _block(row: dict[str, Any]) -> str:
    if "table" in row:
        return _table(row["table"])
    style, body = str(row["style"]), clean(row["text"])
    if style == "Title":
        return f"# {squeeze(body)}"
    if match := re.match(r"(?:Heading|Überschrift|Titre) (\d)", style):
        return f"{'#' * min(int(match.group(1)), 6)} {squeeze(body)}"
    return f"- {body}" if style.startswith("List") else body


def _table(rows: list[list[str]]) -> str:
    lines = [
        "| " + " | ".join(squeeze(cell).replace("|", "/") for cell in row) + " |" for row in rows
    ]
    if lines:
        lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)


def _unwrapped(page: str) -> str:
    """Join words cut by a hyphen at the end of a line; other line ends stay."""
    return re.sub(r"(?<=[a-zäöüßéèà])-\n(?=[a-zäöüßéèà])", "", page)
