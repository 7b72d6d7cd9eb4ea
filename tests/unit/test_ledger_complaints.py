"""Of which of our words a complaint is, and what says that one was kept after all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from copilot.ledger import Fact, LedgerPolicy, Promise, Said, Timeline, promises
from copilot.ledger.complaints import Word, complained_of

TUESDAY = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
NEXT = TUESDAY + timedelta(days=8)  # a Wednesday


def after(
    asked: str, said: str, *later: str, facts: tuple[Fact, ...] = (), days: int = 8
) -> list[Promise]:
    """What was promised on a Tuesday, as it stands when they write again."""
    back = TUESDAY + timedelta(days=days)
    turns = [
        Said("a1", "first", "customer", asked, TUESDAY),
        Said("a2", "first", "agent", said, TUESDAY + timedelta(minutes=1), "service"),
    ]
    for n, text in enumerate(later):
        turns.append(Said(f"b{n}", "second", "customer", text, back + timedelta(minutes=n)))
    line = Timeline(tuple(turns), facts, resolved={"first": True})
    made = promises(line, back + timedelta(hours=1), LedgerPolicy())
    return [promise for promise in made if promise.promisor_role != "customer"]


def status(asked: str, said: str, *later: str, facts: tuple[Fact, ...] = (), days: int = 8) -> str:
    return after(asked, said, *later, facts=facts, days=days)[-1].status


@pytest.mark.parametrize(
    ("asked", "said", "later"),
    [
        # the very day, whatever else is wrong now
        ("The lamp and the rug then.", "They're with you by Friday.",
         "The lamp came on Friday, one bulb still dark."),
        # the thing, on another day
        ("Then the lamp.", "It's with you by Friday.",
         "The lamp came on Saturday, not Friday as you said."),
        ("My cat needs the tablets.", "The tablets will be with you on Friday.",
         "Got the tablets Friday. She still won't eat."),
        ("Two tyres and a pump please.", "All of it arrives on Friday.",
         "Tyres and pump turned up on Friday as promised."),
    ],
)  # fmt: skip
def test_what_they_say_came_was_kept(asked: str, said: str, later: str) -> None:
    (promise,) = after(asked, said, later)
    assert (promise.status, promise.kept_evidence) == ("kept", "b0")


def test_what_was_to_reach_them_is_kept_by_its_day_on_their_record() -> None:
    chair = Fact("OWN-1", "Office Chair; warranty 5 years", "entitlement", "available")
    said = ("An office chair please.", "It's with you by Friday.")

    def on_file(day: date) -> Promise:
        own = Fact(chair.id, chair.text, chair.kind, chair.status, day)
        return after(*said, facts=(own,))[-1]

    assert on_file(date(2026, 9, 4)).kept_evidence == "OWN-1"
    assert on_file(date(2026, 9, 1)).kept_evidence != "OWN-1"  # the day of the order
    assert on_file(date(2026, 9, 8)).kept_evidence != "OWN-1"  # later than was promised
    other = Fact("OWN-2", "Standing Desk", "entitlement", "available", date(2026, 9, 4))
    assert after(*said, facts=(other,))[-1].kept_evidence != "OWN-2"


@pytest.mark.parametrize(
    ("asked", "said", "later"),
    [
        # nobody was in touch on the very day
        ("Who pays the fee?", "You hear from Mr Dell by Friday.",
         "Friday has come and gone and nobody called."),
        ("Who pays the fee?", "My colleague will phone you on Friday.", "Nobody phoned on Friday."),
        # … or at all, so soon after it
        ("Who pays the fee?", "Mr Dell will ring you on Friday.", "nobody rang me"),
        # a day that went by, whatever was promised for it
        ("The lamp and the rug then.", "They reach you by Friday.",
         "Friday came and went and no lamp, no rug."),
        # the sum
        ("I returned the chair.", "The €230 goes back to your account within 5 days.",
         "I havent had the 230 back."),
        ("The parcel was late.", "You get £5 a month off the bill, without asking.",
         "The 5 pounds isnt on my bill."),
        # the thing
        ("I need the letter for my landlord.", "We'll post you the letter this week.",
         "Still no letter from you."),
    ],
)  # fmt: skip
def test_what_they_say_did_not_come_about_is_overdue(asked: str, said: str, later: str) -> None:
    assert status(asked, said, later, days=14 if "havent" in later else 8) == "overdue"


@pytest.mark.parametrize(
    ("asked", "said", "later"),
    [
        # a day in common is no matter in common
        ("Send the brochure.", "You get it by Friday.",
         "On Friday my boiler still leaked, can you send a plumber?"),
        # another sum
        ("I returned the chair.", "The €230 goes back to your account within 5 days.",
         "I haven't had the 45 back."),
    ],
)  # fmt: skip
def test_a_complaint_of_something_else_breaks_nothing(asked: str, said: str, later: str) -> None:
    assert status(asked, said, later) == "kept"  # presumed: nobody complained of it


@pytest.mark.parametrize(
    "later",
    # another day, another matter; the door bell is no call
    ["Nobody rang on Monday.", "Nobody has called me about my new card.", "Nobody rang the bell."],
)
def test_a_complaint_of_another_call_is_not_of_this_one(later: str) -> None:
    word = Word.of("Mr Dell will ring you on Friday", date(2026, 9, 4), ["Who pays the fee?"])
    assert not complained_of(word, [(later, NEXT.date())])
    # nothing says that the call was made either: it is late, and not by that complaint
    assert status("Who pays the fee?", "Mr Dell will ring you on Friday.", later) == "overdue"


@pytest.mark.parametrize(
    ("text", "is_of"),
    [
        ("The letter I was to have by 4 September has not come.", True),
        ("The answer you owed me on September 4th never came.", True),
        ("I wait since March for my chair, and nobody calls me back.", True),
        ("Where is my letter?", True),
        # another day of the same month, and another thing that did not come
        ("The letter I was to have by 14 September has not come.", False),
        ("The chair I was to have by 4 September has not come.", False),
    ],
)
def test_a_letter_that_was_due_is_missed_by_its_date(text: str, *, is_of: bool) -> None:
    word = Word.of("You get a written answer from our claims desk by Friday", date(2026, 9, 4))
    assert complained_of(word, [(text, date(2026, 9, 18))]) is is_of


def test_a_call_that_is_long_past_is_missed_only_by_name() -> None:
    word = Word.of("Mr Dell will ring you on Friday", date(2026, 9, 4), ["Who pays the fee?"])
    late = date(2026, 11, 20)
    assert not complained_of(word, [("Nobody rang.", late)])
    assert complained_of(word, [("Nobody rang about the fee.", late)])
    assert complained_of(word, [("I was to be called in September.", late)])
    assert not complained_of(word, [("I was to be called in October.", late)])


def test_still_alone_says_little_of_a_thing_with_one_name() -> None:
    word = Word.of("We'll post you the letter")
    assert not complained_of(word, [("The letter is still hard to read.", None)])
    assert complained_of(word, [("I still haven't had the letter.", None)])


def test_what_the_customer_sent_is_no_deed_of_ours() -> None:
    said = "Please send me a photo of the bill; the £75 comes back to you by Friday."
    mine = Said("a3", "first", "customer", "Attached.", TUESDAY + timedelta(minutes=2))
    turns = (
        Said("a1", "first", "customer", "My heating man charged £75.", TUESDAY),
        Said("a2", "first", "agent", said, TUESDAY + timedelta(minutes=1), "service"),
        mine,
    )
    made = promises(Timeline(turns), TUESDAY + timedelta(days=1), LedgerPolicy())
    assert {p.status for p in made if "£75" in p.quote} == {"open"}
    came = Said("a3", "first", "customer", "It came.", mine.at)
    made = promises(Timeline((*turns[:2], came)), TUESDAY + timedelta(days=1), LedgerPolicy())
    assert "kept" in {p.status for p in made if "£75" in p.quote}


def test_a_day_that_came_and_went_brought_nothing() -> None:
    turns = [
        Said("a1", "first", "customer", "The lamp and the rug then.", TUESDAY),
        Said("a2", "first", "agent", "The lamp and the rug arrive on Friday.", TUESDAY, "service"),
        Said("b1", "second", "agent", "How is the lamp, how is the rug?", NEXT, "service"),
        Said("b2", "second", "customer", "Friday came and went.", NEXT + timedelta(minutes=1)),
    ]
    line = Timeline(tuple(turns), resolved={"first": True})
    (promise,) = promises(line, NEXT + timedelta(hours=1), LedgerPolicy())
    assert promise.status == "overdue"
