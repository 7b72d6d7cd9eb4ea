"""A tenant's catalogue in the shapes that checks and gates need, kept until it changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from copilot.db import TenantStore
from copilot.domain import Hit, Product
from copilot.extractive import facts_of
from copilot.needs import Assessment, CaseProduct
from copilot.suggester.casefile import catalogue_of


@dataclass(frozen=True, slots=True)
class View:
    """One version of a catalogue, looked at last when the tenant's change `seq` was the newest."""

    seq: int
    version: str
    products: tuple[CaseProduct, ...]
    names: tuple[str, ...]
    facts: Mapping[str, Hit]
    sold: tuple[Product, ...] = ()

    def unpriced(self, skus: Collection[str]) -> View:
        """The same without the prices of some products."""
        sold = tuple(replace(p, price=None) if p.sku in skus else p for p in self.sold)
        return replace(self, products=catalogue_of(sold), facts=facts_of(sold), sold=sold)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Reads a tenant's products once per version."""

    _views: dict[str, View] = field(default_factory=dict)

    def of(self, store: TenantStore) -> View:
        """The catalogue in force."""
        seq = store.sources.seq()
        view = self._views.get(store.tenant)
        if view is None or view.seq != seq:
            view = self._views[store.tenant] = _looked(store, seq, view)
        return view


def assessed(assessment: Assessment, products: Sequence[CaseProduct]) -> dict[str, Any]:
    """An assessment as plain values, with the name and price of every product it recommends."""
    wanted = {sku for flag in assessment.flags for sku in flag.recommended}
    named = {
        p.sku: {"name": p.name, "price": p.price, "currency": p.currency, "period": p.period}
        for p in products
        if p.sku in wanted
    }
    return {**assessment.to_json(), "products": named}


def _looked(store: TenantStore, seq: int, known: View | None) -> View:
    version = store.records.version("product")
    if known is not None and known.version == version:
        return replace(known, seq=seq)
    products = store.records.products()
    return View(
        seq,
        version,
        catalogue_of(products),
        tuple(p.name for p in products),
        facts_of(products),
        tuple(products),
    )
