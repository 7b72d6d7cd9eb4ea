"""Who they are and what waits for us, at a terminal: ids by name, and the work queue."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from copilot.config import Settings
from copilot.db import Database
from tests.command_line import Ran, Run

PEOPLE = [
    {"customer_id": "C-1", "name": "Ann Lee", "emails": [], "segment": "home"},
    {"customer_id": "C-2", "name": "Zoë Anneling", "emails": []},
    {"customer_id": "C-3", "name": "Sam Ode", "emails": []},
    {"customer_id": "C-4", "name": "Sam Ode", "emails": []},
    {"customer_id": "C-5", "name": "Cem", "emails": []},
]
NOW = datetime.now(UTC)


def day(days: int) -> str:
    return (NOW + timedelta(days=days)).date().isoformat()


def talk(source_id: str, customer: str, *said: tuple[str, str]) -> dict[str, Any]:
    at = (NOW - timedelta(days=20)).isoformat()
    turns = [
        {
            "speaker": who, "text": text, "at": at, "visibility": "public",
            **({"role": "service"} if who == "agent" else {}),
        }
        for who, text in said
    ]  # fmt: skip
    return {"id": source_id, "channel": "chat", "customer_id": customer, "at": at, "turns": turns}


TALKS = [
    talk(
        "i-1", "C-1",
        ("customer", "My valve is broken. And please send me the large print leaflet."),
        ("agent", f"I will post you a new valve by {day(-10)}."),
    ),
    talk(
        "i-2", "C-2",
        ("customer", "When will somebody look at my bill?"),
        ("agent", f"I will check your bill and call you by {day(30)}."),
    ),
    talk("i-3", "X-9", ("customer", "Is the shop open?"), ("agent", "Yes, until six.")),
]  # fmt: skip


@pytest.fixture
def at(run: Run, tmp_path: Path) -> Run:
    """A terminal at an installation with five people and three conversations."""
    people, talks = tmp_path / "customers.json", tmp_path / "talks.jsonl"
    people.write_text(json.dumps(PEOPLE), "utf-8")
    talks.write_text("\n".join(map(json.dumps, TALKS)), "utf-8")
    assert run("ingest", people, talks).code == 0
    return run


def ids(ran: Ran) -> list[str]:
    return [row["id"] for row in ran.last["customers"]]


def test_customers_that_are_one_person_are_listed_once(run: Run, tmp_path: Path) -> None:
    """Who writes from an address that only one record has is that customer, and no second one."""
    people, talks = tmp_path / "customers.json", tmp_path / "talks.jsonl"
    mine = {**PEOPLE[0], "emails": ["ann@lee.example"]}
    people.write_text(json.dumps([mine, PEOPLE[1]]))
    lines = [talk("i-1", "ann@lee.example", ("customer", "Hello?")), TALKS[2]]
    talks.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run("ingest", people, talks, "--json").code == 0
    assert ids(run("customers", "--json")) == ["C-1", "C-2", "X-9"]
    assert ids(run("customers", "--limit", 2, "--json")) == ["C-1", "C-2"]
    assert "the first" in run("customers", "--limit", 2).out


def test_a_merged_record_is_found_under_the_one_that_was_kept(at: Run) -> None:
    store = Database.open(Settings().database).tenant(Settings().tenant)
    store.records.merge("C-3", "C-4", reason="one person", by="test")
    store.records.merge("gone", "C-5", reason="its keeper is on no file", by="test")
    assert ids(at("customers", "--json")) == ["C-1", "C-2", "C-3", "C-5", "X-9"]
    assert ids(at("customers", "--name", "Sam Ode", "--json")) == ["C-3"]


def test_customers_are_listed_with_those_whom_only_a_conversation_names(at: Run) -> None:
    assert ids(at("customers", "--json")) == ["C-1", "C-2", "C-3", "C-4", "C-5", "X-9"]
    shown = at("customers", "--limit", 2).out
    assert "C-1  Ann Lee  home" in shown and "C-3" not in shown and "the first 2" in shown
    assert "the first" not in at("customers", "--limit", 6).out


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ann", ["C-1", "C-2"]), ("ann lee", ["C-1"]), ("Mrs Lee", ["C-1"]), ("Lee, Ann", ["C-1"]),
        ("zoe", ["C-2"]), ("sam ode", ["C-3", "C-4"]), ("lee zoe", []), ("eeling", []),
        ("C-9", []),  # an id that does not exist is no Cem
    ],
)  # fmt: skip
def test_a_name_finds_ids(at: Run, name: str, found: list[str]) -> None:
    assert ids(at("customers", "--name", name, "--json")) == found


def test_a_timeline_takes_a_name_that_only_one_has(at: Run) -> None:
    for who in ("C-1", "ann lee", "Lee"):
        assert at("timeline", who, "--json").last["customer"]["ids"] == ["C-1"]
    assert at("timeline", "X-9", "--json").last["customer"]["ids"] == ["X-9"]
    several = at("timeline", "Sam")
    assert several.code == 2
    assert "C-3 (Sam Ode), C-4 (Sam Ode): say which id" in " ".join(several.err.split())
    for who in ("nobody", "C-9"):
        none = at("timeline", who)
        assert none.code == 2 and "copilot customers --name" in " ".join(none.err.split())


def test_the_queue_lists_what_waits(at: Run) -> None:
    body = at("needs", "--json").last
    assert [(p["customer_id"], p["is_overdue"]) for p in body["promises"]] == [
        ("C-1", True), ("C-2", False),
    ]  # fmt: skip
    assert [row["customer_id"] for row in body["loops"]] == ["C-1"]
    shown = at("needs").out
    assert "Overdue promises (1)" in shown and "Promises to keep (1)" in shown
    assert "C-1 Ann Lee" in shown and f"due {day(-10)}" in shown


def test_what_a_customer_said_they_would_do_is_no_debt_of_ours(at: Run, tmp_path: Path) -> None:
    theirs = talk(
        "i-5", "C-5",
        ("agent", "Shall I order the lamp?"),
        ("customer", f"I ask my brother and I tell you by {day(-10)}."),
    )  # fmt: skip
    (tmp_path / "more.jsonl").write_text(json.dumps(theirs), "utf-8")
    assert at("ingest", tmp_path / "more.jsonl").code == 0
    listed = {p["customer_id"]: p for p in at("needs", "--json").last["promises"]}
    assert listed["C-5"]["body"]["promisor_role"] == "customer"
    assert not listed["C-5"]["is_overdue"]
    late = at("needs", "--overdue", "--json").last["promises"]
    assert [p["customer_id"] for p in late] == ["C-1"]


def test_the_queue_s_filters(at: Run) -> None:
    late = at("needs", "--overdue", "--json").last
    assert late.keys() == {"promises"} and len(late["promises"]) == 1
    soon = at("needs", "--due", day(0), "--json").last
    assert [p["customer_id"] for p in soon["promises"]] == ["C-1"] and "loops" not in soon
    theirs = at("needs", "--customer", "zoë", "--json").last
    assert [p["customer_id"] for p in theirs["promises"]] == ["C-2"] and not theirs["loops"]
    assert at("needs", "--due", "soon").code == 2
    assert at("needs", "--customer", "nobody").code == 2
    assert "Nothing waits." in at("needs", "--customer", "C-5").out


def test_needs_held_back_are_a_list_of_their_own(at: Run) -> None:
    database = Database.open(Settings().database)
    rows = [
        {
            "id": state, "customer_id": "C-1", "conversation_id": "i-1", "suggestion_id": None,
            "disposition": disposition, "state": state, "body": {
                "need": state, "release_on": None, "recommended": [],
                "evidence": [{"quote": f"I want it {state}"}],
            },
        }
        for state, disposition in (
            ("held", "hold"), ("surfaced", "surface_now"), ("declined", "surface_now"),
        )
    ]  # fmt: skip
    database.tenant(Settings().tenant).ledgers.add_needs(rows)
    database.close()
    assert {n["id"] for n in at("needs", "--json").last["needs"]} == {"held", "surfaced"}
    held = at("needs", "--held", "--json").last
    assert held.keys() == {"needs"} and [n["id"] for n in held["needs"]] == ["held"]
    assert "“I want it held”" in at("needs", "--held").out
