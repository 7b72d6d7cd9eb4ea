"""Loads HubSpot contacts with their deals and line items, as API JSON or CSV exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Customer, Entitlement, Failure, Item, ItemKind
from ingest.loaders.convert import LeftOutError, each
from ingest.loaders.csvsource import csv_rows
from ingest.loaders.fields import day_of, flag, measures, number, required, text
from ingest.loaders.jsonsource import json_records
from ingest.loaders.protocol import LEFT_OUT, LoadOptions, Probe
from ingest.loaders.text import squeeze

OBJECTS = ("contacts", "deals", "line_items")
# The property behind each column name of a CSV export.
COLUMNS = {
    "record id": "hs_object_id",
    "first name": "firstname",
    "last name": "lastname",
    "phone number": "phone",
    "mobile phone number": "mobilephone",
    "lifecycle stage": "lifecyclestage",
    "preferred language": "hs_language",
    "time zone": "hs_timezone",
    "street address": "address",
    "postal code": "zip",
    "country/region": "country",
    "unsubscribed from all email": "hs_email_optout",
    "deal name": "dealname",
    "deal stage": "dealstage",
    "close date": "closedate",
    "is closed won": "hs_is_closed_won",
    "is closed lost": "hs_is_closed_lost",
    "currency": "deal_currency_code",
    "associated contact ids": "associated_contacts",
    "associated deal ids": "associated_deals",
    "sku": "hs_sku",
    "billing start date": "hs_recurring_billing_start_date",
    "billing end date": "hs_recurring_billing_end_date",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One CRM record: its properties by their internal names and what it is associated with."""

    value: dict[str, Any]
    line: int
    linked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class HubSpotContactsLoader:
    """Contacts alone, or a folder with deals and line items; the items of won deals are owned."""

    format = "hubspot-crm"
    kind: ItemKind = "customer"

    def matches(self, probe: Probe) -> bool:
        if probe.is_dir:
            return any(f"contacts.{end}" in probe.children for end in ("json", "csv"))
        properties = probe.first_of("results").get("properties")
        if isinstance(properties, dict):
            return bool({"lifecyclestage", "firstname"} & frozenset(properties))
        return "record id" in probe.header and bool({"email", "lifecycle stage"} & probe.header)

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        files = (
            {name: _file(path, name) for name in OBJECTS} if path.is_dir() else {"contacts": path}
        )
        if path.is_dir():
            read = {file.name for file in files.values() if file}
            for other in sorted(path.iterdir()):
                if other.name not in read and not other.name.startswith("."):
                    yield Failure(
                        str(other), f"{LEFT_OUT}only contacts, deals and line items are read"
                    )
        deals: dict[str, list[Entry]] = defaultdict(list)
        items: dict[str, list[Entry]] = defaultdict(list)
        for target, name, link in ((items, "line_items", "deals"), (deals, "deals", "contacts")):
            yield from _link(files.get(name), target, link, options)
        contacts = _entries(files["contacts"], options) if files["contacts"] else iter(())
        build = partial(_customer, deals=deals, items=items, options=options)
        yield from each(path, contacts, build, id_keys=("hs_object_id",))


def _file(folder: Path, name: str) -> Path | None:
    return next(
        (file for end in ("json", "csv") if (file := folder / f"{name}.{end}").is_file()), None
    )


def _link(
    path: Path | None, target: dict[str, list[Entry]], link: str, options: LoadOptions
) -> Iterator[Failure]:
    """File each record under what it belongs to; one that belongs to nothing is named."""
    for entry in _entries(path, options) if path else ():
        if isinstance(entry, Failure):
            yield entry
            continue
        owners = entry.linked.get(link, ())
        for owner in owners:
            target[owner].append(entry)
        if not owners:
            ident = text(entry.value, "hs_object_id")
            yield Failure(str(path), f"is associated with no {link[:-1]}", entry.line, ident)


def _entries(path: Path, options: LoadOptions) -> Iterator[Entry | Failure]:
    if path.suffix.lower() == ".csv":
        for row in csv_rows(path, options, needs=("record id",)):
            yield row if isinstance(row, Failure) else _of_row(row.value, row.line)
        return
    for record in json_records(path, options, envelopes=("results",)):
        yield record if isinstance(record, Failure) else _of_json(record.value, record.line)


