"""Broken files: each fault costs one record and has its line and its way out in the report."""

from __future__ import annotations

import gzip
import json
import re
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.domain import Customer, Document, Failure, Interaction, Item, Product
from ingest.detect import choose, find_files
from ingest.loaders.fields import Clock, FieldFault
from ingest.loaders.grouping import grouped
from ingest.loaders.protocol import Limits, LoadOptions
from ingest.sandbox import Sandbox

SANDBOX = Sandbox()


def read(path: Path, **declared: Any) -> list[Item | Failure]:
    options = LoadOptions(roots=(path.parent,), **declared)
    loader = choose(path, options=options)
    return [loader] if isinstance(loader, Failure) else list(loader.load(path, options))


def article(ident: str, content: str = "Text.") -> bytes:
    return json.dumps({"id": ident, "title": "T", "content": content}).encode()


def outcome(found: list[Item | Failure]) -> list[Any]:
    return [one.line if isinstance(one, Failure) else one.source_id for one in found]


def test_every_broken_line_is_named_and_the_rest_comes_in(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        article("1"),
        b'{"id":"2","title":"T","content":"cut',
        b"sku,name,price",
        b'{"id":"4","title":"T","content":"caf\xe9"}',
        b'{"id":"5"\0}',
        b"[1,2]",
        b'{"id":"7","title":"T"}',
        b'{"id":"8","title":"T","content":' + b"[" * 100_000,
        b'{"id":"9","title":"T","content":NaN}',
        article("10", "x" * 300_000),
        b"",
        article("12"),
    ]
    path.write_bytes(b"\n".join(lines))
    found = read(path, limits=Limits(record_bytes=200_000))
    assert outcome(found) == ["1", 2, 3, 4, 5, 6, 6, 7, 8, 9, 10, "12"]
    reasons = {one.line: one.reason for one in found if isinstance(one, Failure)}
    assert "cut off" in reasons[2]
    assert "another format" in reasons[3]
    assert "--encoding" in reasons[4]
    assert "NUL" in reasons[5]
    assert "no content" in reasons[7]
    assert "longer than" in reasons[10]


def test_truncated_list_gives_what_came_before_and_the_line_of_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"[\n" + article("1") + b",\n" + article("2") + b",\n" + article("3")[:-9])
    found = read(path)
    assert outcome(found) == ["1", "2", 4]
    assert "in the middle of record 3, which begins at line 4, character 1" in found[-1].reason
    assert "cut off; export or copy it again. 2 whole records" in found[-1].reason


WHOLE = json.dumps([{"id": str(n), "title": "T", "content": "Text \\ é."} for n in range(3)])
ENVELOPE = json.dumps({"count": 3, "articles": json.loads(WHOLE), "next": {"page": 2}}, indent=1)


