"""What one article says about itself: collection, audience, names and mentions.

Facts depend on their article alone, so that a change of one article recomputes one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from copilot.domain import Document
from copilot.guardrails.audience import INTERNAL
from copilot.retriever.language import primary
from copilot.retriever.spelling import written
from copilot.retriever.words import is_phrase, stem, topics, words

MAX_SENTENCES = 400
_NUMBER = re.compile(r"^(?P<stem>.*?\D)[_\-/. ]*(?P<number>\d{1,6})$")
_FILE = re.compile(r"\.(?:md|mdx|html?|txt|pdf|docx?)$", re.IGNORECASE)
_ENTRY = frozenset({"index", "readme", "overview", "introduction", "start", "home"})
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n+")
_IDENTIFIER = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
_ACRONYM = re.compile(r"\b[A-Z][A-Z0-9]{2,5}\b")
# An article for our own people speaks of the customer; one for customers speaks to them.
_ABOUT = re.compile(
    r"\b(?:the|a|this|each) (?:customer|user|agent|client|cardholder|member|caller)s?\b"
    r"|\bcustomer'?s?\b|\bkund(?:e|en|in)\b|\b(?:le|la) client(?:e)?\b",
    re.IGNORECASE,
)
_TO = re.compile(r"\b(?:you|your|yours|ihr|ihre|ihnen|vous|votre|vos)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Facts:
    """One article as ranking sees it. `number` orders it within its collection."""

    source_id: str
    collection: tuple[str, ...]
    number: int | None
    is_for_agents: bool
    is_entry: bool
    title: tuple[str, ...]  # topics of the title, "internal" left out
    sentences: tuple[frozenset[str], ...]  # stems, for mentions of other titles
    identifiers: frozenset[str]
    acronyms: frozenset[str]
    digest: bytes  # of the words: equal for two copies
    valid_from: date | None = None
    valid_to: date | None = None
    language: str | None = None  # as stated, without its region
    words: tuple[str, ...] = ()  # in small letters, for what customers misspell


def facts_of(document: Document) -> Facts:
    """The facts of one article."""
    collection, number, is_entry = place_of(document.source_id)
    title = INTERNAL.sub(" ", document.title)
    body = document.text
    return Facts(
        source_id=document.source_id,
        collection=collection,
        number=number,
        is_for_agents=_is_for_agents(document),
        is_entry=is_entry,
        title=tuple(topics(title)),
        sentences=tuple(_sentences(body)) if _is_for_agents(document) else (),
        identifiers=frozenset(_IDENTIFIER.findall(body)),
        acronyms=frozenset(_ACRONYM.findall(document.title)),
        digest=blake2b(" ".join(words(body)).encode(), digest_size=12).digest(),
        valid_from=document.valid_from,
        valid_to=document.valid_to,
        language=primary(document.language),
        words=written(f"{document.title} {body}"),
    )


def place_of(source_id: str) -> tuple[tuple[str, ...], int | None, bool]:
    """Collection (words of the path), number in its series, and whether it is an entry page.

    "doc_cards_gold_003" stands third in doc/cards/gold; "kb/billing/refunds.md" in kb/billing.
    """
    path = _FILE.sub("", source_id.strip()[:500])
    series = _NUMBER.match(path)
    if series is not None:
        return tuple(words(series["stem"])), int(series["number"]), False
    folder, slash, name = path.rpartition("/")
    if not slash:
        return (), None, False
    return tuple(words(folder)), None, name.lower() in _ENTRY


def named(collection: Sequence[str]) -> tuple[str, ...]:
    """A collection's words as they are looked for in a query."""
    return tuple(stem(word) for word in collection)


def _is_for_agents(document: Document) -> bool:
    """Written for agents and open to quotation: what is marked internal is ranked on its merits,
    for it can only inform a reply, and a small set of playbooks would else lead every answer."""
    if document.visibility == "internal":
        return False
    if INTERNAL.search(document.title):
        return True
    text = document.text[:20_000]
    about = len(_ABOUT.findall(text)) + len(_IDENTIFIER.findall(text))
    return about > len(_TO.findall(text)) + 3


def _sentences(text: str) -> list[frozenset[str]]:
    found = []
    for sentence in _SENTENCE.split(text)[:MAX_SENTENCES]:
        stems = frozenset(topic for topic in topics(sentence) if not is_phrase(topic))
        if len(stems) > 1:
            found.append(stems)
    return found
