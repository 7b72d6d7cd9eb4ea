"""Days and sums that are worked out for one customer, in several trades; silence where unsure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from copilot.domain import Chunk, Customer, Draft, Entitlement, Hit, Product, Turn
from copilot.extractive import Record, compose, facts_named, facts_of
from copilot.guardrails.support import check_segments

TODAY = date(2026, 11, 3)
FIBRE = Product(
    "F3", "Fibre 300", Decimal("33"), "GBP", "month", limits={"term_months": 12, "mbps": 300}
)
SLOW = Product(
    "F1", "Fibre 100", Decimal("27"), "GBP", "month", limits={"term_months": 12, "mbps": 100}
)
CALLS = Product("P3", "Home Phone 300", Decimal("5"), "GBP", "month", limits={"minutes": 300})
VALVE = Product("V", "Valve", Decimal("45"), "GBP", "once", features=("controls one radiator",))
HUB = Product("H", "Hub 2", Decimal("79"), "GBP", "once")
ROUTER = Product("R", "Router R3", Decimal("90"), "GBP", "once")
LINE = Product("L", "Backup line", Decimal("6"), "GBP", "month", requires=("R",))
SOON = Product(
    "C", "Cooling Control", Decimal("89"), "GBP", "once", status="roadmap",
    description="Not on sale: a prototype without a date",
)  # fmt: skip
SHOP = (FIBRE, SLOW, CALLS, VALVE, HUB, ROUTER, LINE, SOON)

TELECOM = """## Leaving
| What | Notice | Charge |
|---|---|---|
| Internet plan in its minimum term | 30 days | £12 for each month that remains |
| Internet plan after the minimum term | 30 days | none |

