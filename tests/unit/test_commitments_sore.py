"""What they have complained of is owned up to, once; what is still to be done is not forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from copilot.domain import Conversation, Interaction, Turn
from tests.unit.test_commitments import assessed, loop, mailed, promise, said


def at_home(quote: str, *, asked: str = "My sofa has a tear.") -> tuple[Interaction, ...]:
    first = Turn("customer", asked, id="t1")
    return (mailed(first, Turn("agent", f"{quote}.", id="t2", role="service")),)


def writes(*texts: str) -> Conversation:
    """The customer's turns, with one of ours between each two."""
    turns = [Turn("customer" if n % 2 == 0 else "agent", text) for n, text in enumerate(texts)]
    return Conversation(tuple(turns), id="now-1")


@pytest.mark.parametrize(
    ("quote", "is_said", "complaint"),
    [
        # only they know whether it came
        ("The sofa is with you by Friday", False, "The sofa never came."),
        ("Our upholsterer will be there on Friday", False, "The upholsterer never came."),
        # we could see whether we did
        ("I will ring you on Friday", True, "Nobody rang."),
        ("The €40 goes back to your card by Friday", True, "I never had the 40 euros."),
    ],
)
def test_of_what_only_they_can_know_nobody_is_asked(
    quote: str, complaint: str, *, is_said: bool
) -> None:
    late = assessed(promises=(promise(quote=quote),))
    assert bool(said(late, contacts=at_home(quote))) is is_said
    (sorry,) = said(late, contacts=at_home(quote), conversation=writes(complaint))
    assert "That did not happen" in sorry.text


def test_two_halves_of_a_sentence_are_not_quoted_twice() -> None:
    halves = ("you hear from our claims desk by Friday", "the €40 is on your account then")
    late = assessed(promises=tuple(promise(quote=q, promise_id=q) for q in halves))
    past = mailed(Turn("agent", f"Well, {' and '.join(halves)}.", id="t2", role="service"))
    both = writes("Friday came and went, nobody rang, no €40.")
    assert len(said(late, contacts=(past,), conversation=both)) == 1


def test_what_they_say_now_is_owned_up_to_plainly_and_by_its_sum() -> None:
    call = promise(quote="You hear from our claims desk by Friday", due="2026-11-13")
    money = promise(quote="the €40 is on your account by Friday too", due="2026-11-13")
    request = loop(quote="And the £110?", what="And the £110?", times_asked=3)
    old = promise(quote="I will write to you about the tear", due="2026-11-02")
    words = f"{call.quote}. {money.quote}. {old.quote}."
    turn = Turn("agent", words, id="t2", role="service")
    past = mailed(Turn("customer", "And the £110?", id="t1"), turn)
    now = writes(
        "Friday has come and gone, nobody rang, no €40. And the £110?",
        "You are right, and I am sorry. I look into it.",
        "Who decides?",
        "I will find out.",
        "And the 40 euros? Nothing on my account.",
    )
    owing = assessed(promises=(old, call, money), loops=(request,))
    first, then, again = (
        said(
            owing, contacts=(past,), conversation=replace(now, turns=now.turns[:n])
        )
        for n in (1, 3, 5)
    )  # fmt: skip
    assert [("claims desk" in i.text, "€40" in i.text, "£110" in i.text) for i in first] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    assert "That did not happen, and I am sorry." in first[0].text
    assert "That did not happen either, and I am sorry." in first[1].text
    assert not any("please tell me" in item.text for item in first)
    assert not any(item.text for item in then), "one apology was for all that they had told us"
    assert ["€40" in item.text for item in again if item.text] == [True]


def test_a_call_we_missed_comes_up_with_the_matter_it_was_to_be_about() -> None:
    quote = "Our manager will call you by Wednesday"
    missed = assessed(promises=(promise(quote=quote, due="2026-05-06"),))
    asked = "When do I get the deposit for the flat back?"
    nobody = Interaction(
        "past-2", (Turn("customer", "Nobody called me in May."),), channel="chat",
        at=datetime(2026, 6, 1, tzinfo=UTC),
    )  # fmt: skip
    told = (*at_home(quote, asked=asked), nobody)
    on_it = said(missed, contacts=told, conversation=writes("My deposit for the flat: when?"))
    assert "call you by Wednesday" in on_it[0].text and "did not happen" in on_it[0].text
    assert said(missed, contacts=told, conversation=writes("The lift is broken.")) == []
    one_word = writes("The flat is cold.")
    assert said(missed, contacts=told, conversation=one_word) == []


