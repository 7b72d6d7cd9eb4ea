"""A call's transcript names neither its customer nor its day: a person or its file's name does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Run

SAID = [
    ("Jan", "Good morning, how can I help?"),
    ("Nele Brandt", "The machine is too loud for my kitchen. Can I send it back?"),
    ("Jan", "Within 14 days. I will send you the label by Friday."),
]
ROLES = ("--role", "Jan=agent:service", "--role", "Nele Brandt=customer")
PEOPLE = [
    {"customer_id": "K-211", "name": "Nele Brandt", "emails": []},
    {"customer_id": "brandt", "name": "A word is no sure id", "emails": []},
    {"customer_id": "2026", "name": "Nor is a number", "emails": []},
]


def transcript(path: Path) -> Path:
    """A WebVTT file, or an SRT one by its name."""
    is_srt = path.suffix == ".srt"
    dot = "," if is_srt else "."
    cues = [
        f"{n + 1}\n00:{n:02d}:01{dot}000 --> 00:{n:02d}:09{dot}000\n{name}: {text}\n"
        for n, (name, text) in enumerate(SAID)
    ]
    path.write_text("\n".join(cues if is_srt else ["WEBVTT\n", *cues]), "utf-8")
    return path


@pytest.fixture
def at(run: Run, tmp_path: Path) -> Run:
    """A terminal at an installation that knows its customers."""
    (people := tmp_path / "customers.json").write_text(json.dumps(PEOPLE))
    assert run("ingest", people, "--json").code == 0
    (tmp_path / "calls").mkdir()
    return run


def contacts(at: Run, customer: str) -> list[str]:
    """The days of a customer's calls."""
    body: dict[str, Any] = at("timeline", customer, "--json").last
    return [str(e["at"])[:10] for e in body["events"] if e["kind"] == "contact"]


def remarks(report: dict[str, Any]) -> str:
    return " ".join(row["remark"] for row in report["remarks"])


def test_one_call_is_given_its_customer_and_day(at: Run, tmp_path: Path) -> None:
    call = transcript(tmp_path / "calls" / "talk.vtt")
    ended = at("ingest", call, *ROLES, "--customer", "K-211", "--at", "2026-11-27", "--json")
    assert ended.code == 0 and ended.last["added"] == 1 and not ended.last["remarks"]
    assert contacts(at, "K-211") == ["2026-11-27"]
    promised = at("needs", "--customer", "K-211", "--json").last["promises"]
    assert [row["due"] for row in promised] == ["2026-12-04"]  # the Friday after that day


def test_the_name_of_the_file_says_it_and_the_report_tells_so(at: Run, tmp_path: Path) -> None:
    transcript(tmp_path / "calls" / "2026-11-26 K-211.vtt")
    transcript(tmp_path / "calls" / "call_2026-11-27_K-211.srt")
    transcript(tmp_path / "calls" / "K-211 GMT20261128-140500_Recording.vtt")
    again = ("ingest", tmp_path / "calls", *ROLES, "--json")
    first = at(*again).last
    assert first["added"] == 3 and first["failed"] == 0
    assert "customer K-211 is read from the file's name" in remarks(first)
    assert "day is read from the file's name" in remarks(first)
    assert contacts(at, "K-211") == ["2026-11-26", "2026-11-27", "2026-11-28"]
    assert at(*again).last["unchanged"] == 3  # the same command keeps the folder fresh


@pytest.mark.parametrize(
    "name", ["talk.vtt", "brandt 2026.vtt", "K-2111.vtt", "2026-13-40.vtt", "20261127.vtt"]
)
def test_nothing_else_in_a_name_is_taken_for_an_id_or_a_day(
    name: str, at: Run, tmp_path: Path
) -> None:
    transcript(tmp_path / "calls" / name)
    told = remarks(at("ingest", tmp_path / "calls", *ROLES, "--json").last)
    assert "--customer ID" in told and "--at DAY" in told
    assert not any(contacts(at, one["customer_id"]) for one in PEOPLE)


def test_what_is_declared_stands_before_the_name(at: Run, tmp_path: Path) -> None:
    call = transcript(tmp_path / "calls" / "2026-11-26 K-211.vtt")
    at("ingest", call, *ROLES, "--customer", "brandt", "--at", "2026-11-20 14:05", "--json")
    assert contacts(at, "brandt") == ["2026-11-20"] and contacts(at, "K-211") == []


def test_each_of_several_calls_is_named(at: Run, tmp_path: Path) -> None:
    for name in ("a.vtt", "b.vtt"):
        transcript(tmp_path / "calls" / name)
    options = (
        "--customer",
        "a.vtt=K-211",
        "--customer",
        "calls/b.vtt=X-9",
        "--at",
        "b.vtt=2026-11-20",
    )
    ended = at("ingest", tmp_path / "calls", *ROLES, *options, "--json")
    assert ended.code == 0 and "no customer 'X-9' is on file" in remarks(ended.last)
    assert (len(contacts(at, "K-211")), contacts(at, "X-9")) == (1, ["2026-11-20"])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--customer", "K-211"), '--customer "a.vtt=K-211"'),
        (("--at", "2026-11-27"), "there are 2 (a.vtt, b.vtt)"),
        (("--customer", "c.vtt=K-211"), "there is no call of that name"),
        (("--customer", "a.vtt=K-211", "--customer", "a.vtt=K-2"), "given twice"),
        (("--customer", "a.vtt="), "not 'a.vtt='"),
        (("--at", "a.vtt=31/12/2026"), "--date-order dmy"),
        (("--at", "a.vtt=soon"), "'soon' is not a time"),
    ],
)
def test_a_declaration_that_fits_no_call_is_refused_at_once(
    options: tuple[str, ...], told: str, at: Run, tmp_path: Path
) -> None:
    for name in ("a.vtt", "b.vtt"):
        transcript(tmp_path / "calls" / name)
    ended = at("ingest", tmp_path / "calls", *ROLES, *options)
    assert ended.code == 2 and told in " ".join(ended.err.split())
    assert at("search", "label", "--json").last["results"] == []


def test_a_declaration_without_any_call_is_refused(at: Run, tmp_path: Path) -> None:
    ended = at("ingest", tmp_path / "customers.json", "--customer", "K-211")
    assert ended.code == 2 and "transcript of a call" in " ".join(ended.err.split())


def test_undeclared_speakers_are_one_line_with_their_names(at: Run, tmp_path: Path) -> None:
    """Not a failure for each thing they said, and not a call that holds no message."""
    transcript(tmp_path / "calls" / "talk.vtt")
    told = at("ingest", tmp_path / "calls", "--json").last
    (reason,) = told["reasons"]
    assert (told["failed"], told["left_out"]) == (1, 0)
    assert '"Jan" (2), "Nele Brandt" (1)' in reason["reason"]
    assert '--role "Jan=customer"' in reason["reason"]
