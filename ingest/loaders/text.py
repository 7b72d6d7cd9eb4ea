"""Makes text fit to store: hidden characters out, one kind of newline, HTML to Markdown."""

from __future__ import annotations

import html
import re
import tempfile
import unicodedata
from pathlib import Path

from copilot.guardrails.clean import clean as visible
from ingest.loaders.protocol import LoadOptions
from ingest.markup import Page, html_to_markdown

NO_TEXT = "[no text]"

_INLINE_HTML_CHARS = 200_000  # larger fragments are parsed in the sandbox
_HTML_BODY = re.compile(r"</(?:p|div|h[1-6]|ul|ol|table|article)>", re.IGNORECASE)
_TAG = re.compile(r"<(?:[a-zA-Z!/][^>]*)>")


def clean(text: str) -> str:
    """The visible text in Unicode NFC, without blank ends."""
    return unicodedata.normalize("NFC", visible(text)).strip()


def squeeze(text: str) -> str:
    """Cleaned text on one line."""
    return re.sub(r"\s+", " ", clean(text))


def page_of(source: str, options: LoadOptions) -> Page:
    """Read HTML here when it is small, in the sandbox when it is not."""
    if len(source) <= _INLINE_HTML_CHARS:
        return html_to_markdown(source)
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        file.write(source.encode("utf-8", errors="replace"))
        file.flush()
        row = next(options.sandbox.parse("html", Path(file.name)))
    return Page(title=row["title"], text=row["text"], language=row["language"], url=row["url"])


def html_text(source: str | None, options: LoadOptions) -> str:
    """The readable text of an HTML body; plain text passes as it is."""
    if not source:
        return ""
    if _TAG.search(source):
        return clean(page_of(source, options).text)
    return clean(html.unescape(source))


def article_text(source: str, options: LoadOptions) -> str:
    """The Markdown of an article that may be Markdown already; only closed blocks make it HTML."""
    if _HTML_BODY.search(source):
        return clean(page_of(source, options).text)
    return clean(source)


def message_text(body: str, attachments: tuple[str, ...] = ()) -> str:
    """What a turn says; one that is only an attachment says so, never nothing."""
    if body:
        return body
    return f"[attachment: {', '.join(attachments)}]" if attachments else NO_TEXT
