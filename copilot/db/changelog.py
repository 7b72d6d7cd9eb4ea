"""The log of changes to chunks: what a vector store or a copy has to catch up with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection

from copilot.db.scope import Scope
from copilot.db.tables import changes, tenants

Op = Literal["upsert", "delete", "vector"]


def next_seq(scope: Scope, connection: Connection) -> int:
    """The number of the tenant's next change.

    The row lock makes writers of a tenant take turns: numbers appear in commit order.
    """
    counted = tenants.update().where(tenants.c.name == scope.tenant).values(seq=tenants.c.seq + 1)
    return int(connection.execute(counted.returning(tenants.c.seq)).scalar_one())


def log(
    scope: Scope,
    connection: Connection,
    kind: str,
    op: Op,
    seq: int,
    ids: Sequence[int],
) -> None:
    """Notes that these chunks came, went or got another vector with change `seq`."""
    rows = [{"seq": seq, "chunk_id": i, "kind": kind, "op": op} for i in ids]
    scope.insert(connection, changes, rows)
