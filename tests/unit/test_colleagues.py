"""A past reply of a colleague comes only where it helps: no sale, no broken word, no good-bye."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from copilot.domain import Alternative, Turn
from copilot.extractive.hearing.asking import hear
from copilot.guardrails.selling import sells
from copilot.needs import Assessment
from copilot.needs.output import Audit, ContactState, GateOut
from copilot.retriever import PastReply
from copilot.story import Story
from copilot.suggester.carrying import Known
from copilot.suggester.checks import Allowed
from copilot.suggester.colleagues import Judge, closes, distinct, stopped, unsold
from copilot.suggester.likeness import Likeness

NAMES = ("Lumo Basic", "Lumo Premium", "Guard Plus")
NOBODY = Story(("C-1",), None, (), (), (), (), ())
PROMISED = "The export will be there by March"
DOUBT = "the kettle leaks and the bill is wrong"
ARTICLES = (
    "Lumo Basic costs £9 a month. A paper bill costs £1.50 a month; by e-mail it is free.",
    "Guard Plus covers a kettle that leaks, £6 a month.",
)


def near(one: str, other: str) -> float:
    """As an embedder would say it: these texts are about one matter."""
    return 0.8


def judging(*said: str, **more: Any) -> Judge:
    turns = tuple(
        Turn("customer" if n % 2 == 0 else "agent", text) for n, text in enumerate(said or (DOUBT,))
    )
    told = " ".join(said or (DOUBT,))
    fields: dict[str, Any] = {
        "alike": Likeness.of(turns, near), "known": Known.of(ARTICLES, told, NAMES),
        "closes": closes(turns), "product_names": NAMES, "spoken_of": (), "cares": False,
        "may_sell": False, "withheld_in": frozenset({"wrong-1"}), "withheld": (PROMISED,),
        "heard": hear(turns), "turns": turns,
    }  # fmt: skip
    return Judge(**{**fields, **more})


JUDGE = judging()


def fits(judge: Judge, past: PastReply) -> bool:
    return judge.offered(past) is not None


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
    "A wrong bill is corrected free of charge.",
    "A paper bill costs £1.50 a month; by e-mail it is free.",
)


@pytest.mark.parametrize("text", SALES)
def test_nothing_is_sold_to_somebody_who_did_not_ask(text: str) -> None:
    assert sells(text, NAMES)
    assert not fits(JUDGE, reply(text))
    assert not fits(JUDGE, reply(text, is_habit=True))


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_stands_whatever_it_costs(text: str) -> None:
    assert not sells(text, NAMES)
    assert fits(JUDGE, reply(text))


def test_where_a_need_stands_the_words_of_a_sale_are_help() -> None:
    wanting = replace(JUDGE, may_sell=True)
    assert fits(wanting, reply("Guard Plus covers a kettle that leaks, £6 a month."))
    assert not fits(JUDGE, reply("Guard Plus covers a kettle that leaks, £6 a month."))
    assert not fits(
        wanting, reply("Hurry, only two kettles left, decide now before they are gone!")
    )


def test_the_price_of_what_they_have_is_no_offer() -> None:
    bill = "The price of Lumo Basic on a bill is £9 a month."
    known = Known.of(ARTICLES, DOUBT, NAMES, ("Lumo Basic",))
    assert not fits(JUDGE, reply(bill))
    assert fits(replace(JUDGE, spoken_of=("Lumo Basic",), known=known), reply(bill))


def test_without_a_catalogue_there_is_nothing_to_sell_but_care_forbids_it_still() -> None:
    bare = replace(JUDGE, product_names=())
    advice = reply("I recommend to descale the kettle.", is_habit=True)
    assert fits(bare, advice)
    assert not fits(replace(bare, cares=True), advice)


def test_a_word_we_broke_is_not_given_again() -> None:
    kettle = "Please send the kettle and the bill to us."
    assert fits(JUDGE, reply(kettle))
    assert not fits(JUDGE, reply(kettle, source="wrong-1", is_habit=True))  # said beside it
    again = "Yes, the export will surely be there by March."
    assert not fits(JUDGE, reply(again, is_habit=True))
    assert fits(JUDGE, reply("The export has no date yet.", is_habit=True))


def test_a_neighbour_answers_what_was_said_and_a_habit_needs_no_echo() -> None:
    apart = replace(JUDGE, alike=replace(JUDGE.alike, near=lambda one, other: 0.3))
    assert fits(JUDGE, reply("Which kettle is it that leaks?"))
    assert not fits(apart, reply("Which kettle is it that leaks?"))
    assert fits(apart, reply("May I have your name?", is_habit=True))
    assert not fits(apart, reply("May I have your name?", is_habit=True, likeness=0.1))


def test_a_saved_good_bye_comes_where_it_was_learned_unless_somebody_asks() -> None:
    bye = reply("Goodbye. Enjoy your ride!", is_habit=True)
    saved = replace(bye, is_saved=True)
    done, asks = judging("No, you have been most helpful"), judging("And when does it come?")
    assert fits(done, saved) and not fits(done, bye)
    assert not fits(asks, saved)


def test_good_bye_is_for_who_leaves() -> None:
    bye = reply("Have a good day!", answered="thank you, that was all")
    leaving = judging("Thank you, that was all. Bye!")
    assert not fits(JUDGE, bye) and not fits(JUDGE, replace(bye, is_habit=True))
    assert fits(leaving, bye) and fits(leaving, replace(bye, is_habit=True))
    assert not fits(leaving, reply("Have a good holiday!"))
    assert not fits(leaving, reply("Please send us a photo of the kettle."))
    assert closes((Turn("customer", "Great, thank you, bye!"),))
    assert not closes((Turn("customer", "Thank you. I still want to know my choices."),))
    assert not closes((Turn("customer", "Thanks! And when?"),))
    more = Turn("agent", "Is there anything else that I can do?")
    assert closes((more, Turn("customer", "No, that's all.")))
    assert closes((more, Turn("customer", "Nope")))
    assert not closes((more, Turn("customer", "No, the bill is wrong too.")))
    assert not closes((Turn("agent", "Does it work?"), Turn("customer", "No")))


@pytest.mark.parametrize("is_habit", [False, True])
@pytest.mark.parametrize(
    ("said", "advice", "other"),
    [
        (("I did empty the kettle already and it leaks.",), "Please empty the kettle.", "a photo"),
        (("The kettle leaks. Please no more descaling, I know how that works.",),
         "Start with descaling, vinegar does it.", "a photo"),
        (
            ("I have used the trap with honey, oats and cheese by the door, the kettle leaks.",),
            "Put a trap beside the kettle.",
            "a photo",
        ),
        (("The kettle leaks, my order number is AB-12345.",),
         "What is your order number, please?", "a photo"),
    ],
)  # fmt: skip
def test_nobody_hears_what_they_tried_refused_or_answered(
    said: tuple[str, ...], advice: str, other: str, *, is_habit: bool
) -> None:
    judge = judging(*said)
    assert not fits(judge, reply(advice, is_habit=is_habit))
    assert fits(judge, reply(f"Could you send {other} of the kettle?", is_habit=is_habit))


def test_a_neighbour_does_not_say_again_what_was_said_here_and_a_step_may_return() -> None:
    step = "Fill the kettle to the brim and wait. Shall I go on?"
    judge = judging("The kettle leaks.", step, "Yes, go on please.")
    assert not fits(judge, reply(step)) and fits(judge, reply(step, is_habit=True))
    assert fits(judge, reply("Which kettle is it that leaks?"))


def test_a_habit_keeps_its_open_values_and_loses_the_title_of_another() -> None:
    booked = JUDGE.offered(reply("Dear Ms [NAME], the visit is on [date].", is_habit=True))
    assert booked is not None and booked.text == "The visit is on [date]."
    assert not fits(JUDGE, reply("I told Mrs [NAME] about the visit.", is_habit=True))


def test_two_replies_that_say_the_same_are_one_choice() -> None:
    texts = (
        "Please empty the kettle and send a photo.",
        "Please empty the kettle, then send us a photo.",
        "Which kettle is it?",
    )
    found = [Alternative(text, "interaction", str(n), 1) for n, text in enumerate(texts)]
    assert [one.text for one in distinct(found, 3)] == [texts[0], texts[2]]
    assert len(distinct(found, 1)) == 1


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


def test_what_they_say_they_did_or_sent_is_not_offered_to_do_again() -> None:
    advice = "Switch the kettle off at the wall, open the lid, rinse the filter and fill it slowly."
    ours = "Please switch the kettle off at the wall and wait."
    assert fits(judging(DOUBT, ours, "the kettle still leaks"), reply(advice))
    assert not fits(judging(DOUBT, ours, "done, the kettle still leaks"), reply(advice))
    photo = "Please send me a photo of the kettle first."
    assert fits(JUDGE, reply(photo))
    assert not fits(judging(f"{DOUBT}. I attached a photo of the kettle"), reply(photo))


def test_who_was_robbed_is_offered_only_what_speaks_of_it() -> None:
    robbed = judging("somebody broke into my kitchen, the kettle was stolen")
    assert not fits(robbed, reply("Please empty the kettle first and send me a photo."))
    assert fits(robbed, reply("Please report the stolen kettle to the police first."))
