"""Thanks, "no hurry" and a goodbye after our "one moment" leave the question before them open."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.composing.manners import still_asked
from copilot.extractive.hearing.settling import WELCOME

RULES = "Cancel the van at least 24 hours before, otherwise the fee is £25."
ASKED = "Is there a fee if I cancel the van?"


def reply(*said: str) -> Draft:
    """Customer and agent by turns."""
    turns = [Turn("agent" if n % 2 else "customer", text) for n, text in enumerate(said)]
    return compose(turns, [Hit(Chunk("a#0", "document", "a", 0, RULES), "Vans", 1, 0.55)])


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


@pytest.mark.parametrize(
    ("hold", "polite"),
    [
        ("Let me see.", "thanks, no hurry"),
        ("One moment please, I look it up.", "ok thank you!"),
        ("Hold on, I'll check that for you.", "sure, take your time, bye"),
        ("Bear with me.", "no rush"),
    ],
)
def test_what_is_polite_leaves_the_question_open(hold: str, polite: str) -> None:
    draft = reply(ASKED, hold, polite)
    assert "£25" in words(draft)
    assert not any(polite in note for note in draft.missing)


@pytest.mark.parametrize(
    ("before", "ours", "now"),
    [
        (ASKED, "Yes, £25 on the same day.", "thanks, no hurry"),  # it was answered
        ("My name is Tom.", "Let me see.", "thanks"),  # nothing was asked
        (ASKED, "Let me see. Which van is it?", "thanks"),  # we asked, and wait
        (ASKED, "Let me see.", "it is the blue one"),  # it says something
    ],
)
def test_what_was_answered_or_never_asked_is_not_opened_again(
    before: str, ours: str, now: str
) -> None:
    turns = [Turn("customer", before), Turn("agent", ours), Turn("customer", now)]
    assert still_asked(turns) == turns


@pytest.mark.parametrize("thanks", ["thanks, bye", "thanks, no hurry", "thank you, take your time"])
def test_thanks_after_an_answer_get_their_short_word(thanks: str) -> None:
    assert words(reply(ASKED, "24 hours before it is free.", thanks)) == WELCOME
