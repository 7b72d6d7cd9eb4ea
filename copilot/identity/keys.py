"""Identity keys in their one form: e-mail, telephone number, a system's own id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from copilot.domain import Customer, Interaction
from copilot.guardrails.redaction import e164, is_role_address

MAIL_FIELDS = ("customer_email", "requester_email", "email")
PHONE_FIELDS = ("customer_phone", "requester_phone", "phone")
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]+\.[^\s@]{2,}")


class Key(NamedTuple):
    """Something that may tell who a person is. `scheme`: email, phone or external:<system>."""

    scheme: str
    value: str

    def __str__(self) -> str:
        return f"{self.scheme.replace('external:', '')} {self.value}"


def email_key(address: str) -> Key | None:
    """Lower case; a plus tag is kept: `a+b@` may be another mailbox. A desk's address is no key."""
    value = address.strip().lower()
    if not _EMAIL.fullmatch(value) or is_role_address(value):
        return None
    return Key("email", value)


def phone_key(number: str, region: str | None = None) -> Key | None:
    """The international form; a national number is a key only where a region is declared."""
    value = e164(number, region)
    return Key("phone", value) if value else None


def external_key(system: str, value: str) -> Key | None:
    """A system's own id."""
    if not value.strip() or not system.strip():
        return None
    return Key(f"external:{system.strip().lower()}"[:32], value.strip())


def stored_key(scheme: str, value: str, region: str | None = None) -> Key | None:
    """The key of a row of the identities table."""
    if scheme == "email":
        return email_key(value)
    if scheme == "phone":
        return phone_key(value, region)
    return external_key(scheme.partition(":")[2], value)


def keys_of(customer: Customer, region: str | None = None) -> set[Key]:
    """Every key of a record."""
    keys = {email_key(email) for email in customer.emails}
    keys |= {phone_key(phone, region) for phone in customer.phones}
    keys |= {external_key(system, value) for system, value in customer.external_ids.items()}
    return {key for key in keys if key}


def is_verified(customer: Customer, key: Key) -> bool:
    """Whether nothing says that the record's e-mail was never confirmed."""
    said = customer.meta.get("email_verified", customer.meta.get("verified_email", True))
    return key.scheme != "email" or str(said).lower() not in ("false", "0", "no")


def keys_of_contact(contact: Interaction, region: str | None = None) -> Iterator[Key]:
    """Keys of the customer of an interaction: the id it came with, and what its source told."""
    ident = contact.customer_id or ""
    told = [email_key(ident), phone_key(ident, region) if ident.startswith("+") else None]
    for fields, key_of in ((MAIL_FIELDS, email_key), (PHONE_FIELDS, phone_key)):
        told += [key_of(str(contact.meta[f])) for f in fields if contact.meta.get(f)]
    if ident:
        told.append(external_key(str(contact.meta.get("source") or ""), ident))
    yield from dict.fromkeys(key for key in told if key)
