"""What is said in anger is left out of what is asked, and the question beside it is answered."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.hearing.asking import hear
from copilot.extractive.hearing.insults import civil

PARCELS = "# Parcels that are late\nA parcel that is late is sent again after 5 working days.\n"
POOL = "# Pool hours\nThe pool is open from 7:00 to 21:00.\n"


def reply(said: str, page: str) -> Draft:
    hit = Hit(Chunk("1#0", "document", "1", 0, page), page.splitlines()[0][2:], 1, 0.6)
    return compose([Turn("customer", said)], [hit])


@pytest.mark.parametrize(
    ("said", "page", "told"),
    [
        ("My parcel is late. What kind of junk do you send people?", PARCELS, "sent again"),
        ("Is this a joke?? My parcel is late.", PARCELS, "sent again"),
        ("When is my late parcel sent again, you useless lot?", PARCELS, "5 working days"),
        ("This is a joke. When is the pool open?", POOL, "7:00"),
        ("When is the pool open or do I need to get a lawyer", POOL, "7:00"),
    ],
)
def test_the_question_beside_an_insult_is_answered(said: str, page: str, told: str) -> None:
    draft = reply(said, page)
    assert told in " ".join(segment.text for segment in draft.segments)
    assert not any("no source answers" in gap for gap in draft.missing)


@pytest.mark.parametrize(
    "said",
    [
        "what kind of junk do you rent to people",
        "You are useless!",
        "are you kidding me?",
        "I'll see you in court.",
        "What a joke you are.",
        "What kind of company are you?",
    ],
)
def test_an_insult_alone_asks_nothing(said: str) -> None:
    assert not hear([Turn("customer", said)]).asks


@pytest.mark.parametrize(
    "said",
    [
        "what kind of junk do you take?",
        "Is this a scam?",
        "Do I need a lawyer for probate?",
        "When is the rubbish collected?",
        "Is it a joke shop?",
        "What kind of service do you offer for boilers?",
        "Is the old card useless now for paying?",
        "How do I leave a review?",
    ],
)
def test_a_question_in_the_same_words_stays_one(said: str) -> None:
    assert civil(said) == said


@pytest.mark.parametrize("said", ["that did not do the trick", "works again, but when is it late?"])
def test_who_goes_on_is_heard(said: str) -> None:
    assert not any(gap.startswith("nothing to answer") for gap in reply(said, PARCELS).missing)
