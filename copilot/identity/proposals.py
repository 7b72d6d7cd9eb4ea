"""Which records are surely one person, and which only might be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from copilot.db import TenantStore
from copilot.domain import Customer
from copilot.identity.keys import Key, is_verified, stored_key
from copilot.identity.person_names import fit

AUTO = "auto"  # in a merge's `by`: made by these rules
TAKEN_APART = "somebody took them apart"
MAX_HOLDERS = 8  # a key that more records share is a desk's or a test's, nobody's own


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two records that are one person, or might be; `reason` is for the person who checks it."""

    kept: str
    absorbed: str
    reason: str
    keys: tuple[Key, ...]
    is_sure: bool


@dataclass(slots=True)
class People:
    """Records joined into persons, and those that somebody took apart."""

    parents: dict[str, str] = field(default_factory=dict)
    undone: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def decided(cls, store: TenantStore) -> People:
        """What people decided; what the rules merged before is worked out anew."""
        made = [m for m in store.records.merges() if m["by"] != AUTO]
        return cls({m["absorbed"]: m["kept"] for m in made}, store.records.undone_pairs())

    def main(self, record: str) -> str:
        """The record under which a person stands."""
        seen = {record}
        while (above := self.parents.get(record)) and above not in seen:
            record = above
            seen.add(above)
        return record

    def outcasts(self, records: Iterable[str]) -> set[str]:
        """Records that were taken apart from another of these; the other keeps its place."""
        mains = {self.main(record) for record in records}
        pairs = {(self.main(kept), self.main(absorbed)) for kept, absorbed in self.undone}
        return {two for one, two in pairs if one != two and one in mains and two in mains}


class Link(NamedTuple):
    """Two records and a key they share; `doubt` says why that is not enough."""

    one: str
    two: str
    key: Key
    doubt: str | None


def propose_merges(store: TenantStore, *, region: str | None = None) -> list[Proposal]:
    """Pairs of records by the keys they share; the same whatever the order of ingest.

    Sure: one own e-mail, number or system id, nothing that contradicts it among all who share
    it, and nobody who undid it. Everything else is told, and left to people.
    """
    shared = _shared(store, region)
    records = {i: c for ids in shared.values() for i in ids if (c := store.records.customer(i))}
    people = People.decided(store)
    links: list[Link] = []
    for key, ids in sorted(shared.items()):
        held = sorted((records[i] for i in ids if i in records), key=_rank)
        links += _links_of(key, held, people)
    return _proposals(links, records, people)


def _links_of(key: Key, holders: Sequence[Customer], people: People) -> list[Link]:
    """Every pair that shares a key, but for those that are one person already."""
    out = people.outcasts(one.customer_id for one in holders)
    doubt = _doubt(key, [c for c in holders if people.main(c.customer_id) not in out], people)
    found = []
    for one, two in combinations([c.customer_id for c in holders[:MAX_HOLDERS]], 2):
        mains = {people.main(one), people.main(two)}
        if len(mains) == 2:
            found.append(Link(one, two, key, TAKEN_APART if mains & out else doubt))
    return found


def _proposals(
    links: Sequence[Link], records: Mapping[str, Customer], people: People
) -> list[Proposal]:
    """Sure links as a star around one record each, unless a star holds a contradiction."""
    found: list[Proposal] = []
    open_links = [link for link in links if link.doubt]
    one_person: dict[str, int] = {}
    for star in _stars([link for link in links if not link.doubt], people):
        members = sorted({i for link in star for i in link[:2]}, key=lambda i: _rank(records[i]))
        doubt = _contradiction([records[i] for i in members], people)
        if doubt or star[0].doubt:
            open_links += [link._replace(doubt=link.doubt or doubt) for link in star]
            continue
        keys = tuple(dict.fromkeys(link.key for link in star))
        main, *others = dict.fromkeys(map(people.main, members))
        one_person.update(dict.fromkeys((main, *others), len(found)))
        reason = f"Both records carry {_told(keys)}."
        found += [Proposal(main, other, reason, keys, is_sure=True) for other in others]
    return found + _unsure(open_links, one_person, people)


def _unsure(links: Iterable[Link], one_person: Mapping[str, int], people: People) -> list[Proposal]:
    """One line for each pair in doubt that no other key made one person."""
    told: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        mains = [one_person.get(people.main(i)) for i in link[:2]]
        if mains[0] is None or mains[0] != mains[1]:
            told.setdefault((link.one, link.two), []).append(link)
    return [
        Proposal(
            one, two, f"Both records carry {_told([link.key for link in some])}, but "
            f"{some[0].doubt}.", tuple(link.key for link in some), is_sure=False,
        )
        for (one, two), some in sorted(told.items())
    ]  # fmt: skip


def _stars(links: Sequence[Link], people: People) -> list[list[Link]]:
    """Links by the person they would make; those of one who was taken apart stand alone."""
    group_of = _groups([(people.main(link.one), people.main(link.two)) for link in links])
    out = {main for group in set(group_of.values()) for main in people.outcasts(group)}
    kept = [ln for ln in links if not out & {people.main(ln.one), people.main(ln.two)}]
    stars: dict[frozenset[str], list[Link]] = {}
    group_of = _groups([(people.main(link.one), people.main(link.two)) for link in kept])
    for link in kept:
        stars.setdefault(group_of[people.main(link.one)], []).append(link)
    known = set(kept)
    alone = [[link._replace(doubt=TAKEN_APART)] for link in links if link not in known]
    return [*stars.values(), *alone]


def _doubt(key: Key, holders: Sequence[Customer], people: People) -> str | None:
    """Why a shared key does not make its holders one person, or None."""
    if len(holders) > MAX_HOLDERS:
        return "too many records share it"
    if not all(is_verified(one, key) for one in holders):
        return "the address was never confirmed"
    if contradiction := _contradiction(holders, people):
        return contradiction
    pairs = combinations(holders, 2)
    if key.scheme == "phone" and any(fit(one.name, two.name) != "same" for one, two in pairs):
        return "a number may be a household's, and the names do not say enough"
    return None


def _contradiction(holders: Sequence[Customer], people: People) -> str | None:
    for one, two in combinations(holders, 2):
        if people.main(one.customer_id) == people.main(two.customer_id):
            continue
        if fit(one.name, two.name) == "other":
            return "the names differ: perhaps one household"
        if _other_accounts(one, two):
            return "one system knows them as two"
    return None


def _other_accounts(one: Customer, two: Customer) -> bool:
    both = one.external_ids.keys() & two.external_ids.keys()
    return any(one.external_ids[system] != two.external_ids[system] for system in both)


def _shared(store: TenantStore, region: str | None) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = {}
    for scheme, value, customer in store.records.identities():
        if key := stored_key(scheme, value, region):
            found.setdefault(key, set()).add(customer)
    return {key: ids for key, ids in found.items() if len(ids) > 1}


def _groups(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """The connected set to which each person belongs."""
    joined: dict[str, set[str]] = {}
    for one, two in pairs:
        small, large = sorted((joined.get(one, {one}), joined.get(two, {two})), key=len)
        large |= small
        joined.update(dict.fromkeys(small, large))
        joined[one] = joined[two] = large
    frozen = {id(group): frozenset(group) for group in joined.values()}
    return {main: frozen[id(group)] for main, group in joined.items()}


def _rank(customer: Customer) -> tuple[bool, str]:
    """A record that names the person is the main one; else the lower id, whoever came first."""
    return not customer.name, customer.customer_id


def _told(keys: Sequence[Key]) -> str:
    return " and ".join(map(str, keys[:3]))
