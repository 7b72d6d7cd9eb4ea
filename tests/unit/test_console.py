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


def test_what_the_reply_leaves_open_is_a_list_of_whole_lines(monkeypatch: Any) -> None:
    out = Console(highlight=False, width=200, record=True)
    monkeypatch.setattr(console, "out", out)
    gaps = ["no source answers: “what does it cost?”", "no source answers: “[when]?”"]
    console.show_suggestion(suggested(gaps, ["a price without a source"]))
    lines = [line.strip() for line in out.export_text().splitlines()]
    start = lines.index("Unsure:")
    assert lines[start + 1 : start + 5] == [
        *(f"- {gap}" for gap in gaps), "Check before sending:", "- a price without a source",
    ]  # fmt: skip
    out = Console(highlight=False, width=200, record=True)
    monkeypatch.setattr(console, "out", out)
    console.show_suggestion(suggested(["do it, then send: they order a lamp"], []))
    shown = out.export_text()
    assert "Check before sending:" in shown and "Unsure" not in shown
    out = Console(highlight=False, width=200, record=True)
    monkeypatch.setattr(console, "out", out)
    console.show_suggestion(suggested([], []))
    assert "Unsure" not in (shown := out.export_text()) and "Check before" not in shown


def suggested(missing: list[str], warnings: list[str]) -> dict[str, Any]:
    """A suggestion as the API gives it."""
    contact = {"complaint": False, "issue_status": "none"}
    nothing: dict[str, Any] = {
        "promises": [], "open_loops": [], "inform": [], "flags": [], "question": None,
        "none_reason": None, "contact_state": contact,
    }  # fmt: skip
    segments = [{"text": "Yes.", "citations": [], "supported": True}]
    reply = {"segments": segments, "abstained": False, "missing": missing, "warnings": warnings}
    generator = {"kind": "extractive", "model": None, "reason": None}
    return {
        "reply": reply, "generator": generator, "citations": [], "nearest": [],
        "assessment": nothing, "alternatives": [],
    }  # fmt: skip


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
            "citations": [], "nearest": [], "assessment": assessment,
            "alternatives": [{"text": "Large print is free.", "source": source}],
        }
    )  # fmt: skip
    text = out.export_text()
    assert "or 1 Large print is free. (interaction i-0061, turn 1)" in text and "{" not in text


def test_what_to_read_where_no_source_answers_is_named_with_its_place(monkeypatch: Any) -> None:
    out = Console(highlight=False, width=200, record=True)
    monkeypatch.setattr(console, "out", out)
    near = {"source_id": "int-1", "title": "Freezing", "heading": "Costs", "quote": "£5 a month",
            "url": None, "visibility": "internal"}  # fmt: skip
    console.show_suggestion({**suggested([], []), "nearest": [near]})
    text = out.export_text()
    assert "Freezing › Costs (document int-1) internal" in text and "“£5 a month”" in text
