"""What a question leans on: "How do I fix it?", "How?", "any device", and a part a title lists."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.finding.answering import Answering
from copilot.extractive.fitting.matching import article_of, match, reading_of
from copilot.extractive.hearing.asking import hear
from copilot.extractive.language.words import stems

NAMES = ("Router R3", "Bell Cover")


def hit(text: str, title: str, n: int = 1, score: float = 0.55) -> Hit:
    return Hit(Chunk(f"a{n}#0", "document", f"a{n}", 0, text), title, n, score)


def reply(said: str, *hits: Hit) -> Draft:
    return compose([Turn("customer", said)], hits, products=NAMES)


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


RING = """## G7: the ring is red
1. Look at the ring of the hub.
2. Try another socket on the wall.

Never remove the home to cure G7: it deletes everything.
"""


@pytest.mark.parametrize(
    "asked",
    ["How do I fix it?", "What can I do?", "what now", "how can i get it working", "Any ideas?"],
)
def test_who_asks_what_helps_is_told_what_helps_with_what_they_said(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = (hit(RING, "Fault G7"), hit("After a change, or G7 shows, set up.", "Setup", n=2))
    said = f"The hub shows G7. {asked}"
    assert [ask.sort for ask in hear([Turn("customer", said)]).asks] == ["problem"]
    assert "another socket" in words(reply(said, *pages))
    monkeypatch.setattr("copilot.extractive.hearing.asking.REMEDY", re.compile("(?!)"))
    assert [ask.sort for ask in hear([Turn("customer", said)]).asks] != ["problem"]


def test_a_question_that_names_its_matter_stays_a_question_of_its_own() -> None:
    said = "The hub shows G7. What do I do with the valve?"
    assert [ask.sort for ask in hear([Turn("customer", said)]).asks] == ["how"]


def test_how_to_do_what_an_article_is_titled_by_is_told_whatever_it_is_done_to() -> None:
    text = "1. Online account > Orders > Return. Print the label.\n2. Put in all parts.\n"
    pages = (
        hit("The thermostat measures the room.", "Thermostat", score=0.35),
        replace(hit(text, "Returns", n=2, score=0.34), rank=2),
    )
    said = "I want to send the thermostat back, never opened. How?"
    assert "Print the label" in words(reply(said, *pages))
    far = replace(pages[1], rank=6)
    assert "Print the label" not in words(reply(said, pages[0], far))


PREPARING = """## Changing or cancelling
Free until 17:00 on the day before.

## Preparing
Set a password under Profile > Visit password.
"""


@pytest.mark.parametrize(
    ("title", "is_listed"),
    [("Engineer visits: fees, changes", True), ("Changes of an engineer visit", False)],
)
def test_a_part_that_the_title_lists_is_told_by_its_own_sentences(
    title: str, is_listed: bool
) -> None:
    (ask,) = hear([Turn("customer", "How do I change an engineer visit?")]).asks
    page = hit(PREPARING, title)
    article = article_of(1, page, page)
    reading = reading_of(ask, article, dict.fromkeys(ask.words, 1.0), {})
    changing, preparing = (match(reading, unit).share for unit in article.units)
    assert article.listed == (frozenset(stems("change")) if is_listed else frozenset())
    assert (preparing < changing) == is_listed


@pytest.mark.parametrize("told", ["any device", "every item", "all devices"])
def test_what_goes_for_anything_goes_for_the_thing_they_name(
    told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = hit(f"You may return {told} within 30 days of delivery.", "Returns", score=0.4)
    other = hit("The router needs a socket nearby.", "Routers", n=2, score=0.4)
    said = "Can I return the router? It does not suit me."
    assert "30 days" in words(reply(said, page, other))
    monkeypatch.setattr(
        "copilot.extractive.finding.answering.is_of_all_things", lambda _unit: False
    )
    assert "30 days" not in words(reply(said, page, other))


def test_a_short_name_is_a_kind_of_thing_too() -> None:
    page = hit("You may return any device within 30 days of delivery.", "Returns", score=0.4)
    other = hit("The hub needs a socket nearby.", "Hubs", n=2, score=0.4)
    turns = [Turn("customer", "Can I return the hub? It does not suit me.")]
    assert "30 days" in words(compose(turns, [page, other], products=("Hearth Hub 2",)))


def test_trouble_is_not_answered_by_a_near_page_without_a_word_of_it() -> None:
    prices = hit("The Bell Cover costs £5 a month.", "Prices", score=0.6)
    assert "£5" not in words(reply("My lamp is broken and stays dark, what can I do?", prices))


@pytest.mark.parametrize(
    "said", ["How do I cancel Bell Cover?", "I want to cancel Bell Cover, how?"]
)
def test_how_a_thing_is_done_is_not_answered_by_where_another_thing_is_done(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cover = hit("Bell Cover has a log. Online account > Bell Cover > Log > On.", "Bell Cover")
    other = hit("To cancel a plan write to us.", "Plans", n=2, score=0.2)
    assert "Log" not in words(reply(said, cover, replace(other, rank=2)))
    monkeypatch.setattr(Answering, "_says_deed", lambda *_given: True)
    assert "Log" in words(reply(said, cover, replace(other, rank=2)))


@pytest.mark.parametrize(
    "said", ["Can I return the wall lamp?", "can i still send the wall lamp back"]
)
def test_whether_a_thing_may_be_done_is_not_answered_by_what_the_thing_is(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamp = hit("The wall lamp hangs by the door and lights the room.", "Lamp")
    other = replace(hit("A return of chairs costs £9.", "Chairs", n=2, score=0.2), rank=2)
    assert "lights the room" not in words(reply(said, lamp, other))
    monkeypatch.setattr("copilot.extractive.finding.answering._MAY_I", re.compile("(?!)"))
    assert "lights the room" in words(reply(said, lamp, other))
