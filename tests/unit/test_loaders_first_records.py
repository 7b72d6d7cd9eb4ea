"""A first record that is too long or broken hides neither the format nor the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from copilot.domain import Failure, Item
from ingest.detect import choose
from ingest.loaders.protocol import Limits, LoadOptions


def read(path: Path) -> list[Item | Failure]:
    options = LoadOptions(roots=(path.parent,), limits=Limits(record_bytes=200_000))
    loader = choose(path, options=options)
    return [loader] if isinstance(loader, Failure) else list(loader.load(path, options))


def article(ident: str) -> bytes:
    return json.dumps({"id": ident, "title": "T", "content": "Text."}).encode()


def outcome(found: list[Item | Failure]) -> list[Any]:
    return [one.line if isinstance(one, Failure) else one.source_id for one in found]


LONG = b'{"id":"1","title":"T","noise":"' + b"x" * 300_000 + b'"}'
LISTED = b"[" + LONG + b",\n" + article("2") + b"]"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", LONG + b"\n" + article("2"), [1, "2"]),
        ("a.json", LONG + b"\n" + article("2"), [1, "2"]),
        ("a.jsonl", b"\n" + LONG + b"\n" + LONG + b"\n" + article("4"), [2, 3, "4"]),
        ("a.json", LISTED, [1, "2"]),
        ("a.jsonl", b"#\n" + article("2"), [1, "2"]),
        ("a.jsonl", LONG, [1]),
        ("a.jsonl", LONG + b"\n" + LONG, [1]),
    ],
)
def test_a_first_record_that_is_too_long_or_broken_hides_no_format(
    tmp_path: Path, name: str, content: bytes, expected: list[Any]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    found = read(path)
    assert outcome(found) == expected
    reasons = [one.reason for one in found if isinstance(one, Failure)]
    is_broken = b"#" in content
    assert all(is_broken or "longer" in one or "larger" in one for one in reasons), reasons


def test_the_look_past_bad_records_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{\n" * 500_000 + article("2"))
    (failure,) = read(path)
    assert isinstance(failure, Failure)
    assert failure.line == 1
