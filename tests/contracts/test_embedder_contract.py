"""What every Embedder promises, run for each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pytest

from copilot.config import Settings
from copilot.embedder import Embedder, build_embedder

TEXTS = [
    "My parcel is late",
    "",
    "Is there a plan with more data?",
    "My parcel is late",
    "ok " * 900,
]


class VectorServer(BaseHTTPRequestHandler):
    """Speaks the protocol of OpenAI; a text's vector follows from its hash."""

    def do_POST(self) -> None:
        texts = json.loads(self.rfile.read(int(self.headers["content-length"])))["input"]
        rows = [hashlib.sha256(text.encode()).digest()[:16] for text in texts]
        data = [{"index": i, "embedding": [float(b) for b in row]} for i, row in enumerate(rows)]
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), VectorServer)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module", params=["int8", "fp32", "openai"])
def embedder(request: pytest.FixtureRequest, server_url: str) -> Embedder:
    if request.param == "openai":
        chosen = {"embeddings": "openai:model-x", "OPENAI_BASE_URL": server_url}
    else:
        chosen = {"embeddings": "local", "quantise": request.param}
    return build_embedder(Settings(_env_file=None, **chosen))


class TestEveryEmbedder:
    def test_gives_unit_vectors_in_the_order_of_the_texts(self, embedder: Embedder):
        vectors = embedder.embed(TEXTS)
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), embedder.dim)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        backwards = embedder.embed(TEXTS[::-1])
        np.testing.assert_allclose(backwards[::-1], vectors, atol=1e-3)

    def test_gives_equal_texts_equal_vectors_and_others_others(self, embedder: Embedder):
        vectors = embedder.embed(TEXTS)
        np.testing.assert_array_equal(vectors[0], vectors[3])
        assert np.abs(vectors[0] - vectors[2]).max() > 0.01

    def test_gives_nothing_for_nothing(self, embedder: Embedder):
        assert embedder.embed([]).shape == (0, embedder.dim)

    def test_gives_a_query_the_vector_of_the_same_text(self, embedder: Embedder):
        query = embedder.embed_query(TEXTS[0])
        assert query.shape == (embedder.dim,)
        np.testing.assert_allclose(query, embedder.embed([TEXTS[0]])[0], atol=1e-3)

    def test_protects_a_remembered_vector_and_hands_out_a_fresh_batch(self, embedder: Embedder):
        with pytest.raises(ValueError, match="read-only"):
            embedder.embed_query(TEXTS[0])[0] = 9
        batch = embedder.embed([TEXTS[0]])
        batch[0] = 9
        assert np.isclose(np.linalg.norm(embedder.embed_query(TEXTS[0])), 1)

    def test_counts_every_text_as_progress(self, embedder: Embedder):
        told: list[int] = []
        embedder.embed(TEXTS, progress=told.append)
        assert sum(told) == len(TEXTS)

    def test_serves_many_callers_at_once(self, embedder: Embedder):
        questions = [f"caller {n} asks" for n in range(32)]
        with ThreadPoolExecutor(16) as callers:
            found = list(callers.map(embedder.embed_query, questions))
        np.testing.assert_allclose(np.array(found), embedder.embed(questions), atol=1e-3)

    def test_survives_broken_text(self, embedder: Embedder):
        vectors = embedder.embed(["\ud800", "a\0b", "\U000e0041", "x" * 100_000])
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_every_embedder_has_a_name_of_its_own(server_url: str):
    names = {
        build_embedder(Settings(_env_file=None, quantise="int8")).name,
        build_embedder(Settings(_env_file=None, quantise="fp32")).name,
        build_embedder(
            Settings(_env_file=None, embeddings="openai:a", OPENAI_BASE_URL=server_url)
        ).name,
        build_embedder(
            Settings(_env_file=None, embeddings="openai:b", OPENAI_BASE_URL=server_url)
        ).name,
    }
    assert len(names) == 4
