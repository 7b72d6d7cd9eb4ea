"""A past reply of a colleague comes only where it helps: no sale, no broken word, no good-bye."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from copilot.domain import Alternative, Turn
from copilot.guardrails.selling import sells
from copilot.needs import Assessment
from copilot.needs.output import Audit, ContactState, GateOut
from copilot.retriever import PastReply
from copilot.story import Story
from copilot.suggester.checks import Allowed
from copilot.suggester.colleagues import Judge, closes, open_words, stopped, unsold, widened

NAMES = ("Lumo Basic", "Lumo Premium", "Guard Plus")
NOBODY = Story(("C-1",), None, (), (), (), (), ())
PROMISED = "The export will be there by March"
DOUBT = "the kettle leaks and the bill is wrong"
JUDGE = Judge(
    heard=widened(open_words((Turn("customer", DOUBT),))), closes=False, product_names=NAMES,
    spoken_of=(), cares=False, may_sell=False, disputed_in=frozenset({"wrong-1"}),
    disputed=(PROMISED,),
)  # fmt: skip


def reply(text: str, *, answered: str = DOUBT, source: str = "past-1", **more: Any) -> PastReply:
    return PastReply(
        Alternative(text, "interaction", source, 1),
        **{"is_habit": False, **more},
        answered=answered,
    )


SALES = (
    "Then Guard Plus is right for you, £6 a month, and the kettle is covered.",
    "Great choice! Shall I put both kettles on the order?",
    "For a kettle I recommend the large one.",
    "The kettle goes well with Lumo Premium at £9 a month.",
    "I'd take the new kettle, many customers also choose it.",
)
ANSWERS = (
    "Please empty the kettle first and send me a photo.",
    "Your bill is corrected, £12 goes back to you.",
    "A paper bill costs £1.50 a month; by e-mail it is free.",
)


@pytest.mark.parametrize("text", SALES)
def test_nothing_is_sold_to_somebody_who_did_not_ask(text: str) -> None:
    assert sells(text, NAMES)
    assert not JUDGE.fits(reply(text))
    assert not JUDGE.fits(reply(text, is_habit=True))


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_stands_whatever_it_costs(text: str) -> None:
    assert not sells(text, NAMES)
    assert JUDGE.fits(reply(text))


def test_where_a_need_stands_the_words_of_a_sale_are_help() -> None:
    wanting = replace(JUDGE, may_sell=True)
    assert wanting.fits(reply("Then Guard Plus is right for you: it covers the kettle."))
    assert not wanting.fits(reply("Hurry, only two kettles left, decide now before they are gone!"))


def test_the_price_of_what_they_have_is_no_offer() -> None:
    bill = "Lumo Basic stays at £9 a month on your bill."
    assert not JUDGE.fits(reply(bill))
    assert replace(JUDGE, spoken_of=("Lumo Basic",)).fits(reply(bill))


def test_without_a_catalogue_there_is_nothing_to_sell_but_care_forbids_it_still() -> None:
    bare = replace(JUDGE, product_names=())
    advice = reply("I recommend to descale the kettle.", is_habit=True)
    assert bare.fits(advice)
    assert not replace(bare, cares=True).fits(advice)


def test_a_word_we_broke_is_not_given_again() -> None:
    kettle = "The kettle and the bill are looked at today."
    assert JUDGE.fits(reply(kettle))
    assert not JUDGE.fits(reply(kettle, source="wrong-1", is_habit=True))  # said beside it
    again = "Yes, the export will surely be there by March."
    assert not JUDGE.fits(reply(again, is_habit=True))
    assert JUDGE.fits(reply("The export has no date yet.", is_habit=True))


def test_a_neighbour_answers_what_was_said_and_a_habit_needs_no_echo() -> None:
    other = "Cinnamon, that one is lovely."
    assert not JUDGE.fits(reply(other))
    assert not JUDGE.fits(reply("It leaks no more.", answered="which biscuits are good"))
    assert JUDGE.fits(reply("Which kettle is it?"))
    assert JUDGE.fits(reply("May I have your name?", is_habit=True))


def test_good_bye_is_for_who_leaves() -> None:
    bye = reply("Have a good holiday!", answered="thank you, that was all")
    assert not JUDGE.fits(bye)
    assert replace(JUDGE, closes=True).fits(bye)
    assert closes((Turn("customer", "Great, thank you, bye!"),))
    assert not closes((Turn("customer", "Thank you. I still want to know my choices."),))
    assert not closes((Turn("customer", "Thanks! And when?"),))


def test_a_bare_answer_is_heard_with_what_was_said_before_it() -> None:
    asked = (Turn("customer", "My kettle leaks"), Turn("agent", "Which one?"))
    assert "kettl" in open_words((*asked, Turn("customer", "the red")))
    long = Turn("customer", "the invoice of March shows a wrong address")
    assert "kettl" not in open_words((*asked, long))


def assessed(state: dict[str, Any], gates: dict[str, Any]) -> Assessment:
    audit = Audit(candidates=0, gates={name: GateOut(result=r) for name, r in gates.items()})
    return Assessment(
        case_id="1", as_of="2026-11-20", versions={}, contact_state=ContactState(**state),
        audit=audit,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "gates"),
    [
        ({"care": ("financial",)}, {}), ({"complaint": True}, {}), ({"issue_status": "open"}, {}),
        ({}, {"G2": "fail"}), ({}, {"G3": "fail"}),
    ],
)  # fmt: skip
def test_care_trouble_and_objections_stop_every_sale(
    state: dict[str, Any], gates: dict[str, Any]
) -> None:
    assert stopped(assessed(state, gates))
    assert not stopped(assessed({}, {"G3": "pass", "G4": "fail"}))


def test_care_that_only_a_model_saw_takes_the_sale_back() -> None:
    offered = tuple(Alternative(text, "interaction", "p", 1) for text in (SALES[0], ANSWERS[0]))
    cared, at_ease = assessed({"care": ("health",)}, {}), assessed({}, {})
    assert unsold(offered, cared, NOBODY, Allowed(NAMES)) == offered[1:]
    assert unsold(offered, at_ease, NOBODY, Allowed(NAMES)) == offered
    assert unsold(offered, cared, NOBODY, Allowed()) == offered