def _of_row(row: Mapping[str, str], line: int) -> Entry:
    value = {COLUMNS.get(key, key): one for key, one in row.items() if one}
    linked = {
        link: tuple(
            part.strip() for part in str(value.get(f"associated_{link}", "")).split(";") if part
        )
        for link in ("contacts", "deals")
    }
    return Entry(value, line, linked)


def _of_json(value: Mapping[str, Any], line: int) -> Entry:
    properties = value.get("properties")
    associations = value.get("associations")
    linked = {}
    for name, one in (associations if isinstance(associations, dict) else {}).items():
        results = one.get("results") if isinstance(one, dict) else None
        linked[name] = tuple(dict.fromkeys(str(r.get("id")) for r in results or ()))
    known = properties if isinstance(properties, dict) else {}
    archived = {"archived": True} if value.get("archived") is True else {}
    return Entry({**known, **archived, "hs_object_id": value.get("id")}, line, linked)


def _customer(
    entry: Entry,
    *,
    deals: Mapping[str, list[Entry]],
    items: Mapping[str, list[Entry]],
    options: LoadOptions,
) -> Customer:
    value = entry.value
    if value.get("archived") is True:
        raise LeftOutError("an archived contact")
    ident = required(value, "hs_object_id")
    name = " ".join(part for part in (text(value, "firstname"), text(value, "lastname")) if part)
    address = ", ".join(
        part for key in ("address", "zip", "city", "country") if (part := text(value, key))
    )
    mine = deals.get(ident, [])
    won = [deal for deal in mine if _result(deal.value) == "accepted"]
    opted_out = flag(value.get("hs_email_optout"), "hs_email_optout")
    return Customer(
        customer_id=f"{options.id_prefix}{ident}",
        name=name or None,
        emails=tuple(one.lower() for one in (text(value, "email"),) if one),
        phones=tuple(one for key in ("phone", "mobilephone") if (one := text(value, key))),
        external_ids={"hubspot": ident},
        address=address or None,
        segment=text(value, "lifecyclestage"),
        language=text(value, "hs_language"),
        timezone=text(value, "hs_timezone"),
        entitlements=tuple(
            _entitlement(one, options) for deal in won for one in _items(deal, items)
        ),
        consent={} if opted_out is None else {"email": not opted_out},
        do_not_sell=flag(value.get("do_not_sell"), "do_not_sell") or False,
        recent_offers=tuple(_offer(deal.value, options) for deal in mine),
        meta={"source": "hubspot", "company": text(value, "company", "associated company")},
    )


def _items(deal: Entry, items: Mapping[str, list[Entry]]) -> list[Entry]:
    return items.get(text(deal.value, "hs_object_id") or "", [])


def _entitlement(entry: Entry, options: LoadOptions) -> Entitlement:
    value = entry.value
    limits = measures(value.get("limits"), "limits")
    if text(value, "quantity"):
        limits = {"quantity": number(value["quantity"], "quantity"), **limits}
    return Entitlement(
        id=required(value, "hs_object_id"),
        name=squeeze(required(value, "name")),
        sku=text(value, "hs_sku"),
        limits=limits,
        since=day_of(value.get("hs_recurring_billing_start_date"), "billing start", options),
        until=day_of(value.get("hs_recurring_billing_end_date"), "billing end", options),
    )


def _result(value: Mapping[str, Any]) -> str:
    stage = (text(value, "dealstage") or "").lower().replace(" ", "")
    if flag(value.get("hs_is_closed_won"), "is closed won") or stage == "closedwon":
        return "accepted"
    if flag(value.get("hs_is_closed_lost"), "is closed lost") or stage == "closedlost":
        return "declined"
    return "open"


def _offer(value: Mapping[str, Any], options: LoadOptions) -> dict[str, Any]:
    closed = day_of(value.get("closedate"), "closedate", options)
    return {
        "id": text(value, "hs_object_id"),
        "sku": text(value, "dealname"),
        "at": closed.isoformat() if closed else None,
        "result": _result(value),
        "stage": text(value, "dealstage"),
        "amount": text(value, "amount"),
        "currency": text(value, "deal_currency_code"),
    }
