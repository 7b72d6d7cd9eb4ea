"""Terms differ by the kind of thing: a statement on one kind denies nothing said of another."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.ledger import Fact
from copilot.ledger.conflicts import Shelf, contradicted_by

SAID = date(2026, 7, 16)
SOLD = (
    Fact("GYM", "Gold Card. all halls, towels", "product"),
    Fact("LOCK", "Locker Rental. one locker, key", "product"),
    Fact("SIM", "Talk Max. unlimited minutes", "product"),
)


def against(claim: str, *facts: str, asked: str = "") -> str | None:
    known = tuple(Fact(f"K{n}", text) for n, text in enumerate(facts, 1))
    return contradicted_by(claim, Shelf.of((*SOLD, *known)), SAID, SAID, nearby=[claim, asked])


GYM = "A gym membership runs for a minimum term of 12 months."
EXTRAS = "Lockers and courses have no minimum term."
POWER = "The price of an electricity tariff is fixed for the minimum term of 24 months."
SERVICES = "Extras and add-ons have no minimum term."


@pytest.mark.parametrize(
    ("claim", "asked", "facts"),
    [
        ("You can end it on any day, there is no minimum term", "What about Locker Rental?",
         (GYM, EXTRAS)),
        ("You can switch any time, no contract", "Talk Max, what would it save me?",
         (POWER, SERVICES)),
        ("You can stop any time, without a commitment", "The box of vegetables, is it weekly?",
         ("A wine subscription has a minimum term of 6 months.",)),
        # a row that agrees denies nothing, even beside one of the same kind
        ("You can cancel any time", "The courses, how long do they bind me?",
         (EXTRAS, "Courses have a minimum term of 3 months.")),
    ],
)  # fmt: skip
def test_terms_of_another_kind_contradict_nothing(
    claim: str, asked: str, facts: tuple[str, ...]
) -> None:
    assert against(claim, *facts, asked=asked) is None


@pytest.mark.parametrize(
    ("claim", "asked", "facts"),
    [
        ("You can leave any time", "I'd like a gym membership.", (EXTRAS, GYM)),
        ("You can leave any time", "We need electricity in the new flat.", (SERVICES, POWER)),
        ("You can leave any time", "Locker Rental please.",
         ("Locker Rental has a minimum term of 6 months.",)),
        # free once the term is over says nothing of the term
        ("You can leave any time", "I'd like a gym membership.",
         ("Gym membership after the minimum term: charge none", GYM)),
        ("You can leave any time", "I'd like a gym membership.",
         ("If a membership is not to your liking, you may leave without a charge.", GYM)),
        # one that names no kind binds whatever is sold
        ("You can leave any time", "Locker Rental please.", ("The minimum term is 12 months.",)),
        ("The wine subscription has no minimum term", "",
         ("A wine subscription has a minimum term of 6 months.",)),
    ],
)  # fmt: skip
def test_terms_of_the_same_kind_do(claim: str, asked: str, facts: tuple[str, ...]) -> None:
    assert against(claim, *facts, asked=asked) is not None


def test_a_term_that_names_nothing_is_of_what_its_text_is_on() -> None:
    claim = "You can change on any day, there is no minimum term"
    text = ("Gold Card opens every hall.", "The minimum term is 12 months.")
    known = Shelf.of((*SOLD, *(Fact("gold-card", statement) for statement in text)))
    for product, found in (("Locker Rental", None), ("Gold Card", "gold-card")):
        nearby = [claim, f"{product} please."]
        assert contradicted_by(claim, known, SAID, SAID, nearby=nearby) == found
