"""Makes text fit to store: hidden characters out, one kind of newline, HTML to Markdown."""

from __future__ import annotations

import html
import re
import tempfile
import unicodedata
from pathlib import Path

from ingest.loaders.protocol import LoadOptions
from ingest.markup import Page, html_to_markdown

NO_TEXT = "[no text]"

# Zero-width, bidirectional and tag characters, variation selectors and control characters:
# nobody sees them, and hidden orders travel in them. U+200C/D stay, some scripts need them.
_HIDDEN = re.compile(
    "[\u200b\u200e\u200f\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff\u00ad\ufe00-\ufe0f"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_INLINE_HTML_CHARS = 200_000  # larger fragments are parsed in the sandbox
_HTML_BODY = re.compile(r"</(?:p|div|h[1-6]|ul|ol|table|article)>", re.IGNORECASE)
_TAG = re.compile(r"<(?:[a-zA-Z!/][^>]*)>")


def clean(text: str) -> str:
    """Text without hidden characters, in Unicode NFC, with `\\n` as its only newline."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return unicodedata.normalize("NFC", _HIDDEN.sub("", text)).strip()


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
