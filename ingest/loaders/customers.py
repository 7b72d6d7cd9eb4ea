"""Loads our own customer records with entitlements, JSON, JSONL or CSV."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Customer, Entitlement, Failure, Item, ItemKind
from ingest.loaders.convert import Positioned, each
from ingest.loaders.csvsource import csv_rows
from ingest.loaders.fields import (
    FieldFault,
    day_of,
    flag,
    listing,
    mapping,
    measures,
    plain,
    required,
    text,
    words,
)
from ingest.loaders.jsonsource import DECODER, json_records
from ingest.loaders.protocol import LoadOptions, Probe

ENVELOPES = ("customers",)
KNOWN = frozenset(
    "customer_id name emails phones external_ids address segment language timezone facts "
    "entitlements consent do_not_sell care open_cases recent_offers orders meta".split()
)
OWNED = '{"id": "E-1", "name": "Fibre 300"}'  # the least that an entitlement says
LISTS = {
    "entitlements": f"[{OWNED}]",
    "recent_offers": '[{"sku": "WARM-6", "at": "2026-03-01", "result": "declined"}]',
}
TELLING = frozenset("emails phones segment entitlements external_ids do_not_sell consent".split())


class CustomersJsonLoader:
    """One object per customer, as a list, JSONL or below `{"customers": […]}`."""

    format = "customers-json"
    kind: ItemKind = "customer"

    def matches(self, probe: Probe) -> bool:
        keys = frozenset(probe.first_of(*ENVELOPES))
        return "customer_id" in keys and "turns" not in keys and bool(keys & TELLING)

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=ENVELOPES)
        build = partial(customer, options=options)
        yield from each(path, records, build, id_keys=("customer_id",))


class CustomersCsvLoader:
    """The same names as columns; lists are split by `;`, `entitlements` is JSON in its cell."""

    format = "customers-csv"
    kind: ItemKind = "customer"

    def matches(self, probe: Probe) -> bool:
        return "customer_id" in probe.header and bool(probe.header & TELLING)

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        rows = csv_rows(path, options, needs=("customer_id",))
        yield from each(path, rows, partial(customer, options=options), id_keys=("customer_id",))


def customer(record: Positioned, *, options: LoadOptions) -> Customer:
    """One customer; an entitlement that cannot be read fails the record with its number.

    Taken in without it, they would be offered what they own.
    """
    value = record.value
    entitlements = enumerate(_objects(value, "entitlements"), start=1)
    meta = {key: plain(one) for key, one in value.items() if key not in KNOWN and one != ""}
    return Customer(
        customer_id=required(value, "customer_id", example="C-1001"),
        name=text(value, "name"),
        emails=tuple(mail.lower() for mail in words(value.get("emails"), "emails")),
        phones=words(value.get("phones"), "phones"),
        external_ids=_pairs(value.get("external_ids")),
        address=_address(value.get("address")),
        segment=text(value, "segment"),
        language=text(value, "language"),
        timezone=text(value, "timezone"),
        facts=words(value.get("facts"), "facts"),
        entitlements=tuple(_entitlement(n, one, options) for n, one in entitlements),
        consent=_consent(value.get("consent")),
        do_not_sell=flag(value.get("do_not_sell"), "do_not_sell") or False,
        care=words(value.get("care"), "care"),
        open_cases=words(value.get("open_cases"), "open_cases"),
        recent_offers=tuple(plain(one) for one in _objects(value, "recent_offers")),
        orders=words(value.get("orders"), "orders"),
        meta={**meta, **mapping(plain(value.get("meta") or {}), "meta")},
    )


def _entitlement(n: int, value: Any, options: LoadOptions) -> Entitlement:
    try:
        fields = mapping(value, "it", example=OWNED)
        return Entitlement(
            id=required(fields, "id", example='"id": "E-1"'),
            name=required(fields, "name", example='"name": "Fibre 300"'),
            includes=words(fields.get("includes"), "includes"),
            sku=text(fields, "sku"),
            limits=measures(fields.get("limits"), "limits"),
            used=measures(fields.get("used"), "used"),
            since=day_of(fields.get("since"), "since", options),
            until=day_of(fields.get("until"), "until", options),
        )
    except FieldFault as fault:
        raise FieldFault(f"entitlement {n}: {fault.detail}") from None


def _objects(value: Mapping[str, Any], name: str) -> list[Any]:
    """A list of objects, also where a CSV cell holds it as JSON."""
    given = value.get(name)
    if isinstance(given, str):
        if not given.strip():
            return []
        try:
            given = DECODER.decode(given.strip())
        except json.JSONDecodeError:
            raise FieldFault(f"{name} is not a JSON list, such as {LISTS[name]}") from None
    return listing(given, name, example=LISTS[name])


def _pairs(value: Any) -> dict[str, str]:
    """`{"zendesk": "7"}` or `zendesk=7;stripe=cus_1`."""
    if isinstance(value, str):
        parts = [part.partition("=") for part in value.split(";") if part.strip()]
        if any(not sign for _, sign, _ in parts):
            raise FieldFault("external_ids is not of the form zendesk=7;stripe=cus_1")
        return {key.strip(): one.strip() for key, _, one in parts}
    given = mapping(value, "external_ids")
    return {str(key): str(one) for key, one in given.items() if one is not None}


def _address(value: Any) -> str | None:
    if isinstance(value, Mapping):
        return ", ".join(str(one) for one in value.values() if one) or None
    return text({"address": value}, "address")


def _consent(value: Any) -> dict[str, Any]:
    """An object, or `marketing=true;phone=false` in a cell."""
    if isinstance(value, str):
        pairs = [part.partition("=") for part in value.split(";") if part.strip()]
        return {key.strip(): flag(one.strip(), f"consent.{key}") for key, _, one in pairs}
    return dict(mapping(plain(value), "consent"))
