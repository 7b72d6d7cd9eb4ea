"""OpenAI-compatible embeddings against a real server that misbehaves in every known way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import numpy as np
import pytest

from copilot.config import Settings
from copilot.embedder import OpenAIEmbedder, build_embedder
from copilot.errors import ConfigError, EmbedderError

SECRET = "upstream-secret-text"
Reply = tuple[int, dict[str, str], bytes]


def vectors(texts: list[str]) -> list[dict]:
    return [
        {"object": "embedding", "index": i, "embedding": [float(len(text)), 1.0, 2.0]}
        for i, text in enumerate(texts)
    ]


def good(data: list[dict]) -> Reply:
    body = {"object": "list", "model": "m", "data": data, "usage": {"total_tokens": 1}}
    return 200, {"content-type": "application/json"}, json.dumps(body).encode()


class FaultServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, script: Callable[[int, list[str]], Reply | None]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script
        self.requests: list[list[str]] = []
        self.asked = Event()
        self.closing = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultServer

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))["input"]
        self.server.requests.append(sent)
        self.server.asked.set()
        reply = self.server.script(len(self.server.requests), sent)
        if reply is None:  # says nothing until the test is over
            self.server.closing.wait(30)
            self.close_connection = True
            return
        status, headers, body = reply
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving(script: Callable[[int, list[str]], Reply | None]) -> Iterator[FaultServer]:
    server = FaultServer(script)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def embedder(server: FaultServer, deadline_s: float = 5.0) -> OpenAIEmbedder:
    return OpenAIEmbedder("m", key="k", base_url=server.url, deadline_s=deadline_s)


def test_vectors_come_back_in_order_with_length_one_whatever_order_the_server_used():
    with serving(lambda _, texts: good(vectors(texts)[::-1])) as server:
        result = embedder(server).embed(["a", "bbb", "a", "cc"])
    expected = np.array([[1, 1, 2], [3, 1, 2], [1, 1, 2], [2, 1, 2]], np.float64)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=1e-6)
    assert server.requests == [["a", "bbb", "cc"]]


def test_many_texts_go_in_batches_and_progress_counts_every_one():
    told: list[int] = []
    texts = [f"text {i}" for i in range(150)] + ["text 0"]
    with serving(lambda _, sent: good(vectors(sent))) as server:
        result = embedder(server).embed(texts, progress=told.append)
    assert result.shape == (151, 3)
    assert sorted(len(sent) for sent in server.requests) == [22, 64, 64]
    assert sum(told) == 151


def test_a_query_is_asked_once_and_remembered_read_only():
    with serving(lambda _, texts: good(vectors(texts))) as server:
        remote = embedder(server)
        first, second = remote.embed_query("why?"), remote.embed_query("why?")
        assert remote.dim == 3
    assert first is second
    assert not first.flags.writeable
    assert len(server.requests) == 1


def test_the_dimension_is_asked_of_the_server_when_nothing_was_embedded_yet():
    with serving(lambda _, texts: good(vectors(texts))) as server:
        assert embedder(server).embed([]).shape == (0, 3)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_fault_is_tried_again(status: int):
    def script(n: int, texts: list[str]) -> Reply:
        return (status, {"retry-after": "0"}, b"{}") if n < 3 else good(vectors(texts))

    with serving(script) as server:
        assert embedder(server).embed(["a"]).shape == (1, 3)
        assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("status", "tries", "says"),
    [
        (429, 3, "limit"),
        (500, 3, "status 500"),
        (401, 1, "OPENAI_API_KEY"),
        (404, 1, "COPILOT_EMBEDDINGS"),
        (400, 1, "model's name"),
    ],
)
def test_a_lasting_fault_ends_in_bounded_tries_and_our_own_words(
    status: int, tries: int, says: str
):
    body = json.dumps({"error": {"message": SECRET}}).encode()
    with serving(lambda _n, _t: (status, {"retry-after": "0"}, body)) as server:
        with pytest.raises(EmbedderError) as caught:
            embedder(server).embed(["a"])
        assert len(server.requests) == tries
    assert says in caught.value.detail
    assert SECRET not in caught.value.detail
    assert caught.value.__cause__ is None


def nan(texts: list[str]) -> Reply:
    body = b'{"data":[{"index":0,"embedding":[NaN,1.0,2.0]}]}'
    return 200, {"content-type": "application/json"}, body


WRONG_ANSWERS: dict[str, Callable[[list[str]], Reply]] = {
    "html": lambda t: (200, {"content-type": "text/html"}, f"<html>{SECRET}</html>".encode()),
    "empty body": lambda t: (200, {"content-type": "application/json"}, b""),
    "null": lambda t: (200, {"content-type": "application/json"}, b"null"),
    "one too few": lambda t: good(vectors(t)[1:]),
    "one too many": lambda t: good(vectors([*t, "x"])),
    "same index twice": lambda t: good([{**v, "index": 0} for v in vectors([*t, *t])]),
    "nan": nan,
    "all zero": lambda t: good([{**v, "embedding": [0.0, 0.0]} for v in vectors(t)]),
    "no numbers": lambda t: good([{**v, "embedding": []} for v in vectors(t)]),
    "too large": lambda t: good([{**v, "embedding": [1e308, 1e308]} for v in vectors(t)]),
}


@pytest.mark.parametrize("name", WRONG_ANSWERS)
def test_a_wrong_answer_is_refused_without_the_servers_words(name: str):
    with serving(lambda _n, texts: WRONG_ANSWERS[name](texts)) as server:
        with pytest.raises(EmbedderError) as caught:
            embedder(server).embed(["a"])
        assert len(server.requests) == 1
    assert SECRET not in caught.value.detail


def test_a_dimension_that_changes_is_refused():
    def script(n: int, texts: list[str]) -> Reply:
        return good([{**v, "embedding": [1.0] * (n + 1)} for v in vectors(texts)])

    with serving(script) as server:
        remote = embedder(server)
        remote.embed(["a"])
        with pytest.raises(EmbedderError, match="2 numbers"):
            remote.embed(["b"])


def test_a_server_that_hangs_costs_no_more_than_the_deadline():
    with serving(lambda _n, _t: None) as server:
        with pytest.raises(EmbedderError, match=r"no answer within 1 s"):
            embedder(server, deadline_s=1).embed(["a"])
        assert server.asked.wait(30)  # on a busy machine it may be read after we gave up
        assert len(server.requests) == 1


def test_waiting_longer_than_the_deadline_is_not_even_begun():
    with serving(lambda _n, _t: (429, {"retry-after": "3600"}, b"{}")) as server:
        with pytest.raises(EmbedderError, match="limit"):
            embedder(server, deadline_s=5).embed(["a"])
        assert len(server.requests) == 1


def test_no_server_at_all_is_said_plainly():
    with serving(lambda _n, _t: None) as server:
        url = server.url
    with pytest.raises(EmbedderError, match="OPENAI_BASE_URL"):
        OpenAIEmbedder("m", key="k", base_url=url, deadline_s=5).embed(["a"])


def test_what_is_sent_is_never_empty_too_long_or_broken():
    with serving(lambda _, texts: good(vectors(texts))) as server:
        embedder(server).embed(["", " \n", "\ud800x", "a\0b", "€" * 10_000])
    empty, blank, surrogate, nul, long = server.requests[0]
    assert empty == blank == "."
    assert "\ud800" not in surrogate
    assert "\0" not in nul
    assert 7_990 <= len(long.encode()) <= 8_000


def test_the_name_tells_model_and_host_and_no_password():
    remote = OpenAIEmbedder("m", key="k", base_url="http://user:pass@host:1/v1")
    assert "m@host:1" in remote.name
    assert "pass" not in remote.name


def test_settings_choose_it_and_say_what_is_missing():
    chosen = build_embedder(
        Settings(_env_file=None, embeddings="openai:m", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    )
    assert isinstance(chosen, OpenAIEmbedder)
    with pytest.raises(ConfigError, match="openai:NAME"):
        OpenAIEmbedder("", key="k")
    with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
        OpenAIEmbedder("m", key="")
