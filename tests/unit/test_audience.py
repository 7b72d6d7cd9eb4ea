"""For whom a source was written: what instructs our own people is not told to customers."""

from __future__ import annotations

import pytest

from copilot.extractive.addressing import to_customer
from copilot.guardrails.audience import for_staff


@pytest.mark.parametrize(
    "sentence",
    [
        "Do not use the standard transfer tool during these first three requests.",
        "The agent must give the reason before a card is closed.",
        "Representatives should confirm the date of birth.",
        "Calling the refund function twice charges the customer twice.",
    ],
)
def test_instructions_to_our_people_are_not_said_to_customers(sentence: str) -> None:
    assert to_customer(sentence) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Our agents can help you at any hour.",
        "You need the hex tool that lies in the box.",
        "Open the app and choose Bills.",
        "An advisor calls you back within two days.",
    ],
)
def test_what_is_for_the_customer_stays(sentence: str) -> None:
    assert to_customer(sentence) == sentence


def test_a_public_source_that_calls_itself_internal_is_pointed_out_once() -> None:
    titles = ["Internal: moving a card", "Moving house", "Internal: moving a card"]
    [warning] = for_staff(titles)
    assert "Internal: moving a card" in warning
