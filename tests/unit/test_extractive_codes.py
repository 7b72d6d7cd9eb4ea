"""Of a code on a display its own row or section is told, and no other fault's cure."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.domain import Chunk, Customer, Draft, Entitlement, Hit, Segment, Turn
from copilot.extractive import Record, compose
from copilot.extractive.articles.passages import sentences
from copilot.extractive.language.labels import codes_in, codes_of, days_in
from copilot.guardrails.support import check_segments

TODAY = date(2026, 11, 3)
BOILER = """# Boiler codes F01 to F28

| Code | Meaning | What to do |
|---|---|---|
| F01 | Wrong dial | Turn the dial to 2. |
| F22 | Low water | Open the filling loop until the gauge shows 1.2 bar. |
| F-28 | No flame | Check the gas tap, then press Reset once. |

## The boiler makes a noise but shows no code

Bleed the radiators. Then turn the boiler off and on at the switch, and look whether it works.
"""
DISHES = """# Dishwasher

| Error | Cause | Remedy | Visit |
|---|---|---|---|
| 4 | Door open | Shut the door until it clicks. | free |
| 17 | Tap shut | Open the water tap. | £35 |

## Start it

1. Press the door shut.
2. Hold Start for 3 seconds until the light blinks and nothing happens on the panel.
"""
MODELS = """# Drills

| Model | Price | Weight |
|---|---|---|
| DR-10 | £40 | 1 kg |
| DR-20 | £60 | 2 kg |

## The drill stops

If your drill stops, let it cool for ten minutes.
"""
SECTIONS = """# Faults

## Fault E4

Empty the drip tray and put it back.

## Fault E5

Fill the tank, then press the button twice.
"""


def reply(text: str, *said: str, title: str = "") -> Draft:
    hit = Hit(Chunk("a#0", "document", "a", 0, text), title or text[2:].split("\n")[0], 1, 0.55)
    turns = [Turn("agent" if n % 2 else "customer", t) for n, t in enumerate(said)]
    return compose(turns, [hit])


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments if segment.citations)


F22 = "F22: Low water. Open the filling loop until the gauge shows 1.2 bar."
F28 = "F-28: No flame. Check the gas tap, then press Reset once."


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("my boiler shows F22 and nothing works", F22),
        ("what does F22 mean?", F22),
        ("F22, what now, it is freezing in here", F22),
        ("it says F28, what do I do", F28),
        ("The display says f-28 and the boiler makes a noise.", F28),
        ("boiler shows f 22", F22),
    ],
)
def test_a_code_is_answered_by_its_own_row(said: str, told: str) -> None:
    assert words(reply(BOILER, said)) == told


def test_a_code_of_digits_alone_is_named_by_the_word_before_it() -> None:
    assert words(reply(DISHES, "error 17, what do I do?")) == "17: Tap shut. Open the water tap."
    assert "Tap shut" not in words(reply(DISHES, "What do I do with 17 plates in the door?"))


@pytest.mark.parametrize("said", ["my boiler shows F44 and makes a noise", "what does F44 mean?"])
def test_a_code_that_the_table_does_not_list_is_a_gap(said: str) -> None:
    assert reply(BOILER, said).abstained


def test_no_part_of_the_article_answers_in_place_of_the_row_that_was_told() -> None:
    draft = reply(BOILER, "it shows F22", f"{F22} Did that help?", "still F22, makes a noise too")
    assert draft.abstained


def test_who_names_no_code_hears_what_the_article_says() -> None:
    assert "Bleed the radiators." in words(reply(BOILER, "the boiler makes a noise, what now?"))


def test_the_section_of_another_code_is_not_told() -> None:
    assert words(reply(SECTIONS, "what do I do about fault E5?")).startswith("Fill the tank")
    assert reply(SECTIONS, "what do I do about fault E6?").abstained


def test_a_question_beside_the_code_is_not_tied_to_it() -> None:
    text = f"{BOILER}\n## Service\n\nA yearly service costs £90.\n"
    said = words(reply(text, "It shows F22. And what does a yearly service cost?"))
    assert "£90" in said


def test_a_list_of_models_and_prices_is_no_list_of_codes() -> None:
    assert "let it cool" in words(reply(MODELS, "my drill DR-20 stops, what do I do?"))
    assert not any(s.cell and s.cell.codes for s in sentences(MODELS))


def test_a_row_of_codes_says_nothing_that_its_table_does_not() -> None:
    for one in (s for s in sentences(BOILER + DISHES) if s.kind == "row"):
        assert check_segments([Segment(one.text, (1,))], [BOILER + DISHES])[0].supported


def test_what_counts_as_a_code() -> None:
    assert codes_in("E23 or B-7, not 1.5 V2.3 nor 28th") == {"E23", "B7"}
    assert codes_in("codes G01 to G03") == frozenset()
    assert codes_of("G01 to G03", "Code") == {"G01", "G02", "G03"}
    assert codes_of("E1 / E2", "Code") == {"E1", "E2"}
    assert codes_of("17", "Error code") == {"17"} and codes_of("17", "Rooms") == frozenset()


HOURS = """# Opening hours

