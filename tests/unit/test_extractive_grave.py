"""What is written for the bereaved is told to them, and to nobody else."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Segment, Turn
from copilot.extractive import compose

PAGE = """## My name changed
We need no certificate for a changed name.

## Handing the contract to somebody else
Number, term and price stay.

## When somebody has died
One message is enough, from any relative.

1. The line and the number go on for up to 90 days without charge.
2. Close it without any charge, or take it over at the same price.

No fee is ever charged for the router in this case.
"""
WHOLE = """## The line and the number
The line and the number go on for 90 days without charge. The router costs nothing."""
TITLE = "Change of name, contract holder, and bereavement"


def hit(text: str, title: str) -> Hit:
    return Hit(Chunk("a1#0", "document", "a1", 0, text), title, 1, 0.6)


def reply(said: str, *hits: Hit, ours: str = "") -> str:
    turns = [Turn("customer", "Hello."), Turn("agent", ours)] if ours else []
    draft: Draft = compose([*turns, Turn("customer", said)], hits)
    told: list[Segment] = [s for s in draft.segments if s.citations]
    return " ".join(segment.text for segment in told)


@pytest.mark.parametrize(
    "said",
    [
        "The number is dead. What would the line cost, is there a charge?",
        "My sister, who is 81, says the line is dead. Do I pay a charge for the number?",
        "The battery has died. Is the router without charge?",
        "These fees are killing me. Is there a charge for the line?",
        "I lost my phone. Can I keep the number without charge?",
    ],
)
def test_the_living_are_not_told_what_is_for_the_bereaved(said: str) -> None:
    for title, text in ((TITLE, PAGE), ("Bereavement", WHOLE)):
        told = reply(said, hit(text, title))
        assert "90 days" not in told and "charge" not in told and "relative" not in told


@pytest.mark.parametrize(
    "said",
    [
        "My husband passed away. What about a charge for the line and the number?",
        "I write about my late father's line. Is there a charge for the number?",
        "What happens to the line and the number if I die, is there a charge?",
    ],
)
def test_the_bereaved_are(said: str) -> None:
    assert "charge" in reply(said, hit(PAGE, TITLE))
    assert "90 days" in reply(said, hit(WHOLE, "Bereavement"))


def test_our_own_word_of_a_death_counts() -> None:
    said = "What about the charge for the line and the number?"
    assert "90 days" in reply(said, hit(WHOLE, "Bereavement"), ours="I read that your wife died.")
    assert not reply(said, hit(WHOLE, "Bereavement"), ours="I read that your phone died.")


def test_other_parts_of_such_a_page_are_for_who_names_them() -> None:
    assert "certificate" in reply("How do I change my name on it?", hit(PAGE, TITLE))
    assert "Number, term" in reply("How does handing on the contract work?", hit(PAGE, TITLE))
    assert not reply("Will number, term and price stay?", hit(PAGE, TITLE))
