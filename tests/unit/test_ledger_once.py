"""What is read once is read right: plain words before expressions, contacts under their digest."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from copilot.config import ROOT
from copilot.ledger.contacts import PerContact
from copilot.ledger.cues import cues_of, may_show
from copilot.ledger.language import plain, sentences
from copilot.ledger.patterns import FILE, pattern
from copilot.ledger.timeline import Said, contacts

HELLO = Said("t1", "a", "customer", "Where is it?")
REPLY = Said("t2", "a", "agent", "It came on Friday.", None, "service")


@pytest.mark.parametrize(
    ("expression", "cues"),
    [
        (r"\b(?:sent|posted) (?:it|them)\b", {"sent it", "sent them", "posted it", "posted them"}),
        (r"\b(?:has|have).{0,40}\b(?:arrived|come)\b", {"arrived", "come"}),
        (r"apologi[sz]e", {"apologise", "apologize"}),
        (r"(?:it )?works?", {"work", "works", "it work", "it works"}),
        (r"\w+ed\b|late", None),  # one alternative has no words of its own
        (r"(?i)late", None),  # small and large letters
        (r"(?:late)?", None),
    ],
)
def test_cues_are_words_that_every_match_contains(expression: str, cues: set[str] | None) -> None:
    assert cues_of(expression) == (None if cues is None else frozenset(cues))


def test_no_pattern_matches_where_its_cues_are_missing() -> None:
    """On every sentence of our cases; and the cues do spare most of the work."""
    names = [name for name in json.loads(FILE.read_text("utf-8")) if name.islower()]
    files = (ROOT / "eval" / "cases").glob("*s_dev.jsonl")
    cases = [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]
    said = {turn["text"] for case in cases for turn in case.get("turns", ())}
    lowered = {plain(s.text) for text in said for s in sentences(text)}
    spared = 0
    for name in names:
        for text in lowered:
            shown = may_show((name,), plain(text))
            spared += not shown
            assert shown or not pattern(name).search(text), (name, text)
    assert spared > len(names) * len(lowered) / 3


def test_a_contact_is_read_once_and_never_for_another() -> None:
    read: list[str] = []

    def texts(turns: tuple[Said, ...]) -> tuple[str, ...]:
        read.append("".join(turn.text for turn in turns))
        return tuple(turn.text for turn in turns)

    remembered = PerContact(texts, size=2)
    (own,) = contacts((HELLO, REPLY))
    moved = tuple(replace(turn, id="x", conversation_id="z") for turn in (HELLO, REPLY))
    (alike,) = contacts(moved)
    assert remembered(own) == remembered(alike) == (HELLO.text, REPLY.text)
    assert len(read) == 1  # ids and names are not read
    for other in (
        (HELLO, replace(REPLY, speaker="bot")),
        (HELLO, replace(REPLY, role="sales")),
        (HELLO, replace(REPLY, text="It came on Monday.")),
    ):
        remembered(contacts(other)[0])
    assert len(read) == 4  # who speaks, in which role and which words all count
    remembered(own)
    assert len(read) == 5  # the oldest of three was let go


def test_two_contacts_of_one_id_are_read_together() -> None:
    """What each says may settle the other: a stretch holds all turns of its conversations."""
    between = Said("t3", "b", "customer", "Thanks.")
    assert [c.start for c in contacts((HELLO, between, REPLY))] == [0]
    assert [c.start for c in contacts((HELLO, REPLY, between))] == [0, 2]
