"""Prices whose period an article denies: "£149 a month" on file, "for four weeks" in an article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from copilot.domain import Hit, Product, every, months_of
from copilot.extractive.records.facts import priced
from copilot.guardrails.facts import hard_facts
from copilot.guardrails.periods import COUNTED, period_said, ways_to_say
from copilot.suggester.catalogue import View

_PERIOD = rf"(?:{COUNTED}|(?:calendar )?(?:day|week|fortnight|month|quarter|year))"
_PRICE = r"\b(?:prices?|rates?|rents?|fees?|charges?)\b"
# "All prices are for four weeks", "rent is charged every 28 days", "we bill by the week".
_HELD = r"(?:fixed|valid|held|locked|guaranteed|frozen|the same)"
_STATED = re.compile(
    rf"{_PRICE}[^.;|\n]{{0,60}}? (?:is|are)(?! {_HELD})"
    rf"[^.;|\n]{{0,20}}? (?:for|per|every|each|by the) (?:an? )?(?P<one>{_PERIOD})\b"
    rf"|\b(?:bill\w*|charge[ds]?|pay|paid|due) (?:\w+ )?(?:per|every|each|by the)"
    rf" (?P<two>{_PERIOD})\b",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[*_`]+")
_NOT = re.compile(rf"\bnot (?:for|per|by|every)(?: an?| the)? {_PERIOD}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dispute:
    """A product whose price the catalogue gives for one period, and an article for another."""

    product: Product
    title: str
    period: str

    @property
    def gap(self) -> str:
        """What the agent has to find out before a price is told."""
        return (
            f"what {self.product.name} costs: the catalogue says {priced(self.product)}"
            f" {every(self.product.period)}, “{self.title}” says {every(self.period)}"
        )


def disputes(products: Sequence[Product], passages: Sequence[Hit]) -> tuple[Dispute, ...]:
    """The products whose price stands in a public article that names another period for it."""
    told = [(hit, *read) for hit in passages if _is_article(hit) for read in _read(hit.chunk.text)]
    found: dict[str, Dispute] = {}
    for product in products:
        for hit, period, sums in told:
            is_other = months_of(product.period) != months_of(period)
            if is_other and _sum(product) in sums and not _says(hit, product.period):
                found.setdefault(product.sku, Dispute(product, hit.title, period))
    return tuple(found.values())


def agreeing(view: View, found: Sequence[Dispute]) -> View:
    """A catalogue without the prices whose period is in dispute."""
    return view.unpriced({dispute.product.sku for dispute in found}) if found else view


def gaps(found: Sequence[Dispute], named: Sequence[Hit]) -> tuple[str, ...]:
    """What is unclear of the products that the customer names."""
    titles = {hit.title for hit in named}
    return tuple(dispute.gap for dispute in found if dispute.product.name in titles)


def _read(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The one period a passage names for its prices, and its sums that name none themselves."""
    bare = _NOT.sub(" ", _MARKS.sub("", text))
    said = {period_said(m["one"] or m["two"]) for m in _STATED.finditer(bare)} - {None}
    if len(said) == 1:
        sums = (f.value for f in hard_facts(text) if f.kind == "money" and "/" not in f.value)
        yield str(said.pop()), frozenset(sums)


def _says(hit: Hit, period: str) -> bool:
    """Whether a passage also prices something by the period of the catalogue."""
    unit = "|".join(re.escape(way) for way in ways_to_say(period))
    bare = _NOT.sub(" ", _MARKS.sub("", hit.chunk.text))
    return bool(
        re.search(rf"\b(?:(?:per|an?|each|every|by the) (?:{unit})|(?:{unit})ly)\b", bare, re.I)
    )


def _sum(product: Product) -> str:
    """A price as the facts of a text are written; empty where it is paid once or there is none."""
    if product.price is None or not months_of(product.period):
        return ""
    return f"{product.currency} {_normal(product.price)}"


def _normal(price: Decimal) -> str:
    return f"{price.normalize():f}"


def _is_article(hit: Hit) -> bool:
    return (
        hit.chunk.kind == "document" and hit.visibility == "public" and "#fact" not in hit.chunk.id
    )
