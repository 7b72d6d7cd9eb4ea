"""What is no question: a yes, an order, our own last word; and advice that was followed."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.domain import Chunk, Draft, Entitlement, Hit, Turn
from copilot.extractive import Tenure, compose
from copilot.extractive.composing.manners import NOBODY_CAME, WORRY, opening
from copilot.extractive.hearing.deeds import deeds_in, is_followed
from copilot.extractive.hearing.settling import YES

GNATS = """## Gnats
- Let the top 3 cm dry out between waterings.
- Put a yellow sticky trap beside the plant.
- Pour nematodes on the soil in May.
"""
RULES = """You may cancel within 14 days of activation and pay only for the days used.
After the minimum term there is no charge. To cancel, the notice is 30 days.
"""


def reply(*said: str, text: str = RULES, tenure: Tenure | None = None) -> Draft:
    turns = [
        Turn("agent", t.removeprefix("us: ")) if t.startswith("us: ") else Turn("customer", t)
        for t in said
    ]
    hit = Hit(Chunk("a#0", "document", "a", 0, text), "Cancelling", 1, 0.55)
    more = {} if tenure is None else {"tenure": tenure}
    return compose(turns, [hit], products=["Backup line"], **more)


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


@pytest.mark.parametrize("yes", ["ok 3 dec then, go ahead", "Yes please, do it", "Perfect."])
def test_a_yes_to_our_offer_is_taken_and_the_agent_told_what_to_do(yes: str) -> None:
    draft = reply("Can I cancel?", "us: The earliest day is 3 December. Shall I book it?", yes)
    assert words(draft) == YES and not draft.abstained
    assert yes in draft.missing[0] and "Shall I book it?" in draft.missing[0]


@pytest.mark.parametrize("no", ["ok but how much is it?", "yes, but not before May", "no thanks"])
def test_what_is_no_plain_yes_is_not_taken_for_one(no: str) -> None:
    assert YES not in words(reply("Can I cancel?", "us: On 3 December. Shall I book it?", no))
    assert YES not in words(reply("ok go ahead"))


def test_a_mere_word_of_content_after_an_answer_is_no_yes() -> None:
    said = ("How do I cancel?", "us: With 30 days' notice, in every channel.", "Perfect.")
    assert YES not in words(reply(*said))


@pytest.mark.parametrize(
    ("said", "is_yes"),
    [
        ("Yes, go ahead. What is the notice?", True),
        ("Yes. What is the notice?", False),
        ("Go ahead, but what is the notice?", False),
        ("Please go ahead. But wait, what is the notice?", False),
    ],
)
def test_a_yes_may_stand_beside_a_question(said: str, *, is_yes: bool) -> None:
    draft = reply("Can I cancel?", "us: On 3 December. Shall I book it?", said)
    assert (YES in words(draft)) is is_yes
    assert any(gap.startswith("do it, then send") for gap in draft.missing) is is_yes
    assert "30 days" in words(draft)


def test_nothing_is_answered_where_our_side_spoke_last_or_nothing_was_said() -> None:
    for said in (("How do I cancel?", "us: With 30 days."), ("How do I cancel?", "  ")):
        draft = reply(*said)
        assert draft.abstained and draft.missing[0].startswith("nothing new was asked")
    assert not reply("How do I cancel?").abstained


def test_someone_in_need_hears_a_human_word_even_where_nothing_is_found() -> None:
    draft = compose([Turn("customer", "My husband passed away last week.")], [])
    assert words(draft) == "I am very sorry for your loss." and draft.missing


def test_happy_news_gets_no_regret() -> None:
    assert opening([Turn("customer", "The loft is ready at last, but it shows E55.")]) is None
    assert opening([Turn("customer", "It shows E55.")]) == "I am sorry about the trouble."


def test_who_worries_or_waited_in_vain_hears_a_word_of_it() -> None:
    worried = "Will the heating go off? My son is ill and I lie awake over that."
    assert opening([Turn("customer", worried)]) == WORRY
    assert opening([Turn("customer", "Your engineer never turned up today.")]) == NOBODY_CAME
    assert opening([Turn("customer", "How do I turn up the heating?")]) is None


@pytest.mark.parametrize(
    ("said", "advice", "is_done"),
    [
        ("I have dried the soil and used the trap for a month.", "Let the top 3 cm dry out.", True),
        ("I have dried the soil and used the trap.", "Put a yellow sticky trap by it.", True),
        ("I dried the soil and used the trap.", "Pour nematodes on the soil.", False),
        ("I have restarted the router.", "Restart the hub.", False),
        ("I have restarted the router.", "Restart the router.", True),
        ("How do I put the trap up?", "Put a yellow sticky trap by it.", False),
        ("I haven't dried the soil.", "Let the soil dry out.", False),
    ],
)
def test_advice_that_was_followed_is_known_by_its_deed(
    said: str, advice: str, *, is_done: bool
) -> None:
    assert any(is_followed(advice, deed) for deed in deeds_in(said)) is is_done


def test_advice_that_was_followed_is_not_given_again() -> None:
    said = "I have dried the soil and used the trap for a month. How do I pour nematodes?"
    told = words(reply(said, text=GNATS))
    assert "nematodes" in told and "dry out" not in told and "trap" not in told


def test_a_rule_for_new_customers_is_not_told_to_an_old_one() -> None:
    old = Tenure.of([Entitlement("e", "Fibre", since=date(2026, 3, 1))], date(2026, 11, 1))
    new = Tenure.of([Entitlement("e", "Fibre", since=date(2026, 10, 25))], date(2026, 11, 1))
    asked = "May I cancel and pay only for the days used?"
    assert "14 days" not in words(reply(asked, tenure=old))
    assert "14 days" in words(reply(asked, tenure=new))


def test_what_holds_after_a_term_is_not_told_within_it() -> None:
    plan = Entitlement("e", "Fibre", since=date(2026, 3, 1), limits={"term_months": 12})
    text = "After the minimum term there is no charge."
    assert Tenure.of([plan], date(2026, 11, 1)).is_past(text, "")
    assert not Tenure.of([plan], date(2027, 11, 1)).is_past(text, "")
    assert not Tenure().is_past(text, "")
