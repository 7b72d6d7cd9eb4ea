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


ASK = "I'll take the oak table. Can someone ring before the delivery, our bell is broken?"


@pytest.mark.parametrize(
    ("reply", "is_open"),
    [
        ("Oak is a beautiful choice! The matching bench is 20 % off.", True),
        ("Thank you for letting us know.", True),
        ("I'm sorry to hear that. Have a lovely day!", True),
        ("Of course, the driver rings half an hour before.", False),
        ("Will do.", False),
        ("I'm afraid our drivers have no telephones.", False),
        ("Which number should he use?", False),
    ],
)
def test_a_request_is_closed_by_an_act_an_answer_or_a_reason(reply: str, *, is_open: bool) -> None:
    assert bool(loops(("customer", ASK), ("sales", reply))) is is_open


@pytest.mark.parametrize(
    ("asked", "reply", "left"),
    [
        ("What is the 4.90 for, and has my power of attorney been registered?",
         "The 4.90 is the quarterly fee.", "power of attorney"),
        ("When is the maintenance on Sunday? And who signs the agreement?",
         "On Sunday it runs from two to four.", "who signs"),
        ("The grill has no lid. Where is it? And can I bring back the cover?",
         "Sure, the cover can come back with the receipt.", "Where is it?"),
    ],
)  # fmt: skip
def test_of_two_questions_the_one_passed_over_stays_open(asked: str, reply: str, left: str) -> None:
    (loop,) = loops(("customer", asked), ("service", reply))
    assert left in loop.quote


def test_two_questions_that_are_both_answered_leave_nothing_open() -> None:
    asked = "What is the 4.90 fee? And is my new address on file now?"
    both = "The 4.90 is the quarterly fee. Your address was updated on Monday."
    assert loops(("customer", asked), ("service", both)) == []


@pytest.mark.parametrize(
    "words",
    [
        "I wrote about the scratched lid last week and nobody replied.",
        "I'm calling again about the crossed line.",
        "Please don't put plastic in the parcel, like I asked last time.",
    ],
)
def test_a_request_made_before_and_left_with_kind_words_is_open(words: str) -> None:
    (loop,) = loops(("customer", words), ("service", "Thank you for telling us."))
    assert loop.times_asked >= 2


def test_a_sentence_that_only_complains_of_silence_speaks_of_the_one_beside_it() -> None:
    (loop,) = loops(
        ("customer", "Beth wanted to post me ten batteries in May. Nothing came."),
        ("service", "How are the valves doing?"),
    )
    assert "ten batteries" in loop.quote and "Nothing came" in loop.quote


def test_what_was_answered_at_the_time_does_not_reopen_in_a_later_contact() -> None:
    turns = (
        ("customer", "Does the app read my bookings?", "mail-1"),
        ("service", "Yes, it reads bookings from your calendar.", "mail-1"),
        ("customer", "I cannot see my bookings in the app, why?", "now"),
        ("service", "Because the calendar is switched off under Account.", "now"),
    )
    assert loops(*turns) == []


def test_one_word_in_common_in_a_later_contact_answers_nothing() -> None:
    turns = (
        ("customer", "Could I have the bill in large print?", "call-1"),
        ("sales", "Brilliant, so that is one telephone line.", "call-1"),
        ("service", "I have your bill here in front of me.", "now"),
    )
    assert [loop.status for loop in loops(*turns)] == ["open"]
    later = (*turns, ("service", "Your bill comes in large print from June.", "now"))
    assert [loop.status for loop in loops(*later)] == ["answered"]


@pytest.mark.parametrize(
    ("asked", "reply", "is_open"),
    [
        ("can my neighbour borrow the van too?", "Yes. Tariff Green allows 2 drivers.", False),
        (
            "What do I do with the pump so that it doesn't freeze?",
            "Dear Ms Lund, unscrew the lid and take out the filter. Good luck!",
            False,
        ),
        ("What do I do with the pump so that it doesn't freeze?", "Good luck with it!", True),
        ("can my neighbour borrow the van too?", "Our new trailer suits you.", True),
    ],
)
def test_a_yes_and_a_step_are_answers_in_other_words(
    asked: str, reply: str, *, is_open: bool
) -> None:
    assert bool(loops(("customer", asked), ("service", reply))) is is_open


def test_asks_are_joined_with_the_earliest_that_fits() -> None:
    """In every process alike: two matters are near, the one asked first takes the reminder."""
    first, second = loops(
        ("customer", "Could you send the invoice for the boat?", "a"),
        ("service", "Lovely weather today.", "a"),
        ("customer", "Could you renew the licence of the trailer?", "b"),
        ("service", "Lovely weather today.", "b"),
        ("customer", "I asked before: the licence and the invoice, please.", "c"),
        ("service", "Lovely weather today.", "c"),
    )
    assert (first.turn, first.times_asked, second.times_asked) == ("t1", 2, 1)


@pytest.mark.parametrize(
    "words",
    ["My batteries never came, by the way.", "I am still waiting for the price letter."],
)
def test_what_is_due_is_open_after_kind_words_and_was_asked_for_once(words: str) -> None:
    (loop,) = loops(("customer", words), ("service", "Thank you for telling us."))
    assert (loop.status, loop.times_asked) == ("open", 1)


