"""An item of a list is told with what leads to it; a question in an article is no answer."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.articles.passages import sentences

LESSONS = """# Ending your lessons

We confirm every cancellation of lessons within 2 days.

## No charge

- The teacher was ill for more than 3 weeks (see [Illness](ill.md)).
- You move to another town, and send a bill with the address.
"""
HIRE = """# Returning the car

You pay nothing for the rest of the hire if

- you returned the car less than 2 days early (we keep £4),
- the engine failed, or
- you were in hospital.
"""
INSURANCE = """# Claims for a phone

## What is not covered

- You dropped the phone into water.
- Scratches.
- We do not replace cables.
"""


def reply(text: str, said: str) -> Draft:
    title = text[2:].split("\n")[0]
    hit = Hit(Chunk("a#0", "document", "a", 0, text), title, 1, 0.55)
    return compose([Turn("customer", said)], [hit])


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments if segment.citations)


def told(text: str, title: str = "") -> list[str]:
    return [s.text for s in sentences(text, title)]


def test_a_case_under_a_heading_is_one_sentence_with_it() -> None:
    assert "No charge: the teacher was ill for more than 3 weeks." in told(LESSONS)
    said = words(reply(LESSONS, "The teacher was ill for 4 weeks. Can I end it without a charge?"))
    assert said == "No charge: the teacher was ill for more than 3 weeks."


def test_a_line_that_breaks_off_is_ended_by_each_item_and_never_stands_alone() -> None:
    lead = "You pay nothing for the rest of the hire if"
    assert told(HIRE) == [
        f"{lead} you returned the car less than 2 days early (we keep £4)",
        f"{lead} the engine failed",
        f"{lead} you were in hospital.",
    ]


def test_numbered_conditions_are_cases_and_numbered_steps_stay_steps() -> None:
    numbered = "You may cancel free of charge if:\n1. the hall is shut\n2. we changed the date\n"
    assert told(numbered)[0] == "You may cancel free of charge if the hall is shut"
    lead = "To stop it on the same day and free of charge:"
    steps = f"{lead}\n\n1. Press the key.\n2. Wait.\n"
    assert told(steps) == [lead, "Press the key.", "Wait."]


def test_what_holds_only_together_is_told_together() -> None:
    text = "The refund is full if all of these hold:\n- the seal is whole\n- the box is there\n"
    lead = "The refund is full if all of these hold"
    assert told(text) == [f"{lead}: the seal is whole; the box is there"]
    ends = "The refund is full if:\n- the seal is whole, and\n- the box is there\n"
    assert told(ends) == ["The refund is full if the seal is whole; the box is there"]


def test_an_exception_that_is_a_sentence_is_told_with_what_denies_it() -> None:
    assert told(INSURANCE) == [
        "What is not covered: you dropped the phone into water.",
        "What is not covered: Scratches.",
        "We do not replace cables.",
    ]


@pytest.mark.parametrize(
    "heading",
    ["No charge", "No fee at all", "Leaving without a charge", "When it is free", "Full refund",
     "Exceptions", "When not to swim", "You pay for"],
)  # fmt: skip
def test_headings_whose_items_are_cases(heading: str) -> None:
    (only,) = told(f"## {heading}\n\n- After an operation.\n")
    assert only == f"{heading}: after an operation."


def test_a_label_in_bold_is_a_heading() -> None:
    assert told("**No charge**\n\n- After an operation.\n") == ["No charge: after an operation."]
    assert told("**Keep your card.** \n\n- At home.\n")[0] == "Keep your card."


@pytest.mark.parametrize(
    "heading", ["Good to know", "Tips", "Free parking for visitors", "When the light blinks"]
)
def test_other_headings_lead_to_nothing(heading: str) -> None:
    assert told(f"## {heading}\n\n- Bring a towel.\n") == ["Bring a towel."]


def test_a_line_of_what_to_do_leads_to_no_cases() -> None:
    text = "If it does not start at the first go, try this:\n\n- hold the key\n- charge it\n"
    assert told(text)[1:] == ["hold the key", "charge it"]


def test_a_case_that_nobody_speaks_of_is_not_told() -> None:
    said = words(reply(LESSONS, "I want to end my lessons. What does it cost?"))
    assert "ill" not in said and "town" not in said
    asked = words(reply(LESSONS, "When can I end my lessons without a charge?"))
    assert "No charge: the teacher was ill" in asked


def test_a_line_before_a_list_is_no_answer_without_its_list() -> None:
    line = "Swimming lessons for adults are held every Monday evening in these baths:"
    text = f"# Lessons\n\n{line}\n\n- Upton\n- Wells\n"
    assert reply(text, "When are swimming lessons for adults held?").abstained


def test_a_question_leads_the_sentence_after_it_and_is_no_answer_alone() -> None:
    text = "**Lost your key?** Ring the desk at once. A new one costs £6. Anything else?\n"
    assert told(text) == ["Lost your key? Ring the desk at once.", "A new one costs £6."]
    assert told("**Too late?**\n\nWe keep the place for ten minutes.") == [
        "We keep the place for ten minutes."
    ]


def test_no_sentence_is_left_with_an_empty_bracket_or_a_loose_comma() -> None:
    assert not any("()" in text or text.endswith(",") for text in told(LESSONS) + told(HIRE))
