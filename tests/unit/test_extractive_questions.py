"""Each open question gets its own answer; nothing that was tried, refused or said comes again."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.articles.passages import sentences
from copilot.extractive.guards.addressing import to_customer
from copilot.extractive.hearing.asking import hear

RETURNS = """You may return any lamp within 40 days.

## How to return a lamp
1. Print the label in your account.
2. Put in all parts.
3. Bring the parcel to a shop.

## When do I get the money?
Within six working days after the parcel has arrived. It goes to the card you paid with.
"""
FAULT = """A blinking ring means that the lamp found no network.

## Fix it yourself
1. Restart the lamp.
2. Put in new batteries.
3. Move the lamp nearer to the router.
"""
PLANS = """The Sun plan costs £3 a month. The Moon plan costs £8 a month and dims by itself.

## Larger homes

| Lamps | Cheapest way | Price a month |
|---|---|---|
| 1 to 4 | Sun | £3 |
| 5 to 9 | Moon | £8 |
"""
HARDSHIP = """You need prove nothing for this help:

1. Payment break: up to 50 days without payment.
2. Instalments: what you owe is divided over 5 months.
3. Sun Basic: if your household receives a benefit.
"""


def hit(text: str, title: str = "", *, n: int = 1, score: float = 0.55) -> Hit:
    return Hit(Chunk(f"a{n}#0", "document", f"a{n}", 0, text), title, n, score)


def reply(said: list[str], *hits: Hit, **known: list[str]) -> Draft:
    """`said` are turns in order, ours marked with "us: "."""
    turns = [
        Turn("agent", t.removeprefix("us: ")) if t.startswith("us: ") else Turn("customer", t)
        for t in said
    ]
    return compose(turns, hits, **known)  # type: ignore[arg-type]


def told(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


def test_two_questions_get_two_answers_in_the_order_asked() -> None:
    asked = "When will I have my money? And how do I return the lamp?"
    text = told(reply([asked], hit(RETURNS, "Returns")))
    assert text.index("six working days") < text.index("Print the label") < text.index("a shop")
    only = told(reply(["When will I have my money?"], hit(RETURNS, "Returns")))
    assert "six working days" in only and "Print the label" not in only


def test_the_part_that_no_source_answers_is_named_to_the_agent() -> None:
    asked = "When will I have my money? Do you sell umbrellas?"
    draft = reply([asked], hit(RETURNS, "Returns"))
    assert "six working days" in told(draft) and not draft.abstained
    assert [gap for gap in draft.missing if "umbrellas" in gap]
    assert not [gap for gap in draft.missing if "money" in gap]


@pytest.mark.parametrize(
    ("said", "is_told"),
    [
        ("The ring of the lamp blinks. What can I do?", True),
        ("The ring of the lamp blinks. I've put in new batteries already. What can I do?", False),
    ],
)
def test_what_was_tried_is_not_told_again(said: str, *, is_told: bool) -> None:
    text = told(reply([said], hit(FAULT, "Blinking ring of a lamp")))
    assert "Move the lamp nearer" in text
    assert ("Put in new batteries." in text) is is_told


def test_what_we_said_is_not_said_again() -> None:
    ours = "us: Restart the lamp, put in new batteries and move the lamp nearer to the router."
    first = "The ring of the lamp blinks."
    assert "Restart" in told(reply([first], hit(FAULT, "Blinking ring")))
    again = told(reply([first, ours, "It blinks again, what else?"], hit(FAULT, "Blinking ring")))
    assert "Restart" not in again and "batteries" not in again


@pytest.mark.parametrize(
    ("said", "is_told"),
    [
        ("I lost my job. What can I do about the bill?", True),
        ("I lost my job and don't receive any benefit. What can I do about the bill?", False),
    ],
)
def test_what_holds_only_for_others_is_left_out(said: str, *, is_told: bool) -> None:
    text = told(reply([said], hit(HARDSHIP, "When paying is hard")))
    assert "Payment break" in text and "Instalments" in text
    assert ("Sun Basic" in text) is is_told


def test_what_the_customer_will_not_hear_again_is_left_out() -> None:
    text = "The lamp can be dimmed by hand. Guests can be invited one by one in the app."
    asked = "How can my guests use the lamp?"
    assert "invited" in told(reply([asked], hit(text, "Guests and the lamp")))
    refused = f"No more inviting guests in the app, please. {asked}"
    assert "invited" not in told(reply([refused], hit(text, "Guests and the lamp")))


def test_a_sentence_that_hangs_in_the_air_comes_with_the_one_before() -> None:
    text = "The blue lamp is made of glass. It costs £12."
    draft = reply(["What does the blue lamp cost?"], hit(text, "Lamps"))
    assert told(draft) == text


def test_another_plan_than_the_customers_is_not_told() -> None:
    text = "The Moon plan has a limit of 9 lamps. The Sun plan has a limit of 4 lamps."
    asked = ["How does the limit of lamps work?"]
    names = ["Moon plan", "Sun plan"]
    own = told(reply(asked, hit(text, "Limits"), products=names, owned=["Sun plan"]))
    assert own.startswith("The Sun plan")
    other = told(reply(asked, hit(text, "Limits"), products=names, owned=["Moon plan"]))
    assert other.startswith("The Moon plan")


def test_what_they_have_is_not_priced_to_them_where_they_ask_what_the_rest_costs() -> None:
    text = "The Sun lamp costs £90 once. The Moon plan costs £6 a month."
    asked = ["Please order the Moon plan and the Sun lamp.", "us: I look.", "What do I pay in all?"]
    names = ["Moon plan", "Sun lamp"]
    assert "£90" in told(reply(asked, hit(text, "Prices"), products=names))
    left = told(reply(asked, hit(text, "Prices"), products=names, owned=["Sun lamp"]))
    assert "£6" in left and "£90" not in left
    named = [*asked[:2], "What does another Sun lamp cost?"]
    assert "£90" in told(reply(named, hit(text, "Prices"), products=names, owned=["Sun lamp"]))


@pytest.mark.parametrize(("lamps", "price"), [("three", "£3"), ("7", "£8")])
def test_a_row_for_a_range_is_chosen_by_the_number_the_customer_names(
    lamps: str, price: str
) -> None:
    asked = f"I have {lamps} lamps at home. Which plan is the cheapest for me?"
    row = next(t.text for t in reply([asked], hit(PLANS, "Plans")).segments if "cheapest" in t.text)
    assert price in row


def test_the_help_for_what_somebody_faces_leads_whatever_words_they_use() -> None:
    bills = "A bill is due after ten days. The bill comes by post."
    draft = reply(
        ["They closed our shop and I can't keep up. What can I do about the bill?"],
        hit(bills, "Bills", n=1, score=0.5),
        hit(HARDSHIP, "When paying is hard", n=2, score=0.45),
    )
    assert "Payment break" in told(draft) and "sorry" in draft.segments[0].text
    calm = reply(["When is the bill due?"], hit(bills, "Bills", n=1), hit(HARDSHIP, "Hard", n=2))
    assert "sorry" not in told(calm) and "Payment break" not in told(calm)


def test_a_code_leads_to_the_part_about_it() -> None:
    text = "## E11: no network\nPull the cable.\n\n## E17: no pairing\nHold the button."
    assert told(reply(["The lamp shows E17, what now?"], hit(text, "E11 and E17"))).count("Hold")
    assert told(reply(["The lamp shows E11, what now?"], hit(text, "E11 and E17"))).count("Pull")


def test_a_customer_is_greeted_once_in_a_talk_and_in_every_letter() -> None:
    asked = ["When will I have my money?"]
    talk = ["Hello, my lamp is on its way back.", "us: Thank you.", *asked]
    hits = (hit(RETURNS, "Returns"),)
    turns = [Turn("agent" if "us:" in t else "customer", t) for t in talk]
    assert told(compose(turns[-1:], hits, customer_name="Owen")).startswith("Hello Owen,")
    assert "Owen" not in told(compose(turns, hits, customer_name="Owen"))
    assert "Owen" in told(compose(turns, hits, customer_name="Owen", channel="email"))


def test_the_questions_of_a_message_are_heard_one_by_one() -> None:
    message = "Thanks! A red lamp then: what does it cost, and from when would I get it? Bye."
    heard = hear([Turn("customer", message)])
    assert [ask.sort for ask in heard.asks] == ["cost", "time"]
    assert hear([Turn("customer", "My lamp is broken.")]).asks[0].sort == "problem"
    assert hear([Turn("customer", "Thank you!")]).asks == ()


def test_a_step_that_goes_on_in_the_next_line_is_one_step() -> None:
    text = "1. Open the lid\n   with a coin.\n2. Close it.\n"
    assert [s.text for s in sentences(text)] == ["Open the lid with a coin.", "Close it."]


def test_a_pointer_to_another_page_is_left_out_of_a_sentence() -> None:
    found = sentences("Press the pin: see [E23](e23.md). Then call us; see [Visits](v.md).")
    assert [s.text for s in found] == ["Press the pin.", "Then call us."]
    assert sentences("See the pin in the [picture](p.md) below.")[0].text.startswith("See the pin")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("The customer will receive a letter.", "You will receive a letter."),
        ("A letter is sent to the customer.", "A letter is sent to you."),
        ("The customer's lamp has been lit for 60 days.", "Your lamp has been lit for 60 days."),
        ("You will receive a letter.", "You will receive a letter."),
        ("Check that the customer gave you the code.", None),
        ("Use the close_lamp_7 tool for it.", None),
        ("lamp_id (string): the identifier of the lamp.", None),
        ("Set max_lamps to 4 in the settings.", "Set max_lamps to 4 in the settings."),
        ("The customer wants a lamp.", None),
    ],
)
def test_what_is_written_about_customers_is_turned_to_them_or_left(
    written: str, said: str | None
) -> None:
    assert to_customer(written) == said


PUSHY_STEPS = """A blinking ring means that the lamp found no network.

## Fix it yourself
1. Restart the lamp.
2. Upgrade to the Moon Plan today, it is our best plan!
3. Move the lamp nearer to the router.
"""


def test_a_step_that_sells_a_plan_nobody_asked_about_is_left_out() -> None:
    draft = reply(
        ["My lamp's ring is blinking. How do I fix it?"],
        hit(PUSHY_STEPS, "The ring of the lamp blinks"),
        products=["Moon Plan", "Sun Plan"],
    )
    assert "Restart the lamp" in told(draft)
    assert "Moon Plan" not in told(draft)
