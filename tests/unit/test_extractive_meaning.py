"""Customers' own words meet the article's, and a sentence that only shares a word is no answer."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import ALIKE, compose, stem
from copilot.extractive.hearing.asking import hear
from copilot.extractive.language.phrases import in_one_word

VISITS = """## Visits
A technician's visit costs £40.

## At home
Somebody over 18 must be there.

## Changing
The appointment can be changed free of charge until noon of the day before.
"""
NOISE = """## Facts

| | |
|---|---|
| Noise | under 20 dB |
| Weight | 3 kg |
"""
TERMS = """## Notice

| What | Notice | Charge |
|---|---|---|
| A plan in its first year | 20 days | £9 for each month that remains |
| A plan after its first year | 20 days | none |
| Moon Business | 60 days | £90 |

## Not satisfied?
After the final letter you can go to the Lamp Ombudsman free of charge. It decides in a month.
"""
LAMP = """The white light means that the lamp is ready. Press the button to switch it off.

The lamp lies flat on the floor of a room. It costs £29.
"""
DUE = """## What happens

| Day after the due date | What happens |
|---|---|
| 5 | reminder |
| 60 | disconnection |

A payment break of 30 days is possible: no fee, no disconnection in this time.
"""
SHOPS = "The last lamps are sold in our shops only, while stocks last; none can be ordered online."


def hit(text: str, title: str = "", *, n: int = 1, score: float = 0.55) -> Hit:
    return Hit(Chunk(f"a{n}#0", "document", f"a{n}", 0, text), title, n, score)


def reply(said: str | list[str], *hits: Hit, **known: list[str]) -> Draft:
    turns = [
        Turn("agent", t.removeprefix("us: ")) if t.startswith("us: ") else Turn("customer", t)
        for t in ([said] if isinstance(said, str) else said)
    ]
    return compose(turns, hits, **known)  # type: ignore[arg-type]


def told(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments if segment.citations)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Can I give it back?", "return"),
        ("Could you let me off the fee?", "waive"),
        ("How do I bring down my bill?", "reduce"),
        ("Do I have to be in?", "attend"),
        ("Does it begin all over?", "overagain"),
        ("Can I pay it bit by bit?", "instalment"),
        ("Can I move the delivery?", "change"),
        ("The line was down all night.", "outage"),
        ("I am back home and down on my luck in a quiet street.", ""),
        ("We are moving to a new house.", ""),
        ("Put the lamp in the hall.", ""),
    ],
)
def test_a_phrase_is_read_as_the_one_word_that_articles_say(said: str, meant: str) -> None:
    read = in_one_word(said)
    assert (meant in read) if meant else read == said


def test_words_that_are_only_near_are_no_substitutes() -> None:
    for one, other in (("rent", "buy"), ("black", "white"), ("cat", "dog"), ("home", "house")):
        assert stem(other) not in ALIKE.get(stem(one), ())
    assert stem("noise") in ALIKE[stem("loud")] and stem("power") in ALIKE[stem("electricity")]


def test_how_loud_is_answered_with_the_figure() -> None:
    draft = reply("How loud is that lamp?", hit(NOISE, "The lamp"))
    assert told(draft) == "Noise: under 20 dB."


def test_must_i_be_in_is_answered_by_who_must_be_there() -> None:
    draft = reply("Do I have to be in, and how do I move the appointment?", hit(VISITS, "Visits"))
    assert "must be there" in told(draft) and "until noon" in told(draft)


def test_a_date_is_not_a_sentence_that_says_there_is_none() -> None:
    draft = reply("How long until my line is cut off?", hit(DUE, "Late payment"))
    assert told(draft) == "Day 60 after the due date: disconnection."


def test_what_stands_under_a_heading_answers_who_to_turn_to() -> None:
    said = "You closed my complaint and I don't agree. Who do I go to now?"
    assert "Ombudsman" in told(reply(said, hit(TERMS, "Complaints")))


def test_rows_on_products_nobody_named_are_left_out() -> None:
    names = {"products": ["Moon Business"]}
    plain = told(reply("How can I cancel, and what does it cost?", hit(TERMS, "Terms"), **names))
    assert "£9" in plain and "Moon Business" not in plain
    theirs = told(reply("What does it cost to cancel Moon Business?", hit(TERMS), **names))
    assert "£90" in theirs


def test_a_yes_or_no_needs_more_than_the_word_it_ends_on() -> None:
    draft = reply("If it leaks, would the neighbours repair the floor?", hit(LAMP, "The lamp"))
    assert draft.abstained and "floor" in " ".join(draft.missing)


def test_it_stands_for_something_that_the_answer_speaks_of() -> None:
    hub = hit("The hub costs £79.", "The hub")
    said = "What is the price of a hub, and do you have it in white?"
    draft = reply(said, hub, hit(LAMP, "Lamp", n=2))
    assert "£79" in told(draft) and "white" not in told(draft).lower()
    assert any("white" in gap for gap in draft.missing)


def test_the_start_of_a_long_question_is_what_it_ends_on() -> None:
    asks = hear([Turn("customer", "Is damage by water covered if it falls?")]).asks
    assert asks[0].focus == "water"


def test_what_hurries_is_left_out_and_the_rest_is_said() -> None:
    draft = reply("Where can I order the last lamps?", hit(SHOPS, "Lamps"))
    assert "shops only" in told(draft) and "while stocks last" not in told(draft)


def test_a_no_to_our_question_that_asks_nothing_is_no_question() -> None:
    ours = "us: Are two lamps in the same room?"
    no = reply(["The app says E55.", ours, "No, six lamps, six rooms."], hit(LAMP, "The lamp"))
    assert no.abstained
    code = reply(
        ["It blinks.", "us: Is the light white?", "No, it shows E7 now."],
        hit("E7: restart the lamp.", "E7"),
    )
    assert "restart the lamp" in told(code)


def test_a_pointer_to_another_page_gives_way_to_what_stands_here() -> None:
    page = "For a broken lamp see Complaints. A broken lamp is mended within ten days or replaced."
    draft = reply("My lamp is broken, what can you do?", hit(page, "Broken lamp"))
    assert told(draft).startswith("A broken lamp is mended")


HANDED = (
    "The owner can hand the home to a new owner: devices and schedules stay, history is lost "
    "unless they tick a box."
)
CHANGED = "If you change the plan, you lose no schedules: they stay as they are."


def test_a_question_for_a_case_is_answered_for_that_case_or_not_at_all() -> None:
    asked = "Do I lose my schedules if I change the plan?"
    assert told(reply(asked, hit(HANDED, "Sharing a home"))) == ""
    assert "they stay as they are" in told(reply(asked, hit(CHANGED, "Plans")))
    without_case = told(reply("Do I lose my schedules?", hit(HANDED, "Sharing a home")))
    assert "schedules stay" in without_case
