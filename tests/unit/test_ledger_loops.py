"""Requests passed over stay open, across conversations and departments; answers close them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from copilot.ledger import OpenLoop, Said, Timeline, in_order, joined, open_loops

START = datetime(2026, 5, 8, 9, 0, tzinfo=UTC)


def loops(*turns: tuple[str, str] | tuple[str, str, str]) -> list[OpenLoop]:
    """Turns as (speaker or role, text[, conversation])."""
    said = []
    for n, turn in enumerate(turns):
        who, text, conversation = (*turn, "now")[:3]
        speaker = "agent" if who in ("sales", "service") else who
        role = who if speaker == "agent" else None
        at = START + timedelta(minutes=n)
        said.append(Said(f"t{n + 1}", conversation, speaker, text, at, role))  # type: ignore[arg-type]
    return open_loops(Timeline(tuple(said)))


def test_a_request_in_the_buzz_of_a_sale_stays_open() -> None:
    (loop,) = loops(
        ("customer", "I like the big plan. Can you also resend the invoice for April?"),
        ("sales", "Great news, the big plan has a special offer this week!"),
    )
    assert "resend the invoice for April" in loop.quote
    assert loop.asked_of == "sales"


def test_an_answered_question_is_no_loop() -> None:
    ask = ("customer", "What is the 17 pounds for?")
    assert loops(ask, ("service", "That is your cover.")) == []


def test_the_last_turn_of_the_customer_is_not_yet_passed_over() -> None:
    assert loops(("service", "I can fix that."), ("customer", "Is the name done?")) == []


def test_a_request_of_an_earlier_contact_stays_open_in_the_next() -> None:
    (loop,) = loops(
        ("customer", "Does the warranty cover the hinge?", "mail-1"),
        ("service", "Your parcel left today.", "now"),
    )
    assert loop.conversation_id == "mail-1"


def test_a_later_answer_closes_it() -> None:
    turns = (
        ("customer", "Does the warranty cover the hinge?", "mail-1"),
        ("service", "Your parcel left today.", "now"),
        ("service", "Yes, the warranty covers the hinge.", "now"),
    )
    assert loops(*turns) == []


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ("I've also asked twice for a VAT invoice.", 3),
        ("I asked three times for a VAT invoice.", 4),
        ("This is the third time that I need the VAT invoice.", 3),
        ("I already asked for the VAT invoice.", 2),
    ],
)
def test_a_request_says_how_often_it_was_made(words: str, times: int) -> None:
    (loop,) = loops(("customer", words), ("service", "I'm sorry. I'll find out."))
    assert loop.times_asked == times


def test_asking_again_raises_the_count() -> None:
    (loop,) = loops(
        ("customer", "Does the engineer need access to the loft?"),
        ("service", "He comes on Thursday."),
        ("customer", "And the loft?"),
        ("service", "Our insulation offer is great."),
    )
    assert (loop.turn, loop.times_asked) == ("t1", 2)


def test_a_wish_to_buy_is_a_need_and_no_loop() -> None:
    assert loops(("customer", "I want the pasta roller as well."), ("service", "Noted.")) == []


def test_small_talk_asks_for_nothing() -> None:
    assert loops(("customer", "Hi, how are you today?"), ("service", "Welcome to the shop.")) == []


def test_turns_are_put_in_the_order_of_their_times() -> None:
    early, late = START, START + timedelta(hours=1)
    turns = [Said("b", "now", "customer", "B", late), Said("a", "now", "customer", "A", early)]
    assert [t.id for t in in_order(turns)] == ["a", "b"]


def test_where_a_time_is_missing_the_given_order_stands() -> None:
    turns = [Said("b", "now", "customer", "B", START), Said("a", "now", "customer", "A", None)]
    assert [t.id for t in in_order(turns)] == ["b", "a"]


def test_conversations_are_joined_by_their_first_time() -> None:
    late, early = START + timedelta(days=1), START
    first = [Said("x", "c1", "customer", "X", late)]
    second = [Said("y", "c2", "customer", "Y", early)]
    assert [t.id for t in joined([(late, first), (early, second)])] == ["y", "x"]