BRAILLE = "Could I have the statement in Braille?"


@pytest.mark.parametrize(
    ("ours", "theirs", "is_left"),
    [
        ("You did, I can see it.", "Does it cost anything?", True),
        ("I will send the statement in Braille tomorrow.", "Does it cost anything?", False),
        ("You did, I can see it.", "Never mind the Braille statement. What is my balance?", False),
    ],
)
def test_what_was_to_be_done_first_stays_to_be_done_until_it_is(
    ours: str, theirs: str, *, is_left: bool
) -> None:
    asked = assessed(loops=(loop(quote=BRAILLE, what=BRAILLE, times_asked=2),))
    past = (mailed(Turn("customer", BRAILLE, id="t1")),)
    now = writes("I did ask for my statement in Braille.", ours, theirs)
    (before,) = said(asked, contacts=past, conversation=replace(now, turns=now.turns[:1]))
    assert before.text and before.todo
    left = said(asked, contacts=past, conversation=now)
    assert [(item.text, item.todo) for item in left] == ([("", before.todo)] if is_left else [])


def test_what_was_passed_over_once_is_noted_and_not_said_again_word_for_word() -> None:
    quotes = ("I will ring you about the sofa", "I will write to you about the rug")
    late = assessed(
        promises=tuple(promise(quote=q, promise_id=q, due="2026-11-15") for q in quotes)
    )
    contacts = at_home(". ".join(quotes))
    turns = ("Good morning, Kim here.", "Which city are you in?", "In Leeds.")
    assert len(said(late, contacts=contacts, conversation=writes(turns[0]))) == 2
    again = said(late, contacts=contacts, conversation=writes(*turns))
    assert [item.text for item in again] == ["", ""]
    assert [item.todo for item in again] == [f"not yet owned up to: “{q}”" for q in quotes]
    asked = writes(*turns[:2], "In Leeds. And what of the sofa, who rings me?")
    assert [bool(item.text) for item in said(late, contacts=contacts, conversation=asked)] == [
        True, False,
    ]  # fmt: skip


LETTER = "You get a written answer from our claims desk by the twentieth"
TERMS = "you can leave any time, there is no charge"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("The letter due by 20 May has not come. I was told I could leave any time, no charge.",
         "written answer"),
        ("I was told I could leave any time, no charge. The letter due by 20 May never came.",
         "leave any time"),
    ],
)  # fmt: skip
def test_the_debt_that_they_name_first_is_owned_up_to_first(text: str, first: str) -> None:
    letter = promise(quote=LETTER, promise_id="letter", due="2026-05-20")
    wrong = promise(quote=TERMS, promise_id="terms", status="conflict", conflict_with="K1")
    turn = Turn("agent", f"{TERMS.capitalize()}. {LETTER}.", id="t2", role="service")
    past = mailed(Turn("customer", "Then I sign.", id="t1"), turn)
    items = said(assessed(promises=(wrong, letter)), contacts=(past,), conversation=writes(text))
    assert len(items) == 2 and first in items[0].text
    assert all("I am sorry" in item.text for item in items)


def test_a_request_is_brought_up_in_the_words_they_use_for_it_now() -> None:
    entry = loop(
        quote="Please correct the confirmation", what="And my price letter?", times_asked=4,
        first_asked_at="2026-03-02",
    )  # fmt: skip
    past = (mailed(Turn("customer", "Please correct the confirmation.", id="t1")),)
    now = writes("Where is the letter on my price?")
    (item,) = said(assessed(loops=(entry,)), contacts=past, conversation=now)
    assert "to correct the confirmation" in item.text


def test_a_call_they_miss_again_is_owned_up_to_again() -> None:
    quote = "I will ring you on Friday"
    late = assessed(promises=(promise(quote=quote),))
    told = ("Nobody rang.", "You are right, and I am sorry.", "Thanks.", "One moment.")
    now = writes(*told, "Nobody rang!")
    found = (
        said(late, contacts=at_home(quote), conversation=replace(now, turns=now.turns[:n]))
        for n in (1, 3, 5)
    )
    assert [[bool(item.text) for item in items] for items in found] == [[True], [False], [True]]
