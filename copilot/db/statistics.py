"""Tells SQLite's planner how many rows a tenant has: it keeps no count and guesses ten.

With that guess it looks twenty passages up by walking all of the tenant's: 8 ms of 100,000
instead of 0.02. The numbers are round and stay, so that a query keeps its plan at every size;
they are not gathered, so that no value of a row is copied into SQLite's own tables.
"""

from __future__ import annotations

from sqlalchemy import Connection

ROWS = 1_000_000
OF_A_TENANT = 50_000
# Of an index: its rows, then rows that are alike in the first column, in the
# first two, and so on.
TYPICAL: dict[tuple[str, str], tuple[int, ...]] = {
    ("chunks", "ix_chunks_kind"): (ROWS, OF_A_TENANT, OF_A_TENANT // 2, 1),
    ("chunks", "ix_chunks_source"): (ROWS, 5),
    ("sources", "sqlite_autoindex_sources_1"): (ROWS, OF_A_TENANT, OF_A_TENANT // 2, 1),
    ("sources", "ix_sources_origin"): (ROWS, OF_A_TENANT, 500),
    ("sources", "ix_sources_customer"): (ROWS, OF_A_TENANT, 10),
}


def tell_planner(connection: Connection) -> None:
    """Writes the numbers where they are missing; the connections opened later plan with them."""
    wanted = {(table, index, " ".join(map(str, rows))) for (table, index), rows in TYPICAL.items()}
    known = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'"
    if connection.exec_driver_sql(known).first() is None:
        connection.exec_driver_sql("ANALYZE counters")  # a table of one number: it makes the room
    held = connection.exec_driver_sql("SELECT tbl, idx, stat FROM sqlite_stat1")
    if wanted <= {(row[0], row[1], row[2]) for row in held}:
        return
    for table in {table for table, _ in TYPICAL}:
        connection.exec_driver_sql("DELETE FROM sqlite_stat1 WHERE tbl = ?", (table,))
    connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", sorted(wanted))
    connection.exec_driver_sql("ANALYZE sqlite_master")  # this connection reads them, too
