"""What is wanted in writing, and reminders in other words: open until the thing itself is given."""

from __future__ import annotations

from tests.unit.test_ledger_loops import loops

LETTER = ("customer", "Please send me the cover in writing.", "one")
PASSED_OVER = ("service", "Cover begins on 1 October. Anything else?", "one")


def test_what_is_wanted_in_writing_is_open_until_it_is_given() -> None:
    again = ("customer", "And I'm still waiting for that letter about my cover.", "two")
    moved = ("service", "I've changed your address.", "two")
    rings = ("service", "I'll tell the team and one of them rings you on Monday.", "three")
    third = ("customer", "And my cover letter?", "three")
    (open_still,) = loops(LETTER, PASSED_OVER, again, moved, third, rings)
    assert (open_still.status, open_still.times_asked) == ("open", 3)
    assert open_still.quote == "Please send me the cover in writing"
    sent = ("service", "Here is your letter on the cover, attached.", "three")
    assert [
        one for one in loops(LETTER, PASSED_OVER, again, moved, third, sent) if one.status == "open"
    ] == []


def test_that_was_not_what_i_asked_says_what_was() -> None:
    asked = ("customer", "Could I have a written confirmation of my deposit?", "one")
    told = ("service", "Your deposit is €900. Have a nice day!", "one")
    again = ("customer", "That is not what I asked. I asked to have it in writing.", "two")
    thanks = ("service", "Thanks for letting us know.", "two")
    (one,) = loops(asked, told, again, thanks)
    assert one.times_asked == 2
    story = ("customer", "I asked for a receipt in the shop and they gave me one.", "two")
    assert [one.times_asked for one in loops(asked, told, story, thanks)] == [1]


def test_the_third_time_is_said_of_the_ask_after_it() -> None:
    (one,) = loops(
        ("customer", "I need the invoice with my VAT number.", "one"),
        ("service", "I see.", "one"),
        ("customer", "Third time now. Where is my invoice?", "two"),
        ("service", "Have a nice day!", "two"),
    )
    assert one.times_asked == 3


def test_a_reminder_may_remind_of_the_last_words_for_a_thing() -> None:
    (one,) = loops(
        ("customer", "Please correct the confirmation.", "one"),
        ("service", "Thank you for your message.", "one"),
        ("customer", "I also asked Joe about my price letter.", "two"),
        ("service", "Glad that the television works.", "two"),
        ("customer", "And my price letter?", "three"),
        ("service", "One of them rings you on Monday.", "three"),
    )
    assert (one.times_asked, one.what) == (3, "I also asked Joe about my price letter.")


def test_a_request_is_acted_upon_by_any_word_that_binds_us() -> None:
    asked = ("customer", "Please send the sample tiles.")
    assert loops(asked, ("service", "They're at yours by Thursday.")) == []
    assert loops(asked, ("service", "A good choice.")) != []
