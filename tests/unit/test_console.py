"""What a person at a terminal reads of the ledgers."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from copilot.cli import console


def shown(monkeypatch: Any, *promises: tuple[str, str, str]) -> str:
    """The timeline of a customer with promises of (role, status, words)."""
    out = Console(highlight=False, width=200, record=True)
    monkeypatch.setattr(console, "out", out)
    rows = [{"promisor_role": r, "status": s, "quote": q} for r, s, q in promises]
    customer = {"ids": ["C-1"], "name": "Ada"}
    body = {"customer": customer, "events": [], "promises": rows, "open_loops": []}
    console.show_timeline(body)
    return out.export_text()


def test_the_customers_own_word_is_not_ours(monkeypatch: Any) -> None:
    text = shown(monkeypatch, ("customer", "open", "I'll come back to you"))
    assert "our promises" not in text and "they promised open: “I'll come back to you”" in text
    text = shown(monkeypatch, ("service", "open", "I'll come back to you"))
    assert "our promises open: “I'll come back to you”" in text


def test_a_state_is_no_work(monkeypatch: Any) -> None:
    text = shown(monkeypatch, ("service", "open", "nothing to pay until 22 November"))
    assert "our promises" not in text


def test_an_alternative_names_its_source_in_words(monkeypatch: Any) -> None:
    out = Console(highlight=False, width=200, record=True)
    monkeypatch.setattr(console, "out", out)
    assessment = {
        "flags": [], "inform": [], "question": None, "promises": [], "open_loops": [],
        "contact_state": {}, "none_reason": None,
    }  # fmt: skip
    source = {"kind": "interaction", "source_id": "i-0061", "turn": 1}
    console.show_suggestion(
        {
            "generator": {"model": None, "kind": "extractive"},
            "reply": {"segments": [], "abstained": False, "missing": [], "warnings": []},
            "citations": [], "assessment": assessment,
            "alternatives": [{"text": "Large print is free.", "source": source}],
        }
    )  # fmt: skip
    text = out.export_text()
    assert "or 1 Large print is free. (interaction i-0061, turn 1)" in text and "{" not in text
