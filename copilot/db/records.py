"""Products and customers of one tenant, and the identity keys that tie records to a person."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func

from copilot.db import codec
from copilot.db.engine import now
from copilot.db.scope import Scope, batches, scoped
from copilot.db.tables import identities, merges, records
from copilot.domain import Customer, Product

WITHDRAWN = "withdrawn"  # in a merge's `by`: taken back by the rules, not by a person


@dataclass(frozen=True, slots=True)
class Records:
    """The catalogue and the customers."""

    scope: Scope

    def fingerprints(self, kind: str, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Stored (fingerprint, origin) of those ids that exist."""
        found: dict[str, tuple[str, str]] = {}
        with self.scope.reading() as connection:
            for some in batches(ids):
                statement = self.scope.select(
                    records, records.c.record_id, records.c.fingerprint, records.c.origin
                ).where(records.c.kind == kind, records.c.record_id.in_(some))
                found.update((row[0], (row[1], row[2])) for row in connection.execute(statement))
        return found

    def touch(self, kind: str, ids: Sequence[str], origin: str) -> None:
        """Records that unchanged records now come from `origin`."""
        with self.scope.changing() as connection:
            for some in batches(ids):
                connection.execute(
                    self.scope.update(records)
                    .where(records.c.kind == kind, records.c.record_id.in_(some))
                    .values(origin=origin)
                )

    def ids_by_origin(self, kind: str, origins: Sequence[str]) -> dict[str, set[str]]:
        """Ids by the file or system they came from; origins without any are left out."""
        found: dict[str, set[str]] = {}
        columns = (records.c.origin, records.c.record_id)
        with self.scope.reading() as connection:
            for some in batches(origins):
                statement = self.scope.select(records, *columns).where(
                    records.c.kind == kind, records.c.origin.in_(some)
                )
                for origin, name in connection.execute(statement):
                    found.setdefault(origin, set()).add(name)
        return found

    def origins(self) -> set[str]:
        """Every file or system that records came from."""
        statement = self.scope.select(records, records.c.origin).distinct()
        with self.scope.reading() as connection:
            return {row[0] for row in connection.execute(statement)}

    def replace(self, items: Iterable[tuple[Product | Customer, str]], origin: str) -> None:
        """Stores (item, fingerprint) pairs with their identity keys, in one transaction."""
        pairs = list(items)
        with self.scope.changing() as connection:
            rows = [
                {
                    "kind": codec.kind_of(item),
                    "record_id": codec.id_of(item),
                    "origin": origin,
                    "fingerprint": fingerprint,
                    "body": codec.dump(item),
                    "ingested_at": now(),
                }
                for item, fingerprint in pairs
            ]
            self.scope.upsert(connection, records, rows)
            customers = [item for item, _ in pairs if isinstance(item, Customer)]
            for some in batches([c.customer_id for c in customers]):
                connection.execute(
                    self.scope.delete(identities).where(identities.c.customer_id.in_(some))
                )
            keys = [key for customer in customers for key in _identity_rows(customer)]
            self.scope.upsert(connection, identities, keys)

    def remove(self, kind: str, ids: Sequence[str]) -> int:
        """Deletes records; returns how many there were."""
        removed = 0
        with self.scope.changing() as connection:
            for some in batches(ids):
                removed += connection.execute(
                    self.scope.delete(records).where(
                        records.c.kind == kind, records.c.record_id.in_(some)
                    )
                ).rowcount
                if kind == "customer":
                    connection.execute(
                        self.scope.delete(identities).where(identities.c.customer_id.in_(some))
                    )
        return removed

    def products(self) -> list[Product]:
        """The whole catalogue, by SKU."""
        return [product for product in self._all("product") if isinstance(product, Product)]

    def customers(self, limit: int | None = 1000) -> list[Customer]:
        """Customers by id."""
        return [c for c in self._all("customer", limit) if isinstance(c, Customer)]

    def customer(self, customer_id: str) -> Customer | None:
        """One customer, or None."""
        with self.scope.reading() as connection:
            row = self.scope.run(connection, _customer_body(), customer=customer_id).first()
        return codec.load("customer", row[0]) if row else None

    def version(self, kind: str) -> str:
        """A short word that changes whenever a record of the kind does."""
        with self.scope.reading() as connection:
            row = self.scope.run(connection, _version(), kind=kind).one()
        count, latest = tuple(row)
        return f"{count}@{latest.isoformat() if latest else '-'}"

    def holders(self, scheme: str, value: str) -> list[str]:
        """Customers that carry an identity key."""
        statement = self.scope.select(identities, identities.c.customer_id).where(
            identities.c.scheme == scheme, identities.c.value == value
        )
        with self.scope.reading() as connection:
            return sorted(row[0] for row in connection.execute(statement))

    def identities(self) -> Iterator[tuple[str, str, str]]:
        """Every identity key as ingested: (scheme, value, customer)."""
        statement = self.scope.select(
            identities, identities.c.scheme, identities.c.value, identities.c.customer_id
        )
        with self.scope.reading() as connection:
            for row in connection.execute(statement).yield_per(1_000):
                yield row[0], row[1], row[2]

    def merge(self, kept: str, absorbed: str, *, reason: str, by: str) -> str:
        """Notes that two records are one person; returns the merge's id, by which it is undone."""
        merge_id = uuid.uuid4().hex
        row: Mapping[str, Any] = {
            "id": merge_id, "kept": kept, "absorbed": absorbed, "reason": reason, "by": by,
            "at": now(),
        }  # fmt: skip
        with self.scope.changing() as connection:
            self.scope.insert(connection, merges, [dict(row)])
        return merge_id

    def undo_merge(self, merge_id: str) -> bool:
        """Takes a merge back; nothing was overwritten, so both records stand as before."""
        with self.scope.changing() as connection:
            changed = connection.execute(
                self.scope.update(merges)
                .where(merges.c.id == merge_id, merges.c.undone_at.is_(None))
                .values(undone_at=now())
            ).rowcount
        return changed == 1

    def withdraw_merge(self, merge_id: str) -> None:
        """Takes back a merge that the records no longer carry; nobody decided against it."""
        with self.scope.changing() as connection:
            connection.execute(
                self.scope.update(merges)
                .where(merges.c.id == merge_id, merges.c.undone_at.is_(None))
                .values(undone_at=now(), by=WITHDRAWN)
            )

    def undone_pairs(self) -> set[tuple[str, str]]:
        """Records that a person said are two: (kept, absorbed) of merges that were undone."""
        statement = self.scope.select(merges, merges.c.kept, merges.c.absorbed).where(
            merges.c.undone_at.is_not(None), merges.c.by != WITHDRAWN
        )
        with self.scope.reading() as connection:
            return {(row[0], row[1]) for row in connection.execute(statement)}

    def merges(self) -> list[dict[str, Any]]:
        """Merges in force, oldest first."""
        statement = self.scope.select(merges).where(merges.c.undone_at.is_(None))
        with self.scope.reading() as connection:
            rows = connection.execute(statement.order_by(merges.c.at)).mappings()
            return [dict(row) for row in rows]

    def aliases(self, customer_id: str) -> list[str]:
        """Every record id of one person, following merges both ways; the first is the main one."""
        main, seen = customer_id, {customer_id}
        with self.scope.reading() as connection:
            while (above := self._kept_of(connection, main)) and above not in seen:
                main = above
                seen.add(above)
            found = below = [main]
            while below:
                rows = self.scope.run(connection, _absorbed_by(), kept=below)
                below = [a for a in dict.fromkeys(row[0] for row in rows) if a not in found]
                found = found + below
        return found

    def _kept_of(self, connection: Connection, absorbed: str) -> str | None:
        return self.scope.run(connection, _keeper_of(), absorbed=absorbed).scalar()

    def _all(self, kind: str, limit: int | None = None) -> list[Any]:
        statement = (
            self.scope.select(records, records.c.body)
            .where(records.c.kind == kind)
            .order_by(records.c.record_id)
            .limit(limit)
        )
        with self.scope.reading() as connection:
            return [codec.load(kind, row[0]) for row in connection.execute(statement)]


