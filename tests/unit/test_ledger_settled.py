"""A word kept without a "done", or put right since, is not owed; a mere mention settles nothing.

Each way has a case that settles and a near one that does not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from copilot.ledger import Fact, LedgerPolicy, Promise, Said, Timeline, promises

MONDAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
Turn = tuple[int, str, str]  # days after the Monday, who, what


def line(*turns: Turn, facts: tuple[Fact, ...] = (), resolved: bool | None = None) -> Timeline:
    """A contact for each day."""
    said = []
    for n, (day, who, text) in enumerate(turns, 1):
        ours = who in ("sales", "service")
        at = MONDAY + timedelta(days=day, minutes=n)
        speaker = "agent" if ours else who
        role = who if ours else None
        said.append(Said(f"t{n}", f"c{day}", speaker, text, at, role))  # type: ignore[arg-type]
    outcome = {} if resolved is None else {turn.conversation_id: resolved for turn in said}
    return Timeline(tuple(said), facts, resolved=outcome)


def first(*turns: Turn, after: int = 40, facts: tuple[Fact, ...] = ()) -> Promise:
    return promises(line(*turns, facts=facts), MONDAY + timedelta(days=after), LedgerPolicy())[0]


ASKED = (0, "customer", "Was our street in the planned works? The clock blinks.")
WORD = (0, "service", "I'll ask the grid team and come back to you by Wednesday.")


@pytest.mark.parametrize(
    "answer",
    [
        "I said I would come back to you about the works: your street was off for ten minutes.",
        "As promised: the works in your street were on 14 April.",
        "I've asked the grid team. The street was off for ten minutes.",
    ],
)
def test_who_promised_to_come_back_keeps_it_by_coming_back_with_something(answer: str) -> None:
    promise = first(ASKED, WORD, (2, "service", answer))
    assert (promise.status, promise.kept_evidence) == ("kept", "t3")


@pytest.mark.parametrize(
    "answer",
    [
        "I said I'd come back to you about the works, and I still have nothing, sorry.",
        "As promised I write about the works: I'll get back to you with an answer on Monday.",
        "I said I would come back about your parcel: it is here.",
        "Good morning, how can I help?",
    ],
)
def test_nothing_yet_another_promise_or_another_matter_keeps_nothing(answer: str) -> None:
    assert first(ASKED, WORD, (2, "service", answer)).status == "overdue"


def test_within_a_contact_an_answer_after_a_while_is_the_one_that_was_promised() -> None:
    ask = (0, "customer", "Why are there two lines for the TV box on my bill?")
    word = Said("t2", "c0", "agent", "I'll get back to you this afternoon.", MONDAY, "service")
    asked = Said("t1", "c0", "customer", ask[2], MONDAY)
    told = "The box was billed for May and June."

    def status(minutes: int) -> str:
        at = MONDAY + timedelta(minutes=minutes)
        turns = (asked, word, Said("t3", "c0", "agent", told, at, "service"))
        found = promises(Timeline(turns), MONDAY + timedelta(days=3), LedgerPolicy())
        return found[0].status

    assert status(90) == "kept"
    assert status(1) == "overdue"


def test_an_answer_that_they_had_to_chase_has_to_say_that_it_is_one() -> None:
    chased = (1, "customer", "Any news on the refund?")
    word = (0, "service", "I'll find out about the refund and come back to you tomorrow.")

    def status(text: str) -> str:
        turns = line(word, chased, (1, "service", text)).turns
        one = tuple(replace(turn, conversation_id="c0") for turn in turns)
        return promises(Timeline(one), MONDAY + timedelta(days=9), LedgerPolicy())[0].status

    assert status("The refund team is busy at the moment.") == "overdue"
    assert status("I've asked the team: the refund was booked on Friday.") == "kept"


def test_the_customers_own_word_to_be_in_touch_is_kept_by_writing() -> None:
    word = (0, "customer", "Let me ask my brother about the plan and I tell you on Friday.")
    assert first(word, (4, "customer", "Hello, please go ahead.")).status == "kept"
    assert first(word, (40, "customer", "The plan is fine for my brother."), after=50).status == (
        "kept"
    )
    assert first(word, (40, "customer", "Where is my parcel?"), after=50).status == "overdue"


VISIT = (0, "service", "Thursday, 8 to 12, is booked for you.")


@pytest.mark.parametrize(
    "text",
    [
        "The line works since Thursday. My bill is another matter.",
        "The man on Thursday was very good, it is fixed.",
        "Since Thursday the heating works.",
    ],
)
def test_a_good_word_about_the_very_day_says_that_somebody_came(text: str) -> None:
    promise = first(VISIT, (6, "customer", text))
    assert (promise.status, promise.kept_evidence) == ("kept", "t2")


@pytest.mark.parametrize(
    "text",
    [
        "I was at home on Thursday and worked in the hall. Nobody came.",
        "I took Thursday off for your engineer.",
        "On Thursday I worked from home and waited for you.",
        "The line works since Tuesday.",
        "Was somebody here on Thursday who fixed it?",
    ],
)
def test_another_day_a_reproach_or_a_question_says_nothing_of_the_kind(text: str) -> None:
    assert first(VISIT, (6, "customer", text)).status == "overdue"


def test_what_came_new_is_there() -> None:
    word = (0, "service", "The engineer brings a new boiler link on Thursday.")
    assert first(word, (9, "customer", "It is warm since the new boiler link.")).status == "kept"
    assert first(word, (9, "customer", "Is the new boiler link here?")).status == "overdue"


def test_the_file_tells_what_was_done_after_it_was_promised() -> None:
    word = (0, "service", "Our fitter brings a new circulation pump on Thursday.")

    def status(text: str) -> str:
        return first(word, facts=(Fact("customer.facts[0]", text, "customer"),)).status

    assert status("Circulation pump replaced 7 May 2026") == "kept"
    assert status("Circulation pump replaced 9 April 2024") == "overdue"
    assert status("Likes his circulation pump") == "overdue"


FALSE = (0, "sales", "The Classic card is free abroad, everywhere, guaranteed.")
FEE = Fact("card", "Classic card: payments abroad cost 2 each.")
BLAMED = (30, "customer", "You charged my Classic card abroad, I was told it is free!")
MADE_GOOD = (
    30, "service", "That was wrong: the Classic card costs 2 abroad. I have refunded the 38 euros.",
)  # fmt: skip


def test_a_false_word_owned_up_to_made_good_and_accepted_is_settled() -> None:
    promise = first(FALSE, BLAMED, MADE_GOOD, (30, "customer", "That's fair."), facts=(FEE,))
    assert (promise.status, promise.conflict_with) == ("conflict", "card")
    assert (promise.kept_evidence, promise.is_owed) == ("t3", False)


@pytest.mark.parametrize(
    "turns",
    [
        (BLAMED, (30, "service", "The Classic card costs 2 abroad.")),  # nothing owned up to
        (BLAMED, (30, "service", "That was wrong: the Classic card costs 2 abroad.")),  # no remedy
        (BLAMED, MADE_GOOD, (30, "customer", "That is not enough.")),
        (BLAMED, (30, "service", "That was wrong. You may choose a refund or a credit.")),
        (BLAMED, MADE_GOOD, (30, "customer", "Thanks."),
         (40, "customer", "My Classic card was promised free abroad, and nothing came back.")),
        ((30, "customer", "My parcel is late."),
         (30, "service", "That was wrong of us. I have refunded 10 euros."),
         (30, "customer", "Thanks.")),
    ],
)  # fmt: skip
def test_it_is_owed_without_one_of_the_three_or_when_they_come_back_to_it(
    turns: tuple[Turn, ...],
) -> None:
    assert first(FALSE, *turns, after=60, facts=(FEE,)).is_owed


def test_a_remedy_that_was_chosen_and_then_given_settles() -> None:
    offer = (30, "service", "That was wrong. You may choose a refund or a credit.")
    chosen = (30, "customer", "The refund, please.")
    turns = (FALSE, BLAMED, offer, chosen)
    assert first(*turns, facts=(FEE,)).is_owed
    promise = first(*turns, (30, "service", "Done."), facts=(FEE,))
    assert (promise.is_owed, promise.kept_evidence) == (False, "t5")


def test_amends_for_another_matter_of_the_same_contact_settle_nothing() -> None:
    word = (0, "service", "We'll mail you a voucher of 120 euros by Friday.")
    asks = (20, "customer", "Where is my voucher of 120 euros? And the cabin was dirty.")
    accepted = (20, "customer", "Thanks.")
    cabin = (20, "service", "I am sorry about the cabin, I have refunded 20 euros for that.")
    assert first(word, asks, cabin, accepted).is_owed
    voucher = (20, "service", "I am sorry about the voucher of 120, I have refunded 120 euros.")
    assert not first(word, asks, voucher, accepted).is_owed


def test_a_new_day_with_an_apology_takes_the_place_of_the_old_one() -> None:
    word = (0, "service", "We will have your data moved by Friday.")
    later = "The move of your data takes longer than I said, I'm sorry. We move it on Tuesday."
    assert first(word, (1, "service", later)).status == "withdrawn"
    assert first(word, (1, "service", "Moving your data takes longer, sorry.")).status == "overdue"


def test_a_visit_that_failed_is_made_good_by_the_next_that_took_place() -> None:
    failed = (0, "service", "An engineer of ours comes tomorrow.")
    again = (5, "service", "The engineer comes on Thursday with the part.")
    good = (12, "customer", "On Thursday he was here and it works.")
    assert first(failed, again).is_owed
    promise = first(failed, again, good)
    assert (promise.status, promise.is_owed) == ("overdue", False)
    parcel = (5, "service", "The parcel comes on Thursday.")
    assert first(failed, parcel, (12, "customer", "The parcel came.")).is_owed


def test_what_comes_by_itself_is_presumed_when_a_later_contact_misses_nothing() -> None:
    def status(words: str, later: str) -> str:
        found = promises(
            line((0, "service", words), (60, "customer", later), resolved=False),
            MONDAY + timedelta(days=61), LedgerPolicy(),
        )  # fmt: skip
        return found[0].status

    credit = "The credit of £50 is on your next bill without asking."
    assert status(credit, "How do I change my address?") == "kept"
    assert status(credit, "The credit of £50 never came, my bill shows nothing.") == "overdue"
    assert status("I will send the credit by Friday.", "How do I pay?") == "overdue"


def test_the_day_of_a_promise_is_that_of_the_customers_calendar() -> None:
    assert first(VISIT).due == date(2026, 5, 7)
