"""Finds the hard facts of a text, in a form in which equal facts are equal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal

from copilot.guardrails import quantities

Kind = Literal[
    "money", "percent", "date", "time", "quantity", "number", "url", "email", "phone", "code"
]
MAX_CHARS = 200_000

_TRIM = "#.,;:!?\"'()[]{}<>*_`“”‘’…"
_NUMERIC = re.compile(r"[£$€¥]?\d[\d.,]*(?:[kKmM]|st|nd|rd|th|[ap]m|%|[£$€¥p])?")


@dataclass(frozen=True, slots=True)
class Fact:
    """A hard fact. Equal if kind and value agree; `text` is how it was written."""

    kind: Kind
    value: str
    readings: tuple[str, ...] = ()  # other values it may mean, for example 03/04/2026
    text: str = field(default="", compare=False)


def hard_facts(text: str) -> set[Fact]:
    """Prices, percentages, dates, times, numbers, addresses, phone numbers and codes."""
    return set(_facts(text))


@lru_cache(maxsize=2048)
def _facts(text: str) -> frozenset[Fact]:
    """Sources come again with every request, so their facts are kept."""
    text = text[:MAX_CHARS]
    taken = bytearray(len(text))
    return frozenset([*_tokens(text, taken), *_numerals(text, taken)])


def _tokens(text: str, taken: bytearray) -> Iterator[Fact]:
    """Facts that are one word: addresses and codes."""
    for match in _word().finditer(text):
        word = match.group()
        if not _may_be_fact(word):
            continue
        fact = _token_fact(word.strip(_TRIM))
        if fact is not None:
            taken[match.start() : match.end()] = b"\1" * len(word)
            yield fact


def _may_be_fact(word: str) -> bool:
    return "." in word or "@" in word or "-" in word or not word.isalpha()


def _token_fact(word: str) -> Fact | None:
    if "@" in word and (found := _email().search(word)):
        return Fact("email", found.group().lower(), text=word)
    if "." in word and (found := _address().fullmatch(word)):
        return Fact("url", normal_url(word), text=word)
    if _is_code(word):
        return Fact("code", word.upper().replace("_", "-"), text=word)
    return None


def _is_code(word: str) -> bool:
    if not 2 <= len(word) <= 60 or _NUMERIC.fullmatch(word):
        return False
    return bool(_code().fullmatch(word)) and not quantities.is_measure(word)


def normal_url(url: str) -> str:
    """An address without what does not change where it leads."""
    bare = re.sub(r"^https?://", "", url.strip().rstrip(_TRIM), flags=re.IGNORECASE)
    host, slash, path = bare.partition("/")
    host = host.lower().removeprefix("www.")
    return (host + slash + path).rstrip("/")


def _numerals(text: str, taken: bytearray) -> Iterator[Fact]:
    for pattern in (quantities.month_first(), quantities.digits(), quantities.in_words()):
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\1" * (end - start)
            read: Callable[[re.Match[str]], quantities.Reading | None] = quantities.read
            found = read(match)
            if found is not None:
                yield Fact(found.kind, found.value, found.readings, match.group().strip())


@cache
def _word() -> re.Pattern[str]:
    """A word; the words of a link and where it leads are two: "[E23](valve-e23.md)"."""
    return re.compile(r"\S+?(?=\]\()|\S+")


@cache
def _email() -> re.Pattern[str]:
    return re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


@cache
def _address() -> re.Pattern[str]:
    return re.compile(
        r"(?:https?://|www\.)\S+"
        r"|(?:[a-z0-9-]{1,63}\.){1,8}(?:com|org|net|io|co|uk|de|eu|shop|app|dev|info|biz|test|example)"
        r"(?:[/?#]\S*)?",
        re.IGNORECASE,
    )


@cache
def _code() -> re.Pattern[str]:
    """Letters and digits in one word, capitals joined by hyphens, or a version."""
    return re.compile(
        r"v?\d+(?:\.\d+){2,}"
        r"|(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+)*"
        r"|[A-Z]{2,}(?:[-_][A-Z0-9]+)+"
    )
