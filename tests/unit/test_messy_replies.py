"""Replies to messages as they come: reports, "one", what is on file, things of another device."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from copilot.domain import (
    Chunk,
    Conversation,
    Draft,
    Entitlement,
    Hit,
    Interaction,
    Product,
    Segment,
    Turn,
)
from copilot.extractive import Record, Tenure, compose
from copilot.extractive.articles.passages import sentences
from copilot.extractive.fitting.matching import Unit, article_of
from copilot.extractive.fitting.sentence import has_everywhere
from copilot.extractive.guards.excluding import Excluding
from copilot.extractive.hearing.asking import hear
from copilot.extractive.hearing.wishes import instructions_in
from copilot.extractive.worked.contracts import is_settled
from copilot.facing import facing
from copilot.retriever.plain import plain
from copilot.retriever.spelling import Spelling
from copilot.story import EMPTY, Story
from copilot.suggester.calling import called_by
from copilot.suggester.checks import Allowed, check
from copilot.suggester.reminders import reminders

ROUTER = """## R21: amber, flashing
1. Wait 10 minutes.
2. Hold the small button for 12 seconds, until all lights go out.
3. Still amber? Tell us and we renew the sign-in.
"""
MESH = """A Mesh Point carries the Wi-Fi on into far rooms.

1. Plug it in half-way, not in the weak room.
2. White light: good. Orange: too far away, move it closer.
"""
PHONE = """Home Phone runs over your line.

## Keeping your number
Give us the number and the name of the old provider. Do not cancel the old line yourself, or the
number is lost.

## Handing the contract to somebody else
Number, term and price stay.
"""
FAULT = """The box loses the connection in modulation mode.

## Repair
Firmware 3.2 is due on 8 December 2026.
"""
NAMES = ("Router R3", "Mesh Point", "Home Phone 300")


def hit(text: str, title: str, n: int, score: float = 0.45) -> Hit:
    return Hit(Chunk(f"a{n}#0", "document", f"a{n}", 0, text), title, n, score)


def reply(said: str, *hits: Hit, owned: tuple[str, ...] = (), noted: tuple[str, ...] = ()) -> Draft:
    record = Record(date(2026, 11, 9), reminders=noted)
    return compose([Turn("customer", said)], hits, owned=owned, products=NAMES, record=record)


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


@pytest.mark.parametrize(
    "said",
    [
        "Put the mesh in the office, light is orange and still one bar.",
        "Set it to 21, no difference.",
        "Cut the power twice.",
        "Can you stop them?",
        "Could you turn it down?",
    ],
)
def test_a_report_and_a_question_are_no_orders(said: str) -> None:
    assert instructions_in(said) == ()


@pytest.mark.parametrize(
    "said",
    [
        "Put me on the big plan from tomorrow.",
        "Please put the mesh in the office plan, it is for work.",
        "Set my bills to large print.",
        "Can you cancel my order?",
        "Could you please turn it off?",
    ],
)
def test_what_tells_us_to_do_something_stays_an_order(said: str) -> None:
    assert instructions_in(said) == (said,)


def test_one_stands_for_what_was_said_before() -> None:
    (ask,) = hear([Turn("customer", "My neighbour has a box for calls. Do you sell one?")]).asks
    assert ask.refers and ask.is_bare and {"box", "call"} <= ask.leans
    (ask,) = hear([Turn("customer", "The mesh is orange. Do I need a second one?")]).asks
    assert ask.refers and ask.is_bare and "second" not in ask.words
    (ask,) = hear([Turn("customer", "We have shops. Can we have one bill?")]).asks
    assert not ask.is_bare and not ask.refers


def test_steps_for_one_device_are_not_told_for_another() -> None:
    hits = (hit(ROUTER, "No internet: R21", 1), hit(MESH, "Router R3 and Mesh Point", 2))
    said = "The mesh has an orange light. Do I need to hold the button?"
    told = words(reply(said, replace(hits[0], score=0.7), hits[1]))
    assert "small button" not in told
    told = words(reply("The router's lights are amber and flashing. What can I do?", *hits))
    assert "small button" in told


def test_what_newcomers_must_do_is_not_asked_of_who_is_here() -> None:
    page = hit(PHONE, "Home Phone 300", 1)
    assert "old provider" in words(reply("Do I keep my number?", page))
    assert "provider" not in words(reply("Do I keep my number?", page, owned=("Home Phone 300",)))
    said = "I come from another provider, an old provider of ours. Do I keep my number?"
    assert "old provider" in words(reply(said, page, owned=("Home Phone 300",)))


def test_what_stays_in_another_case_is_no_answer() -> None:
    page = hit(PHONE, "Home Phone 300", 1)
    assert "term and price stay" not in words(
        reply("Do I keep my number?", page, owned=("Home Phone 300",))
    )
    said = "I want to hand the contract to my son. Do I keep my number?"
    assert "term and price stay" in words(reply(said, page, owned=("Home Phone 300",)))


def test_it_stands_for_what_is_on_file_of_the_same_matter() -> None:
    page = hit(FAULT, "E31: connection lost", 1, 0.3)
    said = "Still like this. And can I have that on the box?"
    assert not hear([Turn("customer", said)]).asks[0].leans & {"e31"}
    note = "Boiler in on/off mode since September because of E31"
    assert "e31" in hear([Turn("customer", said)], [note]).asks[0].leans
    assert "8 December 2026" in words(reply("What date does the fix come?", page))


def test_notes_on_the_same_matter_are_looked_up_with_it() -> None:
    notes = ["Two cats", "In on/off mode since September because of E31", "Pays by card"]
    assert reminders(notes, "still in on off mode, what now") == ()  # "mode" alone is too little
    assert reminders(notes, "still in that mode because of the boiler e31") == (notes[1],)


SHOP = (
    Product("F3", "Fibre 300", Decimal("33"), "GBP"),
    Product("P3", "Home Phone 300", Decimal("5"), "GBP"),
    Product("PU", "Home Phone Unlimited", Decimal("9"), "GBP"),
    Product("OLD", "Steam Phone", Decimal("22"), "GBP", status="withdrawn"),
)


def test_the_300_one_is_the_product_of_a_family_that_they_have() -> None:
    assert called_by(SHOP, ["Fibre 100"], "the line is slow")("300") == "Fibre 300"
    assert called_by(SHOP, ["Home Phone Unlimited"], "")("300") == "Home Phone 300"
    assert called_by(SHOP, [], "back to the 300")("300") is None
    assert called_by(SHOP, [], "")("£9") == "Home Phone Unlimited"
    assert called_by(SHOP, [], "")("£22") is None  # no longer sold
    said = plain("put me on the £9 one", Spelling.of(()), called_by(SHOP, [], ""))
    assert said.text == "put me on Home Phone Unlimited"
    assert said.as_written("put me on Home Phone Unlimited") == "put me on the £9 one"


def test_only_what_has_to_do_with_the_matter_is_confirmed_as_known() -> None:
    asked = Turn("agent", "Are your sister and your friends among the contacts?")
    told = Turn("customer", "My sister is number one on the memory. Marvellous.")
    story = _past(asked, told)
    draft = Draft((Segment("Are your sister and your friends among the contacts?"),))

    def checked(said: str) -> str:
        turns = Conversation((Turn("customer", said),))
        found = check(draft, (), (), turns, story, Allowed())
        return " ".join(s.text for s in found.segments)

    assert "so I go by that" in checked("Does my sister still get through?")
    assert checked("People ring about loft insulation. Do you sell a box?") == ""


def _past(*turns: Turn) -> Story:
    at = datetime(2026, 6, 9, tzinfo=UTC)
    contact = Interaction(source_id="i", turns=turns, channel="phone", customer_id="c", at=at)
    return replace(EMPTY, contacts=(contact,))


MOVING = """1. Choose the day.
2. Take the router and your heating devices with you.
3. Old and new line may overlap.
"""
PLANS = """## Changing your plan

