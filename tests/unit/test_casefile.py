"""What the need engine gets to read: one self-contained case, merged over a person's records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from copilot.domain import (
    Chunk,
    Conversation,
    Customer,
    Entitlement,
    Hit,
    Interaction,
    Outcome,
    Product,
    Turn,
)
from copilot.needs import Case
from copilot.story import EMPTY, Story
from copilot.suggester.casefile import case_of, catalogue_of, moment_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHOP = Customer(
    "C-1", name="Owen Hale", segment="home", facts=("Lives in a flat",),
    entitlements=(Entitlement("E1", "Warm Plus", sku="WARM-6", used={"zones": 6}),),
    consent={"marketing": True},
)  # fmt: skip
DESK = Customer(
    "D-9", name="O. Hale", facts=("Has two valves",), do_not_sell=True, care=("health",),
    consent={"marketing": False}, open_cases=("T-7",),
    recent_offers=({"sku": "HUB-2", "at": "2026-10-01", "result": "declined"},),
)  # fmt: skip
PAST = Interaction(
    "past-1",
    (
        Turn("customer", "The valve is cold."),
        Turn("agent", "He always complains.", visibility="internal"),
        Turn("agent", "We will look at it.", role="service"),
    ),
    at=NOW - timedelta(days=3),
)
TALK = Conversation(
    (Turn("customer", "Cold again."),), id="now-1", channel="phone", customer_id="C-1"
)


def story(**changes: object) -> Story:
    known = replace(
        EMPTY, ids=("C-1", "D-9"), customer=SHOP, records=(SHOP, DESK), contacts=(PAST,)
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def case(told: Story, talk: Conversation = TALK, knowledge: tuple[Hit, ...] = ()) -> Case:
    return case_of(talk, told, catalogue=(), knowledge=knowledge, as_of=NOW)


def test_the_records_of_one_person_are_read_together() -> None:
    customer = case(story()).customer
    assert customer.facts == ("Lives in a flat", "Has two valves")
    assert [item.id for item in customer.entitlements] == ["E1"]
    assert customer.state.open_cases == ("T-7",)


def test_of_two_records_the_one_that_protects_the_customer_is_in_force() -> None:
    customer = case(story()).customer
    assert customer.state.do_not_sell
    assert not customer.consent.marketing
    assert customer.state.vulnerability == ("health",)


def test_internal_notes_of_the_past_are_not_read_and_turns_keep_their_place() -> None:
    (past,) = case(story()).history
    assert [turn.text for turn in past.turns] == ["The valve is cold.", "We will look at it."]
    assert [turn.id for turn in past.turns] == ["t1", "t3"]


def test_the_conversation_in_progress_is_no_history_of_itself() -> None:
    again = replace(PAST, source_id="now-1")
    assert case(story(contacts=(again,))).history == ()


def test_refused_offers_are_known_from_the_file_and_from_our_own_notes() -> None:
    noted = {
        "customer_id": "C-1", "state": "declined", "updated_at": NOW,
        "body": {"recommended": ["NET-500"]},
    }  # fmt: skip
    shown = {**noted, "state": "surfaced"}
    offers = case(story(needs=(noted, shown))).customer.state.recent_offers
    assert {offer["sku"] for offer in offers} == {"HUB-2", "NET-500"}
    assert len(offers) == 2


def test_a_stranger_is_a_case_too() -> None:
    stranger = case(EMPTY, replace(TALK, customer_id=None))
    assert stranger.customer.id == "unknown" and stranger.history == ()
    assert not stranger.customer.consent.marketing
    assert case(replace(EMPTY, ids=("C-404",))).customer.id == "C-404"


def test_what_was_retrieved_is_the_knowledge_of_the_case() -> None:
    chunk = Chunk("k#0", "document", "kb-1", 0, "A valve lasts two years.")
    (fact,) = case(story(), knowledge=(Hit(chunk, "Valves", 1, 0.5),)).knowledge
    assert (fact.id, fact.text) == ("kb-1", "A valve lasts two years.")


def test_a_conversation_is_judged_at_its_last_dated_turn() -> None:
    east = timezone(timedelta(hours=2))
    turns = (
        Turn("customer", "a", at=datetime(2026, 1, 2, 10)),  # noqa: DTZ001 - no zone given
        Turn("agent", "b", at=datetime(2026, 1, 2, 11, tzinfo=east)),
    )
    assert moment_of(Conversation(turns), NOW) == datetime(2026, 1, 2, 10, tzinfo=UTC)
    assert moment_of(TALK, NOW) == NOW


def test_a_product_keeps_its_price_conditions_and_words() -> None:
    product = Product(
        "WARM-6", "Warm Plus", Decimal("6.00"), "GBP", description="for families",
        features=("six zones",), requires=("HUB-2",), limits={"zones": 6.0},
        valid_to=date(2027, 1, 1), meta={"commitment_months": 12},
    )  # fmt: skip
    (line,) = catalogue_of([product])
    assert (line.price, line.currency, line.requires) == (6.0, "GBP", "HUB-2")
    assert line.features == "six zones, for families"
    assert (line.commitment_months, line.valid_to) == (12, date(2027, 1, 1))
    (priceless,) = catalogue_of([replace(product, price=None, meta={})])
    assert priceless.price is None and priceless.commitment_months == 0


def test_every_event_of_a_need_is_told_with_its_day_and_the_need() -> None:
    need = {
        "id": "n1", "customer_id": "C-1", "conversation_id": "now-1", "state": "regretted",
        "disposition": "surface_now", "created_at": NOW - timedelta(days=9), "updated_at": NOW,
        "body": {
            "need": "a warmer valve", "recommended": ["NET-500"],
            "evidence": [{"quote": "always cold"}],
        },
    }  # fmt: skip
    events = tuple(
        {"need_id": "n1", "event": event, "at": NOW - timedelta(days=day), "reason": None}
        for event, day in (("accepted", 8), ("returned", 2))
    )
    state = case(story(needs=(need,), outcomes=events)).customer.state
    ours = [offer for offer in state.recent_offers if offer["sku"] == "NET-500"]
    assert [offer["result"] for offer in ours] == ["shown", "accepted", "returned"]
    assert {offer["need"] for offer in ours} == {"a warmer valve"} and ours[0]["here"]
    assert ours[2]["at"].startswith("2026-11-18")


def test_contacts_marked_as_complaints_are_told_with_the_day_they_ended() -> None:
    angry = replace(PAST, tags=("Complaint",), subject="Cold valve")
    unsolved = replace(angry, source_id="past-2", outcome=Outcome(resolved=False))
    complaints = case(story(contacts=(PAST, angry, unsolved))).customer.state.complaints
    assert [c["closed_at"] for c in complaints] == ["2026-11-17", None]
