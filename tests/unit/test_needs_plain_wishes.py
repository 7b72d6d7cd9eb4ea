"""Needs told in ordinary words: by a price, by an outage with a loss, by an error code."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.needs import Assessment
from tests.need_cases import assess, product

GYM = [
    product("OFF", "Off-peak", 18, "training before four", period="month"),
    product("ALL", "All Day", 29, "training at any hour", period="month"),
    product("SPA", "Day Spa", 42, "training and a spa", period="month"),
]
MEMBER = {"id": "E1", "name": "Off-peak", "sku": "OFF", "includes": ["training before four"]}


def gym(said: str, *more: dict[str, Any]) -> list[tuple[tuple[str, ...], bool]]:
    answer = assess(("customer", said), catalogue=[*GYM, *more], entitlements=[MEMBER])
    return [(f.recommended, f.visible) for f in answer.flags]


@pytest.mark.parametrize(
    "said",
    [
        "Please put me on the £29 one from Monday.",
        "OK, I take the 29 pounds one please.",
        "I'll take the one for 29 a month, please.",
    ],
)
def test_a_plan_called_by_its_price_is_a_plain_order(said: str) -> None:
    assert gym(said) == [(("ALL",), True)]


@pytest.mark.parametrize(
    "said", ["Is the £29 one any good?", "Please put me on the £18 one.", "Put me on the 29 one."]
)
def test_a_question_about_a_price_or_their_own_plan_orders_nothing(said: str) -> None:
    assert gym(said) == []


def test_of_two_at_one_price_it_is_not_told_which() -> None:
    assert gym("Put me on the £29 one, please.", product("YOGA", "Yoga", 29, "mats")) == []


STICK = product(
    "STICK", "Spare SIM", 7, "takes over when the line is down; tills stay online", period="month"
)
LINE = product("LINE", "Shop Line", 38, "200 Mbit/s for shops", period="month")
SHOP = {"id": "E1", "name": "Shop Line", "sku": "LINE", "includes": ["200 Mbit/s"]}


def shop(*said: str) -> Assessment:
    turns = [("customer" if n % 2 == 0 else "service", text) for n, text in enumerate(said)]
    return assess(*turns, catalogue=[STICK, LINE], entitlements=[SHOP])


@pytest.mark.parametrize(
    "said",
    [
        (
            "The internet was off for two hours on Tuesday and people left. "
            "Is there anything that keeps the tills going when it's down?"
        ),
        (
            "The line was dead for an hour and people left. "
            "Is there anything that keeps the tills going when it's down?"
        ),
        (
            "When the internet is down our tills stop and we lose sales. "
            "What would we need to buy so the tills keep going?"
        ),
    ],
)
def test_an_outage_that_is_over_with_a_loss_is_a_need_for_what_takes_over(said: str) -> None:
    assert [(f.recommended, f.visible) for f in shop(said).flags] == [(("STICK",), True)]


@pytest.mark.parametrize(
    "said",
    [
        (
            "The internet is down and the tills with it. Is there anything that keeps them going "
            "when it fails?"
        ),
        (
            "The internet was off on Tuesday and it is off again now. Do you sell something "
            "the tills going when it's down?"
        ),
    ],
)
def test_while_it_is_down_it_is_mended_first(said: str) -> None:
    assert [f for f in shop(said).flags if f.visible] == []


@pytest.mark.parametrize(
    ("said", "many"),
    [
        ("what do we need to buy for that, and what is it for both shops a month", 2),
        ("What do we need to buy for that in all three shops?", 3),
        ("What do we need to buy for that?", 1),
    ],
)
def test_one_for_each_place_they_ask_it_for(said: str, many: int) -> None:
    first = "Is there something that keeps the tills going when the line is down?"
    answer = shop(first, "Is it only the tills?", said)
    (flag,) = answer.flags
    assert flag.recommended == ("STICK",) * many


FREE = product("W0", "Water Free", 0, "timers", period="month", limits={"beds": 3})
PLUS = product("W1", "Water Plus", 2, "timers; rain stop", period="month", limits={"beds": 8})
PRO = product("W2", "Water Pro", 6, "timers; frost alarm", period="month", limits={"beds": 20})
JET = product("JET", "Plant Jet", 25, "waters one planter")
CODE = {
    "id": "fault-z9",
    "passage": True,
    "text": "# Z9\n\nZ9 appears when you add a bed and your plan has no bed left.\n\n"
    "If one bed was added twice, delete it, free of charge.",
}


def garden(said: str, *, used: int | None = 3, **changes: Any) -> list[tuple[str, ...]]:
    owned = [
        {"id": "E1", "name": "Water Free", "sku": "W0", "includes": ["timers"],
         "limits": {"beds": 3}, "used": {} if used is None else {"beds": used}},
        {"id": "E2", "name": "Plant Jet", "sku": "JET", "includes": ["waters one planter"]},
    ]  # fmt: skip
    changes.setdefault("knowledge", [CODE])
    answer = assess(
        ("customer", said), catalogue=[FREE, PLUS, PRO, JET], entitlements=owned, **changes
    )
    return [f.recommended for f in answer.flags if f.visible]


def test_a_code_for_a_full_plan_asks_for_as_much_more_as_they_say() -> None:
    assert garden("Dug 2 more beds, tried to add one and got Z9. Which plan do we need?") == [
        ("W1",)
    ]
    assert garden("Dug 6 more beds, tried to add one and got Z9. Which plan do we need?") == [
        ("W2",)
    ]


def test_what_the_others_have_each_of_them_gets_too() -> None:
    said = "Put up 2 more planters, want them on the app but it says Z9. What do I need to get?"
    assert [sorted(skus) for skus in garden(said)] == [["JET", "JET", "W1"]]
    assert garden(said.replace("What do I need to get", "Which plan do I need")) == [("W1",)]


def test_a_code_says_nothing_where_the_plan_has_room_or_no_text_knows_it() -> None:
    said = "Dug 2 more beds, tried to add one and got Z9. What do I need to get?"
    assert garden(said, used=1) == []
    assert garden(said.replace("Dug 2 more beds, tried", "Tried"), knowledge=[]) == []
    assert garden(said.replace("Dug 2 more beds, tried", "Tried")) == [("W1",)]
    assert garden("I only have three beds, what do I do about Z9?") == []
    assert garden("What do I need to get, it says Z9?") == []
    assert garden(said.replace("Dug 2 more beds, tried", "Tried"), used=None) == []


@pytest.mark.parametrize(
    "said",
    [
        "Is there anything else? I don't want to spend a fortune.",
        (
            "Can I have my room at 24 degrees for the week? And the sheet for the accountant, can "
            "I have January to June now?"
        ),
        "What do I do with the old nozzle, chuck it?",
        "Put the hub in the shed, the light is orange.",
    ],
)
def test_no_wish_to_buy_is_read_into_these(said: str) -> None:
    ends = "40 Mbit/s down, ends in January"
    old = product("OLD", "Copper 40", 22, ends, period="month", status="withdrawn")
    new = product("L1", "Line 100", 27, "100 Mbit/s down, 20 Mbit/s up", period="month")
    lines = [PLUS, old, new]
    assert assess(("customer", said), catalogue=lines).flags == ()


def test_never_mind_takes_back_what_was_said_and_not_what_follows() -> None:
    ink = [product(f"I{n}", f"Ink {n}", n / 30, f"{n} pages a month", period="month")
           for n in (300, 120, 60)]  # fmt: skip
    owned = {"id": "E1", "name": "Ink 300", "sku": "I300", "includes": ["300 pages a month"]}
    answer = assess(
        ("customer", "What does it cost me to leave in December?"),
        ("service", "Until June it would be 54 pounds."),
        ("customer", ("Never mind then, I keep it. But could I have something smaller and cheaper, "
                     "I only print 40 pages a month.")),
        catalogue=ink, entitlements=[owned],
    )  # fmt: skip
    assert [f.recommended for f in answer.flags] == [("I60",)]


def test_more_than_they_named_is_not_shown_to_who_wants_no_more() -> None:
    hub = product("HUB", "Hearth Hub", 79, "joins devices")
    valve = product("VALVE", "Radiator Valve", 45, "controls one radiator", requires="HUB")
    for said, seen in (
        ("I'd like one of your radiator valves for the bathroom.", True),
        ("I'd like one of your radiator valves for the bathroom, just the one.", False),
    ):
        flags = assess(("customer", said), catalogue=[hub, valve]).flags
        assert [(sorted(f.recommended), f.visible) for f in flags] == [(["HUB", "VALVE"], seen)]


def test_once_and_by_the_month_is_never_one_figure() -> None:
    said = "Put up 2 more planters, want them on the app but it says Z9. What do I need to get?"
    owned = [
        {"id": "E1", "name": "Water Free", "sku": "W0", "includes": ["timers"],
         "limits": {"beds": 3}, "used": {"beds": 3}},
        {"id": "E2", "name": "Plant Jet", "sku": "JET", "includes": ["waters one planter"]},
    ]  # fmt: skip
    (flag,) = assess(
        ("customer", said), catalogue=[FREE, PLUS, JET], entitlements=owned, knowledge=[CODE]
    ).flags
    assert flag.total_price is None
    assert set(flag.trade_offs) == {"2 × €25 = €50 once", "€2 a month"}
    assert "two Plant Jets (2 × €25 = €50 once)" in flag.agent_line


def test_the_need_is_told_by_what_they_have_and_not_by_the_message() -> None:
    said = (
        "The beds are dug, 2 new beds with a hose each. The app won't let me add them, it says Z9."
    )
    owned = {"id": "E1", "name": "Water Free", "sku": "W0", "includes": ["timers"],
             "limits": {"beds": 3}, "used": {"beds": 3}}  # fmt: skip
    flags = assess(
        ("customer", said), catalogue=[FREE, PLUS], entitlements=[owned], knowledge=[CODE]
    ).flags
    assert [f.need for f in flags] == ["The beds are dug, 2 new beds with a hose each"]


@pytest.mark.parametrize(
    ("said", "benefit"),
    [
        ("I talked to Kofi about it, so please order me the spin class.", "nothing beyond it"),
        ("I'd like the spin class so I can train at night.", "so I can train at night"),
    ],
)
def test_the_benefit_is_a_purpose_or_nothing(said: str, benefit: str) -> None:
    plan = product("D", "Spin Class", 29, "training")
    (flag,) = assess(("customer", said), catalogue=[plan]).flags
    assert flag.customer_benefit.endswith(benefit)


def test_at_one_price_what_is_theirs_is_not_meant_and_of_two_rivals_none_is() -> None:
    early = product("EARLY", "Early Bird", 18, "training before nine", period="month")
    assert gym("Please put me on the £18 one.", early) == [(("EARLY",), True)]
    rivals = [
        product(sku, name, 33, "training", period="month", excludes=["OFF"])
        for sku, name in (("R1", "Night Owl"), ("R2", "Week Ender"))
    ]
    assert gym("Please put me on the £33 one.", *rivals) == []


def test_what_they_fear_to_lose_is_no_measure_of_what_they_order() -> None:
    said = "Please put me on the £29 one. Do I keep my 12 visits?"
    assert gym(said, product("VIS", "Visit card", 50, "12 visits")) == [(("ALL",), True)]


def test_where_their_own_plan_answers_best_nothing_else_is_sought() -> None:
    guest = product("GUEST", "Guest Pass", 8, "network for guests at the bar", period="month")
    phone = product("PHONE", "Desk phone", 30, "a phone for the desk")
    owned = {"id": "E1", "name": "Guest Pass", "sku": "GUEST", "includes": ["network for guests"]}
    said = "Guests at the bar find the network full. What do I buy? They ask me by phone."
    answer = assess(("customer", said), catalogue=[guest, phone], entitlements=[owned])
    assert answer.flags == ()


def test_degrees_are_no_megabits() -> None:
    fast, slow = (
        product(f"L{n}", f"Line {n}", n, f"a line of {n} Mbit/s", period="month") for n in (40, 30)
    )
    said = "I'd like a line for the studio, 24 degrees it has to have."
    flags = assess(("customer", said), catalogue=[fast, slow]).flags
    assert all("Mbit/s" not in told for flag in flags for told in flag.constraints)


def test_a_wish_renewed_after_never_mind_stands() -> None:
    ink = [product(f"I{n}", f"Ink {n}", n / 30, f"{n} pages", period="month") for n in (120, 60)]
    answer = assess(
        ("customer", "I'd like ink for 120 pages a month."),
        ("service", "That would be 4 pounds a month with Ink 120."),
        ("customer", "Never mind. I'd like ink for 60 pages a month instead."),
        catalogue=ink,
    )
    assert answer.none_reason is None
    assert [f.recommended for f in answer.flags] == [("I60",)]


def test_a_subject_alone_holds_nothing() -> None:
    phone = product("PHONE", "Home Telephone", 5, "300 minutes over fibre", period="month")
    said = "Our internet is slow in the bedroom. I was thinking maybe we need the large one?"
    assert assess(("customer", said), catalogue=[phone]).flags == ()


def test_two_are_two_of_a_kind() -> None:
    holder = product("HOLD", "Till Holder", 1, "holds tills that stay online", period="month")
    said = (
        "What would we need to buy so the tills stay online when the line is down, "
        "and what is it for both shops a month?"
    )
    flags = assess(("customer", said), catalogue=[STICK, holder]).flags
    assert [len(set(f.recommended)) for f in flags] == [1]


def test_a_word_that_tells_another_thing_apart_names_nothing_of_ours() -> None:
    till = product("TILL", "Till Plan", 20, "a till app with a sign for the shop", period="month")
    said = "We'd need a second till drawer and a sign for the window, do you do that?"
    assert not any(f.visible for f in assess(("customer", said), catalogue=[till]).flags)