| | Warm Free | Warm Plus | Warm Pro |
|---|---|---|---|
| Schedules and boost | yes | yes | yes |
| Holiday mode | no | yes | yes |
"""


def test_what_comes_with_every_plan_is_not_lost_by_a_change() -> None:
    page = hit(PLANS, "Warm app plans", 1, 0.55)
    lost = "Do I lose my {} if I change the plan?"
    assert "Schedules and boost are available" in words(reply(lost.format("schedules"), page))
    assert "Holiday mode is" not in words(reply(lost.format("holiday mode"), page))
    row = "Boost is available with A, B and C"
    assert has_everywhere(_row(row)) and not has_everywhere(_row(f"{row}, and not with D"))


def _row(text: str) -> Unit:
    (said,) = sentences(text)
    return Unit(1, 0, replace(said, kind="row"), is_near=True)


def test_all_things_are_each_of_them() -> None:
    page = hit(MOVING, "Moving house", 1, 0.55)
    said = "We are moving house. Can I keep my mesh?"
    assert "with you" in words(reply(said, page))
    assert "with you" not in words(reply("We are moving house. Can I keep my bonus?", page))


SLOW = """## Free steps
1. Lift the router off the floor, away from the television, the aquarium and metal shelves.
2. Account > Router > Channel > Find the best.
3. Turn on "One name for both bands".
4. Restart the router.

## If that is not enough

