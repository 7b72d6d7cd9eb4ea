"""A promise with a day to come is told to who asks, with its day and without an apology."""

from __future__ import annotations

import pytest

from copilot.domain import Turn
from tests.unit.test_commitments import assessed, mailed, promise, said
from tests.unit.test_commitments_sore import writes

QUOTE = "You will see it on the bill of 3 December."
WORDS = f"I have booked the 40 euros now. {QUOTE}"
PAST = (mailed(Turn("customer", "Where is my credit?", id="t1"), Turn("agent", WORDS, id="t2")),)
OPEN = promise(quote=QUOTE, due="2026-12-03", status="open")


@pytest.mark.parametrize(
    "asked",
    [
        "so is the 40 euros on the next bill or do I need a lawyer",
        "When do I get my 40 euros?",
    ],
)
def test_who_asks_about_it_is_told_its_day_and_no_apology(asked: str) -> None:
    (told,) = said(assessed(promises=(OPEN,)), contacts=PAST, conversation=writes(asked))
    assert "3 December 2026, is still to come" in told.text
    assert "sorry" not in told.text
    assert (told.source_id, told.turn, told.todo) == ("past-1", 1, "")


@pytest.mark.parametrize(
    "asked",
    [
        "How do I clean the hose?",  # of something else
        "I saw the 40 euros, thanks.",  # no question
    ],
)
def test_who_asks_something_else_is_not_told_of_it(asked: str) -> None:
    assert not said(assessed(promises=(OPEN,)), contacts=PAST, conversation=writes(asked))


def test_which_of_two_is_meant_nobody_guesses() -> None:
    two = (OPEN, promise(quote="The 40 euros come by 9 December.", due="2026-12-09", status="open"))
    asked = writes("When do I get my 40 euros?")
    assert not said(assessed(promises=two), contacts=PAST, conversation=asked)


@pytest.mark.parametrize("changes", [{"due": None}, {"promisor_role": "customer"}])
def test_without_a_day_or_of_theirs_nothing_is_told(changes: dict[str, str | None]) -> None:
    one = assessed(promises=(OPEN.model_copy(update=changes),))
    assert not said(one, contacts=PAST, conversation=writes("When do I get my 40 euros?"))


def test_a_day_gone_by_is_not_still_to_come() -> None:
    gone = assessed(promises=(OPEN.model_copy(update={"due": "2026-11-01"}),))
    assert not said(gone, contacts=PAST, conversation=writes("When do I get my 40 euros?"))


def test_what_a_colleague_has_answered_since_is_not_told_again() -> None:
    now = writes("When do I get my 40 euros?", "On 3 December.", "And who cleans the hose?")
    assert not said(assessed(promises=(OPEN,)), contacts=PAST, conversation=now)
