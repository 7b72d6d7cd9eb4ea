"""Who smells burning or sees sparks is told what is written for that, and no other step."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose, danger_first
from copilot.extractive.guards.danger import dangers_in, may_stand_beside, told_of

DRYER = """# Dryer codes

| Code | Meaning | What to do |
|---|---|---|
| D07 | Filter full | Empty the filter, then press Start. |
| D31 | Heater fault | Wait 20 minutes, plug it in once. |

## Never dry

Clothes with oil on them can catch fire.

## It smells or smokes

If the dryer smells of burning or the fuse has gone, leave it unplugged and ring 0800 111 222.
"""
BOILER = """# Boiler E5

1. Press Reset once.
2. Wait 10 minutes and switch it on again.

If you smell gas, open the windows and leave the house. Ring 0800 999 from outside.
"""
BIKE = """# E-bike: the battery does not charge

1. Take the battery out and put it back.
2. Hold the button for 10 seconds.
"""
BOOK = "# Repair visits\nA repair visit costs £40.\n"


def reply(*said: str, page: str) -> Draft:
    turns = [
        Turn("agent", t.removeprefix("us: ")) if t.startswith("us: ") else Turn("customer", t)
        for t in said
    ]
    hits = [
        Hit(Chunk(f"{n}#0", "document", f"{n}", 0, text), text.splitlines()[0][2:], n, 0.6)
        for n, text in enumerate((page, BOOK), 1)
    ]
    return compose(turns, hits)


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


@pytest.mark.parametrize(
    ("said", "page", "told"),
    [
        ("It shows D31 and smells burnt.", DRYER, "leave it unplugged"),
        ("D31, there is smoke coming out", DRYER, "leave it unplugged"),
        ("the fuse is gone since D31. What should I do?", DRYER, "leave it unplugged"),
        ("D07 and sparks at the plug!", DRYER, "leave it unplugged"),
        ("E5 on the boiler, and there is a smell of gas", BOILER, "leave the house. Ring 0800 999"),
    ],
)
def test_what_is_written_for_the_danger_is_told_and_not_the_steps(
    said: str, page: str, told: str
) -> None:
    said_back = words(reply(said, page=page))
    assert told in said_back
    for step in ("plug it in", "Press", "press", "Empty", "Wait", "switch it on"):
        assert step not in said_back


@pytest.mark.parametrize(
    ("said", "page", "named"),
    [
        ("E5, and there is smoke coming out of the boiler", BOILER, "smoke"),
        ("My e-bike battery is swelling and does not charge", BIKE, "battery is swelling"),
        ("I got an electric shock from the bike. How do I charge the battery?", BIKE, "shock"),
        ("D31, and water drips onto the socket", DRYER, "drips onto the socket"),
        ("D31 and there is a gas smell", DRYER, "gas smell"),
    ],
)
def test_without_a_word_on_it_no_step_is_told_and_the_agent_reads_of_it_first(
    said: str, page: str, named: str
) -> None:
    draft = reply(said, page=page)
    assert not any(segment.citations for segment in draft.segments)
    assert draft.missing[0].startswith("danger: ") and named in draft.missing[0]


def test_another_question_beside_it_is_answered_after_it() -> None:
    told = words(reply("It smells burnt. What does a repair visit cost?", page=DRYER))
    assert told.index("unplugged") < told.index("£40")


@pytest.mark.parametrize("then", ["Can I try it again now?", "what do I do about D31?"])
def test_nobody_is_told_to_try_again_later_in_the_talk(then: str) -> None:
    told = words(reply("It smells burnt", "us: Leave it unplugged, please.", then, page=DRYER))
    assert "plug it in" not in told and "press" not in told


@pytest.mark.parametrize(
    "said", ["It shows D31.", "D31, no smoke and no sparks", "D31, it does not smell burnt"]
)
def test_a_fault_without_danger_keeps_its_steps(said: str) -> None:
    assert "Wait 20 minutes, plug it in once" in words(reply(said, page=DRYER))


@pytest.mark.parametrize(
    "said",
    [
        "my smoke alarm beeps every minute",
        "can we smoke in the room?",
        "is smoking allowed on the balcony",
        "the bill gave me a shock",
        "I got a shock when I saw the invoice",
        "does my policy cover gas leaks?",
        "sparkling water please",
        "the pilot flame goes out",
        "two spark plugs for the mower",
        "water comes out of the machine",
    ],
)
def test_what_only_looks_like_a_danger_is_none(said: str) -> None:
    assert not told_of(said) and not dangers_in(said)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("it stinks of burning", "fire"),
        ("the plug has melted", "fire"),
        ("the washing machine is smoking", "fire"),
        ("it trips the breaker", "fuse"),
        ("the RCD tripped", "fuse"),
        ("I get shocks, I mean it gave me a shock", "shock"),
        ("rain gets into the socket", "water"),
        ("a swollen battery", "battery"),
        ("it smells like gas", "gas"),
    ],
)
def test_dangers_are_heard_in_plain_words(said: str, kind: str) -> None:
    assert kind in dangers_in(said)


def test_a_colleagues_steps_are_not_offered_beside_a_danger() -> None:
    said = "F4 and it smells burnt"
    assert not may_stand_beside("Press Reset and wait ten minutes.", said)
    assert may_stand_beside("If it smells of burning leave it unplugged.", said)
    assert may_stand_beside("Press Reset and wait ten minutes.", "It shows F4")


def test_a_danger_stands_before_what_is_owed() -> None:
    gaps = danger_first(["do it, then send: ring back"], ["danger: “smoke”"])
    assert gaps == ["danger: “smoke”", "do it, then send: ring back"]
