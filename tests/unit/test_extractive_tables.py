"""A table is told in sentences: the row and the column that are asked for, and nothing invented."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Segment, Turn
from copilot.extractive import compose
from copilot.extractive.articles.passages import sentences
from copilot.extractive.language.amounts import amounts_in, span_of
from copilot.extractive.language.labels import mentioned
from copilot.guardrails.support import check_segments

PLANS = """| | Sprout Free (SP-0) | Sprout Plus (SP-6) |
|---|---|---|
| Price a month | £0 | £4 |
| Beds | 2 | 6 |
| Frost alarm | no | yes |
| Open-air | no | yes |
| Support | e-mail | e-mail |
"""
DELIVERY = """| Order | Delivery |
|---|---|
| under £35 | £4.95 |
| £35 and more | free |
| next day | £8.50 |
"""
ROWS = """| Beds | Cheapest way | Price a month |
|---|---|---|
| 3 to 6 | Sprout Plus | £4 |
"""
STATES = """| What | State | Date |
|---|---|---|
| Bookings | being designed | none |
"""
WIDE = """| Pump | SKU | Price | Flow | Noise | Sockets |
|---|---|---|---|---|---|
| Brook 10 | BR-10 | £27 | 10 litres | 30 dB | 2 |
| Brook 20 | BR-20 | £33 | 20 litres | 34 dB | 4 |
"""


def told(text: str) -> list[str]:
    return [s.text for s in sentences(text)]


def reply(said: str, text: str, title: str = "") -> Draft:
    hit = Hit(Chunk("a#0", "document", "a", 0, text), title, 1, 0.55)
    return compose([Turn("customer", said)], [hit])


def words(draft: Draft) -> list[str]:
    return [segment.text for segment in draft.segments]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (ROWS, "For 3 to 6 beds the cheapest way is Sprout Plus, at £4 a month"),
        (STATES, "Bookings is being designed; there is no date"),
        (PLANS, "Sprout Plus costs £4 a month"),
        (PLANS, "Sprout Plus has 6 beds"),
        (PLANS, "Frost alarm is available with Sprout Plus, not with Sprout Free"),
        (PLANS, "Support: e-mail"),
        (DELIVERY, "For an order under £35, delivery costs £4.95"),
        (DELIVERY, "For an order of £35 and more, delivery is free"),
        (WIDE, "Brook 10 costs £27"),
        (WIDE, "Brook 10, flow: 10 litres"),
    ],
)
def test_a_row_reads_as_a_person_would_write_it(table: str, sentence: str) -> None:
    assert sentence in told(table)


@pytest.mark.parametrize("table", [ROWS, STATES, PLANS, DELIVERY, WIDE])
def test_a_row_says_nothing_that_its_table_does_not(table: str) -> None:
    for sentence in told(table):
        assert check_segments([Segment(sentence, (1,))], [table])[0].supported
        assert not any(mark in sentence for mark in ("|", "SP-", "BR-"))


def test_a_piece_of_a_wide_table_without_its_header_is_not_told() -> None:
    rows = WIDE.splitlines()
    assert told("\n".join(rows[2:])) == []
    assert told("| Noise | 30 dB |\n| Weight | 2 kg |") == ["Noise: 30 dB", "Weight: 2 kg"]


def test_the_row_and_the_column_that_are_named_are_told_and_no_others() -> None:
    assert words(reply("How many beds does Sprout Plus have?", PLANS)) == [
        "Sprout Plus has 6 beds."
    ]
    assert words(reply("What does the Brook 20 cost?", WIDE)) == ["Brook 20 costs £33."]


def test_who_names_no_column_hears_of_them_all() -> None:
    (only,) = words(reply("How many beds can I have?", PLANS))
    assert only == "Sprout Free has 2 beds and Sprout Plus has 6 beds."


@pytest.mark.parametrize(
    ("amount", "price"), [("£28", "£4.95"), ("£35", "is free"), ("£60.50", "is free")]
)
def test_an_amount_chooses_the_row_whose_range_holds_it(amount: str, price: str) -> None:
    (only,) = words(reply(f"What does delivery cost for an order of {amount}?", DELIVERY))
    assert price in only


def test_a_row_without_a_range_is_told_to_who_asks_for_it() -> None:
    said = words(reply("What does next day delivery cost for an order of £28?", DELIVERY))
    assert any("£8.50" in text for text in said)


def test_an_amount_that_no_row_holds_is_a_gap() -> None:
    table = DELIVERY.replace("under £35", "£20 to £34")
    draft = reply("What does delivery cost for an order of £12?", table)
    assert draft.abstained and "£12" in draft.missing[0]


@pytest.mark.parametrize(
    ("label", "column", "inside", "outside"),
    [
        ("under £35", "", 34.99, 35),
        ("£35 and more", "", 35, 34.99),
        ("up to 2 kg", "", 2, 2.1),
        ("over 2 kg", "", 2.1, 2),
        ("between 5 and 9 beds", "", 9, 10),
        ("3 to 6", "Beds", 3, 7),
        ("Orders from £20", "", 20, 19),
    ],
)
def test_ranges_are_read_with_their_ends(
    label: str, column: str, inside: float, outside: float
) -> None:
    span = span_of(label, column)
    assert span and span.holds(inside) and not span.holds(outside)


def test_what_is_no_range_is_none() -> None:
    assert span_of("next day") is None
    assert span_of("Brook 20") is None
    assert span_of("5") is None


def test_of_two_amounts_in_one_coin_neither_is_meant() -> None:
    assert amounts_in("an order of £28 and 3 kg") == {"£": 28.0, "kg": 3.0}
    assert amounts_in("£28, not £35") == {}


def test_a_row_answers_a_yes_or_no_by_its_label_not_by_a_word_of_its_value() -> None:
    table = "| Role | Can do |\n|---|---|\n| Member | change schedules |\n| Owner | everything |\n"
    assert reply("Do I lose my schedules if I change the plan?", table).abstained
    assert words(reply("Is a member able to change schedules?", table))


def test_a_thing_is_named_in_full_or_by_what_sets_it_apart() -> None:
    things = ("Sprout Free", "Sprout Plus")
    assert mentioned("what does sprout plus do", things) == {"Sprout Plus"}
    assert mentioned("what is in Plus", things) == {"Sprout Plus"}
    assert mentioned("is it free?", things) == frozenset()


def test_many_of_a_kind_are_told_without_an_article() -> None:
    table = "| What | Price |\n|---|---|\n| Parcels up to 25 kg | £1 each |\n"
    table += "| Pallet up to 800 kg | £9 each |\n"
    told = [sentence.text for sentence in sentences(table)]
    assert told[0].startswith("For parcels up to 25 kg")
    assert told[1].startswith("For a pallet up to 800 kg")


BY_PLACE = """# Prices of the baths

