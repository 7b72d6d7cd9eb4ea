"""What is too large is refused while it comes in, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from copilot.api import ingest
from tests.e2e.conftest import Served
from tests.e2e.test_api import problem


@pytest.fixture
def api(served: Served) -> httpx.Client:
    return served.client()


def test_a_body_that_does_not_say_its_size_is_counted(api: httpx.Client) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"query": "'
        for _ in range(40):
            yield b"x" * 100_000
        yield b'"}'

    answer = api.post("/v1/search", content=pieces(), headers={"content-type": "application/json"})
    assert "content-length" not in answer.request.headers
    problem(answer, 413, "too_large")


def test_an_upload_over_the_limit_is_refused_and_leaves_nothing(
    api: httpx.Client, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "MAX_UPLOAD_BYTES", 1_000_000)
    monkeypatch.setattr(ingest, "BLOCK", 100_000)
    large = {"files": ("large.jsonl", b"x" * 1_000_001)}
    problem(api.post("/v1/ingest", files=large), 413, "too_large")
    uploads = served.home / "uploads"
    assert not [path for path in uploads.rglob("*") if path.name == "large.jsonl"]
    just = {"files": ("just.jsonl", b"\n" * 1_000_000)}
    assert api.post("/v1/ingest", files=just).status_code == 202
