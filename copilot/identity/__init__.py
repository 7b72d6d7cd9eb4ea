"""One person, many records: joined only when sure, explained, and undone for good."""

from __future__ import annotations

from copilot.identity.finding import customer_id_of, customers_named, customers_once, merged
from copilot.identity.keys import Key, email_key, external_key, keys_of, phone_key
from copilot.identity.person_names import fit
from copilot.identity.proposals import AUTO, Proposal, propose_merges
from copilot.identity.resolving import Resolution, people_of, resolve

__all__ = [
    "AUTO",
    "Key",
    "Proposal",
    "Resolution",
    "customer_id_of",
    "customers_named",
    "customers_once",
    "email_key",
    "external_key",
    "fit",
    "keys_of",
    "merged",
    "people_of",
    "phone_key",
    "propose_merges",
    "resolve",
]