def _identity_rows(customer: Customer) -> list[dict[str, Any]]:
    keys = [("email", email.strip().lower()) for email in customer.emails]
    keys += [("phone", phone.strip()) for phone in customer.phones]
    keys += [(f"external:{system}"[:32], value) for system, value in customer.external_ids.items()]
    return [
        {"scheme": scheme, "value": value[:256], "customer_id": customer.customer_id}
        for scheme, value in dict.fromkeys(keys)
        if value
    ]


@cache
def _customer_body() -> Select[Any]:
    return scoped(records, records.c.body).where(
        records.c.kind == "customer", records.c.record_id == bindparam("customer")
    )


@cache
def _version() -> Select[Any]:
    found = scoped(records, func.count(), func.max(records.c.ingested_at))
    return found.where(records.c.kind == bindparam("kind"))


@cache
def _absorbed_by() -> Select[Any]:
    found = scoped(merges, merges.c.absorbed).where(
        merges.c.kept.in_(bindparam("kept", expanding=True)), merges.c.undone_at.is_(None)
    )
    return found.order_by(merges.c.at)


@cache
def _keeper_of() -> Select[Any]:
    found = scoped(merges, merges.c.kept).where(
        merges.c.absorbed == bindparam("absorbed"), merges.c.undone_at.is_(None)
    )
    return found.order_by(merges.c.at.desc()).limit(1)
