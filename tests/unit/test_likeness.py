"""A past question is like this one by meaning and words; another fault code makes it another."""

from __future__ import annotations

import pytest

from copilot.domain import Turn
from copilot.suggester.likeness import Likeness, open_words

LEAK = "My kettle leaks at the bottom"


def like(*said: str, asked: float = 0.5, answers: float = 0.4) -> Likeness:
    """A conversation in which every past question is `asked` near, every reply `answers`."""
    turns = tuple(Turn("customer" if n % 2 == 0 else "agent", text) for n, text in enumerate(said))
    then = "the kettle drips"
    return Likeness.of(turns, lambda _, other: asked if other.startswith(then) else answers)


THEN = "the kettle drips from its bottom"


@pytest.mark.parametrize(
    ("asked", "answers", "reply", "is_like"),
    [
        (0.5, 0.4, "Please empty the kettle.", True),
        (
            0.5,
            0.2,
            "Please empty the kettle.",
            False,
        ),  # speaks of the matter, answers no such thing
        (0.3, 0.6, "Please empty the kettle.", False),  # another question
        (0.45, 0.35, "Please empty the kettle.", False),  # neither is near enough for the other
        (0.55, 0.3, "Please empty the kettle.", False),
        (0.6, 0.3, "Please empty the kettle.", True),
        (0.5, 0.4, "Cinnamon is lovely in winter.", False),  # neither by words nor by meaning
        (0.5, 0.5, "Cinnamon is lovely in winter.", True),
        (0.8, 0.2, "Descale and rinse twice, then wait overnight.", True),
        (0.8, 0.2, "Which ones did you put in?", False),  # says too little to answer anything
    ],
)
def test_a_reply_answers_what_is_near_enough(
    asked: float, answers: float, reply: str, *, is_like: bool
) -> None:
    assert like(LEAK, asked=asked, answers=answers).holds(THEN, reply) is is_like


def test_another_code_is_another_matter() -> None:
    shown = like("The kettle shows E23 and leaks", asked=0.8, answers=0.8)
    assert shown.holds(f"{THEN}, E23", "Please empty the kettle.")
    assert not shown.holds(f"{THEN}, E17", "Please empty the kettle.")
    assert not shown.holds(THEN, "Please empty the kettle.")
    assert shown.holds(THEN, "E23 means that the kettle is full of lime.")
    assert not like(LEAK, asked=0.8).holds(f"{THEN}, E17", "Please empty the kettle.")


def test_an_order_number_is_no_code() -> None:
    named = like("My kettle leaks, order AB-12345", asked=0.8)
    assert named.holds(THEN, "Please empty the kettle.")
    assert named.holds(f"{THEN}, order XY-99999", "Please empty the kettle.")


def test_a_short_message_leans_on_those_before_it() -> None:
    follows = like(LEAK, "Which one is it?", "The red one.")
    assert len(follows.now) > 1 and LEAK in follows.now[1]
    alone = like(
        LEAK,
        "Noted.",
        "The invoice of March shows a wrong address, a sum and no VAT number beside it",
    )
    assert len(alone.now) == 1


def test_a_bare_answer_is_heard_with_what_was_said_before_it() -> None:
    asked = (Turn("customer", "My kettle leaks"), Turn("agent", "Which one?"))
    assert "kettl" in open_words((*asked, Turn("customer", "the red")))
    long = Turn("customer", "the invoice of March shows a wrong address")
    assert "kettl" not in open_words((*asked, long))
