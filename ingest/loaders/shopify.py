"""Loads Shopify products: CSV exports with old and new column names, and products.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Item, ItemKind, Product
from ingest.loaders.catalogue import currency_of, exact
from ingest.loaders.convert import LeftOutError, each
from ingest.loaders.csvsource import Row, csv_rows
from ingest.loaders.fields import FieldFault, flag, listing, required, text, words
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.protocol import LEFT_OUT, LoadOptions, Probe
from ingest.loaders.text import html_text, squeeze

# Our name -> the column since 2025, the column before.
COLUMNS = {
    "handle": ("url handle", "handle"),
    "title": ("title",),
    "body": ("description", "body (html)"),
    "status": ("status",),
    "published": ("published on online store", "published"),
    "vendor": ("vendor",),
    "type": ("type",),
    "tags": ("tags",),
    "sku": ("sku", "variant sku"),
    "price": ("price", "variant price"),
    "compare_at": ("compare-at price", "variant compare at price"),
    "image": ("product image url", "image src"),
}
SHARED = ("title", "body", "status", "published", "vendor", "type", "tags")
NO_OPTION = ("title", "default title")


class ShopifyCsvLoader:
    """One row per variant; rows that continue a product leave its fields blank."""

    format = "shopify-csv"
    kind: ItemKind = "product"

    def matches(self, probe: Probe) -> bool:
        header = probe.header
        old = {"handle", "title", "variant price"} <= header
        return old or {"url handle", "title", "price"} <= header

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        variants = _variants(path, csv_rows(path, options))
        build = partial(_product, options=options)
        yield from each(path, variants, build, id_keys=("sku", "handle"))


class ShopifyJsonLoader:
    """`{"products": [{…, "variants": […]}]}` as a shop serves it."""

    format = "shopify-json"
    kind: ItemKind = "product"

    def matches(self, probe: Probe) -> bool:
        first = probe.first_of("products")
        return {"handle", "body_html", "variants"} <= frozenset(first)

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=("products",))
        build = partial(_product, options=options)
        yield from each(path, _of_json(path, records), build, id_keys=("sku", "handle"))


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant with the fields of its product."""

    value: dict[str, Any]
    line: int


def _variants(path: Path, rows: Iterator[Row | Failure]) -> Iterator[Variant | Failure]:
    head: dict[str, Any] = {}
    for row in rows:
        if isinstance(row, Failure):
            yield row
            continue
        fields: dict[str, Any] = {name: _cell(row.value, name) for name in COLUMNS}
        if fields["handle"] and fields["handle"] != head.get("handle"):
            head = {"handle": fields["handle"]}
        head |= {name: fields[name] for name in SHARED if fields[name]}
        option_names = {n: row.value.get(f"option{n} name", "").strip() for n in (1, 2, 3)}
        head |= {f"option{n}": name for n, name in option_names.items() if name}
        if not fields["price"] and not fields["sku"]:
            said = "a further image" if fields["image"] else "a row without price and SKU"
            yield Failure(str(path), f"{LEFT_OUT}{said}", row.line, fields["handle"] or None)
            continue
        chosen = {
            str(head.get(f"option{n}", f"option {n}")): row.value.get(
                f"option{n} value", ""
            ).strip()
            for n in (1, 2, 3)
            if row.value.get(f"option{n} value", "").strip()
        }
        markets = {key: one for key, one in row.value.items() if key.startswith("price / ") and one}
        mine = {name: fields[name] for name in ("sku", "price", "compare_at")}
        yield Variant({**head, **mine, "chosen": chosen, "market_prices": markets}, row.line)


def _of_json(path: Path, records: Iterator[Record | Failure]) -> Iterator[Variant | Failure]:
    for record in records:
        if isinstance(record, Failure):
            yield record
            continue
        value = record.value
        variants = value.get("variants")
        if not isinstance(variants, list) or not variants:
            yield Failure(str(path), "has no variants", record.line, text(value, "handle", "id"))
            continue
        names = [one.get("name") for one in _objects(value.get("options"))]
        head = {
            **{name: value.get(name) for name in ("handle", "title", "vendor", "status")},
            "body": value.get("body_html"),
            "type": value.get("product_type"),
            "tags": value.get("tags"),
        }
        for one in variants:
            fields = one if isinstance(one, dict) else {}
            chosen = {
                str(names[n - 1] if n <= len(names) else f"option {n}"): fields.get(f"option{n}")
                for n in (1, 2, 3)
                if fields.get(f"option{n}")
            }
            mine = {"sku": fields.get("sku") or fields.get("id"), "price": fields.get("price")}
            rest = {
                "available": fields.get("available"),
                "compare_at": fields.get("compare_at_price"),
            }
            yield Variant({**head, **mine, **rest, "chosen": chosen}, record.line)


def _product(variant: Variant, *, options: LoadOptions) -> Product:
    value = variant.value
    state = (text(value, "status") or "active").lower()
    if state == "draft":
        raise LeftOutError("the product is a draft")
    handle = required(value, "handle")
    choices = {
        key: one for key, one in value["chosen"].items() if str(one).lower() not in NO_OPTION
    }
    said = ", ".join(f"{key}: {one}" for key, one in choices.items())
    title = squeeze(required(value, "title"))
    currency = currency_of(options.currency)
    price = exact(value.get("price"))
    if price is None:
        raise FieldFault("no price")
    unstated = [] if currency else ["currency"]
    sku = text(value, "sku")
    if sku is None:
        unstated.append("sku")
        sku = f"{handle}:{'/'.join(map(str, choices.values()))}" if choices else handle
    meta: dict[str, Any] = {
        "source": "shopify",
        "handle": handle,
        "compare_at_price": text(value, "compare_at"),
        "market_prices": value.get("market_prices") or None,
        "vendor": text(value, "vendor"),
        "product_type": text(value, "type"),
        "tags": _tags(value.get("tags")),
    }
    if unstated:
        meta["unstated"] = unstated
    return Product(
        sku=sku,
        name=f"{title} ({said})" if said else title,
        price=price,
        currency=currency,
        period="once",
        description=html_text(text(value, "body"), options),
        features=tuple(f"{key}: {one}" for key, one in choices.items()),
        status=_status(state, value.get("available")),
        url=f"{options.base_url.rstrip('/')}/products/{handle}" if options.base_url else None,
        meta={key: one for key, one in meta.items() if one},
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _status(state: str, available: Any) -> str:
    if state == "archived":
        return "withdrawn"
    if state not in ("active", "unlisted"):
        raise FieldFault(f"status {state!r} is unknown; active, draft and archived are known")
    return "limited" if flag(available, "available") is False else "available"


def _tags(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in listing(value, "tags")]
    return list(words(value, "tags", separator=","))


def _cell(row: Mapping[str, str], name: str) -> str:
    return next((row[key].strip() for key in COLUMNS[name] if row.get(key, "").strip()), "")
