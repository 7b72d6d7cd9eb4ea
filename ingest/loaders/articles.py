"""Loads articles kept as JSON or JSONL: `{id, title, content, url?, updated_at?, visibility?}`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from copilot.domain import Document, Failure, Item, ItemKind
from ingest.loaders.convert import each
from ingest.loaders.documents import KNOWN, document
from ingest.loaders.fields import plain, required
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import article_text

ENVELOPES = ("articles", "documents")


class ArticlesLoader:
    """One object per file, a list, an envelope `{"articles": […]}` or JSONL; gzip too."""

    format = "articles-json"
    kind: ItemKind = "document"

    def matches(self, probe: Probe) -> bool:
        keys = frozenset(probe.first_of(*ENVELOPES))
        return {"id", "title", "content"} <= keys

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=ENVELOPES)
        yield from each(path, records, partial(_article, options=options))


def _article(record: Record, *, options: LoadOptions) -> Document:
    fields = {
        key: value if key in KNOWN else plain(value)
        for key, value in record.value.items()
        if key != "content"
    }
    ident = required(record.value, "id")
    body = article_text(required(record.value, "content"), options)
    required(record.value, "title")
    return document(fields, body, options, format="articles-json", source_id=ident)
