"""Who was robbed is answered by what is written for it, else by nothing."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.guards.robbed import speaks_of_theft
from copilot.facing import matters_in

RULES = "# What you may not keep here\n- Food.\n- Stolen or illegal goods, waste.\n"
LOCKS = "# Lost key or lock\nA blue lock is ours and is never cut. Cutting your lock costs £35.\n"
CLAIM = """# Make a claim for damage or theft
1. Take photos of all that is gone.
2. After theft: report it to the police and keep the reference.
3. Send the claim form within 7 days.
"""


def reply(*said: str, pages: tuple[str, ...] = (RULES, LOCKS, CLAIM)) -> Draft:
    turns = [
        Turn("agent", t.removeprefix("us: ")) if t.startswith("us: ") else Turn("customer", t)
        for t in said
    ]
    hits = [
        Hit(Chunk(f"{n}#0", "document", f"{n}", 0, text), text.splitlines()[0][2:], n, 0.55)
        for n, text in enumerate(pages, 1)
    ]
    return compose(turns, hits)


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


ROBBED = [
    "My things were stolen. What must I do?",
    "someone cut my lock and stole my bike",
    "My locker was broken into last night",
    "I was burgled, my tv is gone",
    "thieves were here, the lock is cut",
]


@pytest.mark.parametrize("said", ROBBED)
def test_what_must_be_done_after_a_theft_is_told(said: str) -> None:
    told = words(reply(said))
    assert "report it to the police" in told
    assert "goods" not in told and "blue lock" not in told


@pytest.mark.parametrize("said", ROBBED)
def test_without_a_page_for_it_nothing_is_guessed(said: str) -> None:
    draft = reply(said, pages=(RULES, LOCKS))
    assert draft.abstained and draft.missing


def test_it_stays_with_them_for_the_whole_conversation() -> None:
    told = words(
        reply(
            "My things were stolen!", "us: Is the lock damaged?", "yes cut through. what must i do"
        )
    )
    assert "police" in told and "blue lock" not in told


def test_another_question_beside_it_is_answered_from_any_page() -> None:
    assert "£35" in words(reply("My bike was stolen. How much does cutting the lock cost?"))


@pytest.mark.parametrize(
    "said",
    [
        "can I keep stolen goods here?",
        "The box is broken into pieces",
        "my identity was stolen",
        "I lost the key of my lock",
    ],
)
def test_what_is_no_theft_from_them_changes_nothing(said: str) -> None:
    assert all(matter.name != "theft" for matter in matters_in(said))


def test_a_sentence_speaks_of_a_theft_where_it_says_what_is_done_after_one() -> None:
    assert speaks_of_theft("After a theft, report it to the police.")
    assert not speaks_of_theft("Stolen goods: call the desk if you see some.")
    assert not speaks_of_theft("We are not there at night, thefts do happen.")
