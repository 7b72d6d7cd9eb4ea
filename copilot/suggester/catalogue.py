"""A tenant's catalogue in the shapes that checks and gates need, kept until it changes."""

from __future__ import annotations

from dataclasses import dataclass, field

from copilot.db import TenantStore
from copilot.needs import CaseProduct
from copilot.suggester.casefile import catalogue_of


@dataclass(frozen=True, slots=True)
class View:
    """One version of a catalogue."""

    version: str
    products: tuple[CaseProduct, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Reads a tenant's products once per version."""

    _views: dict[str, View] = field(default_factory=dict)

    def of(self, store: TenantStore) -> View:
        """The catalogue in force."""
        version = store.records.version("product")
        view = self._views.get(store.tenant)
        if view is None or view.version != version:
            products = store.records.products()
            view = View(version, catalogue_of(products), tuple(p.name for p in products))
            self._views[store.tenant] = view
        return view
