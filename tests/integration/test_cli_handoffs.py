"""Hand-offs and what was said at a terminal: listed, shown whole, taken, declined, returned."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from copilot.config import ROOT, Settings
from copilot.db import Database
from tests.command_line import Run

PACKET: dict[str, Any] = {
    "customer": {"name": "Ann [Lee]", "owns": ["Lamp"], "facts": [], "open_cases": ["CASE-1"]},
    "need": None, "quotes": [], "note": "Ring [her] today.",
    "said": [{"quote": "And the 25 is not on my bill"}],
    "consent": {"quote": "Yes, do", "at": "2026-11-04T19:51:00+00:00", "asked": "May we ring?"},
    "products": [
        {"sku": "L", "count": 2, "name": "Lamp", "price": 19, "currency": "GBP", "period": "once"},
        {"sku": "C", "count": 1, "name": None, "price": 2, "currency": "GBP", "period": "month"},
    ],
    "costs": [
        {"amount": 38, "currency": "GBP", "period": "once"},
        {"amount": 2, "currency": "GBP", "period": "month"},
    ],
    "deadline": [{"quote": "this week or I go", "on": "2026-11-06"}],
    "open_promises": [{"quote": None, "status": "overdue", "due": "2026-10-09", "from": "i-1"}],
    "open_loops": [{"quote": "where?", "status": "open", "times_asked": 3, "from": "i-2"}],
    "told_so_far": [
        {"id": "i-1", "at": None, "channel": "chat", "subject": None, "last_word_of_ours": "Soon."}
    ],
    "do_not": ["Do not promise it again."], "to_thank": [{"name": "Mel"}],
}  # fmt: skip
WHOLE = (
    "Note of the sender", "Ring [her] today.", "CASE-1", "And the 25 is not on my bill",
    "“Yes, do” 2026-11-04 19:51, to our “May we ring?”",
    "2 × Lamp + 1 × C: 38.00 GBP once + 2.00 GBP a month", "“this week or I go” 2026-11-06",
    "(the words stay in the timeline) overdue, due 2026-10-09, in i-1",
    "“where?” asked 3 times, in i-2", "undated chat i-1: “Soon.”", "Do not promise it again.",
    "Mel", "Ann [Lee]",
)  # fmt: skip


@pytest.fixture
def made(run: Run, tmp_path: Path) -> list[str]:
    """An installation with two hand-offs; the ids, newest first."""
    people = tmp_path / "customers.json"
    people.write_text(json.dumps([{"customer_id": "C-1", "name": "Ann Lee", "emails": []}]))
    assert run("ingest", people).code == 0
    ledgers = Database.open(Settings().database).tenant(Settings().tenant).ledgers
    rows = [
        ledgers.add_handoff(customer_id="C-1", to_role=to, packet=PACKET, by="k")
        for to in ("service", "sales")
    ]
    return [row["id"] for row in reversed(rows)]


def listed(run: Run, *more: str) -> list[str]:
    return [row["id"] for row in run("handoffs", *more, "--json").last["handoffs"]]


def test_what_waits_is_listed_and_shown_whole(run: Run, made: list[str]) -> None:
    assert listed(run) == made
    assert listed(run, "--to", "service") == made[1:]
    assert run("handoffs", "--to", "both").code == 2
    text = run("handoffs").out
    assert made[0][:8] in text and "Ann [Lee]" in text and "Ring [her] today." in text
    shown = " ".join(run("handoffs", "show", made[0][:8]).out.split())
    assert [line for line in WHOLE if line not in shown] == []
    assert "Budget" not in shown
    assert run("handoffs", "show", made[0], "--json").last["packet"] == PACKET


def test_an_empty_list_says_what_it_is_a_list_of(run: Run) -> None:
    assert run("handoffs").out.strip() == "No hand-off waits."
    assert run("handoffs", "--all").out.strip() == "No hand-off was ever made."
    assert run("handoffs", "--all", "--to", "sales").out.strip() == (
        "No hand-off to sales was ever made."
    )


def test_it_is_taken_and_returned_or_declined_with_a_reason(run: Run, made: list[str]) -> None:
    sales, service = made
    assert run("handoffs", "return", sales, "--note", "met").code == 1  # not accepted yet
    assert "accepted" in run("handoffs", "accept", sales[:8]).out
    assert run("handoffs", "return", sales, "--note", " ").code == 2
    assert "returned" in run("handoffs", "return", sales, "--note", "met: two lamps").out
    assert run("handoffs", "decline", service).code == 2
    declined = run("handoffs", "decline", service, "--note", "for billing", "--json").last
    assert (declined["note"], declined["state"]) == ("for billing", "declined")
    assert run("handoffs").out.strip() == "No hand-off waits."
    assert run("handoffs", "--to", "sales").out.strip() == "No hand-off to sales waits."
    assert listed(run, "--all") == made
    assert "met: two lamps" in run("handoffs", "show", sales).out


def test_an_id_is_found_by_its_beginning_or_refused(run: Run, made: list[str]) -> None:
    assert "There is no hand-off" in run("handoffs", "show", "zz").err
    assert "2 hand-offs begin" in run("handoffs", "accept", "").err
    assert listed(run) == made


def test_a_contact_is_told_with_its_first_words_and_outcome(run: Run, tmp_path: Path) -> None:
    turns = [
        {"speaker": "agent", "role": "service", "text": "Good morning."},
        {"speaker": "customer", "text": "My valve is [cold] again. " + "It is. " * 40},
    ]
    talks = [
        {"id": "i-1", "customer_id": "C-1", "subject": "A cold valve", "turns": turns,
         "at": "2026-05-01T09:00:00Z", "outcome": {"resolved": True, "reopened": True}},
        {"id": "i-2", "customer_id": "C-1", "turns": turns, "at": "2026-05-02T09:00:00Z"},
    ]  # fmt: skip
    file = tmp_path / "talks.jsonl"
    file.write_text("\n".join(map(json.dumps, talks)))
    assert run("ingest", file).code == 0
    text = run("timeline", "C-1").out
    assert "A cold valve reopened" in text
    # the second has no subject: its title is made of the words, which stand once
    assert text.count("My valve is [cold] again.") == 2
    assert text.count("“My valve is [cold] again.") == 1
    assert "…”" in text


def test_the_package_runs_as_the_command() -> None:
    words = [sys.executable, "-m", "copilot", "handoffs", "--help"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "decline" in done.stdout
