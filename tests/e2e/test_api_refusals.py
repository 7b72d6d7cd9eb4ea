"""What a caller reads when a request cannot be understood: where, why, and what to do."""

from __future__ import annotations

import httpx
import pytest

from tests.e2e.conftest import Served


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b'{"query": "valve', 422, "no JSON at character"),
        (b'{"query": "\xff\xfe"}', 400, "send JSON in UTF-8"),
        (b"", 422, "Field required"),
    ],
)
def test_a_body_that_cannot_be_read_says_why(
    served: Served, content: bytes, status: int, said: str
) -> None:
    answer = served.client().post(
        "/v1/search", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unknown_address_names_the_contract(served: Served) -> None:
    client: httpx.Client = served.client()
    assert "/openapi.json" in client.get("/v1/nothing").json()["detail"]
    assert client.delete("/v1/search").status_code == 405
