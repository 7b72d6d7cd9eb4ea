"""Rows of the ledgers and of needs: the same words are one row, whoever reads them again."""

from __future__ import annotations

from copilot.needs import Assessment
from copilot.needs.output import Audit, Confidence, ContactState, EvidenceOut, Flag
from copilot.suggester.rows import ledger_rows, need_rows
from tests.unit.test_commitments import loop, promise


def flag(quote: str = "the house got bigger this summer", disposition: str = "surface_now") -> Flag:
    return Flag(
        need="heat three more rooms",
        need_type="stated",
        evidence=(EvidenceOut(turn="t1", quote=quote),),
        disposition=disposition,  # type: ignore[arg-type]
        confidence=Confidence(p=0.9),
        customer_benefit="warm rooms",
    )


def assessed(*flags: Flag, none_reason: str | None = None) -> Assessment:
    return Assessment(
        case_id="c", as_of="2026-11-20", versions={}, contact_state=ContactState(),
        audit=Audit(candidates=0), flags=flags, none_reason=none_reason,  # type: ignore[arg-type]
    )  # fmt: skip


def test_ids_are_the_same_for_the_same_words_and_only_for_them() -> None:
    (first,) = ledger_rows([promise()], [], "C-1", {})
    (again,) = ledger_rows([promise(status="kept", promise_id="P9")], [], "C-1", {})
    assert first["id"] == again["id"] and (first["status"], again["status"]) == ("overdue", "kept")
    others = [
        ledger_rows([promise(quote="We will call")], [], "C-1", {}),
        ledger_rows([promise(turn="t3")], [], "C-1", {}),
        ledger_rows([promise()], [], "C-2", {}),
        ledger_rows([promise(conversation_id="past-2")], [], "C-1", {}),
        ledger_rows([], [loop(turn="t2", quote=promise().quote)], "C-1", {}),
    ]
    assert len({first["id"], *(rows[0]["id"] for rows in others)}) == 6


def test_promises_and_requests_stand_side_by_side_with_their_state() -> None:
    rows = ledger_rows([promise()], [loop()], "C-1", {})
    assert [(r["kind"], r["status"], r["due"]) for r in rows] == [
        ("promise", "overdue", "2026-11-15"),
        ("loop", "open", None),
    ]
    assert all(r["customer_id"] == "C-1" and r["source_id"] == "past-1" for r in rows)


def test_the_conversation_in_progress_gets_its_own_name() -> None:
    (row,) = ledger_rows([promise(conversation_id="now")], [], "C-1", {"now": "conv-7"})
    assert row["source_id"] == "conv-7" and row["body"]["conversation_id"] == "conv-7"


def test_a_state_is_no_row_of_work_and_a_promise_is() -> None:
    state = "Nothing to pay until 22 November"
    assert ledger_rows([promise(quote=state, status="open")], [], "C-1", {}) == []
    assert ledger_rows([promise(quote=state, status="conflict")], [], "C-1", {})
    assert ledger_rows([promise(status="open")], [], "C-1", {})


def test_what_is_said_twice_is_stored_once() -> None:
    assert len(ledger_rows([promise(), promise()], [loop(), loop()], None, {})) == 2


def test_a_need_is_one_row_per_conversation_and_quote() -> None:
    rows = need_rows(assessed(flag()), "C-1", "conv-1", "s1")
    again = need_rows(assessed(flag()), "C-1", "conv-1", "s2")
    other = need_rows(assessed(flag("we need a quieter boiler")), "C-1", "conv-1", "s3")
    assert rows[0]["id"] == again[0]["id"] != other[0]["id"]
    assert rows[0]["state"] == "surfaced" and rows[0]["body"]["need"] == "heat three more rooms"


def test_a_need_that_must_wait_is_held() -> None:
    for disposition in ("hold", "log_blocked"):
        (row,) = need_rows(assessed(flag(disposition=disposition)), "C-1", "conv-1", "s1")
        assert row["state"] == "held"


def test_of_somebody_who_objected_no_need_is_stored() -> None:
    assert need_rows(assessed(flag(), none_reason="opted_out"), "C-1", "conv-1", "s1") == []
