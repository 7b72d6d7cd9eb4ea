"""A conflict takes the very same subject: each rule has a case that must speak and one silent."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.ledger import Fact
from copilot.ledger.conflicts import Shelf, contradicted_by

SAID = date(2026, 2, 12)
PLANS = (
    Fact("FIB-300", "Fibre 300. 60 Mbit/s up, router on loan", "product"),
    Fact("FIB-900", "Fibre 900. 110 Mbit/s up, router on loan", "product"),
    Fact("BIZ", "Fibre Business. 100 Mbit/s up, one static address", "product"),
    Fact("PLUS", "Warm Plus. 6 zones", "product"),
    Fact("PRO", "Warm Pro. 16 zones", "product"),
)


def against(claim: str, *statements: str, nearby: tuple[str, ...] = (), **more: str) -> str | None:
    facts = tuple(Fact(f"K{n}", text) for n, text in enumerate(statements, 1))
    return contradicted_by(claim, Shelf.of((*PLANS, *facts)), SAID, SAID, nearby=nearby, **more)


@pytest.mark.parametrize(
    ("claim", "fact"),
    [
        ("Offline works on every plan", "Offline mode is a Forms Plus feature."),
        (
            "Scheduled reports are included in every plan",
            "Scheduled reports are only available in Business.",
        ),
        (
            "Single sign-on is part of every package",
            "Single sign-on requires the Enterprise package.",
        ),
        (
            "Static IP is included in Fibre 300",
            "Static IP: Fibre 300 £5 a month extra, Fibre Business 1 included",
        ),
        (
            "Transfers to Norway are free",
            "Transfers in other currencies, Norway included, cost 15 each.",
        ),
        ("The mobile app works without a connection", "The mobile app needs a connection."),
        (
            "Calendar sync will be in Warm Pro by March",
            "Calendar sync for holiday lets: State being designed, Date none",
        ),
        (
            "I'll sort you out a second pack by Friday",
            "A second pack on the same line is not possible.",
        ),
        ("Your Warm Plus has 6 zones", "Warm Plus has four zones."),
        ("Mesh Points work with any router", "Mesh Points work only with a Router R3."),
        ("Remote control is free", "Remote control needs Warm Plus."),
        ("Your price is locked until 2028", "All fixed tariffs have a fixed price for 12 months."),
        ("the price is fixed for two years", "The price rises from 9 to 12 on 1 May."),
        ("you can leave any time, no charge", "The minimum term is 12 months."),
        ("Delivery of the sofa is within 2 days", "Delivery of a sofa takes 10 working days."),
    ],
)
def test_a_fact_that_plainly_says_otherwise_is_named(claim: str, fact: str) -> None:
    assert against(claim, fact) == "K1"


@pytest.mark.parametrize(
    ("claim", "fact"),
    [
        # a statement is about what stands before its verb, not about all that it mentions
        (
            "Fibre 300 has 60 for £33",
            "Guest Wi-Fi: Fibre 300 not possible, Fibre Business £8 extra",
        ),
        ("The visit and the line are free", "Activation of a telephone line costs £20."),
        # names that differ by their number are different things
        ("Fibre 300 has 60 Mbit/s", "Fibre 100 has 20 Mbit/s."),
        ("Warm Pro has 16 zones", "Warm Plus has 6 zones."),
        # whose figure it is cannot be told
        ("Fibre 900 includes the router", "On Fibre 300 and Fibre Business the router costs £90."),
        # what "it" is, only its own text knows
        ("Warm Pro includes four properties", "It cannot be added to Warm Free or to Warm Pro."),
        # it agrees
        (
            "The charge stays the same for the first year",
            "The charge is fixed for the first 12 months.",
        ),
        ("Viewers are free", "Viewers are free of charge; editors cost 12 a month."),
        # a rule with its own exception
        ("Delivery is free", "Delivery costs £5 unless you order for more than £50."),
        # a claim under a condition
        ("If you stay two years the price is fixed", "The price rises in May."),
        (
            "Nobody's heating is ever switched off for a debt",
            "Nobody's heating is ever switched off for a debt.",
        ),
        (
            "The R3 covers 110 square metres",
            "A Mesh Point carries the Wi-Fi on, about 60 square metres each.",
        ),
        # what an extra adds is not what there is
        ("Your Warm Plus has 6 zones", "The Extra zones pack adds four zones to Warm Plus."),
        # "B works only with A" limits B, not A
        ("You get the R3 router with it", "Mesh Points work only with a Router R3."),
        # who needs none is not limited
        ("Remote control works for everyone", "Remote control needs no subscription."),
    ],
)
def test_what_only_looks_alike_is_no_conflict(claim: str, fact: str) -> None:
    assert against(claim, fact) is None


def test_a_claim_that_names_nothing_means_what_was_spoken_of_before() -> None:
    row = "Room Thermostat, Radiator Valve: Warranty 2 years"
    asked = "We have eight old radiators. How long do these valves last?"
    assert against("They've a five year warranty", row, context=asked) == "K1"
    assert against("They've a five year warranty", row, context="Nice garden chairs!") is None
    assert against("They've a two year warranty", row, context=asked) is None


def test_a_term_is_that_of_the_product_named_nearby() -> None:
    facts = ("The minimum term is 12 months.", "Warm Plus: minimum term none")
    assert against("there is no minimum term", *facts) == "K1"
    assert against("there is no minimum term", *facts, nearby=("Warm Plus is £4.",)) is None


def test_included_beside_the_price_of_the_product_itself_agrees() -> None:
    own = "Fibre Business costs £52: 300 down, one static address included."
    assert (
        against("a static address is included", own, nearby=("Then Fibre Business, £52:",)) is None
    )


FITS = "The Fast Charger works with your drill"
HAVE = ("I have the D10 drill from last year, is the charger right for that?",)
NEEDS = "The Fast Charger needs a D20 drill."
BARS = "The Fast Charger does not work with the D10 drill."


@pytest.mark.parametrize("fact", [NEEDS, BARS, "The Fast Charger works only with the drill D20."])
def test_it_works_with_yours_is_false_of_a_model_that_our_texts_rule_out(fact: str) -> None:
    assert against(FITS, fact, nearby=HAVE) == "K1"


@pytest.mark.parametrize(
    ("fact", "nearby"),
    [
        (NEEDS, ("I have the D20 drill.",)),
        (BARS, ("I have the D20 drill.",)),
        (NEEDS, ("I have a drill.",)),  # which one nobody knows
        ("The Fast Charger needs a D10 or a D20 drill.", HAVE),
        ("The Slow Charger needs a D20 drill.", HAVE),  # another thing
        ("The Fast Charger needs a T20 table.", HAVE),  # … of another kind
    ],
)
def test_and_is_left_alone_where_theirs_will_do_or_nobody_can_tell(
    fact: str, nearby: tuple[str, ...]
) -> None:
    assert against(FITS, fact, nearby=nearby) is None


def owning(since: date, until: date | None = None) -> str | None:
    had = Fact("E1", "Fibre 300; router R2 on loan", "entitlement", "available", since, until)
    fact = Fact("backup", "The backup line needs a Router R3.")
    claim = "Yes, the backup line works with your router"
    return contradicted_by(claim, Shelf.of((fact, had)), SAID, SAID)


def test_which_model_is_theirs_stands_in_what_they_owned_on_that_day() -> None:
    assert owning(date(2025, 9, 1)) == "backup"
    assert owning(date(2026, 3, 1)) is None
    assert owning(date(2025, 1, 1), date(2025, 12, 31)) is None


BOOKABLE = (
    Fact("UNL", "Home Phone Unlimited. minutes, call screening", "product"),
    Fact("GOLD", "Gold Parcel Insurance. covers 1000 pounds", "product"),
)


@pytest.mark.parametrize("is_claim", [True, False])
@pytest.mark.parametrize(
    ("booked", "fact", "is_denied"),
    [
        # the terms of a plan say nothing of the day from which somebody has it
        ("Home Phone Unlimited from 3 November",
         "Minimum term: Home Phone 300 none, Home Phone Unlimited none", False),
        ("Done, you are on Home Phone Unlimited from 3 November for £9 a month",
         "Notice: Home Phone 300 none, Home Phone Unlimited none", False),
        ("Home Phone Unlimited from 3 November",
         "Home Phone Unlimited is not available in Jersey.", False),
        ("Home Phone Unlimited from 3 November",
         "Voicemail in pictures: Home Phone Unlimited prototype", False),
        # a refusal of a case of its own
        ("Done, Gold Parcel Insurance from Monday",
         "Parcel insurance is not available for live animals.", False),
        ("Done, Gold Parcel Insurance for your live animals from Monday",
         "Parcel insurance is not available for live animals.", True),
        # … and what is not to be had at all
        ("Done, Gold Parcel Insurance from Monday", "Gold Parcel Insurance is no longer sold.",
         True),
        ("Home Phone Unlimited from 3 November", "Home Phone Unlimited: launch date none.", True),
        # a name is no claim to have no limits
        ("You are on Home Phone Unlimited now", "Home Phone Unlimited needs a Fibre line.", False),
    ],
)  # fmt: skip
def test_what_was_booked_from_a_day_is_held_against_what_denies_that_alone(
    booked: str, fact: str, *, is_denied: bool, is_claim: bool
) -> None:
    shelf = Shelf.of((*BOOKABLE, Fact("K1", fact)))
    found = contradicted_by(booked, shelf, SAID, SAID, is_claim=is_claim)
    assert (found == "K1") is is_denied
