"""A word of trouble counts where it is trouble of ours and now; each rule stops and lets pass."""

from __future__ import annotations

import json

import pytest

from copilot.needs.scene import SIGNALS
from tests.need_cases import LAMP, assess, product, visible

ASK = "I'd like a reading lamp for my bed."
SENSOR = product("SENSE", "Leak Sensor", 29, "calls the phone when it gets wet")


@pytest.mark.parametrize(
    "text",
    [
        "I'm sick of driving round to read in daylight.",
        "Is there something for when it breaks?",
        "My gas bill last year was terrible.",
        "My son breaks every lamp he gets.",
        "I want the leak sensor for the cellar.",
    ],
)
def test_trouble_of_their_own_or_supposed_closes_nothing(text: str) -> None:
    answer = assess(("customer", f"{ASK} {text}"), catalogue=[LAMP, SENSOR])
    assert answer.contact_state.issue_status == "none"
    assert not answer.contact_state.complaint


@pytest.mark.parametrize(
    "text",
    [
        "I'm sick of waiting for your engineer.",
        "The lamp breaks whenever I touch it.",
        "Your service is terrible.",
        "There's a leak under the boiler you fitted.",
    ],
)
def test_trouble_of_ours_comes_first(text: str) -> None:
    answer = assess(("customer", f"{ASK} {text}"), catalogue=[LAMP, SENSOR])
    assert not visible(answer)
    assert answer.none_reason in ("open_complaint", "disruption")


def test_an_outage_that_is_over_is_no_disruption_and_one_that_goes_on_is() -> None:
    over = "Last month the line was off for two hours."
    now = "The line was off last month and it's off again today."
    assert assess(("customer", over)).none_reason != "disruption"
    assert assess(("customer", now)).none_reason == "disruption"


LIMIT = ("customer", "The app won't let me add them.")


def test_a_limit_that_we_explained_is_no_fault_unless_they_object() -> None:
    why = ("service", "All rooms of your plan are in use, nothing is broken.")
    assert assess(LIMIT).contact_state.issue_status == "open"
    assert assess(LIMIT, why, ("customer", "I see.")).contact_state.issue_status == "none"
    objected = ("customer", "No, it still won't open.")
    assert assess(LIMIT, why, objected).contact_state.issue_status == "open"


def test_turning_down_something_else_takes_nothing_back() -> None:
    other = ("customer", "Nothing fancy, I don't need that dimmer stuff.")
    same = ("customer", "No, I don't need that lamp after all.")
    said = (("customer", ASK), ("service", "With a clamp?"))
    assert assess(*said, other).flags
    assert not assess(*said, same).flags


def test_managing_flats_is_no_refusal() -> None:
    said = (("customer", ASK), ("service", "For yourself?"))
    assert visible(assess(*said, ("customer", "I manage four flats, it's for me.")))
    assert not visible(assess(*said, ("customer", "Forget it, I manage without.")))


CANCELLED = {"entitlements": [{"id": "E1", "name": "Lamp Care", "includes": ["repairs"]}]}


@pytest.mark.parametrize("text", ["Please end the Lamp Care.", "Please take the Lamp Care off."])
def test_ending_something_by_its_name_is_asked_about(text: str) -> None:
    question = assess(("customer", text), ("service", "Done."), **CANCELLED).question
    assert question is not None and question.slot == "reason_for_change"


@pytest.mark.parametrize("text", ["Don't end the Lamp Care.", "How do I end the Lamp Care?"])
def test_what_is_not_to_be_ended_is_not(text: str) -> None:
    assert assess(("customer", text), **CANCELLED).question is None


def test_a_reason_for_something_else_answers_nothing() -> None:
    past = {
        "id": "mail", "at": "2026-05-01T09:00:00Z", "channel": "email",
        "turns": [{"id": "m1", "speaker": "customer", "text": "I write because my bill is late."}],
    }  # fmt: skip
    answer = assess(("customer", "Please end the Lamp Care."), history=[past], **CANCELLED)
    assert answer.question is not None


def test_no_entry_of_the_word_lists_ends_in_a_gap_where_it_could_never_match() -> None:
    lists = json.loads(SIGNALS.read_text("utf-8"))
    assert [x for name, entries in lists.items() for x in entries if x != x.strip()] == []


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        ("And please don't ask again.", True),
        ("Stop ringing me.", True),
        ("A second number, so people stop ringing my private one.", False),
        ("Ask me again in spring.", False),
    ],
)
def test_only_our_own_calls_are_objected_to(text: str, objects: bool) -> None:
    answer = assess(("customer", f"{ASK} {text}"))
    assert (answer.none_reason == "opted_out") is objects


@pytest.mark.parametrize(
    "text",
    [
        "We're not disappointed at all, the bench is lovely.",
        "I can't complain.",
        "What is your complaints procedure, for our supplier file?",
        "How do I return the lamp and get my money back?",
        "Your colleague told me that I need an adapter for it.",
        "In the worst case I come on Friday.",
    ],
)
def test_a_word_of_complaint_is_not_yet_one(text: str) -> None:
    assert not assess(("customer", text)).contact_state.complaint


@pytest.mark.parametrize(
    "text",
    [
        "I am disappointed.",
        "I want to make a complaint.",
        "I want my money back!",
        "Your colleague told me it fits, but it does not.",
        "What are you going to do about it?",
        "Nobody showed up.",
    ],
)
def test_and_what_is_one_stays_one(text: str) -> None:
    assert assess(("customer", text)).contact_state.complaint


CODE = ("customer", "The app won't let me add them, it says E55.")


@pytest.mark.parametrize(
    ("article", "status"),
    [
        ("E55 appears when your plan has no zone left.", "none"),
        ("E55: all zones of your plan are in use.", "none"),
        ("E55 means that the valve is stuck.", "open"),
        ("E56 appears when your plan has no zone left.", "open"),
        ("E55 means that the valve is stuck. E56: no zone left.", "open"),
    ],
)
def test_a_code_that_our_texts_give_for_a_limit_is_no_fault(article: str, status: str) -> None:
    answer = assess(CODE, knowledge=[{"id": "codes", "text": article}])
    assert answer.contact_state.issue_status == status
