"""What is never said as done or agreed: a wish, a booking, and a yes to a question of fact."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.composing.confirming import WISHED
from copilot.extractive.hearing.settling import DO_FIRST, YES, is_put
from copilot.extractive.hearing.wishes import done

PAGE = """# Moving, vans and payment day
You can move your membership to another studio under Account > Studio.
Book the van at least 5 days ahead. A pallet costs £9.
You may move the payment day once a year, without a charge.
"""


def reply(*said: str, text: str = PAGE) -> Draft:
    turns = [
        Turn("agent", t.removeprefix("us: ")) if t.startswith("us: ") else Turn("customer", t)
        for t in said
    ]
    title = text.splitlines()[0].lstrip("# ")
    return compose(turns, [Hit(Chunk("a#0", "document", "a", 0, text), title, 1, 0.6)])


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


@pytest.mark.parametrize(
    "said",
    [
        "I need to move my membership to another studio. How?",
        "We'd like to order 12 pallets of stock in December.",
        "we would like to book a van for Saturday",
        "Please book a van for Saturday",
        "I want to change my payment day to the 28th",
        "Please move my membership to another studio",
        "Could you put the pallets into our unit?",
        "Please upgrade my account to the large one",
        "Please pause my membership for two months",
    ],
)
def test_what_needs_a_day_a_stock_or_a_price_or_is_only_wished_is_not_told_as_done(
    said: str,
) -> None:
    assert done(said) is None
    assert "I have" not in words(reply(said))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Please change my payment day to the 28th",
            "I have changed your payment day to the 28th.",
        ),
        ("I'd like you to update my address", "I have updated your address."),
        ("I want to change my e-mail address please", "I have changed your e-mail address."),
        ("Turn off the newsletter", "I have turned off the newsletter."),
    ],
)
def test_a_plain_instruction_for_their_account_is(said: str, told: str) -> None:
    assert done(said) == told


def test_a_wish_is_noted_as_one_and_not_as_a_deed_to_do() -> None:
    draft = reply("we would like to book a van for Saturday")
    assert any(note.startswith(WISHED) for note in draft.missing)
    assert not any(note.startswith(DO_FIRST) for note in draft.missing)


def test_who_asks_how_or_at_which_price_is_not_told_that_it_is_done() -> None:
    plain = "Please change my payment day to the 28th."
    assert "I have changed your payment day" in words(reply(plain))
    for more in ("What does that cost?", "How does it work?"):
        draft = reply(f"{plain} {more}")
        assert "I have changed" not in words(draft)
        assert any(note.startswith(WISHED) for note in draft.missing)


FACTS = [
    "Are you safe?",
    "Is the light red?",
    "Have you changed your phone?",
    "Do you smell gas?",
    "Did the parcel come?",
    "May I ask for your postcode?",
    "I can send somebody on Monday. Do you smell gas?",
]
OFFERS = [
    "Shall I book it for you?",
    "Would you like me to cancel it?",
    "Do you want the larger one?",
    "I can send him on Tuesday. Is that all right?",
    "I can send him on Tuesday. Morning or afternoon?",
    "Would Tuesday at 9 work?",
    "Does that suit you?",
    "I will put it on your next bill.",
]


@pytest.mark.parametrize("ours", FACTS)
def test_a_yes_to_a_question_of_fact_agrees_to_nothing(ours: str) -> None:
    assert not is_put(ours)
    draft = reply("Hello, it does not open", f"us: {ours}", "yes")
    assert YES not in words(draft)
    question = ours.split(". ")[-1]
    assert any(question in note and "go on from there" in note for note in draft.missing)


@pytest.mark.parametrize("ours", OFFERS)
def test_a_yes_to_an_offer_does(ours: str) -> None:
    assert is_put(ours)
    assert words(reply("Can I change it?", f"us: {ours}", "yes please")) == YES


def test_the_question_behind_a_yes_is_heard_without_its_mark() -> None:
    draft = reply("I'm locked in", "us: Shall I call the guard?", "yes. do i have to pay for this")
    assert words(draft) != YES


def test_what_a_yes_tells_beside_it_is_answered() -> None:
    text = "# Router lights\n| Light | Meaning |\n|---|---|\n| Amber, blinking | Sign-in fails. |\n"
    told = reply(
        "Internet is down", "us: Is the light amber?", "yes, amber and blinking since Monday",
        text=text,
    )  # fmt: skip
    assert "Sign-in fails" in words(told) and YES not in words(told)


def test_of_what_may_cost_something_one_word_met_is_no_answer() -> None:
    locks = "# Locks\nTaking the red lock off is free once the account is paid.\n"
    gate = "# Gate\nThe gate of the hall opens at 6.\n"
    pages = [("Locks", locks), ("Gate", gate)]
    hits = [
        Hit(Chunk(f"{n}#0", "document", f"{n}", 0, text), title, n, 0.6)
        for n, (title, text) in enumerate(pages, 1)
    ]
    said = (
        "I'm locked in, the gate of the hall is shut",
        "yes just cold. do i have to pay for this",
    )
    turns = [Turn("customer", said[0]), Turn("agent", "Are you safe?"), Turn("customer", said[1])]
    assert "free" not in words(compose(turns, hits))
