"""Whose word it is: a colleague who is named binds us; another firm, an instruction, none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

import copilot.ledger.commitments as room
from copilot.ledger import LedgerPolicy, Promise, Said, Timeline, promises
from copilot.ledger.commitments import commitments
from copilot.ledger.patterns import pattern

START = datetime(2026, 10, 26, 10, tzinfo=UTC)  # a Monday


def made(text: str, answer: str = "Ok, fine.") -> list[Promise]:
    """What binds us once our side has said this and the customer has answered."""
    turns = (
        Said("t1", "now", "agent", text, START, "service"),
        Said("t2", "now", "customer", answer, START + timedelta(minutes=1)),
    )
    return promises(Timeline(turns), START + timedelta(hours=1), LedgerPolicy())


@pytest.mark.parametrize(
    ("text", "quote", "due"),
    [
        (
            "I passed it to our site manager Helen Cho, who writes to you by Thursday 29 October.",
            "our site manager Helen Cho, who writes to you by Thursday 29 October",
            date(2026, 10, 29),
        ),
        (
            "I've handed this over to Tom Berger, who will call you tomorrow.",
            "Tom Berger, who will call you tomorrow",
            date(2026, 10, 27),
        ),
        (
            "We forwarded your complaint to the quality team, who reply by 3 November.",
            "the quality team, who reply by 3 November",
            date(2026, 11, 3),
        ),
    ],
)
def test_what_a_colleague_who_is_named_will_do_is_our_promise(
    text: str, quote: str, due: date
) -> None:
    (promise,) = made(text)
    assert (promise.quote, promise.due) == (quote, due)


@pytest.mark.parametrize(
    "text",
    [
        "Averley Mutual answers within five working days.",
        "The insurer decides within ten working days.",
        "Your bank shows the money within three days.",
        "The manufacturer will contact you by Friday.",
        "The city council decides within eight weeks.",
        "Your insurer has the file. They answer within five working days.",
        "I've passed it to your insurer, who will write to you by Friday.",
        "Your landlord sends the meter reading by Friday.",
    ],
)
def test_what_another_firm_does_is_no_promise_of_ours(text: str) -> None:
    assert made(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Our insurance team will call you tomorrow.",
        "Our manufacturer sends you a new one by Friday.",
        "Your insurance claim is paid by Friday.",
        "The courier comes on Friday.",
        "They get in touch with you within three working days.",
        "I have spoken to your bank, and we refund it by Friday.",
    ],
)
def test_what_our_own_side_does_stays_our_promise(text: str) -> None:
    assert made(text)


@pytest.mark.parametrize(
    "text",
    [
        "Then send the claim form in the app within seven days.",
        "Next, return the form to us within 14 days.",
        "To claim, send us the receipts by Friday.",
        "After that, upload the photos by tomorrow.",
    ],
)
def test_what_the_customer_is_told_to_do_is_no_promise(text: str) -> None:
    assert made(text) == []


@pytest.mark.parametrize(
    "text", ["Then I'll send the form within seven days.", "To close this, we write by Friday."]
)
def test_an_act_of_ours_after_such_an_opening_is_one(text: str) -> None:
    assert made(text)


@pytest.mark.parametrize(
    "text",
    [
        "January to March falls in the past year, those we cannot change; from April on we can.",
        "January to March falls in the past financial year, which ended on 31 March.",
        "April counts as the first month of the plan.",
        "March to May is the low season.",
        "Your visit in June falls under the old tariff.",
    ],
)
def test_what_a_period_is_is_no_promise(text: str) -> None:
    assert made(text) == []


def test_an_offer_that_names_its_deed_binds_once_they_say_yes() -> None:
    assert made("I can send you the invoices by Friday.", "Yes please.")
    assert made("From April on we can.", "Yes please.") == []


@pytest.mark.parametrize(
    ("guard", "text"),
    [
        ("say_their_deed", "Averley Mutual answers within five working days."),
        ("say_of_period", "January to March falls in the past year, which ended on 31 March."),
        ("say_to_customer", "Then send the claim form with photos within seven days."),
    ],
)
def test_each_guard_is_what_keeps_its_sentence_out(
    guard: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = re.compile(r"(?!)")
    monkeypatch.setattr(room, "pattern", lambda name: nothing if name == guard else pattern(name))
    room._of_sentence.cache_clear()
    commitments.cache_clear()
    try:
        assert commitments(text, sales=False)
    finally:
        room._of_sentence.cache_clear()
        commitments.cache_clear()
