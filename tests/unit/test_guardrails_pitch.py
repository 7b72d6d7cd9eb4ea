"""Promotion hidden in a reply is found; answers about products are not taken for it."""

from __future__ import annotations

import pytest

from copilot.guardrails.pitch import hidden_pitch

PRODUCTS = ("Lumo Premium", "Lumo Basic", "Guard Plus", "Turbo Pack", "HUB-3")

BAD = [
    "By the way, you might also like our weekend bundle.",
    "While I have you, let me mention our new tariff.",
    "Have you considered upgrading to a bigger plan?",
    "Why not add a second line?",
    "For just £3 more you get twice the data.",
    "We have a special offer on routers this month.",
    "Take advantage of our spring discount.",
    "Would you like to hear about our protection plans?",
    "Did you know we also do home insurance?",
    "We also offer a family plan.",
    "Most customers also choose the extended cover.",
    "Check out our new range of speakers.",
    "It goes perfectly with our sound bar.",
    "This would be a great moment to upgrade.",
    "It unlocks unlimited calls to Europe.",
    "Save 20% when you bundle.",
    "The first month is free if you start today.",
    "You can begin with a free trial.",
    "This would not have happened on a bigger plan with us.",
    "With our larger data plan, you would never run out.",
    "Upgrading to a yearly plan is easy.",
    "Since you're already changing it, let us look at more speed.",
    "I suggest adding our screen protection as well.",
    "Guard Plus would have covered this.",
    "Lumo Premium users never see this fault.",
    "You should try the Turbo Pack.",
    "The HUB-3 is much better at this.",
    "The Turbo Pack is only £4.",
    "P.S. Guard Plus comes with a free case.",
    "Many of our customers with your usage love Lumo Premium.",
]
GOOD = [
    "Your plan changes to Lumo Basic on 1 May.",
    "Lumo Premium has been cancelled as you asked.",
    "You asked about Guard Plus: it covers screen damage.",
    "You already have Lumo Premium, so nothing more is needed.",
    "You do not need Guard Plus for this repair.",
    "The repair is free under your warranty.",
    "Please restart the HUB-3 and wait for the green light.",
    "The parcel was sent on Monday.",
    "Your current plan, Lumo Basic, includes 5 GB.",
    "I have removed the Turbo Pack and refunded £4.",
    "The invoice lists Guard Plus from 2 March.",
    "Would you like to keep the same number?",
    "Hold the button for ten seconds.",
    "You can return it within 14 days.",
    "The refund arrives within five working days.",
    "Your data resets on the first of the month.",
    "The engineer comes on Friday between 8 and 12.",
    "The fault on the HUB-3 is known and fixed in version 4.2.",
    "To change the address, open Account and choose Delivery.",
    "We have credited £10 to your account.",
    "The price of your plan stays the same.",
    "If the light stays red, reply here.",
    "Cancelling is free and takes effect today.",
    "Your contract ends on 30 June; there is no fee.",
    "The missing cable is on its way.",
    "Did you receive the e-mail we sent yesterday?",
    "May I have the last two digits of the serial number?",
    "The blocked call was our mistake.",
    "The meter was read on Tuesday.",
    "You will get a message when the order leaves us.",
]


def test_the_lists_are_long_enough_to_mean_something() -> None:
    assert len(BAD) >= 30
    assert len(GOOD) >= 30


@pytest.mark.parametrize("line", BAD)
def test_a_hidden_pitch_is_found(line: str) -> None:
    assert hidden_pitch(line, PRODUCTS)


@pytest.mark.parametrize("line", GOOD)
def test_an_honest_line_passes(line: str) -> None:
    assert hidden_pitch(line, PRODUCTS) == []


def test_an_approved_product_may_be_named_and_another_may_not() -> None:
    text = "Guard Plus would cover this for £3 a month."
    assert hidden_pitch(text, PRODUCTS)
    assert hidden_pitch(text, PRODUCTS, allowed_skus=("Guard Plus",)) == []
    both = "Guard Plus would cover this, and Lumo Premium is even better."
    assert hidden_pitch(both, PRODUCTS, allowed_skus=("Guard Plus",))


def test_a_finding_points_into_the_text() -> None:
    text = "The fault is fixed. We also offer a family plan."
    (finding,) = hidden_pitch(text)
    assert text[finding.start : finding.end] == finding.text
