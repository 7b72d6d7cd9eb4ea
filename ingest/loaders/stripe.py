"""Loads Stripe products and prices; amounts come in the currency's smallest unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Item, ItemKind, Product
from copilot.guardrails.periods import period_of
from ingest.loaders.catalogue import currency_of
from ingest.loaders.convert import each
from ingest.loaders.fields import (
    FieldFault,
    listing,
    mapping,
    measures,
    money,
    plain,
    required,
    text,
    words,
)
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import squeeze

ZERO_DECIMAL = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF".split())
THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())
ENVELOPES = ("data", "products", "prices")
OBJECTS = ("product", "price")


class StripeLoader:
    """A list or JSONL of `product` and `price` objects, or a folder with both lists.

    Each price is one product of the catalogue. `metadata.limits`, `.requires` and `.features`
    may carry our own columns, as Stripe has none for them.
    """

    format = "stripe"
    kind: ItemKind = "product"

    def matches(self, probe: Probe) -> bool:
        if probe.is_dir:
            return {"products.json", "prices.json"} <= probe.children
        first = probe.first_of(*ENVELOPES)
        return first.get("object") in OBJECTS and str(first.get("id", "")).startswith(
            ("prod_", "price_", "plan_")
        )

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        files = [path / "products.json", path / "prices.json"] if path.is_dir() else [path]
        products: dict[str, Record] = {}
        prices: list[Record] = []
        for file in files:
            for record in json_records(file, options, envelopes=ENVELOPES):
                if isinstance(record, Failure):
                    yield record
                elif record.value.get("object") == "product":
                    products[str(record.value.get("id"))] = record
                elif record.value.get("object") in ("price", "plan"):
                    prices.append(record)
                else:
                    what = record.value.get("object")
                    yield Failure(
                        str(file), f"a {what!r} is neither product nor price", record.line
                    )
        yield from each(path, _paired(products, prices), _price)


def _paired(products: Mapping[str, Record], prices: list[Record]) -> Iterator[Record]:
    """Every price with its product, then every product that has no price."""
    priced = set()
    for record in prices:
        owner = record.value.get("product")
        ident = str(owner.get("id") if isinstance(owner, dict) else owner)
        priced.add(ident)
        found = owner if isinstance(owner, dict) else getattr(products.get(ident), "value", None)
        yield Record({**record.value, "product": found, "product_id": ident}, record.line)
    for ident, record in products.items():
        if ident not in priced:
            yield Record({"id": ident, "product": record.value, "product_id": ident}, record.line)


def _price(record: Record) -> Product:
    value = record.value
    if value.get("product") is None:
        raise FieldFault(
            f"its product {value['product_id']} is not in the file; export both together"
        )
    product = mapping(value["product"], "product")
    extra = {
        **mapping(product.get("metadata"), "metadata"),
        **mapping(value.get("metadata"), "metadata"),
    }
    currency = currency_of(value.get("currency"))
    features = listing(product.get("marketing_features") or product.get("features"), "features")
    nickname = text(value, "nickname")
    name = squeeze(required(product, "name"))
    active = value.get("active", True) is True and product.get("active", True) is True
    amount = _amount(value, currency)
    is_price = "currency" in value
    meta: dict[str, Any] = {
        "source": "stripe",
        "product_id": value["product_id"],
        "price_id": text(value, "id") if is_price else None,
        "lookup_key": text(value, "lookup_key"),
        "tiers_mode": text(value, "tiers_mode"),
        "metadata": plain(extra) or None,
        "unstated": None if amount is not None else ["price"],
    }
    return Product(
        sku=text(extra, "sku") or text(value, "lookup_key") or required(value, "id"),
        name=f"{name} ({nickname})" if nickname else name,
        price=amount,
        currency=currency,
        period=_period(mapping(value.get("recurring"), "recurring")),
        description=text(product, "description") or "",
        features=tuple(str(one.get("name")) for one in features if one.get("name"))
        or words(extra.get("features"), "metadata.features"),
        limits=measures(extra.get("limits"), "metadata.limits"),
        requires=words(extra.get("requires"), "metadata.requires"),
        status="available" if active else "withdrawn",
        url=text(product, "url"),
        meta={key: one for key, one in meta.items() if one is not None},
    )


def _amount(value: Mapping[str, Any], currency: str | None) -> Decimal | None:
    """From the smallest unit to the currency; a tiered price has no single amount."""
    minor = value.get("unit_amount_decimal") or value.get("unit_amount")
    if minor is None or currency is None:
        return None
    exact = money(minor if isinstance(minor, bool) else str(minor), "unit_amount")
    assert exact is not None
    places = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    return exact.scaleb(-places)


def _period(recurring: Mapping[str, Any]) -> str:
    if not recurring:
        return "once"
    interval, count = text(recurring, "interval") or "", recurring.get("interval_count") or 1
    kept = period_of(count, interval) if isinstance(count, int) else None
    if kept is None:
        raise FieldFault(f"billed every {count} {interval}: no such period is known")
    return kept
