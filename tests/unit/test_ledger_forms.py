"""Rules are no promises, an hour without a verb is one, and a choice they took is answered."""

from __future__ import annotations

import pytest

from copilot.ledger.commitments import commitments, own_commitments
from copilot.ledger.fate import PRESUMED
from tests.unit.test_ledger_conflicts import against
from tests.unit.test_ledger_loops import loops
from tests.unit.test_ledger_presumed import made


@pytest.mark.parametrize(
    "text", ["We collect on the 15th.", "We invoice on the first.", "We debit rents on the 3rd."]
)
def test_when_money_is_always_collected_is_a_rule(text: str) -> None:
    assert not commitments(text, sales=False)


@pytest.mark.parametrize("text", ["We collect it on the 15th.", "We collect on the 15th of June."])
def test_and_of_one_thing_or_one_day_it_is_a_promise(text: str) -> None:
    assert commitments(text, sales=False)


@pytest.mark.parametrize(
    "text", ["Tomorrow between eight and eleven, first stop.", "Today, between 2 and 4 pm."]
)
def test_a_day_and_its_hours_alone_are_an_appointment(text: str) -> None:
    assert [c.kind for c in commitments(text, sales=False)] == ["event"]


@pytest.mark.parametrize(
    "text",
    [
        "Saturday between nine and one.",  # opening hours, every week
        "Tomorrow between dinner and bedtime.",
        "Between nine and one, first stop.",
    ],
)
def test_hours_of_any_week_or_no_hours_are_none(text: str) -> None:
    assert not commitments(text, sales=False)


@pytest.mark.parametrize(
    "text", ["I'll send you a photo by Wednesday so you see if it fits.", "Okay. Will send it."]
)
def test_the_customers_own_word(text: str) -> None:
    assert own_commitments(text)


@pytest.mark.parametrize("text", ["I'll send it if you want.", "I'll pay unless it is wrong."])
def test_a_condition_binds_no_customer(text: str) -> None:
    assert not own_commitments(text)


@pytest.mark.parametrize(
    ("days", "later"),
    [(8, (("customer", "How do I clean the milk hose?"),)), (40, ())],
)
def test_what_nobody_has_spoken_of_is_only_taken_as_kept(
    days: int, later: tuple[tuple[str, str], ...]
) -> None:
    found = made("And the sachets?", "We post the sachets on Friday.", *later, days=days)
    assert found.status == "kept"
    assert (found.kept_evidence or "").startswith(PRESUMED)


def test_what_they_say_themselves_is_known() -> None:
    told = ("customer", "The sachets arrived, thanks.")
    found = made("And the sachets?", "We post the sachets on Friday.", told)
    assert found.status == "kept"
    assert not (found.kept_evidence or "").startswith(PRESUMED)


def test_a_choice_of_theirs_between_what_we_offered_is_answered_by_the_deed() -> None:
    assert not loops(
        ("customer", "The bag that came last week was torn."),
        ("agent", "That is not how it should be. A credit or a new bag? Kim"),
        ("customer", "New bag please!"),
        ("agent", "It goes out on Tuesday, free of charge. Kim"),
    )


def test_our_question_about_something_else_leaves_a_request_open() -> None:
    assert loops(
        ("customer", "The lift squeaks."),
        ("agent", "Does the lift squeak at night too?"),
        ("customer", "Yes. And please print the March report."),
        ("agent", "The lift gets oil tonight."),
    )


DOWN = "Going down is possible when the minimum term is over."


def test_a_change_at_any_time_is_false_where_it_must_wait_for_the_end_of_the_term() -> None:
    claim = "If it gets too much you can go down to Solo or change to Flex at any time"
    assert against(claim, DOWN) is not None
    assert against("You can downgrade whenever you like", DOWN) is not None


@pytest.mark.parametrize(
    ("claim", "fact"),
    [
        ("You can go up at any time", DOWN),  # of another way
        ("You can change the plan at any time", "You can change the plan at any time."),
        ("You can go down when the minimum term is over", DOWN),
        ("If you move you might change at any time of day", "The pump changes its tone at night."),
    ],
)
def test_a_move_that_is_granted_or_not_spoken_of_is_no_conflict(claim: str, fact: str) -> None:
    assert against(claim, fact) is None


def test_a_figure_for_something_else_denies_nothing() -> None:
    """The notice is 3 months, whatever the term is."""
    row = "Office: Notice 3 months to the end of a month"
    assert against("Office is fifty-nine with twenty-four months", row) is None
    assert against("Office has a notice of one month", row) is None
    assert against("The valve has a warranty of five years", "Valve: Warranty 2 years") is not None
