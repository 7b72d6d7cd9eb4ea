"""Collections on a Chroma server reached by URL."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from copilot.errors import ConfigError, CopilotError, IndexBroken, StoreError
from copilot.vectorstore.chroma import ChromaCollections
from copilot.vectorstore.protocol import CollectionKey, Match, Upserts, Vectors

logger = logging.getLogger(__name__)

_CONNECT_S = 3.0
_ANSWER_S = 30.0
_SAME = 0.999  # cosine of a vector to itself, with room for rounding
_TOLERATED = 50  # one in 50: a sound graph is approximate


class ChromaServerStore:
    """Collections on a `chroma run` server. It has no authentication: reach it on loopback only."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._collections: ChromaCollections | None = None
        self._connecting = threading.Lock()

    def open(self, samples: Mapping[CollectionKey, Upserts]) -> None:
        """Check that the server answers and that each sampled vector finds itself."""
        for key, (ids, vectors) in samples.items():
            held = np.isin(np.asarray(ids), self.ids(key))
            if held.any():
                found = self.query_many(key, np.asarray(vectors)[held], 1)
                lost = sum(not best or best[0][1] < _SAME for best in found)
                if lost > max(1, len(found) // _TOLERATED):
                    raise IndexBroken("vectors are missing from the Chroma server's index")
        self.keys()

    def reset(self) -> None:
        """Delete all of our collections on the server."""
        for key in self.keys():
            self.drop(key)

    def apply(
        self, key: CollectionKey, upserts: Upserts, deletes: Sequence[int], *, seq: int
    ) -> None:
        with self._guarded(key) as collections:
            collections.apply(key, upserts, deletes, seq)

    def seq(self, key: CollectionKey) -> int | None:
        with self._guarded(key) as collections:
            return collections.seq(key)

    def query(self, key: CollectionKey, vector: Vectors, k: int) -> list[Match]:
        return self.query_many(key, np.asarray(vector, dtype=np.float32).reshape(1, -1), k)[0]

    def query_many(self, key: CollectionKey, vectors: Vectors, k: int) -> list[list[Match]]:
        with self._guarded(key) as collections:
            return collections.query_many(key, vectors, k)

    def count(self, key: CollectionKey) -> int:
        with self._guarded(key) as collections:
            return collections.count(key)

    def ids(self, key: CollectionKey) -> NDArray[np.int64]:
        with self._guarded(key) as collections:
            return collections.ids(key)

    def erase(self, key: CollectionKey, ids: Sequence[int]) -> None:
        """Drop the collection; its bytes leave the server's disk only with the server's folder."""
        if len(ids):
            self.drop(key)

    def drop(self, key: CollectionKey) -> None:
        with self._guarded(key) as collections:
            collections.drop(key)

    def keys(self) -> list[CollectionKey]:
        with self._guarded(None) as collections:
            return collections.keys()

    def close(self) -> None:
        with self._connecting:
            if self._collections is not None:
                self._collections.client.close()
                self._collections = None

    def _connected(self) -> ChromaCollections:
        with self._connecting:
            if self._collections is None:
                self._collections = ChromaCollections(_remote(self._url))
            return self._collections

    @contextmanager
    def _guarded(self, key: CollectionKey | None) -> Iterator[ChromaCollections]:
        try:
            yield self._connected()
        except CopilotError:
            raise
        except Exception as exc:
            if key is not None and self._collections is not None:
                self._collections.forget(key)
            logger.warning("chroma_server_failed error=%s", type(exc).__name__)
            raise StoreError(
                f"the Chroma server at {self._url} did not answer as it should "
                f"({type(exc).__name__}); check that it runs and that the URL is right"
            ) from exc


def _remote(url: str) -> Any:  # noqa: ANN401 the vendor's type ends here
    import chromadb
    import httpx
    from chromadb.config import Settings

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(f"the Chroma URL must read http://host:port, not {url!r}")
    limits = httpx.Timeout(_ANSWER_S, connect=_CONNECT_S)
    httpx.get(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=limits).raise_for_status()
    client: Any = chromadb.HttpClient(
        host=parts.hostname,
        port=parts.port or (443 if parts.scheme == "https" else 80),
        ssl=parts.scheme == "https",
        settings=Settings(_env_file=None, anonymized_telemetry=False),
    )
    # Chroma's own session waits for ever, and no setting changes that.
    client._server._session.timeout = limits  # noqa: SLF001
    return client
