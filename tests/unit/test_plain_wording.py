"""Messy wording is spelled out for the search and the reply; what is meant as it stands stays."""

from __future__ import annotations

import pytest

from copilot.domain import Conversation, Turn
from copilot.retriever.plain import plain, read
from copilot.retriever.spelling import Spelling, written

ARTICLES = """The engineer comes to your house. Plug the router in; a rechargeable battery is no
good. Your bill comes each month. The Westerby shop opens on Saturday. Radiator Valves, accounts,
amounts, the copper line, certificate, payment, network"""
SPELLING = Spelling.of(written(ARTICLES))


def spelled(text: str) -> str:
    return plain(text, SPELLING).text


@pytest.mark.parametrize(
    ("messy", "meant"),
    [
        ("my novemeber bill", "my november bill"),  # no article says it, everybody does
        ("is the enginer late", "is the engineer late"),
        ("a rechargable one", "a rechargeable one"),
        ("guest netwrok full", "guest network full"),
        ("2 acounts", "2 accounts"),  # a letter doubled, before "amounts"
        ("movin house", "moving house"),
        ("wat do u charge", "what do you charge"),
        ("can u come 2day or 2moro", "can you come today or tomorrow"),
        ("r u open, n how long", "are you open, and how long"),
        ("25 quid or a fiver", "£25 or £5"),
        ("it takes 10 mins or 2hrs", "it takes 10 minutes or 2hrs"),
        ("sooo slow", "so slow"),
        ("Thats it. Wich one?", "That's it. Which one?"),
    ],
)
def test_slips_and_shorthand_are_spelled_out(messy: str, meant: str) -> None:
    assert spelled(messy) == meant


@pytest.mark.parametrize(
    "text",
    [
        "The stove is in the mouth of the house.",  # words of their own, near to ours
        "I plugged it in; a gas fitter is dearer.",  # built of words that are known
        "Can I keep it when I emigrate?",
        "Greetings from Petra Saterday, Fritzbox owner",  # names
        "My code is E23, see help.brackenwire.exampel or n@x.example",
        "Wat kost dat per maand en hoe lang is het contract van mijn netwrok?",  # another language
        "5 pounds of flour",
        "Option N is the one, and R is not.",
    ],
)
def test_what_is_meant_as_it_stands_stays(text: str) -> None:
    assert spelled(text) == text


def test_two_words_equally_near_are_no_repair() -> None:
    spelling = Spelling.of(("zorbing", "zorbits"))
    assert spelling.meant("zorbitg") is None
    assert Spelling.of(("zorbing",)).meant("zorbitg") == "zorbing"


def test_a_word_of_the_articles_is_no_shorthand() -> None:
    assert plain("the telly lite plan", Spelling.of(written("Telly Lite"))).text == (
        "the telly lite plan"
    )


def test_what_was_spelled_out_is_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.retriever.plain.MOST_KEPT", 2)
    spelling = Spelling.of(written(ARTICLES))
    for _ in range(2):
        assert [plain(f"wat {n}", spelling).text for n in range(5)] == [
            f"what {n}" for n in range(5)
        ]
        assert 0 < len(spelling.read) <= 2


def test_what_was_written_is_found_again() -> None:
    said = plain("hi.  wat do u charge,\nr u open n wen is the enginer here", SPELLING)
    assert (
        said.as_written("are you open and when is the engineer") == "r u open n wen is the enginer"
    )
    assert said.as_written("what do you charge") == "wat do u charge"
    assert said.as_written("nowhere said") is None


def test_notes_quote_what_was_written_and_our_own_words_stay() -> None:
    turns = (Turn("agent", "wat u say"), Turn("customer", "wat do u charge?"))
    found = read(Conversation(turns), SPELLING)
    assert [t.text for t in found.conversation.turns] == ["wat u say", "what do you charge?"]
    assert found.quoted("no source answers: “what do you charge?”") == (
        "no source answers: “wat do u charge?”"
    )
