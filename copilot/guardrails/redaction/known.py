"""What a customer's own records say of them, found again in what they wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from copilot.domain import Customer
from copilot.guardrails.redaction.names import could_be_person, ordinary_words
from copilot.guardrails.redaction.phones import RUN
from copilot.guardrails.redaction.span import Kind, Span

MIN_PART = 3  # letters of a part of a name that stands alone
MIN_LOOSE = 4  # letters of one that is found in lower case too
MIN_ADDRESS = 6
MIN_ORDER = 4
PHONE_TAIL = 8  # last digits that two spellings of one number share
MIN_PHONE = 7
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa"})


@dataclass(frozen=True, slots=True)
class KnownValues:
    """A person's own values, ready to be found in any spelling we know of."""

    tails: frozenset[str] = frozenset()
    patterns: tuple[tuple[Kind, re.Pattern[str]], ...] = ()

    def joined(self, other: KnownValues) -> KnownValues:
        """These values and the other's."""
        return KnownValues(self.tails | other.tails, self.patterns + other.patterns)

    def find(self, text: str) -> Iterator[Span]:
        """The places where a value stands, the longest kinds first."""
        for kind, pattern in self.patterns:
            for match in pattern.finditer(text):
                yield Span(match.start(), match.end(), kind)
        if self.tails:
            yield from self._phones(text)

    def _phones(self, text: str) -> Iterator[Span]:
        for match in RUN.finditer(text):
            if _tail(match[0]) in self.tails:
                yield Span(match.start(), match.end(), "PHONE")


@dataclass(slots=True)
class Gathered:
    """Values of one person while they are collected from records and authors."""

    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    cased: set[str] = field(default_factory=set)  # too short or too common for lower case


def known_values(
    customers: Iterable[Customer], *, authors: Iterable[str] = (), orders: Iterable[str] = ()
) -> KnownValues:
    """The values of one person's records, of the people who wrote, and of the orders linked."""
    found = Gathered()
    for customer in customers:
        _gather(found, customer)
    for author in authors:
        if could_be_person(author):
            _gather_name(found, author)
    found.orders |= {order for order in orders if _tells_order(order)}
    groups: tuple[tuple[Kind, set[str], bool], ...] = (
        ("EMAIL", found.emails, False), ("ADDRESS", found.addresses, False),
        ("ORDER", found.orders, False), ("NAME", found.names, False), ("NAME", found.cased, True),
    )  # fmt: skip
    patterns = tuple(
        (kind, _alternatives(values, is_cased=is_cased))
        for kind, values, is_cased in groups
        if values
    )
    tails = frozenset(tail for phone in found.phones if (tail := _tail(phone)))
    return KnownValues(tails, patterns)


def _gather(found: Gathered, customer: Customer) -> None:
    for email in customer.emails:
        if "@" in email:
            found.emails.add(email.strip())
            handle = email.partition("@")[0].strip()
            if len(handle) >= 6 and re.search(r"\d|\.|_", handle):
                found.emails.add(handle)
    found.phones |= set(customer.phones)
    found.orders |= {order for order in customer.orders if _tells_order(order)}
    if customer.address:
        found.addresses |= _address_parts(customer.address)
    if customer.name:
        _gather_name(found, customer.name)


def _gather_name(found: Gathered, name: str) -> None:
    """The full name in any case; a part in any case only where it is no common word."""
    for spelling in _spellings(" ".join(name.split())):
        words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", spelling)
        if len(words) > 1:
            found.names |= {spelling, f"{words[-1]}, {words[0]}", f"{words[0]} {words[-1]}"}
        for word in words:
            if len(word) < MIN_PART or word.lower() in ordinary_words():
                continue
            if len(word) >= MIN_LOOSE:
                found.names.add(word)
            else:
                found.cased |= {word.capitalize(), word.upper()}


def _spellings(name: str) -> set[str]:
    """As written, without accents, and as keyboards without umlauts write it."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return {name, bare, name.lower().translate(_UMLAUTS)}


def _address_parts(address: str) -> set[str]:
    """The whole address and those of its lines that hold a number; a city alone is no address."""
    whole = " ".join(address.split())
    parts = {part.strip() for part in re.split(r"[\n,;]", address)}
    own = {" ".join(p.split()) for p in parts if re.search(r"\d", p) and re.search(r"[^\W\d_]", p)}
    return {part for part in own | {whole} if len(part) >= MIN_ADDRESS}


def _tells_order(order: str) -> bool:
    return len(order) >= MIN_ORDER and any(sign.isdigit() for sign in order)


def _alternatives(values: set[str], *, is_cased: bool) -> re.Pattern[str]:
    """One pattern for all values, the longest first; any blank stands for any run of blanks."""
    ordered = sorted(values, key=lambda value: (-len(value), value))
    written = "|".join(r"[\s,]{1,3}".join(map(re.escape, re.split(r"[\s,]+", v))) for v in ordered)
    flags = re.UNICODE if is_cased else re.IGNORECASE
    return re.compile(rf"(?<![^\W_])(?:{written})(?![^\W_])", flags)


def _tail(phone: str) -> str:
    digits = re.sub(r"\D", "", re.split(r"x|ext", phone)[0])
    return digits[-PHONE_TAIL:] if len(digits) >= MIN_PHONE else ""
