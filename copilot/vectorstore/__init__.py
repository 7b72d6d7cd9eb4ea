"""Vector stores: exact in memory, Chroma on disk or by URL; the only room that knows Chroma."""

from copilot.vectorstore.chroma_embedded import ChromaStore
from copilot.vectorstore.chroma_server import ChromaServerStore
from copilot.vectorstore.exact import ExactStore
from copilot.vectorstore.protocol import NO_UPSERTS, CollectionKey, Match, Upserts, VectorStore
from copilot.vectorstore.tiered import Index, TieredStore

__all__ = [
    "NO_UPSERTS",
    "ChromaServerStore",
    "ChromaStore",
    "CollectionKey",
    "ExactStore",
    "Index",
    "Match",
    "TieredStore",
    "Upserts",
    "VectorStore",
]
