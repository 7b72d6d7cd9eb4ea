"""Loads Salesforce exports: a folder of CSV or JSON files, one per object, joined by contact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Customer, Entitlement, Failure, Item, ItemKind
from ingest.loaders.convert import LeftOutError, each
from ingest.loaders.csvsource import csv_rows
from ingest.loaders.fields import day_of, flag, number, required, text
from ingest.loaders.jsonsource import json_records
from ingest.loaders.protocol import LEFT_OUT, LoadOptions, Probe
from ingest.loaders.text import squeeze

LINKED = ("Asset", "Entitlement", "Opportunity", "Case")
ENDED = ("obsolete", "expired", "inactive")
ADDRESS = ("mailingstreet", "mailingpostalcode", "mailingcity", "mailingcountry")


@dataclass(frozen=True, slots=True)
class Entry:
    """One record under lower-case field names."""

    value: dict[str, Any]
    line: int


@dataclass(slots=True)
class Linked:
    """What hangs on contacts and accounts: object name -> owner id -> records."""

    by_owner: dict[str, dict[str, list[Mapping[str, Any]]]]
    accounts: dict[str, Mapping[str, Any]]

    def of(self, name: str, contact: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The records of a contact, and those of the account that name no contact."""
        found = self.by_owner[name]
        own = found.get(text(contact, "id") or "", [])
        account = text(contact, "accountid")
        return own + (found.get(account, []) if account else [])


class SalesforceLoader:
    """Contacts with the accounts, assets, entitlements, deals and cases that lie beside them."""

    format = "salesforce"
    kind: ItemKind = "customer"

    def matches(self, probe: Probe) -> bool:
        if probe.is_dir:
            return any(f"Contact.{end}" in probe.children for end in ("csv", "json"))
        attributes = probe.first_of("records").get("attributes")
        if isinstance(attributes, dict):
            return attributes.get("type") == "Contact"
        return {"id", "lastname", "accountid"} <= probe.header

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        linked = Linked(defaultdict(lambda: defaultdict(list)), {})
        contacts = path
        if path.is_dir():
            yield from _others(path)
            yield from _read_linked(path, linked, options)
            contacts = next(file for file in _files(path, "Contact"))
        build = partial(_customer, linked=linked, options=options)
        yield from each(path, _entries(contacts, options), build)


def _files(folder: Path, name: str) -> list[Path]:
    return [file for end in ("csv", "json") if (file := folder / f"{name}.{end}").is_file()]


def _others(folder: Path) -> Iterator[Failure]:
    known = {"Contact", "Account", *LINKED}
    for file in sorted(folder.iterdir()):
        if file.stem not in known and not file.name.startswith("."):
            yield Failure(str(file), f"{LEFT_OUT}of an export {', '.join(sorted(known))} are read")


def _read_linked(folder: Path, linked: Linked, options: LoadOptions) -> Iterator[Failure]:
    for name in ("Account", *LINKED):
        for file in _files(folder, name):
            for entry in _entries(file, options):
                if isinstance(entry, Failure):
                    yield entry
                elif (failure := _hang(file, name, entry, linked)) is not None:
                    yield failure


def _hang(file: Path, name: str, entry: Entry, linked: Linked) -> Failure | None:
    ident = text(entry.value, "id")
    if name == "Account" and ident:
        linked.accounts[ident] = entry.value
        return None
    owner = text(entry.value, "contactid") or text(entry.value, "accountid")
    if owner is None or ident is None:
        return Failure(str(file), "belongs to no contact and no account", entry.line, ident)
    linked.by_owner[name][owner].append(entry.value)
    return None


def _entries(path: Path, options: LoadOptions) -> Iterator[Entry | Failure]:
    if path.suffix.lower() == ".csv":
        for row in csv_rows(path, options, needs=("id",)):
            yield row if isinstance(row, Failure) else Entry(_lower(row.value), row.line)
        return
    for record in json_records(path, options, envelopes=("records",)):
        yield record if isinstance(record, Failure) else Entry(_lower(record.value), record.line)


