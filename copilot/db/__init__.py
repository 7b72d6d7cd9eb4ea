"""The truth: tables, full text and queries, text and vectors alike (the only sqlalchemy)."""

from copilot.db.codec import fingerprint, id_of, kind_of
from copilot.db.database import Database, TenantStore
from copilot.db.engine import now
from copilot.db.kept import Kept
from copilot.db.rows import Change, ChunkMeta, Prepared, StoredChunk
from copilot.db.sources import Sources

__all__ = [
    "Change",
    "ChunkMeta",
    "Database",
    "Kept",
    "Prepared",
    "Sources",
    "StoredChunk",
    "TenantStore",
    "fingerprint",
    "id_of",
    "kind_of",
    "now",
]
