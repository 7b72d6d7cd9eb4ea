"""A question is no order: what is told, what is asked, and what is confirmed to whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from copilot.domain import Chunk, Customer, Draft, Entitlement, Hit, Product, Turn
from copilot.extractive import Record, compose, facts_named, facts_of
from copilot.extractive.hearing.settling import (
    DO_FIRST,
    ORDER,
    PERSON,
    WELCOME,
    YES,
    only_thanks,
    wants_person,
)
from copilot.extractive.hearing.wishes import done, instructions_in, orders_in

ROUTER = Product("R", "Router R3", Decimal("90"), "GBP", "once")
MESH = Product("M", "Mesh Point", Decimal("65"), "GBP", "once", requires=("R",))
COOLER = Product("C", "Cooling Control", Decimal("89"), "GBP", "once", status="roadmap")
OLD = Product("O", "Steam globe", Decimal("9"), "GBP", "once", status="withdrawn")
SENSOR = Product(
    "S", "Leak Sensor", Decimal("29"), "GBP", "once", status="limited",
    description="Last stock, sold only in the shop in Westerby",
)  # fmt: skip
CALLS = Product("P3", "Phone 300", Decimal("5"), "GBP", "month", excludes=("PU",))
FREE = Product("PU", "Phone Unlimited", Decimal("9"), "GBP", "month", excludes=("P3",))
SHOP = (ROUTER, MESH, COOLER, OLD, SENSOR, CALLS, FREE)
PAGE = "## Bills\nBills come in large print or Braille, free of charge."


def reply(*said: str, held: tuple[str, ...] = (), text: str = PAGE, channel: str = "chat") -> Draft:
    turns = [
        Turn("agent", t.removeprefix("us: ")) if t.startswith("us: ") else Turn("customer", t)
        for t in said
    ]
    facts, spoken = facts_of(SHOP), [t.text for t in turns if t.speaker == "customer"]
    named = facts_named(facts, spoken)
    own = tuple(Entitlement(n, n, since=date(2026, 1, 12)) for n in held)
    customers = [Customer("c", entitlements=own)] if own else []
    record = Record.of(customers, SHOP, facts, spoken, date(2026, 11, 3), without=named)
    hit = Hit(Chunk("a#0", "document", "a", 0, text), "Bills", 1, 0.6)
    return compose(
        turns, [hit], facts=named, record=record, owned=list(held), channel=channel,
        products=[p.name for p in SHOP],
    )  # fmt: skip


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


ORDERS = [
    "Please order me the Mesh Point",
    "Could you add the Mesh Point to my account?",
    "I'd like to buy a Mesh Point.",
    "We want to order two of them",
    "ok then order it",
    "Please sign me up for it",
]
QUESTIONS = [
    "Can I buy a Mesh Point for my flat?",
    "When can I buy it?",
    "Can I order one by phone?",
    "Is it possible to order another Mesh Point?",
    "Where do I order it?",
    "How can I add one?",
    "Should I buy the Mesh Point?",
    "I might order a Mesh Point later",
    "I'm thinking of buying one, please tell me if I can order it online",
    "Please don't order the Mesh Point yet",
    "What happens if I order today?",
    "Please cancel my order",
    "Do I have to buy a Router R3?",
    "May we order before Christmas?",
]


@pytest.mark.parametrize("said", ORDERS)
def test_an_instruction_is_an_order(said: str) -> None:
    assert orders_in(said)


@pytest.mark.parametrize("said", QUESTIONS)
def test_a_question_is_none(said: str) -> None:
    assert not orders_in(said)
    draft = reply(said, held=("Router R3",))
    assert ORDER not in words(draft)
    assert not any("they order" in note for note in draft.missing)


def test_an_order_is_confirmed_only_where_the_record_allows_it() -> None:
    draft = reply("Please order me the Mesh Point", held=("Router R3",))
    assert f"{ORDER}: Mesh Point." in words(draft)
    assert draft.missing[0] == f"{DO_FIRST}: they order Mesh Point"
    lacking = reply("Please order me the Mesh Point", held=("Phone 300",))
    assert ORDER not in words(lacking)
    assert "Mesh Point needs Router R3, which I do not see on your record." in words(lacking)
    assert "needs Router R3" in lacking.missing[0]
    stranger = reply("Please order me the Mesh Point")
    assert ORDER not in words(stranger) and "needs Router R3" in stranger.missing[0]
    both = reply("Please order the Mesh Point and the Router R3", held=("Phone 300",))
    assert f"{ORDER}: Mesh Point and Router R3." in words(both)


@pytest.mark.parametrize("name", ["Cooling Control", "Steam globe"])
def test_what_is_not_on_sale_is_neither_confirmed_nor_priced(name: str) -> None:
    for said in (f"Please order me the {name}", f"When can I buy the {name}?"):
        told = words(reply(said, held=("Phone 300",)))
        assert ORDER not in told and "£" not in told and f"{name} is not on sale" in told


def test_how_the_last_of_a_stock_is_sold_is_told_to_who_asks() -> None:
    assert "sold only in the shop in Westerby" in words(
        reply("Can I order a Leak Sensor by phone?")
    )


def test_what_they_have_is_told_in_place_of_an_order() -> None:
    draft = reply("Please order me the Router R3 and the Mesh Point", held=("Router R3",))
    told = words(draft)
    assert "You already have the Router R3 (since 12 January 2026)" in told and "£90" not in told
    assert f"{ORDER}: Mesh Point." in told


def test_a_change_of_plan_takes_the_place_of_the_old_one() -> None:
    for said in ("Please switch me to Phone Unlimited", "Please put me on the one without limit"):
        draft = reply(said, held=("Phone 300",))
        assert f"{ORDER}: Phone Unlimited." in words(draft) and "£9 a month" in words(draft)
    add = reply("Please order Phone Unlimited", held=("Phone 300",))
    assert "cannot be combined with your Phone 300" in words(add) and ORDER not in words(add)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Please switch me to large print.", "I have switched you to large print."),
        ("Could you move my payment day to the 5th?", "I have moved your payment day to the 5th."),
        ("Please remove my old address, thanks", "I have removed your old address."),
        ("Please add my wife as a user for me", "I have added your wife as a user."),
        ("Please do it", None),
        ("Please explain my bill", None),
        ("Please change it so that it works as before", None),
    ],
)
def test_a_deed_in_our_words_only_where_they_are_plain(said: str, told: str | None) -> None:
    assert done(said) == told


def test_a_deed_is_said_with_a_note_to_do_it_first_and_only_with_a_source() -> None:
    draft = reply("Please switch my bills to large print")
    assert "I have switched your bills to large print." in words(draft)
    assert draft.missing[0].startswith(DO_FIRST)
    nowhere = reply("Please move my tent to the lake")
    assert "I have moved" not in words(nowhere) and "they tell you to" in nowhere.missing[0]


def test_every_sentence_that_is_true_only_once_it_is_done_has_a_note() -> None:
    for said in (
        ("Please order me the Mesh Point",),
        ("Please switch my bills to large print",),
        ("Can I change?", "us: I can do it today. Shall I?", "Yes, go ahead"),
        ("Can I change?", "us: I can do it today. Shall I?", "Yes, go ahead. Is Braille free?"),
    ):
        draft = reply(*said, held=("Router R3",))
        claims = [t for t in (ORDER, YES, "I have ") if t in words(draft)]
        assert claims and any(note.startswith(DO_FIRST) for note in draft.missing), said


def test_instructions_leave_out_what_is_asked_of_us_to_look_at() -> None:
    assert instructions_in("Please set it to Braille") == ("Please set it to Braille",)
    for said in ("Could you check my bill?", "Can you help me change it?", "Can I change it?"):
        assert not instructions_in(said)


@pytest.mark.parametrize(
    "said",
    [
        "Thanks a lot!",
        "That's all, thank you for your help. Have a good day!",
        "Perfect, cheers",
        "ok thank you very much Kofi",
        "Great, thanks so much, bye",
        "Brilliant, that's all I needed, thanks 👍",
    ],
)
def test_a_plain_thanks_gets_a_short_close_and_no_article(said: str) -> None:
    assert only_thanks(said)
    draft = reply("Is Braille free?", "us: Yes, it is.", said)
    assert words(draft) == WELCOME and draft.missing == ("nothing to answer: they only say thanks",)


@pytest.mark.parametrize(
    "said",
    [
        "Thanks, but it still does not work",
        "Thanks. And does Braille cost anything?",
        "Thank you, please switch my bills to Braille",
        "No thanks to you, I lost a day over this",
        "Thanks for nothing, the line is down again",
        "Good evening",
    ],
)
def test_thanks_with_anything_else_is_answered(said: str) -> None:
    assert not only_thanks(said)


@pytest.mark.parametrize(
    "said",
    [
        "I want to speak to a human",
        "Can I talk to a real person please?",
        "agent please",
        "Are you a human or a bot?",
        "put me through to a representative",
    ],
)
def test_who_asks_for_a_person_is_told_that_one_is_here(said: str) -> None:
    assert wants_person(said)
    draft = reply(said)
    assert PERSON in words(draft) and not draft.abstained
    assert any("hand over" in note for note in draft.missing)


@pytest.mark.parametrize(
    "said",
    [
        "I spoke to a person in the shop yesterday",
        "One person lives here, do I need the bigger plan?",
        "My estate agent needs the contract",
        "Only one person can log in",
    ],
)
def test_a_person_in_a_story_is_no_call_for_one(said: str) -> None:
    assert not wants_person(said)


def test_on_the_phone_what_cannot_be_read_is_read_out() -> None:
    said = "I have the new bill here, only I can't read it."
    assert "Shall I read it to you now?" in words(reply(said, channel="phone"))
    assert "Shall I read" not in words(reply(said))