Come to Upton or to Wells.

| Who | Upton | Wells |
|---|---|---|
| Adult, 16 to 64 | £6 | £5 |
| Under 5 | free | free |
"""
EXTRAS = """| Extra | A month | For whom |
|---|---|---|
| Class bundle, up to 8 classes a month | £10 | Gym Single and Gym Flex |
"""
TERMS = """| Plan | Notice | During the minimum term |
|---|---|---|
| Office | 3 months to the end of a month | €25 for each month that remains |
"""
COURTS = """| Court | Everybody | Members | Length |
|---|---|---|---|
| Squash | £8.50 | £6.80 | 40 minutes |
"""
BUNDLE = "Class bundle, up to 8 classes a month"
AFTER = "during the minimum term €25 for each month that remains"
CUPS = "| Plan | Included per month | Each further cup |\n|---|---|---|\n| Office | 400 | €0.06 |\n"
ACCESS = "| | Upton | Wells |\n|---|---|---|\n| Lift | yes | no: ring the bell |\n"
DATED = "| | Now | From 1 January 2027 |\n|---|---|---|\n| Locker | £4 | £5 |\n"
BOOTS = "| What | Kept until | For whom |\n|---|---|---|\n| Locker for boots | 9 pm | Members |\n"
FEES = "| Letter | Fee |\n|---|---|\n| Reminder | none |\n"


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (EXTRAS, f"{BUNDLE}: £10 a month; for whom: Gym Single and Gym Flex"),
        (TERMS, f"Office: notice 3 months to the end of a month; {AFTER}"),
        (COURTS, "Squash: everybody £8.50; members £6.80; length 40 minutes"),
        (CUPS, "Office: included per month 400; each further cup €0.06"),
        (BY_PLACE, "Adult, 16 to 64: Upton £6; Wells £5"),
        (ACCESS, "Lift: Upton yes; Wells: no: ring the bell"),
        (DATED, "Locker, from 1 January 2027: £5"),
        (BOOTS, "Locker for boots: kept until 9 pm; for whom: Members"),
        (FEES, "Reminder: no fee"),
    ],
)  # fmt: skip
def test_a_column_that_makes_no_sentence_is_told_as_a_label(table: str, sentence: str) -> None:
    assert sentence in told(table)


@pytest.mark.parametrize("table", [EXTRAS, TERMS, COURTS, CUPS, BY_PLACE, ACCESS, DATED, FEES])
def test_no_column_is_bent_into_a_sentence(table: str) -> None:
    for sentence in told(table):
        broken = (
            "the during",
            "the for whom",
            "for whom is",
            "members costs",
            " with Now",
            "the a ",
        )
        assert not any(words in f"{sentence} " for words in broken)


def test_the_place_that_is_named_is_told_and_no_other() -> None:
    assert words(reply("What does an adult pay in Wells?", BY_PLACE)) == [
        "Adult, 16 to 64: Wells £5."
    ]
    (both,) = words(reply("What does an adult pay?", BY_PLACE))
    assert both == "Adult, 16 to 64: Upton £6; Wells £5."
