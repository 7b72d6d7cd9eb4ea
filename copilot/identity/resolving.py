"""Applies what is sure, takes back what no longer is, and links contacts to their one holder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.db import TenantStore
from copilot.domain import Customer, Interaction
from copilot.identity.keys import MAIL_FIELDS, PHONE_FIELDS, Key, keys_of_contact, stored_key
from copilot.identity.proposals import AUTO, People, Proposal, propose_merges


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a run changed: merges made and withdrawn, contacts linked; and what people may check."""

    applied: tuple[Proposal, ...] = ()
    withdrawn: tuple[tuple[str, str], ...] = ()
    unsure: tuple[Proposal, ...] = ()
    linked: int = 0

    @property
    def touched(self) -> frozenset[str]:
        """Customers whose story changed."""
        pairs = [*((p.kept, p.absorbed) for p in self.applied), *self.withdrawn]
        return frozenset(record for pair in pairs for record in pair)


def resolve(store: TenantStore, *, region: str | None = None) -> Resolution:
    """Brings the rules' own merges in line with the records; people's decisions stand.

    `region` (such as "GB") is where national telephone numbers are from; without it they are
    no key. Run twice, the second run changes nothing.
    """
    proposals = propose_merges(store, region=region)
    people = People.decided(store)
    people.parents |= {p.absorbed: p.kept for p in proposals if p.is_sure}
    holders = _holders(store, people, region)
    proposals += _links(store, holders, people, region)
    wanted = {(p.kept, p.absorbed): p for p in proposals if p.is_sure}
    made = [merge for merge in store.records.merges() if merge["by"] == AUTO]
    standing = {(merge["kept"], merge["absorbed"]): merge["id"] for merge in made}
    withdrawn = tuple(sorted(pair for pair in standing if pair not in wanted))
    for pair in withdrawn:
        store.records.withdraw_merge(standing[pair])
    applied = tuple(p for pair, p in wanted.items() if pair not in standing)
    for p in applied:
        store.records.merge(p.kept, p.absorbed, reason=p.reason, by=AUTO)
    unsure = tuple(p for p in proposals if not p.is_sure)
    return Resolution(applied, withdrawn, unsure, _link_unnamed(store, holders, region))


def people_of(store: TenantStore) -> Callable[[str], Sequence[Customer]]:
    """All records of the person behind a customer id; one e-mail's only holder counts as known.

    Merges are read once: it is made for one run, not kept.
    """
    parents = {merge["absorbed"]: merge["kept"] for merge in store.records.merges()}
    people = People(parents)
    members: dict[str, list[str]] = {}
    for record in parents:
        members.setdefault(people.main(record), []).append(record)

    def records(customer_id: str) -> Sequence[Customer]:
        main = people.main(customer_id)
        ids = dict.fromkeys((main, *members.get(main, ()), customer_id))
        found = [c for i in ids if (c := store.records.customer(i)) is not None]
        if found or "@" not in customer_id:
            return found
        holders = store.records.holders("email", customer_id.strip().lower())
        return records(holders[0]) if len({people.main(i) for i in holders}) == 1 else []

    return records


Holders = dict[Key, set[str]]  # the persons who carry a key, each by their main record


def _links(
    store: TenantStore, holders: Holders, people: People, region: str | None
) -> list[Proposal]:
    """Ids that only interactions carry, where their address has exactly one holder."""
    found = []
    for contact in store.sources.strangers() if holders else ():
        ident = contact.customer_id or ""
        main = _only_holder(holders, contact, region)
        if main is None or main == ident or people.main(ident) != ident:
            continue
        if ident not in people.outcasts((main, ident)):
            keys = tuple(key for key in keys_of_contact(contact, region) if key in holders)
            reason = f"Only this customer carries {keys[0]}, which {ident} writes from."
            found.append(Proposal(main, ident, reason, keys, is_sure=True))
    return found


def _link_unnamed(store: TenantStore, holders: Holders, region: str | None) -> int:
    """Interactions that came without a customer: whose they are, by the address they came from."""
    moved: dict[str | None, list[str]] = {}
    for contact, linked in store.sources.unnamed([f'"{f}"' for f in (*MAIL_FIELDS, *PHONE_FIELDS)]):
        holder = _only_holder(holders, contact, region)
        if holder != linked:
            moved.setdefault(holder, []).append(contact.source_id)
    for holder, ids in moved.items():
        store.sources.link(ids, holder)
    return sum(len(ids) for ids in moved.values())


def _only_holder(holders: Holders, contact: Interaction, region: str | None) -> str | None:
    """The one person that all known keys of a contact lead to."""
    found = {i for key in keys_of_contact(contact, region) for i in holders.get(key, ())}
    return next(iter(found)) if len(found) == 1 else None


def _holders(store: TenantStore, people: People, region: str | None) -> Holders:
    found: Holders = {}
    for scheme, value, customer in store.records.identities():
        if key := stored_key(scheme, value, region):
            found.setdefault(key, set()).add(people.main(customer))
    return found
