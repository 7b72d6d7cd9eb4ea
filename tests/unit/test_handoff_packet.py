"""What goes along with a hand-off: all that would be asked again, and nothing on care."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from copilot.domain import Customer, Entitlement, Product
from copilot.errors import CopilotError
from copilot.suggester.casefile import catalogue_of
from tests.handoff_cases import (
    ASK,
    BOOK,
    CLEAN,
    YES,
    Known,
    agreed,
    contact,
    loop,
    need,
    promise,
)

CARE = (
    "Care pendant on the copper line",
    "I've a button round my neck in case I fall",
    "Retired, poor eyesight",
    "Her late husband held the contract",
    "On medication, keeps insulin in the fridge",
    "Needs large print letters",
    "Priority Care since October",
    "Care code set by the branch",
    "Lost her husband in May",
    "Recovering from surgery, lives alone",
    "Hearing impaired, writes only",
)


@pytest.mark.parametrize("text", CARE)
def test_care_details_stay_in_the_timeline(text: str) -> None:
    customer = replace(
        CLEAN, facts=(text, "Rents a flat"), entitlements=(Entitlement("E1", "Care pendant"),)
    )
    told = contact("i-0", ("agent", f"Noted: {text}."), ("agent*", "Sell her nothing."))
    row = promise("open", "2026-06-01", quote=text, what=text)
    packet = Known(customer, [told], [row], [loop("open", 1, text)]).hand("service")
    assert text not in json.dumps(packet) and "pendant" not in json.dumps(packet)
    assert packet["customer"]["facts"] == ["Rents a flat"]
    assert packet["open_promises"][0]["from"] == "i-0"
    assert packet["kept_back"] == 3  # the words, what they have, our sentence: each once
    assert sum(one["count"] for one in packet["kept_why"]) == 3


def test_with_a_care_sign_on_file_nothing_they_told_goes_along() -> None:
    customer = replace(CLEAN, care=("health",), facts=("Niece comes on Tuesdays",))
    said = contact("i-0", ("customer", "I've tried the little lever twice"), ("agent", "Thank you"))
    packet = Known(customer, [said]).hand("service")
    assert packet["customer"]["facts"] == packet["tried"] == []
    assert packet["told_so_far"][0]["last_word_of_ours"] == "Thank you"


@pytest.mark.parametrize(
    "text",
    ["Dental surgery with three chairs", "Family of six", "Take care of the cottage", "Skincare"],
)  # fmt: skip
def test_ordinary_facts_go_along(text: str) -> None:
    packet = Known(replace(CLEAN, facts=(text,)), [agreed()]).hand()
    assert packet["customer"]["facts"] == [text]


def test_the_last_public_word_of_ours_is_looked_for() -> None:
    said = contact("i-0", ("agent", "We'll see."), ("customer", "Fine"), ("agent*", "Difficult."))
    packet = Known(contacts=[said]).hand("service")
    assert packet["told_so_far"][0]["last_word_of_ours"] == "We'll see."
    assert "Difficult" not in json.dumps(packet)


def test_what_not_to_do_is_said() -> None:
    objects = Known(replace(CLEAN, do_not_sell=True), [agreed()]).hand("service")
    assert any("objected" in line for line in objects["do_not"])
    assert not any("objected" in line for line in Known(contacts=[agreed()]).hand()["do_not"])
    wrong = promise("conflict", quote="it is free for ever", conflict_with="prices")
    owed = promise("open", "2026-05-01")
    declined = need(state="declined")
    lines = Known(CLEAN, [agreed()], [wrong, owed], needs=[declined]).hand("service")["do_not"]
    assert any("it is free for ever" in line and "prices" in line for line in lines)
    assert any("I'll send it by Monday" in line for line in lines)
    assert any("LAMP" in line for line in lines)


def test_quiet_periods_and_thanks_go_along() -> None:
    offer: Mapping[str, Any] = {"sku": "LAMP", "at": "2026-05-01", "result": "declined"}
    packet = Known(replace(CLEAN, recent_offers=(offer,)), [agreed()]).hand()
    assert any(
        q["skus"] == ["LAMP"] and q["until"] == "2026-07-30" for q in packet["quiet_periods"]
    )
    assert {"name": "Mel", "role": "service", "conversation": "i-1"} in packet["to_thank"]
    twice = Known(replace(CLEAN, recent_offers=(offer, offer)), [agreed()]).hand()
    assert twice["quiet_periods"] == packet["quiet_periods"]


VOLUNTEERED = [
    ("tried", "I've already restarted the router twice."),
    ("tried", "We tried another card and it didn't help."),
    ("deadline", "We need the extra seats before 1 June."),
    ("deadline", "It has to be in place by the end of the month."),
    ("deadline", "The second shop opens on 16 November."),
    ("deadline", "I want it settled THIS WEEK or I go to the ombudsman."),
    ("deadline", "It has to be running before my tenants move in."),
    ("deadline", "We need it by four this afternoon."),
    ("deadline", "By the end of March at the latest."),
    ("deadline", "I need it by noon."),
    ("deadline", "Our deadline is the trade fair."),
    ("deadline", "Sort it out by Friday, otherwise I leave."),
    ("tried", "No, six valves, six rooms, I checked that page."),
    ("tried", "I unplugged it for ten minutes."),
    ("tried", "Did both, it's on a shelf now."),
    ("tried", "I've put in new alkaline batteries."),
    ("decider", "My landlord has to agree first."),
    ("decider", "I'll have to run it past our finance director."),
    ("decider", "The board decides on anything over a thousand."),
    ("decider", "That is up to my wife, really."),
    ("decider", "My husband makes these decisions."),
    ("decider", "It's my own decision."),
    ("budget", "It shouldn't cost more than 99 euros."),
    ("budget", "I can't go over 40 pounds a month."),
    ("budget", "Our budget is 2,000 for the year."),
    ("budget", "No more than £25, please."),
    ("preferred_time", "Please call me after six."),
    ("preferred_time", "I ask around first, ring me on Monday."),
    ("preferred_time", "Mornings are best for us."),
    ("preferred_time", "You can reach me on Thursday afternoons."),
    ("preferred_time", "I'm only free at lunchtime."),
]
NOT_VOLUNTEERED = [
    "You said it would be here by Friday.",
    "I pay 40 pounds a month for the fibre.",
    "Somebody promised to call me on Monday.",
    "My wife says hello.",
    "Is it available by Friday?",
    "I called you on Monday.",
    "We meet in the hall on Thursdays.",
    "Your engineer comes on Tuesday.",
    "I paid 99 euros for it last year.",
    "The board of the router is hot.",
    "Our manager likes the new app.",
    "The lamp is lovely.",
    "How long does delivery take?",
    "I'll try it tonight.",
    "The film starts at eight.",
    "I freeze up there by four in the afternoon, and I don't want to heat three to sit in one.",
    "I want to sit in one of them.",
    "I want a line for the till people.",
    "Please send it by post.",
    "I need it cheaper by 20 percent.",
    "Last week we nearly missed a client's deadline.",
    "Rhys promised me a second pack by the 10th.",
    "I'll ring you on Monday.",
    "I don't want to wait in the cold until the sun comes.",
    "The sun has gone by half past three.",
    "It worked until Monday.",
    "We had it before.",
    "I was in the queue until noon.",
    "I checked with my neighbour.",
    "Must I be there before noon?",
]
FIELDS = ("tried", "deadline", "decider", "budget", "preferred_time")


@pytest.mark.parametrize(("slot", "text"), VOLUNTEERED)
def test_what_they_volunteered_is_not_asked_again(slot: str, text: str) -> None:
    packet = Known(contacts=[agreed(("customer", text))]).hand("service")
    assert [q["quote"] for q in packet[slot]] == [text]
    assert packet[slot][0]["turn"] == "t3"
    others = {name: packet[name] for name in FIELDS if name != slot and packet[name]}
    assert others == {}


@pytest.mark.parametrize("text", NOT_VOLUNTEERED)
def test_nothing_is_read_into_other_words(text: str) -> None:
    packet = Known(contacts=[agreed(("customer", text))]).hand("service")
    assert {name: packet[name] for name in FIELDS if packet[name]} == {}


def test_a_deadline_has_its_day() -> None:
    text = "We need the extra seats before 1 June."
    packet = Known(contacts=[agreed(("customer", text))]).hand("service")
    assert packet["deadline"][0]["on"] == "2026-06-01"


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (ASK, "Yes, please do, tomorrow after four"),
        ("When would suit you?", "Thursday morning."),
        ("Shall I hand this to sales?", "Please do. Weekdays, after six."),
        ("May I have you rung?", "Fine. Could it be tomorrow, in the evening?"),
        ("Would that help?", "Yes please, on Friday."),
    ],
)
def test_when_to_reach_them_is_read_in_their_answer(ask: str, answer: str) -> None:
    said = contact("i-1", ("agent", ask), ("customer", answer))
    packet = Known(contacts=[said]).hand(quote=answer)
    assert [q["quote"] for q in packet["preferred_time"]] == [answer.split(". ")[-1]]
    assert packet["deadline"] == []


@pytest.mark.parametrize(
    "text",
    [
        "Is it cold up there tomorrow?",
        "I must have it on Friday.",
        "I called on Monday.",
        "You said Friday.",
        "I tell you on Monday what my brother says.",
    ],
)
def test_a_day_beside_a_consent_is_no_time_to_ring(text: str) -> None:
    said = contact("i-1", ("agent", ASK), ("customer", f"{YES} {text}"))
    assert Known(contacts=[said]).hand()["preferred_time"] == []
    asked = "I can call it a fault. Is it cold?"
    alone = contact("i-1", ("agent", asked), ("customer", "Tomorrow morning it will be."))
    assert Known(contacts=[alone]).hand("service")["preferred_time"] == []


def test_a_time_to_ring_goes_to_service_too() -> None:
    said = contact("i-1", ("agent", "When may we ring?"), ("customer", "Thursday morning."))
    packet = Known(contacts=[said]).hand("service")
    assert [q["quote"] for q in packet["preferred_time"]] == ["Thursday morning."]


def test_the_day_of_an_ultimatum_is_named() -> None:
    packet = Known(contacts=[contact("i-1", ("customer", "Settle it this week or I leave."))])
    assert packet.hand("service")["deadline"][0]["on"] == "2026-05-08"


def test_their_last_contact_goes_along_in_their_words() -> None:
    old = contact("i-0", ("customer", "The lamp is old."), day=1)
    said = "Nobody came. And the 25 for the visit isn't on my bill. I'm on medication."
    last = contact("i-1", ("customer", said), ("agent", "I see."), ("customer", "> pasted\nWell?"))
    packet = Known(contacts=[old, last]).hand("service")
    told = "Nobody came. And the 25 for the visit isn't on my bill."
    assert [(q["turn"], q["quote"]) for q in packet["said"]] == [("t1", told), ("t3", "Well?")]
    assert packet["kept_back"] == 1
    later = Known(contacts=[agreed(), contact("i-2", ("customer", "It's me."), day=8)]).hand()
    assert [q["quote"] for q in later["said"]] == ["It's me."]
    cared = Known(replace(CLEAN, care=("health",)), [old, last]).hand("service")
    assert [q["quote"] for q in cared["said"]] == ["And the 25 for the visit isn't on my bill."]


def test_open_cases_go_along() -> None:
    cases = ("CASE-3388: missed visit, refund of 110 pounds", "CASE-1: lost her husband")
    packet = Known(replace(CLEAN, open_cases=cases), [agreed()]).hand("service")
    assert packet["customer"]["open_cases"] == [cases[0]]


def test_the_need_of_these_contacts_goes_to_sales_unasked() -> None:
    held = need(id="n2", conversation_id="i-1", disposition="hold")
    shown = need(id="n3", conversation_id="i-1")
    gone = need(id="n5", conversation_id="i-1", state="declined")
    unmet = need(id="n6", conversation_id="i-1", disposition="log_blocked")
    for row in (held, shown):
        row["body"] = {**row["body"], "need": f"of {row['id']}"}

    def needed(*rows: dict[str, Any], to: str = "sales") -> Any:
        return Known(contacts=[agreed()], needs=list(rows)).hand(to)["need"]

    assert needed(held, shown) == "of n3"
    assert needed(held) == "of n2"
    assert needed(unmet) is None and needed(gone) is None
    assert needed(shown, to="service") is None


def test_what_would_be_enough_is_named_and_priced(monkeypatch: pytest.MonkeyPatch) -> None:
    lamp = Product("LAMP", "Bed lamp", Decimal(19), "GBP", "once")
    care = Product("CARE", "Lamp care", Decimal("1.5"), "GBP", "month")
    sold = catalogue_of([lamp, care])
    monkeypatch.setattr(BOOK.catalogue, "of", lambda _: SimpleNamespace(products=sold))

    def packet(*skus: str) -> dict[str, Any]:
        wanted = need(conversation_id="i-1")
        wanted["body"] = {**wanted["body"], "recommended": list(skus)}
        return Known(contacts=[agreed()], needs=[wanted]).hand()

    told = packet("LAMP", "LAMP", "CARE")
    assert told["products"][0] == {
        "sku": "LAMP", "count": 2, "name": "Bed lamp", "price": 19, "currency": "GBP",
        "period": "once",
    }  # fmt: skip
    assert [(c["amount"], c["period"]) for c in told["costs"]] == [(38, "once"), (1.5, "month")]
    gone = packet("LAMP", "GONE")
    assert gone["products"][1]["name"] is None and gone["costs"] == []


def test_an_unknown_customer_is_not_found() -> None:
    known = Known(contacts=[])
    known.customer = cast("Customer", None)
    with pytest.raises(CopilotError, match="There is no customer"):
        known.hand("service")