| Home | What helps |
|---|---|
| up to 70 square metres | Router R2 |
| up to 110 square metres | Router R3, £90 |
"""


def test_steps_that_are_all_done_give_way_to_what_comes_after_them() -> None:
    page = hit(SLOW, "Slow Wi-Fi", 1, 0.6)
    ours = Turn("agent", "Please lift the router off the floor and turn on one name for the bands.")
    first = Turn("customer", "The Wi-Fi in the bedroom is slow. I already did the best channel.")
    now = "{}, no change. It is a flat of 95 square metres. So what do I need?"
    record = Record(date(2026, 11, 9))

    def told(said: str) -> str:
        turns = [first, ours, Turn("customer", now.format(said))]
        return words(compose(turns, [page], products=NAMES, record=record))

    assert "Router R3" in told("Did both") and "Lift" not in told("Did both")
    article = article_of(1, page, page)
    first_step = next(u for u in article.units if u.text.startswith("Lift"))
    for said, is_out in (("Did both, thanks", True), ("Thanks", False)):
        heard = hear([first, ours, Turn("customer", said)])
        assert Excluding([article], heard, Tenure()).is_out(first_step) is is_out


def test_every_question_is_answered_or_named() -> None:
    page = hit("Our shop sells lamps.", "Lamps", 1)
    said = "Goes my price up in April or not, and where is the letter?"
    assert len(reply(said, page).missing) == 2
    said = "what date does the fix come, I read december somewhere"
    (ask,) = hear([Turn("customer", said)]).asks
    assert ask.sort == "time" and "read" not in ask.words
    said = "When it rains the line is slow. Sent it back too, when do I get my money"
    assert [a.text for a in hear([Turn("customer", said)]).asks] == ["when do I get my money"]


def test_after_a_no_to_our_question_the_agent_is_told_where_to_read_on() -> None:
    turns = [
        Turn("customer", "The mesh light is orange."),
        Turn("agent", "Is it far from the router?"),
        Turn("customer", "No, it stands next to it, I checked that."),
    ]
    draft = compose(turns, [hit(ROUTER, "No internet: R21", 1)], products=NAMES)
    assert draft.abstained
    assert draft.missing == ("they say no to our question, read on in: No internet: R21",)


def test_what_date_wants_a_day_and_no_duration() -> None:
    text = "The fix takes 3 seconds to install.\n\nThe fix comes on 8 December 2026."
    assert words(reply("What date does the fix come?", hit(text, "Fix", 1))) == (
        "The fix comes on 8 December 2026."
    )


def test_a_sum_that_is_named_is_asked_about_and_no_leaving() -> None:
    (ask,) = hear([Turn("customer", "Does the £22 carry on after that?")]).asks
    assert ask.sort == "whether" and ask.words == {"22": 1.0}
    assert not is_settled(ask, Entitlement("e", "Fibre 100"))
    (ask,) = hear([Turn("customer", "What does it cost to leave?")]).asks
    assert is_settled(ask, Entitlement("e", "Fibre 100"))
    (ask,) = hear([Turn("customer", "Does it cost £22?")]).asks
    assert ask.sort == "cost"


def test_what_would_be_cancelled_was_said_before() -> None:
    said = "I can't be in for the engineer. Do I pay if I cancel now?"
    (ask,) = hear([Turn("customer", said)]).asks
    assert ask.refers and "engineer" in ask.leans
    (ask,) = hear([Turn("customer", "The engineer came. Can I cancel the internet plan?")]).asks
    assert "engineer" not in ask.leans


def test_a_list_of_what_is_not_so_says_so() -> None:
    text = "## Not included\n\n- The boiler and its pipes.\n- Devices of other makers."
    told = words(reply("Is the boiler included?", hit(text, "Heating cover", 1)))
    assert told.startswith("Not included: the boiler and its pipes.")


def test_who_is_not_in_trouble_is_not_spoken_to_as_if_they_were() -> None:
    text = "1. **Payment break**: 60 days.\n2. **Smaller plan**: a move down without a fee."
    page = hit(text, "When paying is hard", 1)
    assert "Smaller plan" not in words(reply("Could I have something smaller?", page))
    said = "I lost my job. Could I have something smaller?"
    assert "Smaller plan" in words(reply(said, page))


def test_an_internal_page_is_named_only_on_the_matter() -> None:
    inside = replace(hit("Managers grant refunds.", "Internal: refunds", 1), visibility="internal")
    assert any("Internal" in m for m in reply("Do I get a refund?", inside).missing)
    assert not any("Internal" in m for m in reply("Is there a smaller plan?", inside).missing)


def test_new_flatmates_are_no_new_flat() -> None:
    names = [m.name for m in facing(["the wifi is slow since my new flatmates came"])]
    assert "moving" not in names
    assert "moving" in [m.name for m in facing(["we have a new flat"])]


@pytest.mark.parametrize(
    ("said", "matter"),
    [
        ("I get these people ringing about loft insulation", "nuisance calls"),
        ("is there something that keeps the tills going when it is down", "backup"),
        ("when the money goes out", "payment day"),
        ("the engineer was meant to come today", "missed"),
        ("can I get out of it", "leaving"),
    ],
)
def test_what_customers_face_in_their_own_words(said: str, matter: str) -> None:
    assert matter in [m.name for m in facing([said])]


def test_what_must_be_bought_is_a_choice_and_no_list_of_free_steps() -> None:
    (ask,) = hear([Turn("customer", "It says E55. What do I need to get?")]).asks
    assert ask.sort == "choice" and ask.is_bare
    (ask,) = hear([Turn("customer", "It says E55. What do I need to do?")]).asks
    assert ask.sort == "how"