def _lower(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Lower-case names; a nested object such as `Product2` becomes `product2.name`."""
    found: dict[str, Any] = {}
    for key, one in value.items():
        name = f"{prefix}{key.lower()}"
        if isinstance(one, dict):
            found |= _lower(one, f"{name}.")
        elif one not in (None, ""):
            found[name] = one
    return found


def _customer(entry: Entry, *, linked: Linked, options: LoadOptions) -> Customer:
    value = entry.value
    if flag(value.get("isdeleted"), "IsDeleted"):
        raise LeftOutError("a deleted contact")
    ident = required(value, "id")
    account_id = text(value, "accountid")
    account = linked.accounts.get(account_id or "", {})
    name = text(value, "name") or " ".join(
        part for key in ("firstname", "lastname") if (part := text(value, key))
    )
    opted_out = flag(value.get("hasoptedoutofemail"), "HasOptedOutOfEmail")
    do_not_call = flag(value.get("donotcall"), "DoNotCall")
    consent = {"email": opted_out, "phone": do_not_call}
    owned = [*linked.of("Asset", value), *linked.of("Entitlement", value)]
    ids = {"salesforce": ident} | ({"salesforce_account": account_id} if account_id else {})
    return Customer(
        customer_id=f"{options.id_prefix}{ident}",
        name=name or None,
        emails=tuple(mail.lower() for mail in (text(value, "email"),) if mail),
        phones=tuple(one for key in ("phone", "mobilephone") if (one := text(value, key))),
        external_ids=ids,
        address=", ".join(part for key in ADDRESS if (part := text(value, key))) or None,
        segment=text(account, "type", "industry"),
        language=text(value, "languagecode__c", "language__c"),
        entitlements=tuple(_entitlement(one, options) for one in owned if not _is_ended(one)),
        consent={key: not one for key, one in consent.items() if one is not None},
        do_not_sell=flag(value.get("do_not_sell__c"), "Do_Not_Sell__c") or False,
        open_cases=tuple(_case(one) for one in linked.of("Case", value) if not _is_closed(one)),
        recent_offers=tuple(_offer(one, options) for one in linked.of("Opportunity", value)),
        meta={
            "source": "salesforce",
            "account": text(account, "name"),
            "ended": [text(one, "name") for one in owned if _is_ended(one)],
        },
    )


def _entitlement(value: Mapping[str, Any], options: LoadOptions) -> Entitlement:
    """An Asset is owned in a quantity; an Entitlement grants a number of cases."""
    limits: dict[str, float] = {}
    used: dict[str, float] = {}
    if text(value, "quantity"):
        limits["quantity"] = number(value["quantity"], "Quantity")
    if text(value, "casesperentitlement"):
        limits["cases"] = number(value["casesperentitlement"], "CasesPerEntitlement")
        if text(value, "remainingcases"):
            used["cases"] = limits["cases"] - number(value["remainingcases"], "RemainingCases")
    started = next(
        (k for k in ("startdate", "purchasedate", "installdate") if k in value), "startdate"
    )
    ended = next((k for k in ("enddate", "usageenddate") if k in value), "enddate")
    return Entitlement(
        id=required(value, "id"),
        name=squeeze(required(value, "name")),
        sku=text(value, "productcode", "product2.productcode", "product2id"),
        limits=limits,
        used=used,
        since=day_of(value.get(started), started, options),
        until=day_of(value.get(ended), ended, options),
    )


def _is_ended(value: Mapping[str, Any]) -> bool:
    return (text(value, "status") or "").lower() in ENDED


def _is_closed(value: Mapping[str, Any]) -> bool:
    stated = flag(value.get("isclosed"), "IsClosed")
    return (text(value, "status") or "").lower() == "closed" if stated is None else stated


def _case(value: Mapping[str, Any]) -> str:
    said = text(value, "subject")
    label = text(value, "casenumber", "id") or ""
    return f"{label}: {said}" if said else label


def _offer(value: Mapping[str, Any], options: LoadOptions) -> dict[str, Any]:
    closed, won = flag(value.get("isclosed"), "IsClosed"), flag(value.get("iswon"), "IsWon")
    stage = (text(value, "stagename") or "").lower()
    if won or stage == "closed won":
        result = "accepted"
    elif closed or stage == "closed lost":
        result = "declined"
    else:
        result = "open"
    at = day_of(value.get("closedate"), "CloseDate", options)
    return {
        "id": text(value, "id"),
        "sku": text(value, "name"),
        "at": at.isoformat() if at else None,
        "result": result,
        "stage": text(value, "stagename"),
        "amount": text(value, "amount"),
        "currency": text(value, "currencyisocode"),
    }
