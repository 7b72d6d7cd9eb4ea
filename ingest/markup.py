"""Turns HTML into Markdown in one linear pass: structure stays, boilerplate goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

SKIPPED = frozenset(
    "script style noscript template svg nav footer aside form button select iframe object head "
    "canvas dialog".split()
)
BLOCKS = frozenset(
    "p div section article main header ul ol dl dt dd table tr blockquote pre figure "
    "figcaption address details summary hr h1 h2 h3 h4 h5 h6 li body br".split()
)
MAIN = frozenset(("main", "article"))
BOILERPLATE = re.compile(
    r"\b(?:breadcrumbs?|cookie|navbar|sidebar|menu|share-buttons|site-header|site-footer|"
    r"related-articles|comments?-form|skip-link|newsletter)\b",
    re.IGNORECASE,
)
SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, without its furniture."""

    title: str | None
    text: str
    language: str | None = None
    url: str | None = None


@dataclass(slots=True)
class _Writer:
    """Receives the parser's events and keeps finished lines; `skip` counts skipped ancestors."""

    depth_limit: int
    has_main: bool
    depth: int = 0
    skip_from: int = 0
    main_from: int = 0
    in_pre: int = 0
    in_title: bool = False
    lists: list[str] = field(default_factory=list)
    cells: list[str] | None = None
    rows_in_table: int = 0
    title: list[str] = field(default_factory=list)
    h1: str | None = None
    language: str | None = None
    url: str | None = None
    prefix: str = ""
    buffer: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    hrefs: list[str] = field(default_factory=list)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        self._note(tag, attributes)
        if self.skip_from or self.depth > self.depth_limit:
            return
        if tag in SKIPPED or _is_furniture(tag, attributes):
            self.skip_from = self.depth
            return
        if tag in MAIN and not self.main_from:
            self.main_from = self.depth
        self._open(tag, attributes)

    def end(self, tag: str) -> None:
        if tag == "title":
            self.in_title = False
        if self.skip_from == self.depth:
            self.skip_from = 0
        elif not self.skip_from and self.depth <= self.depth_limit:
            self._close(tag)
        if self.main_from == self.depth:
            self.main_from = 0
        self.depth -= 1

    def data(self, text: str) -> None:
        if self.in_title:
            self.title.append(text)
        if self.skip_from or (self.has_main and not self.main_from):
            return
        self.buffer.append(text if self.in_pre else SPACES.sub(" ", text))

    def comment(self, text: str) -> None:
        """Comments are not text."""

    def close(self) -> Page:
        self._flush()
        title = SPACES.sub(" ", "".join(self.title)).strip() or self.h1
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip()
        return Page(title=title, text=text, language=self.language, url=self.url)

    def _note(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "title" and not self.title:
            self.in_title = True
        elif tag == "html":
            self.language = attributes.get("lang") or None
        elif tag == "link" and attributes.get("rel", "").lower() == "canonical":
            self.url = attributes.get("href") or None

    def _open(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "a":
            self.hrefs.append(attributes.get("href", ""))
        elif tag in ("td", "th"):
            self._cell_break()
        elif tag in BLOCKS:
            if self.cells is not None and tag != "tr":
                self.buffer.append(" ")
                return
            self._flush()
            self._block(tag)

    def _block(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self.lists.append(tag)
        elif tag == "li":
            indent = "  " * max(len(self.lists) - 1, 0)
            self.prefix = indent + ("1. " if self.lists and self.lists[-1] == "ol" else "- ")
        elif tag == "table":
            self.rows_in_table = 0
        elif tag == "tr":
            self.cells = []
        elif tag == "pre":
            self.in_pre += 1
        elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.prefix = "#" * int(tag[1]) + " "

    def _close(self, tag: str) -> None:
        if tag == "a":
            href = self.hrefs.pop() if self.hrefs else ""
            if href.startswith(("https://", "http://")) and self.buffer:
                self.buffer.append(f" ({href})")
        elif tag == "tr":
            self._row()
        elif tag in BLOCKS and self.cells is None:
            if tag == "h1" and self.h1 is None:
                self.h1 = "".join(self.buffer).strip() or None
            self._flush()
            self._unblock(tag)

    def _unblock(self, tag: str) -> None:
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag == "pre":
            self.in_pre = max(self.in_pre - 1, 0)
        if tag not in ("li", "br"):
            self.lines.append("")

    def _cell_break(self) -> None:
        if self.cells is None:
            return
        text = SPACES.sub(" ", "".join(self.buffer)).strip()
        if text or self.cells:
            self.cells.append(text)
        elif not self.cells:
            self.cells.append("")
        self.buffer.clear()

    def _row(self) -> None:
        if self.cells is None:
            return
        self.cells.append(SPACES.sub(" ", "".join(self.buffer)).strip())
        self.buffer.clear()
        cells = self.cells[1:]  # the first break came before the first cell
        self.cells = None
        if any(cells):
            self.lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
            if self.rows_in_table == 0:
                self.lines.append("|" + " --- |" * len(cells))
            self.rows_in_table += 1

    def _flush(self) -> None:
        text = "".join(self.buffer)
        self.buffer.clear()
        text = text.strip("\n") if self.in_pre else SPACES.sub(" ", text).strip()
        if text:
            if self.prefix.startswith("#"):
                self.lines.append("")
            self.lines.append(self.prefix + text)
            if self.prefix.startswith("#"):
                self.lines.append("")
            self.prefix = ""


def html_to_markdown(html: str, *, depth: int = 200) -> Page:
    """Read a page or a fragment; elements deeper than `depth` keep their text only."""
    writer = _Writer(depth_limit=depth, has_main=_has_main(html))
    if not html.strip():
        return writer.close()
    parser = etree.HTMLParser(target=writer, huge_tree=True)
    parser.feed(html)
    page = parser.close()
    assert isinstance(page, Page)
    return page


def _has_main(html: str) -> bool:
    """Only a page with exactly one main part is reduced to it."""
    return len(re.findall(r"<main\b", html, re.IGNORECASE)) == 1 or (
        len(re.findall(r"<article\b", html, re.IGNORECASE)) == 1
    )


def _is_furniture(tag: str, attributes: Mapping[str, str]) -> bool:
    if attributes.get("hidden") is not None or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style", "").replace(" ", "").lower()
    if "display:none" in style or "visibility:hidden" in style:
        return True
    named = f"{attributes.get('class', '')} {attributes.get('id', '')}"
    return tag in ("div", "section", "ul", "header", "p") and bool(BOILERPLATE.search(named))