@pytest.mark.parametrize("text", [WHOLE, ENVELOPE], ids=["list", "envelope"])
def test_a_file_cut_anywhere_says_so_and_gives_its_whole_records(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for at in range(text.index("title"), len(text)):
        path.write_text(text[:at], "utf-8")
        found = read(path)
        whole = [one for one in found if not isinstance(one, Failure)]
        assert len(found) == len(whole) + 1, text[:at]
        assert "cut off" in found[-1].reason, text[:at]
        assert len(whole) == len(re.findall(r'\."\s*}', text[:at])), text[:at]


@pytest.mark.parametrize(
    ("text", "whole", "told"),
    [
        (WHOLE + "\nsku,name\n1,2\n", 3, "another format"),
        (WHOLE.replace("}, {", "} {"), 1, "',' expected"),
        (WHOLE.replace('"title"', "title", 1), 0, "at line 1, expecting"),
        ('{"id": "1", "title": "T", "con', 0, "cut off"),
        ('[{"id": "1", "title": "T", "content": "x"}, {"id": nul', 1, "cut off"),
        ('[{"id": "1", "title": "T", "content": "x"}, {"id": nix', 1, "expecting value"),
    ],
)
def test_broken_json_is_told_from_json_that_was_cut(
    text: str, whole: int, told: str, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text(text, "utf-8")
    found = read(tmp_path / "a.json")
    assert [isinstance(one, Failure) for one in found] == [False] * whole + [True]
    assert told in found[-1].reason
    assert ("cut off" in found[-1].reason) is (told == "cut off")


def test_a_number_of_endless_digits_costs_nothing_but_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    digits = "9" * 6_000
    path.write_bytes(
        b"[" + article("1") + b',{"id": %s, "title": "T", "content": "x"},' % digits.encode()
        + article("3") + b"]"
    )  # fmt: skip
    assert outcome(read(path)) == ["1", digits, "3"]
    path.write_text('[{"id": ' + digits)
    (failure,) = read(path)
    assert "cut off" in failure.reason


def test_a_first_record_longer_than_a_look_is_known_by_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    long = {"content": "A sentence. " * 20_000, "id": "1", "title": "T"}
    path.write_bytes(json.dumps(long).encode() + b"\n" + article("2"))
    assert outcome(read(path)) == ["1", "2"]
    (tmp_path / "deep.json").write_text("[" * 300_000)
    assert "nested too deeply" in read(tmp_path / "deep.json")[0].reason


def test_oversized_record_in_a_list_is_skipped_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    big = article("2", 'quote " brace } and \\ back' * 40_000)
    path.write_bytes(b"[" + b",\n".join((article("1"), big, article("3"))) + b"]")
    found = read(path, limits=Limits(record_bytes=300_000))
    assert outcome(found) == ["1", 2, "3"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le-bom", "utf-8"])
def test_declared_byte_order_marks_are_read(encoding: str, tmp_path: Path) -> None:
    text = "# Größe\n\nZehn Plätze für 5 €."
    data = b"\xff\xfe" + text.encode("utf-16-le") if "bom" in encoding else text.encode(encoding)
    (tmp_path / "a.md").write_bytes(data)
    (document,) = read(tmp_path / "a.md")
    assert document.title == "Größe"
    assert document.text == text


def test_undeclared_encoding_is_refused_and_a_declared_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("sku,name,price,currency\nA,Größe,1,EUR\nB,Plain,2,EUR\n".encode("cp1252"))
    failure, product = read(path)
    assert "--encoding cp1252" in failure.reason
    assert product.sku == "B"
    first, _ = read(path, encoding="cp1252")
    assert first.name == "Größe"


def test_utf16_without_mark_is_not_taken_for_text(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("# Title and a text".encode("utf-16-le"))
    (failure,) = read(tmp_path / "a.md")
    assert "UTF-16" in failure.reason


def test_nul_bytes_in_an_article_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"Hello\0world" * 3)
    (failure,) = read(tmp_path / "a.txt")
    assert "NUL" in failure.reason


@pytest.mark.parametrize("data", [b"", b"   \n"])
def test_empty_file_is_said_to_be_empty(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(data)
    (failure,) = read(tmp_path / "a.md")
    assert isinstance(failure, Failure)


def test_cut_off_gzip_gives_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    whole = gzip.compress(b"\n".join(article(str(n), f"{n * 7919}" * 40) for n in range(20_000)))
    path.write_bytes(whole[: len(whole) // 2])
    found = read(path)
    assert len(found) > 1_000
    assert isinstance(found[0], Document)
    assert "gzip" in found[-1].reason


CATALOGUE = "sku;name;price;currency\nA;One;1;EUR\n"


def test_row_with_the_wrong_delimiter_and_another_format_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CATALOGUE + 'B,Two,2,EUR\n{"sku":"C"}\nD;Four;4;EUR\n')
    found = read(path)
    assert [one.sku if isinstance(one, Product) else one.line for one in found] == ["A", 3, 4, "D"]
    assert "is JSON" in found[2].reason


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("B,Two,2,EUR", "separated by ','"),
        ('{"sku": "B", "name": "Two"}', "this row is JSON"),
        ("B;Two;2", "3 cells where the header has 4"),
        ("B", "1 cell where"),
    ],
)
def test_a_row_of_another_shape_says_which(row: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{CATALOGUE}{row}\nD;Four;4;EUR\n", "utf-8")
    first, failure, last = read(path)
    assert isinstance(failure, Failure)
    assert told in failure.reason
    assert (first.sku, failure.line, last.sku) == ("A", 3, "D")  # type: ignore[union-attr]


def test_another_format_among_json_lines_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(article("1") + b"\nsku,name\n9,Lamp\n" + article("4"))
    found = read(path)
    assert outcome(found) == ["1", 2, 3, "4"]
    assert "no JSON; is another format" in found[2].reason


def test_an_unknown_envelope_shows_the_fields_of_its_records(tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    path.write_text(json.dumps({"tickets": [{"id": 5, "title": "x", "events": []}]}), "utf-8")
    (failure,) = read(path)
    assert "tickets.events, tickets.id, tickets.title" in failure.reason


def test_quote_that_never_closes_costs_its_row_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CATALOGUE + 'B;"Two;2;EUR\nC;Three;3;EUR\nD;"Four\nlines";4;EUR\n')
    found = read(path)
    named = [one.sku if isinstance(one, Product) else one.line for one in found]
    assert named == ["A", 3, "C", "D"]
    assert found[-1].name == "Four lines"


def test_file_without_separator_lists_what_was_found(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("just one column\nvalue\n")
    (failure,) = read(tmp_path / "a.csv")
    assert "no loader" in failure.reason


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:00:00+00:00",
        "2026-03-02 10:00:00 UTC",
        "2026/03/02 10:00",
        "Mon, 02 Mar 2026 10:00:00 +0000",
        1_772_445_600,
        "1772445600.0",
        "1772445600000",
        "March 2, 2026 10:00 AM",
        "Mar 2nd, 2026 at 10:00",
        "Monday, 2 March 2026 10:00:00",
        "2-Mar-2026 10:00",
        1_772_445_600_000,
    ],
)
def test_unmistakable_times_are_read(text: Any) -> None:
    assert Clock(LoadOptions()).read(text) == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["02/03/2026", "02.03.2026 10:00", "3/2/26, 10:00 AM"])
def test_date_that_reads_two_ways_waits_for_its_order(text: str) -> None:
    with pytest.raises(FieldFault, match="--date-order"):
        Clock(LoadOptions()).read(text)
    found = Clock(LoadOptions(date_order="dmy")).read(text.replace("3/2/26", "2/3/26"))
    assert found is not None
    assert (found.month, found.day) == (3, 2)


def test_date_against_its_declared_order_is_a_fault() -> None:
    with pytest.raises(FieldFault, match="no date in the order mdy"):
        Clock(LoadOptions(date_order="mdy")).read("31/12/2026")


def test_time_without_zone_takes_the_declared_one_or_is_noted() -> None:
    declared = Clock(LoadOptions(timezone="Europe/Berlin"))
    assert declared.read("2026-07-01T12:00") == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert not declared.unstated
    bare = Clock(LoadOptions())
    assert bare.read("2026-07-01T12:00") == datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert bare.unstated


def test_large_export_streams_in_constant_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    record = article("1", "A sentence of an article. " * 40)
    with path.open("wb") as file:
        file.write(b'{"articles":[')
        file.write(b",\n".join([record] * 8_000))
        file.write(b'],"next":null}')
    assert path.stat().st_size > 8_000_000
    options = LoadOptions()
    tracemalloc.start()
    count = sum(1 for _ in choose(path, options=options).load(path, options))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 8_000
    assert peak < 4_000_000


LINES = st.sampled_from(
    [article("7"), b"", b"  ", b"{", b"[1]", b"[]", b"null", b'{"id": 1}', b"\xff", b"\0", b"a,b"]
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(lines=st.lists(LINES, max_size=12))
def test_every_line_in_is_an_item_or_a_failure_out(lines: list[bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(article("first") + b"\n" + b"\n".join(lines))
    found = read(path)
    expected = sum(1 for line in lines if line.strip() not in (b"", b"[]"))
    assert len(found) == 1 + expected


NAMES = st.sampled_from(
    "id title content turns speaker text visibility tickets comments requester_id articles body "
    "data source conversation_parts payload messages message_type conversations _embedded threads "
    "_results is_inbound from_agent results properties email records attributes products variants "
    "object price name sku child_events ticket_id Transcript customer_id emails traj task_id trial "
    "messages_display conversation_id".split()
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 9**18) | st.floats() | st.text(max_size=5) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=7),
    max_leaves=25,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(value=st.lists(st.dictionaries(NAMES, VALUES, min_size=3), min_size=1, max_size=2) | VALUES)
def test_no_json_of_any_shape_stops_the_run(value: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value))
    for item in read(path, own_domains=("acme.test",)):
        assert isinstance(item, Failure | Document | Interaction | Product | Customer)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None
)
@given(
    data=st.binary(max_size=300),
    head=st.sampled_from(
        [b"", b"WEBVTT\n\n", b"From a\nFrom: b@c.d\n\n", b"%PDF-1.4", b"PK\x03\x04"]
    ),
    suffix=st.sampled_from(
        ["md", "html", "txt", "csv", "tsv", "jsonl", "vtt", "mbox", "eml", "gz"]
    ),
)
def test_no_bytes_of_any_kind_stop_the_run(
    data: bytes, head: bytes, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(head + data)
    for item in read(path, own_domains=("acme.test",), sandbox=SANDBOX):
        assert isinstance(item, Failure | Document | Interaction | Product | Customer)


def test_groups_wait_on_disk_and_keep_their_order() -> None:
    records = [(str(n % 3), n) for n in range(9)]
    groups = list(grouped(records, key=lambda record: record[0]))
    assert [group[0][0] for group in groups] == ["0", "1", "2"]
    assert [n for _, n in groups[1]] == [1, 4, 7]


def test_missing_path_and_unknown_format_are_failures(tmp_path: Path) -> None:
    (found,) = find_files([tmp_path / "nowhere"])
    assert isinstance(found, Failure)
    (tmp_path / "a.md").write_text("# A")
    failure = choose(tmp_path / "a.md", format="wordstar")
    assert isinstance(failure, Failure)
    assert "markdown" in failure.reason
