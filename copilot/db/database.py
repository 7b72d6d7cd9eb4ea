"""The database: opens tenants, each with its rooms, and keeps the API keys."""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from sqlalchemy import Engine, select, text

from copilot.db.engine import now, open_engine, reading, writing
from copilot.db.fulltext import FullText
from copilot.db.journal import Journal
from copilot.db.ledgers import Ledgers
from copilot.db.outdated import Outdated
from copilot.db.records import Records
from copilot.db.scope import Scope
from copilot.db.shelf import Shelf
from copilot.db.sources import Sources
from copilot.db.tables import api_keys, tenants
from copilot.errors import NotFound


@dataclass(frozen=True, slots=True)
class TenantStore:
    """All data of one tenant; there is no other way to the tables that hold customers' words."""

    tenant: str
    sources: Sources
    fulltext: FullText
    records: Records
    ledgers: Ledgers
    journal: Journal
    outdated: Outdated

    def snapshot(self) -> AbstractContextManager[None]:
        """One view for all reads of this thread within: quicker, and of one moment (SQLite)."""
        return self.sources.scope.snapshot()

    def writing(self) -> AbstractContextManager[Any]:
        """One transaction for all writes of this thread within: all of them or none."""
        return self.sources.scope.writing()


@dataclass(frozen=True, slots=True)
class Database:
    """One installation's store."""

    engine: Engine
    _open: dict[str, TenantStore] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _shelf: Shelf = field(default_factory=Shelf)

    @classmethod
    def open(cls, url: str) -> Database:
        """Connects and migrates. Raises StoreError."""
        return cls(open_engine(url))

    def close(self) -> None:
        """Gives all connections back."""
        self.engine.dispose()

    def ping(self) -> None:
        """Raises StoreError when the database does not answer."""
        with reading(self.engine) as connection:
            connection.execute(text("SELECT 1"))

    def create_tenant(self, name: str) -> TenantStore:
        """Opens a tenant, making it when it is new."""
        Scope(self.engine, name)  # refuses a bad name before anything is stored
        with writing(self.engine) as connection:
            known = connection.execute(select(tenants.c.name).where(tenants.c.name == name)).first()
            if known is None:
                connection.execute(tenants.insert().values(name=name, seq=0, created_at=now()))
        return self.tenant(name)

    def tenants(self) -> list[str]:
        """Names of all tenants."""
        with reading(self.engine) as connection:
            return [row[0] for row in connection.execute(select(tenants.c.name).order_by("name"))]

    def opened(self, name: str) -> TenantStore | None:
        """A tenant that was opened before: no question to the database, no waiting."""
        return self._open.get(name)

    def tenant(self, name: str) -> TenantStore:
        """Opens a tenant. Raises NotFound for one that was never made."""
        if known_store := self.opened(name):
            return known_store
        scope = Scope(self.engine, name)
        with reading(self.engine) as connection:
            known = connection.execute(select(tenants.c.name).where(tenants.c.name == name)).first()
        if known is None:
            raise NotFound(f"There is no tenant {name!r}. Ingest something for it first.")
        fulltext = FullText(scope, self._shelf)
        store = TenantStore(
            name,
            Sources(scope, fulltext),
            fulltext,
            Records(scope),
            Ledgers(scope),
            Journal(scope),
            Outdated(scope),
        )
        with self._lock:
            return self._open.setdefault(name, store)

    def add_key(self, *, tenant: str, role: str, digest: str, label: str = "") -> str:
        """Stores a key's digest; the same digest again changes nothing. Returns the key's id."""
        self.create_tenant(tenant)
        with writing(self.engine) as connection:
            known = connection.execute(
                select(api_keys.c.id).where(api_keys.c.digest == digest)
            ).scalar()
            if known:
                return str(known)
            key_id = uuid.uuid4().hex[:16]
            connection.execute(
                api_keys.insert().values(
                    id=key_id, tenant=tenant, role=role, digest=digest, label=label,
                    created_at=now(),
                )
            )  # fmt: skip
        return key_id

    def key(self, digest: str) -> dict[str, Any] | None:
        """The live key with this digest, or None."""
        statement = select(api_keys).where(
            api_keys.c.digest == digest, api_keys.c.revoked_at.is_(None)
        )
        with reading(self.engine) as connection:
            row = connection.execute(statement).mappings().first()
        return dict(row) if row else None

    def keys(self, tenant: str) -> list[dict[str, Any]]:
        """A tenant's keys, without their digests."""
        statement = select(api_keys).where(api_keys.c.tenant == tenant)
        with reading(self.engine) as connection:
            rows = connection.execute(statement.order_by(api_keys.c.created_at)).mappings()
            return [{k: v for k, v in row.items() if k != "digest"} for row in rows]

    def revoke_key(self, *, tenant: str, key_id: str) -> None:
        """Ends a key at once. Raises NotFound."""
        with writing(self.engine) as connection:
            changed = connection.execute(
                api_keys.update()
                .where(api_keys.c.tenant == tenant, api_keys.c.id == key_id)
                .values(revoked_at=now())
            ).rowcount
        if not changed:
            raise NotFound(f"There is no key {key_id!r} for this tenant.")
