"""What shows that a promise was kept, and what is only the absence of a complaint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from copilot.ledger import LedgerPolicy, Promise, Said, Timeline, promises
from copilot.ledger.complaints import sums

TUESDAY = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


def made(
    asked: str, said: str, *later: tuple[str, str], days: int = 8, resolved: bool = True,
    later_resolved: bool = True,
) -> Promise:  # fmt: skip
    """Our last word, given on a Tuesday, as it stands after a later contact."""
    back = TUESDAY + timedelta(days=days)
    turns = [
        Said("a1", "first", "customer", asked, TUESDAY),
        Said("a2", "first", "agent", said, TUESDAY + timedelta(minutes=1), "service"),
    ]
    for n, (who, text) in enumerate(later):
        at = back + timedelta(minutes=n)
        turns.append(Said(f"b{n}", "second", who, text, at, "service"))  # type: ignore[arg-type]
    outcome = {"first": resolved, "second": later_resolved}
    line = Timeline(tuple(turns), (), resolved=outcome)
    found = promises(line, back + timedelta(days=30), LedgerPolicy())
    return [promise for promise in found if promise.promisor_role != "customer"][-1]


@pytest.mark.parametrize(
    ("asked", "said", "later"),
    [
        # one thing came, and what was promised is missing in it
        ("And the towels?", "You get £10 off the next invoice, without asking.",
         "invoice came and there's no tenner off it, you said it'd be automatic??"),
        ("Half the order is missing.",
         "We put the missing filters in with the second parcel by Friday.",
         "Second parcel came and there are no filters in it."),
        ("And for the trouble?", "You get the £20 with your statement on Friday.",
         "Statement arrived but no twenty quid on it."),
        ("Then both, please.", "The cakes and the plates arrive on Friday.",
         "The cakes came, but the plates didn't."),
        ("Who pays?", "Until the lift is mended you get £5 a month off the rent, without asking.",
         "hi, rent bill arrived and there is no fiver off, you said it comes by itself"),
    ],
)  # fmt: skip
def test_what_came_without_what_was_promised_keeps_nothing(
    asked: str, said: str, later: str
) -> None:
    promise = made(asked, said, ("customer", later))
    assert (promise.status, promise.kept_evidence) == ("overdue", None)


@pytest.mark.parametrize(
    ("asked", "said", "later"),
    [
        ("And the towels?", "You get £10 off the next invoice by Friday.",
         "The invoice came and the tenner is off it, thanks."),
        ("Half the order is missing.", "The filters are with you by Friday.",
         "The filters came, and there's no rush with the rest."),
        ("My card is lost.", "The new card is with you by Friday.",
         "The card came, but it doesn't work."),
        ("A lamp please.", "The lamp is with you by Friday.",
         "The lamp came and there's no bulb in it."),
    ],
)  # fmt: skip
def test_what_came_is_kept_whatever_else_is_wrong(asked: str, said: str, later: str) -> None:
    assert made(asked, said, ("customer", later)).status == "kept"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no fiver off it", {"5"}), ("a tenner and twenty quid", {"10", "20"}),
        ("£5.00 please", {"5"}), ("a grand piano", set()),
    ],
)  # fmt: skip
def test_colloquial_sums_are_sums(text: str, found: set[str]) -> None:
    assert sums(text) == found


CALLS = [
    ("What happens to my deposit?", "One of our accountants rings you on Friday."),
    ("And the tear in the sofa?", "I'll ask the workshop and somebody calls you by Friday."),
    ("Will my mother's room be ready?", "Our matron will phone you by Friday."),
]


@pytest.mark.parametrize(("asked", "said"), CALLS)
@pytest.mark.parametrize("later", [(), (("customer", "How do I park at yours?"),)])
def test_a_call_is_not_presumed(asked: str, said: str, later: tuple[tuple[str, str], ...]) -> None:
    assert made(asked, said, *later).status == "overdue"


@pytest.mark.parametrize(
    ("asked", "said", "later"),
    [
        (*CALLS[0], ("customer", "Thanks for ringing. Where do I park at yours?")),
        (*CALLS[1], ("customer", "A lady called me on Friday, and I thought it over.")),
        # it is our side that is in touch
        (*CALLS[2], ("agent", "Good morning, it's the matron. Your mother's room is ready.")),
    ],
)  # fmt: skip
def test_a_call_that_they_speak_of_has_taken_place(
    asked: str, said: str, later: tuple[str, str]
) -> None:
    assert made(asked, said, later, days=4, later_resolved=False).status == "kept"


def test_a_call_long_after_and_on_something_else_is_another_one() -> None:
    later = ("customer", "Thanks for ringing about the parking.")
    assert made(*CALLS[0], later, days=60, later_resolved=False).status == "overdue"


@pytest.mark.parametrize(
    "later",
    ["Nobody called me. You said that you would.", "He said one of you had called me. When?",
     "Your colleague called me a liar.", "You called it a sofa bed."],
)  # fmt: skip
def test_what_only_sounds_like_a_call_is_none(later: str) -> None:
    assert made(*CALLS[0], ("customer", later), days=9).status != "kept"


def test_a_call_is_not_asked_for_where_the_matter_was_resolved() -> None:
    later = (
        ("customer", "What about the deposit for the flat now?"),
        ("agent", "The deposit for your flat was paid back on Monday."),
    )
    asked = "What happens to the deposit for the flat?"
    assert made(asked, CALLS[0][1], *later).status == "kept"
    assert made(asked, CALLS[0][1], *later[:1], later_resolved=False).status == "overdue"


@pytest.mark.parametrize(
    ("asked", "said", "later"),
    [
        ("I am Mrs Hale, I have a stair lift and a priority number.",
         "A fitter will test your stair lift before anything is changed, Mrs Hale.",
         "Mrs Hale here, priority number 12. My lamp is out, which bulb is it?"),
        ("Dr Moss here, practice in Elm Road. The freezer beeps.",
         "A technician will look at the freezer before the warranty ends, Dr Moss.",
         "Dr Moss, practice in Elm Road. Which day is the paper collected?"),
    ],
)  # fmt: skip
def test_an_unrelated_contact_that_was_resolved_keeps_nothing(
    asked: str, said: str, later: str
) -> None:
    assert made(asked, said, ("customer", later), resolved=False, days=30).status == "open"