A month that has begun counts as a whole month.
We confirm it in writing within 1 working day.
"""
GYM = """## Ending your membership
You can end your membership with one month's notice.
Within the minimum term you pay £20 per remaining month. Only full months count.
After the minimum term you can leave without a charge.
"""
BANK = """## Closing an account
The notice period is 14 days. In the fixed term an early-exit fee of £50 is due.
"""
SAAS = """## Cancellation
Give us 60 days notice before the end of the billing period to cancel.
"""


def plan(name: str = "Fibre 300", since: date = date(2026, 3, 22), months: int = 12) -> Entitlement:
    return Entitlement(name, name, since=since, limits={"term_months": months})


def thing(name: str, since: date | None = date(2025, 12, 6)) -> Entitlement:
    return Entitlement(name, name, since=since)


def reply(
    *said: str,
    text: str = TELECOM,
    held: tuple[Entitlement, ...] = (plan(),),
    notes: tuple[str, ...] = (),
    title: str = "Cancelling",
    today: date = TODAY,
    shop: tuple[Product, ...] = SHOP,
) -> Draft:
    turns = [
        Turn("agent", t.removeprefix("us: ")) if t.startswith("us: ") else Turn("customer", t)
        for t in said
    ]
    hit = Hit(Chunk("a#0", "document", "a", 0, text), title, 1, 0.6)
    facts, spoken = facts_of(shop), [t.text for t in turns if t.speaker == "customer"]
    named = facts_named(facts, spoken)
    customer = [Customer("c", entitlements=held, facts=notes)] if held else []
    record = Record.of(customer, shop, facts, spoken, today, without=named)
    draft = compose(
        turns, [hit], facts=named, record=record,
        owned=[e.name for e in held], products=[p.name for p in shop],
    )  # fmt: skip
    sources = [f"{h.title}\n{h.chunk.text}" for h in (hit, *named, *record.hits)]
    checked = check_segments(draft.segments, sources, known=spoken, today=today)
    assert all(s.supported for s in checked), [s.text for s in checked if not s.supported]
    return draft


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


def test_what_they_do_not_have_is_not_ended_and_no_plan_in_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft = reply("Please cancel my backup line.")
    assert "they want to end backup line, which is not on their record" in draft.missing
    assert not words(draft)
    monkeypatch.setattr("copilot.extractive.worked.leaving.not_theirs", lambda _desk, _text: ())
    assert "Fibre 300" in words(reply("Please cancel my backup line."))


def test_leaving_within_a_term_names_the_day_and_the_sum() -> None:
    said = words(reply("Please cancel my internet, end of november if possible"))
    assert "the earliest day is 3 December 2026, so the end of November is not possible" in said
    assert "until 22 March 2027" in said and "4 x £12 = £48" in said
    assert said.endswith("Shall I book it for 3 December 2026?")


def test_a_day_that_is_possible_is_taken_as_it_is_wished() -> None:
    said = words(reply("I'd like to cancel my fibre on 10 January. What does it cost?"))
    assert "can end on 10 January 2027" in said and "3 x £12 = £36" in said


def test_after_the_term_there_is_nothing_to_pay() -> None:
    old = (plan(since=date(2025, 3, 22)),)
    said = words(reply("I want to leave, what do I have to pay and when is it over?", held=old))
    assert "nothing to pay" in said and "3 December 2026" in said and "£" not in said


@pytest.mark.parametrize(
    ("text", "asked", "wanted"),
    [
        (
            GYM,
            "I want to cancel my membership, what will it cost?",
            ("3 December 2026", "3 x £20 = £60"),
        ),
        (BANK, "How much is it to close my account?", ("17 November 2026", "£50")),
    ],
)
def test_other_trades_state_their_rules_in_other_forms(
    text: str, asked: str, wanted: tuple[str, ...]
) -> None:
    said = words(reply(asked, text=text, title="Ending it"))
    assert all(one in said for one in wanted), said


@pytest.mark.parametrize(
    ("more", "gap"),
    [
        ({"text": SAAS}, "notice"),
        ({"text": TELECOM.replace("A month that has begun counts as a whole month.", "")}, "begun"),
        ({"held": (Entitlement("e", "Fibre 300", limits={"term_months": 12}),)}, "since when"),
        ({"notes": ("Customer since 2 June 2025",)}, "longer"),
        ({"notes": ("Switched from Copper 40 on 9 June 2026",)}, "change of contract"),
        ({"notes": ("Contract taken over in May 2026",)}, "change of contract"),
        ({"notes": ("Was told he could leave at any time without a charge",)}, "promised"),
        ({"held": (plan(), plan("Fibre 100"))}, "which contract"),
    ],
)  # fmt: skip
def test_where_anything_is_unknown_no_sum_is_named_but_the_gap(
    more: dict[str, object], gap: str
) -> None:
    draft = reply("Please cancel my contract. What do I pay?", **more)  # type: ignore[arg-type]
    assert "=" not in words(draft) and "Shall I book" not in words(draft)
    assert any(gap in line for line in draft.missing), draft.missing


def test_a_note_that_the_term_is_over_counts_for_more_than_the_date() -> None:
    said = words(reply("I want to cancel. What do I pay?", notes=("minimum term over",)))
    assert "nothing to pay" in said and "22 March" not in said


@pytest.mark.parametrize(
    "said",
    [
        "We're leaving for holiday tomorrow, can I turn my internet off?",
        "Please stop my internet dropping every evening!",
        "Please cancel my appointment on Friday",
        "Can I cancel my order of a valve?",
        "Please don't cancel, I do not want to leave",
        "Does leaving the internet on overnight cost anything?",
        "I want to leave feedback on my plan",
        "Stop taking money from my account twice!",
        "Can I leave my valves to the next owner?",
    ],
)
def test_other_endings_are_no_wish_to_leave(said: str) -> None:
    draft = reply(said)
    assert "3 December" not in words(draft) and "Shall I book" not in words(draft)


def test_a_yes_repeats_what_was_agreed() -> None:
    draft = reply(
        "Please cancel my internet", "us: The earliest day is 3 December.", "ok, go ahead"
    )
    said = words(draft)
    assert "ends on 3 December 2026" in said and "£48" in said and "in writing" in said
    assert draft.missing[0].startswith("do it, then send")


def test_within_the_first_days_they_are_told_until_when_they_may_step_back() -> None:
    text = (
        f"{TELECOM}\nYou may cancel a plan within 14 days of activation and pay for the days used."
    )
    new = (plan(since=date(2026, 10, 28)),)
    said = words(reply("I want to cancel. What do I pay?", text=text, held=new))
    assert "until 11 November 2026" in said and "=" not in said
    moved = reply("I want to cancel.", text=text, held=new, notes=("Customer since June 2025",))
    assert "11 November 2026" not in words(moved)


WARRANTY = """| Device | Warranty |
|---|---|
| Hub 2 | 3 years |
| Valve, Router R3 | 2 years |
"""


@pytest.mark.parametrize(
    ("asked", "held", "wanted"),
    [
        ("Is my valve still under warranty?", thing("Valve"), "6 December 2027"),
        ("How long is the hub covered?", thing("Hub 2"), "6 December 2028"),
        ("Is it covered, my valve?", thing("Valve", date(2024, 10, 1)), "ended on 1 October 2026"),
    ],
)  # fmt: skip
def test_a_warranty_runs_from_the_day_on_file(asked: str, held: Entitlement, wanted: str) -> None:
    assert wanted in words(reply(asked, text=WARRANTY, title="Warranty", held=(held,)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Every lamp has a 5-year warranty.", "6 December 2030"),
        ("Lamps are guaranteed for 18 months.", "6 June 2027"),
        ("The warranty of all lamps lasts 24 months.", "6 December 2027"),
    ],
)
def test_warranties_are_stated_in_other_forms(text: str, wanted: str) -> None:
    lamp = Product("X", "Moon lamp", Decimal("20"), "GBP", "once")
    held = (thing("Moon lamp"),)
    draft = reply("Is my lamp under warranty?", text=text, title="Care", held=held, shop=(lamp,))
    assert wanted in words(draft)


@pytest.mark.parametrize(
    ("held", "notes", "gap"),
    [
        (thing("Valve", None), (), "since when"),
        (
            thing("Valve"),
            ("Five years of cover for the valve in writing, until 2030",),
            "of its own",
        ),
        (thing("Valve"), ("One valve replaced in December 2025",), "replaced"),
    ],
)
def test_no_warranty_day_against_the_record(
    held: Entitlement, notes: tuple[str, ...], gap: str
) -> None:
    draft = reply("Is my valve under warranty?", text=WARRANTY, held=(held,), notes=notes)
    assert "December 2027" not in words(draft)
    assert any(gap in line for line in draft.missing), draft.missing


RETURNS = "You may return any device within 30 days of its delivery, opened or not."


def test_returns_are_possible_until_a_day_and_not_after() -> None:
    held = (thing("Valve", date(2026, 10, 28)),)
    asked = "Until when can I send the valve back?"
    assert "until 27 November 2026" in words(reply(asked, text=RETURNS, title="Returns", held=held))
    late = reply(asked, text=RETURNS, title="Returns", held=held, today=date(2026, 12, 1))
    assert "ended on 27 November 2026" in words(late)


def test_it_stands_for_nothing_that_comes_later() -> None:
    held = (thing("Hub 2", date(2026, 10, 28)),)
    said = "The hub is orange. Do I need a second one? And can I send it back?"
    draft = reply(said, text=RETURNS, title="Returns", held=held)
    assert "You can return your Hub 2" in words(draft)
    assert any("a second one" in gap for gap in draft.missing)


def test_what_is_on_loan_is_not_returned_like_a_purchase() -> None:
    lent = (
        Entitlement("f", "Fibre 300", includes=("router R3 on loan",), since=TODAY),
        thing("Router R3", TODAY),
    )
    draft = reply("Can I still return the Router R3?", text=RETURNS, title="Returns", held=lent)
    assert "You can return" not in words(draft) and "on loan" in " ".join(draft.missing)


def test_a_smaller_plan_is_compared_with_theirs() -> None:
    said = words(reply("What would I save if I went down from Fibre 300 to 100?"))
    assert "Fibre 100 costs £27 a month and Fibre 300 costs £33 a month: that is £6 less." in said
    own_price = reply("What would I save with Fibre 100?", notes=("pays 22 pounds until June",))
    assert "less" not in words(own_price) and "price of their own" in " ".join(own_price.missing)


def test_a_total_keeps_apart_what_is_paid_once_and_every_month() -> None:
    said = words(reply("I want three valves and the Backup line, what is that in total?"))
    assert (
        "Three Valves cost 3 x £45 = £135 once." in said and "Backup line costs £6 a month" in said
    )


def test_how_many_is_told_by_what_each_room_has() -> None:
    rooms = "We have three rooms with a radiator each. What does it cost in all, with valves?"
    assert "3 x £45 = £135" in words(reply(rooms))
    draft = reply("What does it cost altogether, with valves?")
    assert "=" not in words(draft) and "how many" in " ".join(draft.missing)


def test_what_they_have_is_never_priced_to_them() -> None:
    held = (plan(), thing("Router R3"))
    said = words(reply("What do the Router R3 and the Backup line cost me together?", held=held))
    assert "You already have the Router R3" in said and "£90" not in said
    for more in ("What does a second Router R3 cost?", "How much is another Router R3?"):
        assert "already" not in words(reply(more, held=held))


def test_usage_and_plans_are_told_from_the_record() -> None:
    phone = Entitlement(
        "p", "Home Phone 300", since=TODAY, limits={"minutes": 300}, used={"minutes": 287}
    )
    said = words(reply("How many minutes do I have left?", held=(phone,)))
    assert "287 of the 300 minutes" in said and "13 are left" in said
    assert "Home Phone 300 since 3 November 2026" in words(
        reply("Which plan do I have?", held=(phone,))
    )


def test_the_end_of_their_term_is_told_but_not_for_what_they_ask_to_buy() -> None:
    assert "until 22 March 2027" in words(reply("When does my contract end?"))
    other = words(reply("I'd like the Backup line. How long am I bound?"))
    assert "22 March" not in other


def test_a_stranger_is_told_nothing_from_a_record() -> None:
    draft = reply("I want to cancel my internet. What do I pay?", held=())
    assert "=" not in words(draft) and "3 December" not in words(draft)
