"""A Chroma server may go away and come back; nothing is lost and the reason is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from copilot.errors import ConfigError, StoreError
from copilot.vectorstore import ChromaServerStore, CollectionKey, ExactStore, TieredStore
from tests.chroma_process import chroma_server, free_port

KEY = CollectionKey("tenant", "document", "model")
GIVEN = np.random.default_rng(0).standard_normal((200, 16)).astype(np.float32)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host", "http://"])
def test_a_url_that_is_none_is_named(url: str) -> None:
    with pytest.raises(ConfigError, match="http://host:port"):
        ChromaServerStore(url).open({})


def test_no_server_is_a_store_error_that_says_where(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(StoreError, match=url):
        ChromaServerStore(url).count(KEY)


def test_a_server_that_comes_back_is_used_again(tmp_path: Path) -> None:
    port = free_port()
    with chroma_server(tmp_path, port) as url:
        store = TieredStore(ExactStore(), ChromaServerStore(url), threshold=100)
        store.apply(KEY, (range(200), GIVEN), [], seq=1)
        store.catch_up()
        assert store.is_indexed(KEY)
        assert store.query(KEY, GIVEN[7], 1)[0][0] == 7
    assert store.query(KEY, GIVEN[7], 1)[0][0] == 7, "exact search answers meanwhile"
    store.apply(KEY, ([900], -GIVEN[:1]), [3], seq=2)
    with pytest.raises(StoreError):
        store.catch_up()
    with chroma_server(tmp_path, port):
        store.catch_up()
        assert store.is_indexed(KEY)
        assert store.query(KEY, -GIVEN[0], 1)[0][0] == 900
        assert 3 not in [i for i, _ in store.query(KEY, GIVEN[3], 10)]
        store.close()


def test_a_collection_that_someone_else_deleted_is_filled_again(tmp_path: Path) -> None:
    with chroma_server(tmp_path) as url:
        store = TieredStore(ExactStore(), ChromaServerStore(url), threshold=100)
        store.apply(KEY, (range(200), GIVEN), [], seq=1)
        store.catch_up()
        ChromaServerStore(url).drop(KEY)
        assert store.query(KEY, GIVEN[7], 1)[0][0] == 7, "exact search answers"
        store.catch_up()
        assert ChromaServerStore(url).count(KEY) == 200
        store.close()
