"""Loads Google Merchant product feeds: tab-separated text and RSS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import PERIODS, Failure, Item, ItemKind, Product
from copilot.errors import InvalidInput
from ingest.loaders.catalogue import currency_of
from ingest.loaders.convert import Positioned, each
from ingest.loaders.csvsource import csv_rows
from ingest.loaders.fields import FieldFault, money, required, text
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import html_text, squeeze

_PRICE = re.compile(r"^\s*([\d.,\s]+?)\s*([A-Za-z]{3})\s*$")
STATUS = {
    "in_stock": "available",
    "out_of_stock": "limited",
    "backorder": "limited",
    "preorder": "roadmap",
}
KEPT = (
    "gtin mpn brand product_type google_product_category item_group_id condition sale_price "
    "sale_price_effective_date availability_date color size material"
).split()


class MerchantTsvLoader:
    """Tab-separated, one product per line; the price carries its currency, `25.00 USD`."""

    format = "google-merchant-tsv"
    kind: ItemKind = "product"

    def matches(self, probe: Probe) -> bool:
        header = frozenset(name.replace(" ", "_") for name in probe.header)
        return {"id", "title", "price", "link"} <= header

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        rows = csv_rows(path, options)
        yield from each(path, rows, partial(_product, options=options))


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed with its place in it."""

    value: dict[str, Any]
    line: int


class MerchantRssLoader:
    """RSS 2.0 or Atom with the `g:` names; parsed in the sandbox."""

    format = "google-merchant-rss"
    kind: ItemKind = "product"

    def matches(self, probe: Probe) -> bool:
        return b"base.google.com/ns/1.0" in probe.head

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        atom = b"<entry" in path.open("rb").read(65_536)
        try:
            entries = _entries(path, "entry" if atom else "item", options)
            yield from each(path, entries, partial(_product, options=options))
        except InvalidInput as error:
            yield Failure(str(path), error.detail)


def _entries(path: Path, record: str, options: LoadOptions) -> Iterator[Entry]:
    rows = options.sandbox.parse("xml", path, record=record)
    for number, row in enumerate(rows, start=1):
        first = {name: values[0] for name, values in row["record"].items() if values}
        yield Entry(first, number)


def _product(record: Positioned, *, options: LoadOptions) -> Product:
    value = {key.replace(" ", "_"): one for key, one in record.value.items()}
    price, currency = _price(text(value, "price"), "price", options)
    availability = (text(value, "availability") or "").lower().replace(" ", "_")
    if availability and availability not in STATUS:
        raise FieldFault(f"availability {availability!r} is unknown; {', '.join(STATUS)} are known")
    period = "once"
    if (subscription := text(value, "subscription_cost")) is not None:
        period, price, currency = _subscription(subscription, options)
    meta: dict[str, Any] = {name: text(value, name) for name in KEPT}
    return Product(
        sku=required(value, "id"),
        name=squeeze(required(value, "title")),
        price=price,
        currency=currency,
        period=period,
        description=html_text(text(value, "description", "summary"), options),
        status=STATUS.get(availability, "available"),
        url=text(value, "link"),
        meta={"source": "google-merchant", **{key: one for key, one in meta.items() if one}},
    )


def _price(given: str | None, name: str, options: LoadOptions) -> tuple[Decimal | None, str | None]:
    if given is None:
        raise FieldFault(f"no {name}")
    match = _PRICE.match(given)
    if match is None:
        if options.currency:
            return money(given, name), currency_of(options.currency)
        raise FieldFault(f"{name} {given[:40]!r} has no currency, e.g. 25.00 USD")
    return money(match.group(1), name), currency_of(match.group(2))


def _subscription(given: str, options: LoadOptions) -> tuple[str, Decimal | None, str | None]:
    """`month:12:10.00 USD`: the period, how often, and the price of one."""
    period, _, rest = given.partition(":")
    if period not in PERIODS:
        raise FieldFault(f"subscription_cost {given[:40]!r} is not of the form month:12:10.00 USD")
    price, currency = _price(rest.rpartition(":")[2], "subscription_cost", options)
    return period, price, currency
