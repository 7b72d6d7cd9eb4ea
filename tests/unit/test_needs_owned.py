"""What they have already is told where it answers them, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.need_cases import assess, product

BASE = product("BASE", "Guard Base", 120, "the radio base for sensors; warranty 3 years")
SENSOR = product("DOOR", "Door Sensor", 25, "tells when a door opens", requires="BASE")
WATCH = product("WATCH", "Watch Basic", 5, "alarm on the phone", period="month")
FILMS = product("FILMS", "Family films", 14, "films and series", period="month")
SPORT = product("SPORT", "Sports pack", 11, "all matches live", period="month", requires="FILMS")
MUSIC = product("MUSIC", "Music pass", 6, "songs without adverts", period="month")
SPACE = product("W-7", "Web Hosting", 7, "room for a site", period="month")
MAIL = product("M-1", "Letters", 3, "five boxes", period="month", requires="W-7")
SHOP = [SPACE, MAIL, BASE, SENSOR, WATCH, FILMS, SPORT, MUSIC]


def own(number: int, line: dict[str, Any], *includes: str) -> dict[str, Any]:
    return {
        "id": f"E{number}",
        "name": line["name"],
        "sku": line["sku"],
        "includes": list(includes) or line["features"].split("; "),
    }


def told(said: str, *owned: dict[str, Any], **changes: Any) -> list[str]:
    answer = assess(("customer", said), catalogue=SHOP, entitlements=list(owned), **changes)
    return [i.text for i in answer.inform]


SPARE = "by what you told us you may not need it; it can be ended."


@pytest.mark.parametrize(
    ("said", "owned", "named"),
    [
        ("Am I paying for sports? We never watch the sports.", (FILMS, SPORT), "Sports pack"),
        ("What am I paying for the music? We hardly ever use it.", (FILMS, MUSIC), "Music pass"),
        # The films carry the sports.
        ("My bill is too high. We never watch the films.", (FILMS, SPORT), None),
        # The mail needs the hosting, by its number.
        ("Is it worth keeping? I hardly ever use the hosting.", (SPACE, MAIL, MUSIC), None),
        # Bought once: ending it saves nothing.
        ("My costs went up. I never use the guard base.", (WATCH, BASE), None),
        # All they have from us.
        ("Going through my costs: we never watch the films.", (FILMS,), None),
        # A question is no word of theirs that they do not use it.
        ("Do I need the music at all? What am I paying for?", (FILMS, MUSIC), None),
        # What they do not use stands behind the verb; the music they do use.
        ("Is it worth it? We never watch the tennis, just the music is on.", (FILMS, MUSIC), None),
    ],
)
def test_only_a_plan_of_theirs_that_they_say_they_do_not_use_may_be_ended(
    said: str, owned: tuple[dict[str, Any], ...], named: str | None
) -> None:
    items = [own(n, line) for n, line in enumerate(owned, 1)]
    assert [t for t in told(said, *items) if SPARE in t] == ([f"{named}: {SPARE}"] if named else [])


PLAN = product("PLAN", "Home Plan", 9, "schedules; voicemail; caller screening", period="month")


@pytest.mark.parametrize(
    "said",
    [
        "Do I keep my voicemail if I move?",
        "Could you switch on the light, and do I lose my voicemail?",
        "Can I use my own box instead of your voicemail?",
        "I'd like to end the voicemail, please.",
        "I'd like to cancel voicemail, please.",
        "What does it cost to move, and would we lose voicemail?",
        "It works again! And if it comes back, is that under warranty?",
    ],
)
def test_what_they_know_they_have_is_not_told(said: str) -> None:
    owned = [own(1, PLAN), own(2, SENSOR, "warranty 2 years"), own(3, BASE, "warranty 3 years")]
    assert told(said, *owned) == []


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("Can I buy voicemail for my line?", "Voicemail is already part of Home Plan."),
        ("How do I get schedules?", "Schedules are already part of Home Plan."),
        (
            "People keep ringing me about windows, five times a day. Do you sell a box against it?",
            "Call screening is already part of Home Plan.",
        ),
    ],
)
def test_what_answers_their_wish_is_told(said: str, part: str) -> None:
    plan = own(1, PLAN, "schedules", "voicemail", "call screening")
    assert told(said, plan) == [part]


def test_a_warranty_is_told_of_the_thing_they_name() -> None:
    owned = [own(1, SENSOR, "warranty 2 years"), own(2, BASE, "warranty 3 years")]
    said = "Is there a warranty on the door sensor, or do I need to buy one?"
    assert told(said, *owned) == ["Warranty 2 years is already part of Door Sensor."]


def test_another_form_of_the_word_is_another_thing() -> None:
    heat = own(1, product("W", "Warm", 4, "boost; schedules", period="month"))
    assert told("We need a booster for the bedroom, please.", heat) == []


def test_a_family_of_words_is_entered_by_its_own_words() -> None:
    heat = own(1, product("W", "Warm", 4, "boost", period="month"))
    line = product("L", "Fibre 300", 33, "internet for a home", period="month")
    said = "Our internet is slow in the bedroom. I was thinking we need the large one?"
    answer = assess(("customer", said), catalogue=[line], entitlements=[heat])
    assert answer.inform == ()


def test_a_plan_that_shares_a_word_with_a_trouble_is_no_way_out_of_it() -> None:
    plan = product("BIZ", "Shop plan", 50, "internet for shops with tills", period="month")
    stick = product("LTE", "Backup line", 6, "takes over when the internet is down", period="month")
    said = "Is there something that keeps the tills in the shop going when the internet is down?"
    answer = assess(("customer", said), catalogue=[plan, stick], entitlements=[own(1, plan)])
    assert [f.recommended for f in answer.flags] == [("LTE",)]
    assert answer.inform == ()


def test_an_inform_on_another_wish_silences_no_order() -> None:
    small = product("P3", "Phone 300", 5, "300 minutes; voicemail", period="month", excludes=["PU"])
    large = product("PU", "Phone Free", 9, "calls; voicemail", period="month", excludes=["P3"])
    said = (
        "My brother says yes, so please put me on the £9 one from Monday. Do I keep my voicemail?"
    )
    page = "Voicemail of any length: Phone 300 included, Phone Free included"
    answer = assess(
        ("customer", said),
        catalogue=[small, large],
        entitlements=[own(1, small, "voicemail")],
        knowledge=[{"id": "K1", "text": page, "passage": True}],
    )
    assert [(f.recommended, f.visible) for f in answer.flags] == [(("PU",), True)]
    assert answer.inform == ()
