"""A talk that is over: what only thanks, says that it works or takes leave asks nothing."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.hearing.parting import NOTED, ending
from copilot.extractive.hearing.settling import WELCOME

GUIDE = "A blank code: close the app and open it again. A lift costs £5 on Thursday."


def reply(*said: str) -> Draft:
    """The draft for our turn and theirs by turns, theirs last."""
    speakers = ("customer", "agent") if len(said) % 2 else ("agent", "customer")
    turns = [Turn(speakers[n % 2], text) for n, text in enumerate(said)]  # type: ignore[arg-type]
    return compose(turns, [Hit(Chunk("a#0", "document", "a", 0, GUIDE), "Codes", 1, 0.55)])


@pytest.mark.parametrize(
    ("said", "answer", "note"),
    [
        ("that did it, ta. have a good one", WELCOME, "solved"),
        ("lovely thanks, bye", WELCOME, "thanks"),
        ("brilliant, that did the trick. thank you so much!", WELCOME, "solved"),
        ("It works now, cheers!", WELCOME, "solved"),
        ("That worked. Thank you, Anil.", WELCOME, "solved"),
        ("ok got it working", WELCOME, "solved"),
        ("Problem solved", WELCOME, "solved"),
        ("Ok, noted, see you on Thursday then.", NOTED, "count on “see you on Thursday then”"),
        ("see you tomorrow at 10:30 am", NOTED, "count on “see you tomorrow at 10:30 am”"),
        ("Noted.", NOTED, "take their leave"),
        ("bye for now", NOTED, "take their leave"),
        ("Ok great, will do, take care!", NOTED, "take their leave"),
    ],
)
def test_a_message_that_ends_the_talk_has_nothing_to_answer(
    said: str, answer: str, note: str
) -> None:
    draft = reply("My code is blank.", "Please close the app and open it again.", said)
    assert [s.text for s in draft.segments] == [answer]
    (told,) = draft.missing
    assert told.startswith("nothing to answer: they") and note in told


@pytest.mark.parametrize(
    "said",
    [
        "that did it, but the lift is broken now",
        "that didn't do it",
        "It works now and then",
        "noted, and what does a lift cost on Thursday",
        "Noted. The code is blank again",
        "see you on Thursday, I need a lift",
        "can you see you on Thursday?",
        "it is back again",
        "Thursday then",
        "the lift works now but costs too much",
    ],
)
def test_what_says_something_more_is_no_ending(said: str) -> None:
    assert ending(said, "Please close the app.") is None


@pytest.mark.parametrize("said", ["See you on Thursday then.", "got it"])
def test_after_a_question_of_ours_it_is_the_answer(said: str) -> None:
    assert ending(said, "Which day suits you?") is None
    assert ending(said, "We come on Thursday.") is not None


def test_after_let_me_see_the_question_stays_open() -> None:
    draft = reply("What does a lift cost on Thursday?", "Let me see.", "noted, see you soon")
    assert "£5" in " ".join(s.text for s in draft.segments)