TRAP = "The sticky trap never came."
FLIES = (
    ("customer", "There are flies on the plant you sent. What can I do?", "mail-1"),
    ("service", "I will send you a sticky trap tomorrow.", "mail-1"),
)


def test_a_first_complaint_after_an_answered_question_counts_once() -> None:
    (loop,) = loops(*FLIES, ("customer", TRAP, "now"), ("service", "Is it warm there?", "now"))
    assert (loop.quote, loop.times_asked) == ("The sticky trap never came", 1)
    reminded = ("customer", "...and the sticky trap?", "later")
    left = ("service", "Have a nice day!", "later")
    again = loops(*FLIES, ("customer", TRAP, "now"), ("service", "Hm.", "now"), reminded, left)
    assert [loop.times_asked for loop in again] == [2]


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("I put new batteries in already. What do I do with that pin?", 1),
        ("How do I put batteries into the kitchen valve?", 1),
        ("...and the batteries?", 2),
        ("The batteries still haven't come, nothing arrived.", 2),
    ],
)
def test_a_shared_word_is_no_repeat_and_a_reminder_is(said: str, times: int) -> None:
    found = loops(
        ("customer", "My ten free batteries never came.", "mail-1"),
        ("service", "How are you doing?", "mail-1"),
        ("customer", said, "now"),
        ("service", "Have a lovely day.", "now"),
    )
    assert found[0].times_asked == times


CARD = "And could you send me the care card in large print, my eyes are not good?"


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        ("I am sorry. I will send another trap by Friday 20 March.", ["care card"]),
        ("I'm sorry, I'll post a new sticky trap today.", ["care card"]),
        ("A new trap is on its way to you.", ["care card"]),
        ("The care card in large print goes out today.", ["sticky trap"]),
        ("The trap works best near a window. Enjoy your plant!", ["sticky trap", "care card"]),
        ("A sticky trap and the care card in large print go out today.", []),
    ],
)
def test_a_second_request_in_a_message_is_not_closed_by_how_the_first_one_comes(
    reply: str, left: list[str]
) -> None:
    """ "Send" is in both: what is sent tells them apart."""
    found = loops(*FLIES, ("customer", f"{TRAP} {CARD}", "now"), ("service", reply, "now"))
    assert [any(words in loop.quote for loop in found) for words in left] == [True] * len(left)
    assert len(found) == len(left)
    later = (("customer", "Thank you.", "now"), ("service", "You're welcome.", "now"))
    turns = (*FLIES, ("customer", f"{TRAP} {CARD}", "now"), ("service", reply, "now"), *later)
    assert len(loops(*turns)) == len(left)


def test_one_request_in_other_words_is_one_and_another_for_the_same_paper_is_not() -> None:
    first = (
        ("customer", "Could I have the bill in large print?", "call-1"),
        ("service", "So that is one telephone line.", "call-1"),
    )
    again = "Oh and I did ask for the bills with big letters, I can't read these."
    (loop,) = loops(*first, ("customer", again, "now"), ("service", "I see. Lovely day.", "now"))
    assert (loop.conversation_id, loop.times_asked) == ("call-1", 2)
    other = "I did ask for the bills to go to my daughter in Leeds."
    found = loops(*first, ("customer", other, "now"), ("service", "I see. Lovely day.", "now"))
    assert len(found) == 2


def test_mockery_is_no_request_and_a_request_to_ring_is_one() -> None:
    left = ("sales", "I'm sorry. I'll leave you in peace.")
    assert loops(("customer", "Nobody rang, and now you call me to sell me valves?"), left) == []
    assert loops(("customer", "Nobody rang about the valves, can you call me to explain?"), left)


SORE = "I closed the shop from 8 to 12 for your engineer. He never came."
BUT = "What are you going to do about it?"


@pytest.mark.parametrize("tale", [SORE, "I closed the shop for your engineer, and heard nothing."])
def test_a_reproach_and_its_question_are_one_request_in_the_words_of_the_question(
    tale: str,
) -> None:
    (loop,) = loops(("customer", f"{tale} {BUT}"), ("service", "Thank you for letting us know."))
    assert loop.quote == BUT
    (told,) = loops(("customer", SORE), ("service", "Thank you for letting us know."))
    assert told.quote.startswith("I closed the shop")


def test_nothing_yet_answers_nothing() -> None:
    ask = ("customer", "Why are there two lines for the box on my bill?")
    assert loops(ask, ("service", "I still have nothing from billing on the bill, sorry."))
    assert not loops(ask, ("service", "The bill has May and June on it."))


def test_what_one_needs_to_know_is_a_question_and_answered_by_its_answer() -> None:
    ask = ("customer", "Good evening, which screws do I need for the shelf?")
    assert loops(ask, ("service", "Four of 6 x 60.")) == []
    assert loops(("customer", "Could you send me the receipt?"), ("service", "Four of 6 x 60."))


@pytest.mark.parametrize(
    "text",
    ["I still have not seen the voucher.", "I've been waiting for the refund since May."],
)
def test_what_has_not_come_is_due(text: str) -> None:
    (loop,) = loops(("customer", text), ("service", "Have a nice day."))
    assert loop.status == "open"
