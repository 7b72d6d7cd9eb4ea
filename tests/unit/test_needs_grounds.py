"""What a need may rest on: words that hold on to the thing, and never a number or a price alone."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.needs import Assessment
from copilot.needs.catalogue import amounts
from copilot.needs.giving_back import without_giving_back
from copilot.needs.scene import shows
from tests.need_cases import assess, product

RIDE = product("RIDE", "Ride Phone", 25, "call screening, voicemail", period="month")
BIZ = product("BIZ", "Site Business", 52, "repair target 8 working hours", period="month")
LIGHT = product("LIGHT", "Front Light", 19, "shines 40 metres; warranty 2 years")
HELD = {"id": "E1", "name": "Front Light", "sku": "LIGHT", "includes": ["shines 40 metres"]}


def skus(answer: Assessment) -> list[tuple[str, ...]]:
    return [f.recommended for f in answer.flags]


@pytest.mark.parametrize(
    "said",
    [
        "I'd like to send the Ride Phone back.",
        "I'd like to hand back the Ride Phone, and when do I get my £25?",
        "I'd like the 25 pounds back that I paid for the Ride Phone.",
        "We'd like to be out of the Ride Phone by May.",
    ],
)
def test_who_gives_back_or_wants_a_sum_back_wishes_for_nothing(said: str) -> None:
    assert skus(assess(("customer", said), catalogue=[RIDE, LIGHT])) == []


def test_what_is_ordered_beside_what_goes_back_is_ordered() -> None:
    said = "I'd like to send the lamp back, and please order me the Ride Phone instead."
    answer = assess(("customer", said), catalogue=[RIDE, LIGHT])
    assert [(f.recommended, f.visible) for f in answer.flags] == [(("RIDE",), True)]


@pytest.mark.parametrize(
    "said",
    ["Can I have the old number back?", "I need a return ticket", "I need the light back on"],
)
def test_a_thing_they_want_again_is_not_given_back(said: str) -> None:
    assert without_giving_back(said) == said


def test_a_number_before_a_verb_counts_nothing() -> None:
    assert amounts("what do I need so all three work, and what is it") == ()
    assert amounts("repair target 8 working hours") == ()
    assert [a.unit for a in amounts("all three rooms work")] == ["room"]
    assert amounts("it was the 19 march, not the 22") == ()


def test_three_that_work_are_no_working_hours() -> None:
    said = "Hall and study, one lamp in each. What do I need so all three work?"
    assert skus(assess(("customer", said), catalogue=[BIZ, LIGHT])) == []


GUEST = product("GUEST", "Guest Wi-Fi", 8, "a network for visitors", period="month")
PHONE = product("PHONE", "Home Phone 300", 5, "300 minutes; call screening", period="month")
VISITORS = {"id": "E1", "name": "Guest Wi-Fi", "sku": "GUEST", "includes": ["sign-in"]}


def test_a_word_from_beside_proposes_nothing_where_the_wish_names_another_thing() -> None:
    """Even held back: the phones are only what their guests come to the bar with."""
    said = 'Guests get "Guest network full". Every evening they use their phones to ask me.'
    answer = assess(("customer", said), catalogue=[GUEST, PHONE], entitlements=[VISITORS])
    assert skus(answer) == []


def test_what_the_words_do_not_hold_on_to_is_not_even_held_back() -> None:
    mesh = product("MESH", "Mesh Point", 65, "more internet in far rooms")
    told = "The mesh thing arrived as promised but it makes no odds, still one bar and calls drop."
    said = f"{told} I'd like to have it the other way round."
    assert skus(assess(("customer", said), catalogue=[PHONE, mesh])) == []


FREE = product("ZERO", "Glow Free", 0, "scenes", period="month", limits={"room": 2})
HOME = product("HOME", "Glow Home", 3, "scenes", period="month", limits={"room": 6})
OWN = {
    "id": "E1", "name": "Glow Free", "sku": "ZERO", "includes": ["scenes"],
    "limits": {"room": 2}, "used": {"room": 2},
}  # fmt: skip
CODE = {"id": "K1", "passage": True, "text": "# L7\nL7 means that each room of the plan is in use."}


def glow(*said: str, used: int = 2) -> Assessment:
    turns = [("customer" if n % 2 == 0 else "service", text) for n, text in enumerate(said)]
    own: dict[str, Any] = {**OWN, "used": {"room": used}}
    return assess(*turns, catalogue=[FREE, HOME, BIZ], entitlements=[own], knowledge=[CODE])


TOLD = ("We put one in the nursery, the app says L7.", "Are they two separate rooms?")
ASKED = "Yes. What do I need so all three work?"


def test_a_code_told_before_counts_where_they_say_for_how_many_in_all() -> None:
    assert skus(glow(*TOLD, ASKED)) == [("HOME",)]


def test_a_code_told_before_says_nothing_where_the_plan_has_room() -> None:
    assert skus(glow(*TOLD, ASKED, used=1)) == []


def test_a_free_plan_for_one_is_not_had_twice() -> None:
    free = product("ZERO", "Latch Free", 0, "scenes", period="month", limits={"door": 1})
    plus = product("PLUS", "Latch Plus", 2, "scenes", period="month", limits={"door": 4})
    own = {**OWN, "name": "Latch Free", "limits": {"door": 1}, "used": {"door": 1}}
    said = "I need one more door on the app."
    answer = assess(("customer", said), catalogue=[free, plus], entitlements=[own])
    assert skus(answer) == [("PLUS",)]


def test_the_name_of_a_free_plan_cures_nothing() -> None:
    told = {"id": "K1", "text": "Up to 2 rooms: Glow Free."}
    said = ("customer", "I need 4 rooms on the app, please.")
    answer = assess(said, catalogue=[FREE, HOME], entitlements=[OWN], knowledge=[told])
    assert skus(answer) == [("HOME",)]


TEN = product("TEN", "Gym Ten", 12, "ten visits", period="month")
ALL = product("ALL", "Gym Unlimited", 19, "unlimited visits", period="month", excludes=["TEN"])
MEMBER = {"id": "E1", "name": "Gym Ten", "sku": "TEN", "includes": ["ten visits"]}
SAUNA = product("SAUNA", "Gym Sauna", 17, "visits and a sauna", period="month", excludes=["TEN"])
TOWELS = {
    "id": "K1", "passage": True,
    "text": "# Towels\nTowels are free for all who have Gym Unlimited.",
}  # fmt: skip
OFFER = "Gym Unlimited at £19 is cheaper for you than Gym Ten. Shall I change it?"
THINKS = "Let me ask my wife, I'll let you know on Monday."
GO = "My wife says yes, so please do change it from tomorrow. Do I keep my number?"


def gone_away(*said: str, offer: str = OFFER, reply: str = THINKS, day: str = "04") -> Assessment:
    turns = [("customer" if n % 2 == 0 else "service", text) for n, text in enumerate(said)]
    past = [
        {"id": f"p{n}", "at": f"2026-05-{day}T10:0{n}:00Z", "speaker": who, "text": text}
        for n, (who, text) in enumerate((("agent", offer), ("customer", reply)))
    ]
    history = [{"id": "p", "channel": "phone", "at": f"2026-05-{day}T10:00:00Z", "turns": past}]
    return assess(
        *turns, catalogue=[TEN, ALL, SAUNA], entitlements=[MEMBER], history=history,
        knowledge=[TOWELS],
    )  # fmt: skip


def test_go_ahead_means_what_was_put_to_them_when_they_went_away_to_think() -> None:
    answer = gone_away(GO)
    assert [(f.recommended, f.visible) for f in answer.flags] == [(("ALL",), True)]
    assert "please do change it" in answer.flags[0].evidence[0].quote


@pytest.mark.parametrize(
    ("offer", "reply"),
    [
        ("Your visit is on Monday. Shall I change it?", THINKS),
        ("Gym Unlimited costs £19.", THINKS),
        (OFFER, "No thanks, not for me. About the visit I'll let you know on Monday."),
        ("Gym Unlimited or Gym Sauna would be cheaper. Shall I change it?", THINKS),
        (OFFER, "What a day it was."),
        ("Gym Ten is what you have. Shall I change it?", THINKS),
    ],
)
def test_go_ahead_means_nothing_where_no_one_product_was_left_with_them(
    offer: str, reply: str
) -> None:
    assert gone_away(GO, offer=offer, reply=reply).flags == ()


def test_go_ahead_answers_what_this_contact_spoke_of_before_that_of_another() -> None:
    assert gone_away("Hello.", "Your visit is on Monday at nine.", GO).flags == ()


def test_an_offer_of_long_ago_is_not_meant() -> None:
    late = [(GO, "2026-07-08T12:00:00Z")]
    turns = [
        {"id": "p0", "at": "2026-05-04T10:00:00Z", "speaker": "agent", "text": OFFER},
        {"id": "p1", "at": "2026-05-04T10:01:00Z", "speaker": "customer", "text": THINKS},
    ]
    past = {"id": "p", "channel": "phone", "at": "2026-05-04T10:00:00Z", "turns": turns}
    now = [{"id": "t1", "at": at, "speaker": "customer", "text": text} for text, at in late]
    answer = assess(
        catalogue=[TEN, ALL], entitlements=[MEMBER], history=[past], turns=now, as_of=late[0][1]
    )
    assert answer.flags == ()


INSPECT = {"id": "E1", "name": "Boiler Care", "sku": "CARE", "includes": ["yearly inspection"]}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("I don't want an inspection. Date, sum, name.", False),
        ("Do I have to pay for an inspection?", True),
    ],
)
def test_what_they_refuse_is_not_told_as_theirs(said: str, told: bool) -> None:
    care = product("CARE", "Boiler Care", 7, "yearly inspection", period="month")
    answer = assess(("customer", said), catalogue=[care], entitlements=[INSPECT])
    assert any("inspection" in i.text for i in answer.inform) is told


MOVING = {
    "id": "K1", "passage": True, "visibility": "public",
    "text": "# Moving\nIf you leave valves and hub behind, hand the home over free in the app.",
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("We put a second hand valve in at home, the app says E17.", False),
        ("We leave valves and hub behind, must I hand the home over in the app?", True),
    ],
)
def test_what_holds_in_one_case_is_told_to_who_is_in_it(said: str, told: bool) -> None:
    answer = assess(("customer", said), knowledge=[MOVING])
    assert any("hand the home over" in i.text for i in answer.inform) is told


def test_an_exception_is_no_doubt_and_a_check_of_anothers_word_no_wish() -> None:
    small = product("SMALL", "Small Locker", 4, "one shelf", period="month")
    said = "Nobody looked into it but mice. I'd like to have the small locker again."
    (flag,) = assess(("customer", said), catalogue=[small]).flags
    assert flag.visible
    said = "My nephew says I would need a small locker for it, is he right?"
    assert assess(("customer", said), catalogue=[small]).flags == ()


def test_a_loss_is_told_with_the_need_and_a_fear_is_not() -> None:
    spare = product("SPARE", "Spare Line", 6, "takes over when the line is down", period="month")
    said = "The line was off last week for two hours. I lost that job. Is there something for that?"
    (flag,) = assess(("customer", said), catalogue=[spare]).flags
    assert "I lost that job." in [e.quote for e in flag.evidence]


@pytest.mark.parametrize(
    "text",
    [
        "How long is the guarantee on my sensor, and what do you do if it breaks?",
        "What do you do when a reader fails?",
        "what do you do about late parcels",
    ],
)
def test_what_we_do_in_a_case_is_asked_for_by_nobody_as_a_thing(text: str) -> None:
    assert not shows("want", text) and not shows("asks_for", text)


@pytest.mark.parametrize("text", ["Do you do a bigger one?", "What do you do for families?"])
def test_what_we_have_to_sell_is_still_asked_for(text: str) -> None:
    assert shows("asks_for", text)
