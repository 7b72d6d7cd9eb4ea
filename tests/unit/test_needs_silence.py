"""The reason for silence is true: what they own covers it only where it answers and is not full."""

from __future__ import annotations

from typing import Any

from copilot.cli.console import _silence
from tests.need_cases import assess

HUB = {"id": "E1", "name": "Hub", "includes": ["joins devices to the app", "schedules for rooms"]}
PLAN = {**HUB, "name": "Plan", "limits": {"rooms": 2}}


def reason(said: str, owned: dict[str, Any]) -> str | None:
    return assess(("customer", said), entitlements=[owned]).none_reason


def test_what_they_own_covers_it_where_it_answers() -> None:
    assert reason("How do I set up schedules for my rooms?", HUB) == "already_entitled"


def test_a_word_in_common_with_what_they_own_covers_nothing() -> None:
    assert reason("What would the app cost in a bigger flat?", HUB) == "information_only"


def test_what_they_own_and_have_used_up_covers_nothing() -> None:
    said = "What about schedules for five rooms?"
    assert reason(said, {**PLAN, "used": {"rooms": 2}}) == "information_only"
    assert reason(said, {**PLAN, "used": {"rooms": 1}}) == "already_entitled"


def test_an_open_issue_is_not_called_a_complaint() -> None:
    issue = assess(("customer", "The lamp won't start."))
    assert issue.none_reason == "open_complaint"
    assert _silence(issue.to_json()) == "their issue is open"
    angry = assess(("customer", "The lamp won't start, this is unacceptable."))
    assert _silence(angry.to_json()) == "open complaint"
