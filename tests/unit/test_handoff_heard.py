"""What was said to them, whom to thank, which conversation and which need come along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from copilot.errors import InvalidInput
from copilot.handoff import each_once
from tests.handoff_cases import ASK, NOW, YES, Known, agreed, contact, need, promise

FIGURES = "The charge is £72."
TERM = "Your term ends on 5 December."


def test_what_was_told_in_figures_goes_along_whatever_was_said_last() -> None:
    said = contact("i-0", ("agent", f"Hello there. {TERM} {FIGURES}"), ("agent*", "It is £9."),
                   ("customer", "And?"), ("agent", "That is as stated."))  # fmt: skip
    later = contact("i-1", ("agent", "Hello. Nothing is known."), day=8)
    told, last = Known(contacts=[said, later]).hand("service")["told_so_far"]
    assert told["told"] == [TERM, FIGURES]
    assert last["told"] == ["Hello.", "Nothing is known."]
    assert told["last_word_of_ours"] == "That is as stated."


def test_figures_of_care_stay() -> None:
    said = contact("i-0", ("agent", "Your insulin goes out on 5 December."), ("agent", "Bye."))
    assert Known(contacts=[said]).hand("service")["told_so_far"][0]["told"] == ["Bye."]


@pytest.mark.parametrize(
    ("status", "more", "thanked"),
    [
        ("conflict", {"promisor": "Mel"}, False),
        ("overdue", {"promisor": "Mel"}, False),
        ("conflict", {"turn": "t1"}, False),
        ("conflict", {"promisor": "Mel", "kept_evidence": "i-9 t2"}, True),
        ("kept", {"promisor": "Mel"}, True),
        ("open", {"promisor": "Mel"}, True),
        ("conflict", {"promisor": "Rhys"}, True),
    ],
)
def test_nobody_is_thanked_whose_word_does_not_hold(
    status: str, more: dict[str, Any], thanked: bool
) -> None:
    row = {**promise(status, **more), "source_id": "i-1"}
    packet = Known(contacts=[agreed()], promises=[row]).hand("service")
    assert [one["name"] for one in packet["to_thank"]] == ["Mel"] * thanked


def test_nobody_is_thanked_of_whom_they_complain() -> None:
    blames = agreed(("customer", "I want to complain about Mel."))
    assert Known(contacts=[blames]).hand("service")["to_thank"] == []
    praises = agreed(("customer", "Mel was kind."))
    assert Known(contacts=[praises]).hand("service")["to_thank"]


def answered(*turns: list[str], **more: Any) -> dict[str, Any]:
    row = {"conversation_id": "live", "customer_id": "C-1", "created_at": NOW}
    return {**row, "trace": {"turns": list(turns)}, **more}


def test_a_conversation_that_was_answered_is_taken_by_its_id() -> None:
    row = answered(["agent", "It is hard.", "internal"], ["agent", ASK, "public"],
                   ["customer", YES, "public"])  # fmt: skip
    packet = Known(answered=[row]).hand(conversation_id="live")
    assert [one["quote"] for one in packet["said"]] == [YES]
    assert packet["consent"]["asked"] == ASK and "last turns" in packet["lacking"]
    assert "It is hard." not in str(packet)


def test_an_older_trace_does_not_tell_notes_from_turns() -> None:
    row = answered(["agent", "It is hard."], ["customer", "Date, cost, letter."])
    packet = Known(answered=[row]).hand("service", conversation_id="live")
    assert [one["quote"] for one in packet["said"]] == ["Date, cost, letter."]
    assert "It is hard." not in str(packet)


def test_a_conversation_nobody_knows_is_asked_for() -> None:
    for rows in ([], [answered(["customer", "Hi"], customer_id="C-2")],
                 [answered(["customer", "Hi"], created_at=NOW - timedelta(days=31))],
                 [answered(["agent", "Hi"])]):  # fmt: skip
        with pytest.raises(InvalidInput, match="`conversation`"):
            Known(contacts=[agreed()], answered=rows).hand("service", conversation_id="live")
    stored = Known(contacts=[agreed()]).hand("service", conversation_id="i-1")
    assert stored["lacking"] is None


def test_what_was_answered_and_not_sent_is_named_as_lacking() -> None:
    row = answered(["customer", "Date, cost, letter.", "public"])
    packet = Known(contacts=[agreed()], answered=[row]).hand("service")
    assert "live" in packet["lacking"] and "2026-05-08" in packet["lacking"]
    known = answered(["customer", "Hi"], conversation_id="i-1")
    assert Known(contacts=[agreed()], answered=[known]).hand("service")["lacking"] is None


def of(name: str, **more: Any) -> dict[str, Any]:
    row = need(id=name, conversation_id="i-0", **more)
    return {**row, "body": {**row["body"], "need": f"Of {name}", "recommended": [name.upper()]}}


def test_the_only_open_need_goes_along_from_an_earlier_contact() -> None:
    def needed(*rows: dict[str, Any], to: str = "sales") -> Any:
        return Known(contacts=[agreed()], needs=list(rows)).hand(to)["cheapest_sufficient"]

    assert needed(of("a")) == ["A"]
    assert needed(of("a"), of("b")) == []
    assert needed(of("a"), of("b", state="declined")) == ["A"]
    assert needed(of("a"), {**of("a"), "id": "a2", "conversation_id": "i-9"}) == ["A"]
    assert needed(of("a", state="fulfilled")) == needed(of("a", disposition="log_blocked")) == []
    assert needed(of("a"), to="service") == []


def test_a_need_of_two_conversations_is_listed_once_and_what_can_be_said_first() -> None:
    held, now = of("a", disposition="hold"), of("b", disposition="surface_now")
    again = {**of("a", disposition="hold"), "id": "a2", "conversation_id": "i-9"}
    other = {**again, "id": "a3", "customer_id": "C-2"}
    assert [row["id"] for row in each_once([held, again, now, other])] == ["b", "a", "a3"]
    bare = [{**of(n), "body": {"need": text, "recommended": []}} for n, text in (
        ("c", "More  zones"), ("d", "more zones"), ("e", "A lamp"))]  # fmt: skip
    assert [row["id"] for row in each_once(bare)] == ["c", "e"]
    more = [{**of(n), "body": {"need": n, "recommended": skus}} for n, skus in (
        ("f", ["VALVE", "ZONE"]), ("g", ["ZONE", "VALVE", "VALVE"]), ("h", ["VALVE"]))]  # fmt: skip
    assert [row["id"] for row in each_once(more)] == ["f", "h"]