| | Shop | Workshop |
|---|---|---|
| Monday to Thursday | 9 am – 6 pm | 8 am – 4 pm |
| Friday | 9 am – 8 pm | 8 am – 1 pm |
| Weekends | 10 am – 4 pm | closed |
"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("when are you open on Sunday", "Weekends: Shop 10 am – 4 pm; Workshop closed."),
        (
            "what are your opening hours on Tuesdays?",
            "Monday to Thursday: Shop 9 am – 6 pm; Workshop 8 am – 4 pm.",
        ),
        ("is the workshop open on friday?", "Friday: Workshop 8 am – 1 pm."),
    ],
)
def test_a_day_chooses_the_row_that_holds_it(said: str, told: str) -> None:
    assert words(reply(HOURS, said)) == told


def test_a_day_that_no_row_holds_is_a_gap() -> None:
    table = HOURS.replace("| Weekends | 10 am – 4 pm | closed |\n", "")
    assert reply(table, "is the shop open on Sunday?").abstained


def test_days_are_read_in_every_form() -> None:
    assert days_in("Mon-Wed") == {0, 1, 2} and days_in("Friday to Sunday") == {4, 5, 6}
    assert days_in("at the weekend, or thurs") == {3, 5, 6} and days_in("month, money") == set()


DESCALE = """# Descaling

The display shows F23 when it is due.

## How to do it
1. Empty the tray and take out the filter.
2. Fill the tank with one sachet of descaler and a litre of water.
"""
SHORT = """# Codes

| Code | Meaning |
|---|---|
| F23 | Descaling due |
| F24 | Filter due |
"""


@pytest.mark.parametrize(
    "said", ["F23, how do I descale", "F23 again. How do I do the descaling step by step?"]
)
def test_how_it_is_done_is_told_and_not_only_what_the_code_means(said: str) -> None:
    hits = [
        Hit(Chunk(f"{n}#0", "document", n, 0, text), title, rank, 0.5)
        for rank, (n, text, title) in enumerate(
            (("codes", SHORT, "Codes"), ("descaling", DESCALE, "Descaling your machine")), 1
        )
    ]
    told = [s.text for s in compose([Turn("customer", said)], hits).segments]
    assert "Empty the tray and take out the filter." in told
    assert not any("Descaling due" in text for text in told)


def test_what_a_code_means_is_still_told_to_who_asks_that() -> None:
    assert "Descaling due" in told_text(reply(SHORT, "What does F23 mean?"))


def test_what_is_used_up_is_no_answer_to_what_the_next_one_costs() -> None:
    asked = Turn("customer", "What does a wash cost once the pack is used up?")
    held = Entitlement("W", "Wash pack", limits={"washes": 40}, used={"washes": 40})
    record = Record.of([Customer("c", entitlements=(held,))], (), {}, [asked.text], TODAY)
    counted = "are used"
    assert counted not in told_text(compose([asked], [], record=record))
    how_many = Turn("customer", "How many washes have I used so far?")
    assert counted in told_text(compose([how_many], [], record=record))


def told_text(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)
