"""The customer's record as a source: what they have, since when, and how much of it is used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from copilot.domain import Chunk, Customer, Entitlement, Hit, Product
from copilot.extractive.language.words import stem, stems
from copilot.extractive.records.facts import MAX_PRODUCTS
from copilot.extractive.records.products import named
from copilot.guardrails.days import written

TITLE = "Your record"
SCORE = 0.5
_UNIT = re.compile(r"(?:^|_)(?:[kmg]?bps|mbps|gb|mb|tb|days?|weeks?|months?|years?|hours?)$")
_LENT = re.compile(r"\b(?:on loan|included|rented|hired|leased)\b", re.IGNORECASE)
_ENDLESS = re.compile(r"\b(?:unlimited|without (?:an?y? )?limits?|no limits?|limitless)\b", re.I)
_WORD = re.compile(r"[a-z0-9]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """What is on file of who writes, as far as it may be told them.

    `notes` are the file's own words: they are read, for they may bar what the dates say, and
    never told. `catalogue` are the products by their names in small letters, `facts` what may be
    cited of them, and `listed` those of them that come as sources with the record.
    """

    today: date
    customer_id: str = ""
    segment: str = ""  # "business", "home": as the file calls it
    held: tuple[Entitlement, ...] = ()
    notes: tuple[str, ...] = ()
    catalogue: Mapping[str, Product] = field(default_factory=dict)
    facts: Mapping[str, Hit] = field(default_factory=dict)
    listed: tuple[Hit, ...] = ()
    reminders: tuple[str, ...] = ()  # those notes that are on what the customer writes about
    rules: tuple[Hit, ...] = ()  # passages of articles that were looked up for their rules

    @classmethod
    def of(
        cls,
        customers: Sequence[Customer],
        products: Sequence[Product],
        facts: Mapping[str, Hit],
        said: Sequence[str],
        today: date,
        *,
        without: Sequence[Hit] = (),
    ) -> Record:
        """From their records, and the products that they have or that `said` speaks of.

        `without` are sources on products that are there already.
        """
        held = tuple(e for c in customers for e in c.entitlements if not _is_over(e, today))
        names = tuple(p.name for p in products if p.name)
        theirs = [e.name.lower() for e in held]
        spoken = [name for text in said for name in spoken_of(text, names)]
        there = {hit.chunk.id for hit in without}
        by_sku = {p.sku: p.name.lower() for p in products}
        asked = [p for p in products if p.name.lower() in spoken]
        needed = [by_sku[sku] for p in asked for sku in p.requires if sku in by_sku]
        some = [facts[n] for n in dict.fromkeys((*spoken, *needed, *theirs)) if n in facts]
        some = [hit for hit in some if hit.chunk.id not in there]
        return cls(
            today=today,
            customer_id=customers[0].customer_id if customers else "",
            segment=next((c.segment for c in customers if c.segment), ""),
            held=held,
            notes=tuple(note for c in customers for note in c.facts),
            catalogue={p.name.lower(): p for p in products if p.name},
            facts=facts,
            listed=tuple(some[: 3 * MAX_PRODUCTS]),
        )

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The record, and then the products that come with it."""
        own = (self._as_source(),) if self.held else ()
        return (*own, *self.listed, *self.rules)

    def _as_source(self) -> Hit:
        text = "\n".join(_told(self.held))
        chunk = Chunk(f"{self.customer_id}#record", "document", self.customer_id, 0, text)
        return Hit(chunk, TITLE, 3, SCORE)

    def product(self, own: Entitlement) -> Product | None:
        """What the catalogue says of something they have."""
        by_name = self.catalogue.get(own.name.lower())
        return by_name or next(
            (p for p in self.catalogue.values() if own.sku and p.sku == own.sku), None
        )

    def is_lent(self, name: str) -> bool:
        """Whether a plan of theirs brings it along: "router R3 on loan" the Router R3."""
        words = frozenset(stems(name))
        kind = {w for w in words if any(c.isdigit() for c in w)} or words
        parts = (part for own in self.held for part in own.includes if own.name != name)
        return any(_LENT.search(part) and kind <= frozenset(stems(part)) for part in parts)

    def has(self, product: Product) -> Entitlement | None:
        """The first of a product that they have."""
        return next(
            (
                e
                for e in self.held
                if e.sku == product.sku or e.name.lower() == product.name.lower()
            ),
            None,
        )


def _is_over(own: Entitlement, today: date) -> bool:
    return own.until is not None and own.until < today


def _told(held: Iterable[Entitlement]) -> Iterator[str]:
    """One line for each thing, equal ones together."""
    lines: dict[str, int] = {}
    for own in held:
        line = own.name
        line += f", since {written(own.since)}" if own.since else ""
        if months := own.limits.get("term_months"):
            line += f", minimum term of {months:g} months"
        line += f", until {written(own.until)}" if own.until else ""
        line += f", includes {', '.join(own.includes)}" if own.includes else ""
        for measure, used in own.used.items():
            if (limit := own.limits.get(measure)) is not None:
                line += f", {used:g} of {limit:g} {noun_of(measure)} used"
        lines[line] = lines.get(line, 0) + 1
    for line, count in lines.items():
        yield f"{line}, {count} of them." if count > 1 else f"{line}."


def noun_of(measure: str) -> str:
    """A limit's name as a noun: "max_zones" as "zones", "backup_gb" as "GB of backup"."""
    plain = measure.removeprefix("max_")
    if match := _UNIT.search(plain):
        unit = plain[match.start() :].strip("_")
        rest = plain[: match.start()].replace("_", " ").strip()
        unit = unit.upper() if unit in ("gb", "mb", "tb") else unit
        return f"{unit} of {rest}" if rest else unit
    return plain.replace("_", " ").strip()


@lru_cache(maxsize=4_096)  # a turn is asked about several times while it is answered
def spoken_of(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The products that a text names, whole or by their last word: "three valves"."""
    whole = named(text, names)
    said = {stem(w) for w in _WORD.findall(text)}
    for name in whole:
        said -= {stem(w) for w in _WORD.findall(name)}
    partly = [n.lower() for n in names if n.lower() not in whole and _kind(n) in said]
    endless = [n.lower() for n in names if "unlimited" in n.lower()]
    meant = endless if len(endless) == 1 and _ENDLESS.search(text) else []
    return tuple(dict.fromkeys((*whole, *partly, *siblings_in(text, names), *meant)))


def siblings_in(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """ "from Fibre 900 to 100" names two: the second by what sets it apart from the first."""
    whole = named(text, names)
    stocks = {name.rpartition(" ")[0] for name in whole} - {""}
    if not stocks:
        return ()
    rest = text.lower()
    for name in whole:
        rest = rest.replace(name, " ")
    words = set(re.findall(r"[\w-]+", rest))
    parts = ((n.lower(), *n.lower().rpartition(" ")[::2]) for n in names if n.lower() not in whole)
    return tuple(name for name, stock, last in parts if stock in stocks and last in words)


@lru_cache(maxsize=4_096)
def _kind(name: str) -> str:
    """What a product is: the last word of its name that is no number."""
    words = [w for w in _WORD.findall(name.split(",")[0]) if not any(c.isdigit() for c in w)]
    return stem(words[-1]) if words else ""
