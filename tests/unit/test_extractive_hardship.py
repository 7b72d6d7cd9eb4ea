"""Who cannot pay is told what helps first; a threat only with it, or where they ask."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.hearing.asking import hear

PAGE = """# Late payment and what happens then

| Day after the due day | What happens |
|---|---|
| 7 | Late fee of €12. |
| 21 | Yellow tag on the door of the box. |
| 45 | Final notice. You have 14 days to pay. |
| 60 | The contract is terminated. |

## If you cannot pay

We can agree a plan of up to four instalments.
"""
OTHER = "# Classes\nThe days between two classes are counted once.\n"
HELP = "We can agree a plan of up to four instalments."


def reply(*said: str) -> str:
    turns = [
        Turn("agent", t.removeprefix("us: ")) if t.startswith("us: ") else Turn("customer", t)
        for t in said
    ]
    hits = [
        Hit(Chunk("a#0", "document", "a", 0, PAGE), "Late payment and what happens then", 1, 0.6),
        Hit(Chunk("b#0", "document", "b", 0, OTHER), "Classes", 2, 0.5),
    ]
    return " ".join(s.text for s in compose(turns, hits).segments)


@pytest.mark.parametrize(
    "said",
    [
        "I got a final notice. I lost my job, I can't pay it all at once.",
        "I was laid off and there is a late fee now",
        "I can't pay this month, I'm between jobs",
        "I was made redundant. There is a yellow tag on my box.",
    ],
)
def test_who_tells_of_their_need_is_told_what_helps_and_not_what_threatens(said: str) -> None:
    told = reply(said)
    assert HELP in told
    assert not any(threat in told for threat in ("€12", "14 days", "terminated", "Yellow tag"))


def test_a_call_whether_we_are_there_asks_nothing() -> None:
    told = reply(
        "I've had a letter, a final notice it says.",
        "us: Let me look.",
        "I lost my job, I can't pay it all at once.",
        "Are you still there?",
    )
    assert HELP in told and "14 days" not in told
    heard = hear([Turn("customer", "I lost my job."), Turn("customer", "Are you still there?")])
    assert [ask.sort for ask in heard.asks] == ["problem"]


def test_a_date_or_a_fee_that_they_ask_for_is_told_after_what_helps() -> None:
    told = reply("I am out of work. How much is the late fee?")
    assert HELP in told and "€12" in told and told.index(HELP) < told.index("€12")


def test_what_helps_is_told_once_and_to_nobody_else() -> None:
    said = ("I can't pay, I lost my job.", f"us: {HELP}", "How much is the late fee?")
    assert HELP not in reply(*said)
    plain = reply("How much is the late fee?")
    assert "€12" in plain and HELP not in plain


def test_the_table_is_told_to_who_is_not_in_need() -> None:
    assert "14 days to pay" in reply("I got a final notice, what does it mean?")
