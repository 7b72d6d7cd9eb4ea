"""A question whose answer the customer gave already is found, with the turn that gave it."""

from __future__ import annotations

import pytest

from copilot.domain import Turn
from copilot.guardrails.repeats import questions, repeated_questions


def said(*texts: str) -> list[Turn]:
    """Turns by customer and agent in turn, the customer first."""
    return [Turn("customer" if n % 2 == 0 else "agent", text) for n, text in enumerate(texts)]


TOLD = [
    ("Could you give me your order number?", "Order 88121 has not come.", "order number", "88121"),
    ("What is the order number?", "It is about order number #W-49232.", "order number", "#W-49232"),
    ("Which order is this about?", "My order A4411 is late", "order number", "A4411"),
    (
        "Please confirm your e-mail address.",
        "I am jo@example.org.",
        "e-mail address",
        "jo@example.org",
    ),
    ("What's your email?", "mail me at a.b@c.example", "e-mail address", "a.b@c.example"),
    ("What is the best phone number?", "Ring 020 7946 0000", "phone number", "020 7946 0000"),
    ("What is your delivery address?", "I live at 12 Mill Road", "address", "12 Mill Road"),
    ("Could you share your postcode?", "We are in CB1 2AB.", "postcode", "CB1 2AB"),
    ("May I have your name?", "Hi, my name is Ana Lopes.", "name", "Ana Lopes"),
    ("Which router do you use?", "My Hub 3 keeps dropping.", "device model", "Hub 3"),
    ("Which plan are you on?", "I have the Basic plan.", "plan", "Basic plan"),
    ("What error code do you see?", "It shows error E-42 all day", "error code", "E-42"),
    ("When did the problem start?", "The problem began last week.", "date", "last week"),
    ("How much were you charged?", "You charged me £24.50 twice", "amount", "£24.50"),
    ("Have you tried restarting it?", "I have restarted it twice.", "step", "I have restarted"),
    (
        "Could you try to unplug the router?",
        "already unplugged everything",
        "step",
        "already unplugged",
    ),
    ("What is your account number?", "account 5512-77 here", "account number", "5512-77"),
    ("Please send the serial number.", "Serial number is SN99812", "serial number", "SN99812"),
]
NOT_TOLD = [
    ("Could you give me your order number?", "My parcel has not come."),
    ("Please confirm your e-mail address.", "I wrote two letters."),
    ("What is your delivery address?", "My e-mail address is jo@example.org"),
    ("What is your e-mail?", "I live at 12 Mill Road"),
    ("May I have your name?", "This is the second time."),
    ("When would you like the engineer to come?", "It broke last week."),
    ("When did you move in?", "The bill came yesterday."),
    ("Have you tried resetting the router?", "I have restarted the laptop."),
    ("Is your e-mail still jo@example.org?", "I am jo@example.org."),
    ("Which of the two lights is red?", "The light is red."),
    ("Your order 88121 is on its way.", "Order 88121 has not come."),
    ("What error code do you see?", "It shows an error."),
    ("Which colour would you like?", "My name is Ana."),
    ("That number is unknown; could you check the order number again?", "Order 88121"),
]


@pytest.mark.parametrize(("draft", "turn", "slot", "answer"), TOLD)
def test_what_was_told_is_not_asked_again(draft: str, turn: str, slot: str, answer: str) -> None:
    (repeat,) = repeated_questions(draft, said(turn))
    assert (repeat.slot, repeat.answer, repeat.turn) == (slot, answer, 0)


@pytest.mark.parametrize(("draft", "turn"), NOT_TOLD)
def test_what_was_not_told_may_be_asked(draft: str, turn: str) -> None:
    assert repeated_questions(draft, said(turn)) == []


def test_a_bare_reply_answers_the_question_before_it() -> None:
    turns = said("Hello", "Could you give me the order number?", "88121")
    (repeat,) = repeated_questions("What is your order number?", turns)
    assert (repeat.answer, repeat.turn) == ("88121", 2)


def test_not_knowing_is_no_answer() -> None:
    turns = said("Hello", "Could you give me the order number?", "I don't have it, sorry")
    assert repeated_questions("What is your order number?", turns) == []


def test_a_reply_to_one_of_two_questions_answers_only_that() -> None:
    turns = said("Hi", "Could you give me your name and zip code?", "Amelia Silva, Philadelphia")
    assert repeated_questions("Could you share your zip code?", turns) == []


def test_the_same_question_in_other_words_is_a_repeat() -> None:
    turns = said("Hi", "Which colour would you like for the case?", "Green, thanks")
    (repeat,) = repeated_questions("What colour would you like the case in?", turns)
    assert repeat.turn == 2


def test_what_the_file_knows_is_not_asked() -> None:
    (repeat,) = repeated_questions("May I have your name?", [], {"name": "Ana Lopes"})
    assert (repeat.answer, repeat.turn) == ("Ana Lopes", None)


def test_what_an_agent_said_is_no_answer() -> None:
    turns = [Turn("agent", "Order 88121 is the one I see.")]
    assert repeated_questions("What is your order number?", turns) == []


def test_only_sentences_that_ask_are_questions() -> None:
    text = "Thanks. Your e-mail a.b@c.example is on file. Please send the serial number. OK?"
    assert questions(text) == ["Please send the serial number.", "OK?"]
