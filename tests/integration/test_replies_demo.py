"""Replies without a model on the demo company: the promised shares, and cases that can be right."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from copilot.domain import Alternative, Conversation, Turn
from eval.demo import DEMO, PARTS
from eval.replies import CASES, measure, read, scored
from ingest.cli import run_with_progress

# What is true only once the agent has done it.
DEEDS = re.compile(r"I have \w+ed\b|I see to it now|I will see to your order|I go ahead with that")
QUOTED = re.compile(r"“[^”]*”")  # what somebody said that they had done, back then
FLOORS = {
    "reached": 0.85, "answered": 0.72, "on the matter": 0.85, "gaps named": 0.9, "said": 1.0,
    "noted": 0.6,
}  # fmt: skip


@pytest.mark.parametrize("case", read(CASES[0]), ids=lambda case: case["id"])
def test_the_words_of_an_answer_stand_in_its_article(case: dict[str, object]) -> None:
    for part in case["parts"]:  # type: ignore[attr-defined]
        paths = [DEMO / "articles" / f"{name}.md" for name in part["sources"]]
        texts = [path.read_text("utf-8") for path in paths if path.exists()]  # else the record
        plain = re.sub(r"[*_`|]|\]\([^)]*\)|\[", "", " ".join(texts)).lower()
        assert any(all(word in plain for word in said.lower().split()) for said in part["says"]), (
            part
        )


@pytest.fixture(scope="module")
def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    """The demo company, ingested."""
    built = build(Settings(home=tmp_path_factory.mktemp("demo"), model=""))
    run_with_progress(built, built.store(), [DEMO / name for name in PARTS])
    yield built
    asyncio.run(built.aclose())


def test_the_questions_of_the_demo_are_answered_or_named(copilot: Copilot) -> None:
    hit: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for case, suggestion in measure(copilot, read()):
        some, out_of = scored(case, suggestion)
        hit.update(some)
        of.update(out_of)
        assert all(segment.supported for segment in suggestion.segments), case["id"]
        if DEEDS.search(QUOTED.sub("", suggestion.text)):
            assert any(gap.startswith("do it, then send") for gap in suggestion.missing), case["id"]
    assert hit["repeated"] == 0 and of["repeated"] > 0
    shares = {name: hit[name] / of[name] for name in FLOORS}
    assert all(shares[name] >= floor for name, floor in FLOORS.items()), shares


def _alternatives(copilot: Copilot, name: str, place: str) -> tuple[Alternative, ...]:
    """What colleagues said before, at a turn of a demo conversation."""
    told = json.loads((DEMO / "conversations" / f"{name}.json").read_text("utf-8"))
    ids = [turn["id"] for turn in told["turns"]]
    turns = tuple(
        Turn(turn["speaker"], turn["text"], id=turn["id"])
        for turn in told["turns"][: ids.index(place) + 1]
    )
    conversation = Conversation(turns, name, told["channel"], told["customer_id"])
    return copilot.suggester.prepare(copilot.store(), conversation, 3).alternatives


@pytest.mark.parametrize("place", ["t1", "t3"])
def test_no_colleague_repeats_the_promise_that_was_broken(copilot: Copilot, place: str) -> None:
    found = _alternatives(copilot, "calendar-sync", place)
    wrong = copilot.store().ledgers.entries("promise", status=("conflict",))
    assert wrong
    assert not {row["source_id"] for row in wrong} & {one.source_id for one in found}
    assert not any("holiday!" in one.text for one in found)


def test_nobody_who_cannot_pay_is_sold_to(copilot: Copilot) -> None:
    for place in ("t1", "t3", "t5"):
        said = " ".join(one.text for one in _alternatives(copilot, "lost-job", place))
        assert "Great choice" not in said and "right for you" not in said


def test_a_colleague_who_answered_this_before_is_quoted(copilot: Copilot) -> None:
    found = _alternatives(copilot, "large-print", "t5")
    assert found and "large print is free" in found[0].text
    assert not any("Cinnamon" in one.text for one in found)


def test_no_colleagues_case_is_told_to_another_customer(copilot: Copilot) -> None:
    texts = [
        one.text
        for path in sorted((DEMO / "conversations").glob("*.json"))
        for turn in json.loads(path.read_text("utf-8"))["turns"]
        if turn["speaker"] == "customer"
        for one in _alternatives(copilot, path.stem, turn["id"])
    ]
    assert texts
    for anothers in ("12 September", "17 July", "seventh of July", "3 May", "Saturday", "Booked",
                     "£204", "twenty-two", "Living 2", "[NAME]", "ten batteries"):  # fmt: skip
        assert not any(anothers in text for text in texts), anothers
