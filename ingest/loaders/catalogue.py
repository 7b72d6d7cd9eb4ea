"""Loads our own catalogue, CSV or JSON, and shop lists of products with variants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import PERIODS, Failure, Item, ItemKind, Product
from copilot.guardrails.periods import period_said
from ingest.loaders.convert import Positioned, each
from ingest.loaders.csvsource import csv_rows
from ingest.loaders.fields import (
    FieldFault,
    day_of,
    flag,
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

STATUSES = ("available", "limited", "roadmap", "withdrawn", "known_issue")
ENVELOPES = ("products", "catalogue")
KNOWN = frozenset(
    "sku name price currency period description features limits requires excludes status "
    "valid_from valid_to url meta".split()
)


class CatalogueCsvLoader:
    """`sku,name,price,currency,period,features,limits,requires,…`; lists are split by `;`."""

    format = "catalogue-csv"
    kind: ItemKind = "product"

    def matches(self, probe: Probe) -> bool:
        return {"sku", "name", "price", "currency"} <= probe.header

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        rows = csv_rows(path, options, needs=("sku", "name", "price", "currency"))
        yield from each(path, rows, partial(product, options=options), id_keys=("sku",))


class CatalogueJsonLoader:
    """The same fields as JSON or JSONL; features and limits may be a list and an object."""

    format = "catalogue-json"
    kind: ItemKind = "product"

    def matches(self, probe: Probe) -> bool:
        return {"sku", "name", "price"} <= frozenset(probe.first_of(*ENVELOPES))

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=ENVELOPES)
        yield from each(path, records, partial(product, options=options), id_keys=("sku",))


def product(record: Positioned, *, options: LoadOptions) -> Product:
    """One product; a price without a currency, or a word out of its set, fails it."""
    value = record.value
    price = exact(value.get("price"))
    currency = currency_of(value.get("currency") or options.currency)
    if price is not None and currency is None:
        raise FieldFault(
            "a price without a currency; write one, such as EUR, or add --currency EUR for all"
        )
    meta = {key: plain(one) for key, one in value.items() if key not in KNOWN and one != ""}
    return Product(
        sku=required(value, "sku", example="WARM-6"),
        name=squeeze(required(value, "name", example="Warm Plus")),
        price=price,
        currency=currency,
        period=period_of(value),
        description=text(value, "description") or "",
        features=words(value.get("features"), "features"),
        limits=measures(value.get("limits"), "limits"),
        requires=words(value.get("requires"), "requires"),
        excludes=words(value.get("excludes"), "excludes"),
        status=_one_of(value, "status", STATUSES, "available"),
        valid_from=day_of(value.get("valid_from"), "valid_from", options),
        valid_to=day_of(value.get("valid_to"), "valid_to", options),
        url=text(value, "url"),
        meta={**meta, **mapping(plain(value.get("meta") or {}), "meta")},
    )


def period_of(value: Mapping[str, Any]) -> str:
    """How often a price is paid, also as people say it: `per week`, `4 weeks`, `one-off`."""
    said = text(value, "period") or "month"
    kept = period_said(said)
    if kept is None:
        raise FieldFault(
            f"period {said[:40]!r} is unknown; use {', '.join(PERIODS)}, once, or so many of them,"
            " such as 4 weeks"
        )
    return kept


def exact(value: Any) -> Decimal | None:
    """A price; whole JSON numbers, exact decimals and texts are exact."""
    return money(str(value) if isinstance(value, int | Decimal) else value)


def currency_of(value: Any) -> str | None:
    """An ISO 4217 code in capitals, or unknown."""
    code = str(value).strip().upper() if value else ""
    if not code:
        return None
    if len(code) != 3 or not code.isalpha():
        raise FieldFault(f"currency {code[:10]!r} is not a code such as EUR")
    return code


class VariantsLoader:
    """`{product_id: {name, product_id, variants: {item_id: {options, available, price}}}}`.

    Each variant is a product with its options as features. This shape knows no currency: it
    stays unknown unless one is declared (`--currency`).
    """

    format = "variants-json"
    kind: ItemKind = "product"

    def matches(self, probe: Probe) -> bool:
        first = next(iter(probe.record.values()), None) if probe.record else None
        return isinstance(first, dict) and {"name", "product_id", "variants"} <= frozenset(first)

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        variants = self._variants(path, json_records(path, options))
        yield from each(path, variants, partial(_variant, options=options), id_keys=("item_id",))

    def _variants(
        self, path: Path, records: Iterator[Record | Failure]
    ) -> Iterator[Record | Failure]:
        for record in records:
            if isinstance(record, Failure):
                yield record
                continue
            for key, entry in record.value.items():
                variants = entry.get("variants") if isinstance(entry, dict) else None
                if not isinstance(variants, dict) or not variants:
                    yield Failure(str(path), "has no variants", record.line, str(key))
                    continue
                head = {name: one for name, one in entry.items() if name != "variants"}
                for item, variant in variants.items():
                    fields = variant if isinstance(variant, dict) else {"broken": variant}
                    yield Record({"item_id": item, **fields, "of": head}, record.line)


def _variant(record: Record, *, options: LoadOptions) -> Product:
    value = record.value
    head = mapping(value.get("of"), "product")
    chosen = mapping(value.get("options"), "options")
    available = flag(value.get("available"), "available")
    said = ", ".join(f"{key}: {one}" for key, one in chosen.items())
    name = squeeze(required(head, "name"))
    meta = {"product_id": text(head, "product_id"), "format": "variants-json"}
    currency = currency_of(options.currency)
    return Product(
        sku=required(value, "item_id"),
        name=f"{name} ({said})" if said else name,
        price=exact(value.get("price")),
        currency=currency,
        period="once",
        features=tuple(f"{key}: {one}" for key, one in chosen.items()),
        status="available" if available is not False else "limited",
        meta=meta if currency else {**meta, "unstated": ["currency"]},
    )


def _one_of(value: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str) -> str:
    found = (text(value, name) or default).lower()
    if found not in allowed:
        raise FieldFault(f"{name} {found[:40]!r} is unknown; use {', '.join(allowed)}")
    return found
