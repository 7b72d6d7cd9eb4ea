"""The one neutral question: after the deed, once, and never of someone who has answered."""

from __future__ import annotations

import pytest

from tests.need_cases import assess, turn

CANCEL = ("customer", "Please cancel my second line.")
DONE = ("service", "Done, the line ends on 30 May.")


def test_a_change_without_a_reason_is_followed_by_one_question() -> None:
    answer = assess(CANCEL, DONE)
    assert answer.none_reason == "ask_first"
    assert answer.question is not None
    assert (answer.question.slot, answer.question.ask_after) == (
        "reason_for_change",
        "request_done",
    )


def test_the_question_has_no_why_no_barrier_and_no_offer() -> None:
    question = assess(CANCEL, DONE).question
    assert question is not None
    lowered = question.text.lower()
    for word in ("why", "before i can", "are you sure", "discount", "offer"):
        assert word not in lowered
    assert "no need to say" in lowered


@pytest.mark.parametrize(
    "reason", ["We've moved out.", "I never use it.", "I've bought the car it was for."]
)
def test_a_reason_that_was_given_is_not_asked_for(reason: str) -> None:
    assert assess(("customer", f"{CANCEL[1]} {reason}"), DONE).question is None


def test_a_reason_given_in_another_channel_counts() -> None:
    past = {
        "id": "mail", "at": "2026-05-01T09:00:00Z", "channel": "email",
        "turns": [turn(1, "customer", "We are moving abroad in June.", prefix="m")],
    }  # fmt: skip
    assert assess(CANCEL, DONE, history=[past]).question is None


def test_a_reason_on_file_counts() -> None:
    assert assess(CANCEL, DONE, facts=["moving to Spain in June"]).question is None


def test_nobody_with_a_care_code_is_asked() -> None:
    assert assess(CANCEL, DONE, state={"vulnerability": ["bereavement"]}).question is None


def test_it_is_not_put_twice() -> None:
    asked = ("service", "That is done. What is changing for you? (No need to say.)")
    assert assess(CANCEL, asked, ("customer", "Bye.")).question is None


def test_the_conversations_that_were_searched_are_named() -> None:
    question = assess(CANCEL, DONE).question
    assert question is not None
    assert question.already_known_checked == ("now",)


def test_a_question_about_cancelling_is_not_a_cancellation() -> None:
    assert assess(("customer", "How do I cancel my line?")).question is None


PAST = "2026-02-03T10:00:00Z"  # three months before
LATELY = "2026-05-04T10:00:00Z"


def told(at: str, text: str) -> list[dict[str, object]]:
    said = {**turn(1, "customer", text, prefix="h"), "at": at}
    return [{"id": "h1", "at": at, "channel": "phone", "turns": [said]}]


@pytest.mark.parametrize(
    ("at", "text", "known"),
    [
        (PAST, "We are moving to Saltby.", False),
        (LATELY, "We are moving to Saltby.", True),
        (LATELY, "I couldn't log in on my line because my phone was away.", False),
        (LATELY, "Cancel the second line soon because we have mobiles.", True),
    ],
)
def test_only_a_reason_of_these_months_for_a_change_explains_one(
    at: str, text: str, *, known: bool
) -> None:
    assert (assess(CANCEL, DONE, history=told(at, text)).question is None) is known


@pytest.mark.parametrize(
    ("fact", "known"),
    [
        ("Moved to Saltby on 18 July 2025", False),
        ("Moved to Saltby on 2 May 2026", True),
        ("Lease ends in June 2026", True),
        ("Closing the shop", True),
        ("Flatmate works from home with radiology images", False),
        ("Retired, poor eyesight", False),
    ],
)
def test_a_file_explains_a_change_by_what_it_says_of_one(fact: str, *, known: bool) -> None:
    assert (assess(CANCEL, DONE, facts=[fact]).question is None) is known


@pytest.mark.parametrize(
    ("ours", "asked"),
    [("What is changing for you?", True), ("The reason for the outage was a cable.", False)],
)
def test_only_the_question_itself_counts_as_asked(ours: str, *, asked: bool) -> None:
    assert (assess(("service", ours), CANCEL, DONE).question is None) is asked


def test_a_contract_with_its_kind_before_it_is_ended_too() -> None:
    assert assess(("customer", "Please end my gas contract in June."), DONE).question is not None
