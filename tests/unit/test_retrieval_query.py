"""From a conversation to a plan: what is kept, what is dropped, and sanity on any input."""

from __future__ import annotations

import pytest

from copilot.domain import Conversation, Turn
from copilot.retriever.query import EMPTY, MAX_TERMS, MAX_TEXT_CHARS, plan


def _talk(*turns: tuple[str, str]) -> Conversation:
    return Conversation(tuple(Turn(speaker, text) for speaker, text in turns))  # type: ignore[arg-type]


def test_greetings_and_thanks_are_dropped_and_the_request_stays() -> None:
    found = plan("Hi there! Good morning. I lost my debit card. Thanks so much!")
    assert found.texts == ("I lost my debit card.",)
    assert found.terms == ("lost", "debit", "card")


def test_what_the_agent_says_is_not_searched_for() -> None:
    found = plan(
        _talk(
            ("customer", "My transfer to Spain is missing."),
            ("agent", "Let me check your mortgage application in the meantime."),
        )
    )
    assert "transfer" in found.terms
    assert "mortgage" not in found.terms


def test_the_opening_survives_verification_and_small_talk() -> None:
    found = plan(
        _talk(
            ("customer", "Hello, I want to dispute a charge on my gold card."),
            ("agent", "Sure, may I have your name and e-mail?"),
            ("customer", "My name is Ada Byron, my email is ada@example.org."),
            ("agent", "Thank you."),
            ("customer", "ok thanks"),
        )
    )
    assert "dispute" in found.terms
    assert "gold" in found.terms
    assert not {"ada", "byron", "example"} & set(found.terms)


def test_the_last_turn_of_a_longer_talk_is_also_searched_by_itself() -> None:
    found = plan(
        _talk(
            ("customer", "I want to close my savings account."),
            ("agent", "I can do that."),
            ("customer", "How long does the final interest payment take?"),
        )
    )
    assert "close my savings account" in found.texts[0]
    assert found.texts[1:] == ("How long does the final interest payment take?",)


def test_one_message_costs_one_embedding() -> None:
    assert len(plan("How do I reset my PIN? And where do I see my limit?").texts) == 1


def test_each_sentence_is_judged_as_choice_or_problem_by_itself() -> None:
    found = plan("My card was declined. I also want to open a savings account.")
    assert [clause.is_choice for clause in found.clauses] == [False, True]


def test_an_acronym_of_the_tenant_is_added_where_its_words_are_said() -> None:
    said = "I would like a credit limit increase on my card."
    assert plan(said, acronyms={"CLI"}).terms[-1] == "cli"
    assert plan(said, acronyms={"CLI"}).texts[0].endswith("CLI")
    assert "cli" not in plan(said).terms
    assert "cli" not in plan("my card is lost", acronyms={"CLI"}).terms


@pytest.mark.parametrize("nothing", ["", "   ", "\n\n", "😀😀🎉", "!!!", "\x00", "…"])
def test_nothing_said_is_an_empty_plan(nothing: str) -> None:
    assert plan(nothing) == EMPTY
    assert plan(_talk(("customer", nothing))).is_empty
    assert plan(Conversation(())).is_empty


@pytest.mark.parametrize(
    "odd",
    [
        "7",
        "Как заблокировать карту?",
        "カードを止めたい",
        "كيف أغلق حسابي",
        '"card" OR * NEAR(x) NOT {y} ^z AND -q',
        "it's \"quoted\" 'twice'",
        "hi",
        "\ud800 broken surrogate card",
    ],
)
def test_odd_input_gives_a_plan_without_an_error(odd: str) -> None:
    found = plan(odd)
    assert found == plan(odd)
    assert found.terms
    assert all(term.isalnum() for term in found.terms)


def test_a_hundred_thousand_characters_are_bounded() -> None:
    found = plan("the card was declined at the shop again " * 2_500)
    assert len(found.texts[0]) <= MAX_TEXT_CHARS
    assert len(found.terms) <= MAX_TERMS
    assert len(plan("x" * 100_000).terms[0]) == 64


def test_many_turns_keep_the_newest_and_the_first() -> None:
    middle = [("customer", f"Filler number {i} about nothing in particular.") for i in range(300)]
    found = plan(
        _talk(("customer", "My passport was stolen."), *middle, ("customer", "Is the kiosk open?"))
    )
    assert "kiosk" in found.terms
    assert "passport" in found.terms


def test_a_pasted_log_does_not_drown_the_question() -> None:
    log = "\n".join(f"2026-01-02T03:04:{i % 60:02d} INFO worker {i} ok" for i in range(2_000))
    found = plan(f"The export fails with a timeout. What can I do?\nIt is urgent.\n{log}")
    assert {"export", "timeout"} <= set(found.terms)
    assert "worker" not in found.terms


def test_an_outgoing_message_is_searched_when_nobody_else_spoke() -> None:
    assert "invoice" in plan(_talk(("agent", "Your invoice is overdue."))).terms


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("The valve shows E23", ("e23",)),
        ("Is XK-200 the same as 2b17?", ("xk 200", "2b17")),
        ("I ordered 3 lamps on 12 May for 40", ()),
        ("covid and re-use", ()),
    ],
)
def test_codes_are_words_of_letters_and_digits(said: str, codes: tuple[str, ...]) -> None:
    assert plan(said).codes == codes


def test_what_somebody_faces_is_looked_up_in_the_words_of_help_centres() -> None:
    assert "financial difficulty" in plan("I lost my job in May and the rent is due.").texts[0]
    assert "financial" not in plan("I found my job in May and the rent is due.").texts[0]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "I do NOT want to cancel, I only want the money taken on another day",
            "I only want the money taken on another day",
        ),
        (
            "We never wanted a bigger room. We just need a shelf for tools.",
            "We just need a shelf for tools.",
        ),
        ("I don't want the van but I need a trolley ramp", "but I need a trolley ramp"),
        # Nothing is named without it, or nothing is put against it.
        ("I don't want a refund, I want a new one", "I don't want a refund, I want a new one"),
        ("I don't want to pay the late fee", "I don't want to pay the late fee"),
        ("I do not need the lamp, it is broken", "I do not need the lamp, it is broken"),
    ],
)
def test_what_is_said_not_to_be_wanted_does_not_lead(said: str, kept: str) -> None:
    assert plan(said).texts[0].startswith(kept)


@pytest.mark.parametrize("letter", ["a", "x", "a b", "I"])
def test_a_letter_by_itself_is_no_query(letter: str) -> None:
    assert plan(letter).is_empty


@pytest.mark.parametrize("sign", ["7", "鍵", "E5"])
def test_a_number_a_code_or_a_sign_of_another_script_is_one(sign: str) -> None:
    assert not plan(sign).is_empty
