"""Vector stores: exact in memory, Chroma on disk or by URL; the only room that knows Chroma."""

from copilot.vectorstore.exact import ExactStore
from copilot.vectorstore.protocol import NO_UPSERTS, CollectionKey, Match, Upserts, VectorStore

__all__ = ["NO_UPSERTS", "CollectionKey", "ExactStore", "Match", "Upserts", "VectorStore"]
