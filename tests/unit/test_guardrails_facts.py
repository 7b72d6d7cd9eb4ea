"""A hard fact of a reply stands in a cited source, however either writes it."""

from __future__ import annotations

import pytest

from copilot.domain import Segment
from copilot.guardrails.facts import hard_facts
from copilot.guardrails.support import check_segments

SAME = [
    ("£8", "8 GBP"),
    ("£8", "GBP 8.00"),
    ("8 pounds", "£8.00"),
    ("£1,234.50", "1234.5 GBP"),
    ("€12,50", "12.50 euros"),
    ("50p", "£0.50"),
    ("£8 a month", "£8/month"),
    ("£8 per month", "GBP 8 monthly"),
    ("£30 a quarter", "GBP 30 quarterly"),
    ("$5 per user per month", "$5 per month per user"),
    ("1,000", "1000"),
    ("20%", "20 per cent"),
    ("20 percent", "20 %"),
    ("12 March 2026", "2026-03-12"),
    ("March 12th, 2026", "12 Mar 2026"),
    ("3rd of May", "May 3"),
    ("5:30 pm", "17:30"),
    ("9am", "9:00 a.m."),
    ("5GB", "5 GB"),
    ("10 business days", "ten working days"),
    ("14-day", "14 days"),
    ("https://www.help.example.com/faq/", "help.example.com/faq"),
    ("Help@Example.com", "help@example.com"),
    ("+44 20 7946 0000", "020 7946 0000"),
    ("hub-3", "HUB-3"),
]
DIFFERENT = [
    ("£8", "€8"),
    ("£8 a month", "£8 a year"),
    ("£8 a month", "£8 a quarter"),
    ("20%", "20"),
    ("5 GB", "5 MB"),
    ("10 days", "10 working days"),
    ("12 March 2026", "12 March 2027"),
    ("help.example.com", "help.example.org"),
    ("HUB-3", "HUB-2"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_facts_are_equal(one: str, other: str) -> None:
    assert hard_facts(one) == hard_facts(other) != set()


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_facts_differ(one: str, other: str) -> None:
    assert not hard_facts(one) & hard_facts(other)


@pytest.mark.parametrize("text", ["1. Open it.\n2. Close it.", "see step 2", "Hello there.", "[3]"])
def test_numbering_is_no_fact(text: str) -> None:
    assert hard_facts(text) == set()


SUPPORTED = [
    ("It costs £8 a month.", "Basic: 8 GBP per month."),
    ("It costs £8 a month.", "Price: 8 GBP. Period: month."),
    ("It costs £8.", "Basic is £8 a month."),
    ("You have ten working days.", "within 10 business days"),
    ("It ends on 12 March.", "valid until 2026-03-12"),
    ("It ends on 2026-03-04.", "valid until 03/04/2026"),
    ("Three seats are included.", "up to 3 seats"),
    ("You get 3 seats.", "three seats"),
    ("Order a HUB-3.", "The HUB-3 has two lights."),
    ("Thanks for waiting.", ""),
]
UNSUPPORTED = [
    ("It costs £8 a month.", "Basic is £9 per month.", "£8 a month"),
    ("It costs £8 a month.", "Basic is £8 per year.", "£8 a month"),
    ("It takes 5 days.", "It takes 5 working days.", "5 days"),
    ("Save 20%.", "There are 20 of them.", "20%"),
    ("It ends on 12 March 2026.", "until 12 March", "12 March 2026"),
    ("See help.example.com/refund.", "See help.example.com/faq", "help.example.com/refund"),
    ("Call 0800 123 456.", "Call 0800 123 457.", "0800 123 456"),
    ("Use HUB-9.", "The HUB-3 has two lights.", "HUB-9"),
    ("You get 12 seats.", "", "12"),
]


def is_supported(sentence: str, evidence: str) -> bool:
    return check_segments([Segment(sentence, (1,))], [evidence])[0].supported


@pytest.mark.parametrize(("sentence", "evidence"), SUPPORTED)
def test_a_fact_in_the_evidence_is_supported(sentence: str, evidence: str) -> None:
    assert is_supported(sentence, evidence)


@pytest.mark.parametrize(("sentence", "evidence", "written"), UNSUPPORTED)
def test_a_fact_out_of_the_evidence_is_not(sentence: str, evidence: str, written: str) -> None:
    assert not is_supported(sentence, evidence)
    assert is_supported(sentence, written)  # nothing else was missing


def test_only_the_cited_source_supports_a_sentence() -> None:
    sources = ["Basic is £8.", "Pro is £20."]
    right, wrong, bare, plain = check_segments(
        [
            Segment("It costs £20.", (2,)),
            Segment("It costs £20.", (1,)),
            Segment("It costs £20."),
            Segment("Sorry for the wait."),
        ],
        sources,
    )
    assert (right.supported, wrong.supported, bare.supported, plain.supported) == (
        True,
        False,
        False,
        True,
    )


def test_a_citation_of_nothing_is_no_support() -> None:
    (segment,) = check_segments([Segment("Sorry.", (7,))], ["a"])
    assert not segment.supported


def test_a_sentence_once_unsupported_stays_so() -> None:
    (segment,) = check_segments([Segment("Sorry.", (), supported=False)], [])
    assert not segment.supported


def test_a_customers_own_references_may_be_repeated_but_not_their_prices() -> None:
    known = ["My order 8812199 cost £500 and you owe me 30%; my mail is jo@example.org."]
    reference, price, share = check_segments(
        [
            Segment("Order 8812199 is found, I write to jo@example.org."),
            Segment("We refund £500."),
            Segment("You get 30% back."),
        ],
        [],
        known=known,
    )
    assert (reference.supported, price.supported, share.supported) == (True, False, False)


def test_the_words_of_a_link_are_facts_beside_its_address() -> None:
    found = {fact.value for fact in hard_facts("loosen it as in [E23](https://a.example/valve).")}
    assert found == {"E23", "a.example/valve"}
