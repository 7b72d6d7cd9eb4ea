"""What is beside the point is not said: each guard on the kind of an answer, with it and without."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose, kinds
from copilot.extractive.asking import hear
from copilot.extractive.ranking import Ranking
from copilot.retriever.spelling import Spelling

NAMES = ("Router R3", "Bell Cover", "Warm Plus", "Warm Free")
VISITS = """An engineer visit costs £60. It includes 90 minutes of work.

## Slots
Monday to Saturday: 08:00 to 12:00, 12:00 to 16:00.
Free until 17:00 on the working day before the engineer comes.

## Changing or cancelling
Free until 17:00 on the day before. After that £30.

## If we are late
You get £25 for every engineer we send too late.
"""
LEAVING = """For an internet plan the notice is 30 days and there is no charge.

## Plans
Small Fibre costs £15 for those on a benefit.
"""
BATTERIES = """The code appears three weeks before the batteries of the valve are empty.

## Empty too soon?

| Cause | Remedy |
|---|---|
| Rechargeable batteries | use alkaline ones |
| Hub too far away | bring it nearer |
"""
HUB = """The hub joins your devices to the app.

| | |
|---|---|
| Devices | 20 |
| Range indoors | about 25 metres |

Is the hub too far from a valve? More than two walls is too many.

The old Hub 1 works on with the app, without new functions.
"""
LIGHTS = """1. Restart the box once when the light is purple.
2. Wait.
"""
PACKS = """If two valves stand in one room they count twice. The zone is free at once.

| Rooms | Cheapest way | Price a month |
|---|---|---|
| 3 to 6 | Warm Plus | £4 |
| 7 to 10 | Warm Plus and one pack | £5.50 |
"""
CREDITS = """Credits above £10 are paid to your bank account.

| What went wrong | Credit |
|---|---|
| No service | £8 for each day |
"""
COVER = """Bell Cover is worth it for older systems.

A visit of Bell Cover comes within 24 hours.
"""
CALLS = "Calls to your old number still ring on the old line.\n"


def hit(text: str, title: str, n: int = 1, score: float = 0.55) -> Hit:
    return Hit(Chunk(f"a{n}#0", "document", f"a{n}", 0, text), title, n, score)


def reply(said: str, *hits: Hit) -> Draft:
    return compose([Turn("customer", said)], hits, products=NAMES)


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


GUARDED: Sequence[tuple[str, str, Hit, str]] = (
    ("has_unit", "How far can the hub be from the valve?", hit(HUB, "Hub"), "two walls"),
    ("has_unit", "At what hours do your engineers come?", hit(VISITS, "Engineer"), "17:00 on the w"),
    ("is_paid_to_them", "The engineer is late. What do I get if he is?", hit(VISITS, "Visits"), "£60"),
    ("is_no_threshold", "No service for days. What credit do I get?", hit(CREDITS, "When it fails"), "£10"),
    ("is_of_the_deed", "I have to cancel the engineer visit. Does that cost anything?", hit(VISITS, "Visits"), "£60"),
    ("is_a_price", "Is there a cheaper internet plan for me?", hit(LEAVING, "Internet plan"), "notice"),
    ("names_a_sum", "I have no zone left. What is it a month?", hit(PACKS, "Zones"), "at once"),
    ("names_somebody", "Who do I ring about my old number?", hit(CALLS, "Calls"), "old line"),
    ("says_day", "The engineer is late. Is Sunday ok?", hit("An engineer is late at times. A visit of the engineer takes a day.", "Engineer visits"), "a day"),
    ("says_what_if", "The engineer comes tomorrow. Must I be in, and what if I need another day?", hit("The engineer comes by van.", "Engineer visits"), "van"),
    ("is_a_cause", "The valve eats batteries. What else can it be?", hit(BATTERIES, "Valve"), "three weeks"),
    ("is_no_order", "The light is purple, is that normal?", hit(LIGHTS, "Light"), "Restart"),
    ("says_when", "Does Bell Cover come the same week?", hit(COVER, "Bell Cover"), "older systems"),
    ("is_of_the_model", "I still have the hub 1, does it work with the app?", hit(HUB, "The hub"), "joins"),
)  # fmt: skip


@pytest.mark.parametrize(("guard", "said", "page", "beside"), GUARDED)
def test_what_is_beside_the_point_is_said_only_without_its_guard(
    guard: str, said: str, page: Hit, beside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert beside not in words(reply(said, page))
    others = tuple(g for g in kinds.GUARDS if g.__name__ != guard)
    assert len(others) == len(kinds.GUARDS) - 1
    monkeypatch.setattr(kinds, "GUARDS", others)
    assert beside in words(reply(said, page))
