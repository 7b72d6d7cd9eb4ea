"""A rule for one group is told to those it is for: private customers, businesses, those over 65."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.domain import Chunk, Customer, Draft, Entitlement, Hit, Turn
from copilot.extractive import Record, compose
from copilot.extractive.fitting.matching import article_of
from copilot.extractive.guards.whose import Audience, group_of, group_of_heading, group_of_title
from copilot.extractive.hearing.asking import hear
from copilot.extractive.language.words import stems

TODAY = date(2026, 11, 30)
WITHDRAWAL = """# Private customers: 14 days to change your mind
As a private customer you can withdraw within 14 days of the delivery. The deposit comes back \
within 14 days after the machine is here.
This right is for consumers. Business customers (Office, Flex) do not have it.
"""
DEPOSIT = """# Deposit: how much, when it comes back
The deposit is paid back within 21 days after the machine has reached our workshop.
"""
POOL = """# Prices of the pool
A day ticket costs £9.
Members over 65 pay £4 for a day ticket.
"""
INSURER = """# Damage by water

## Business customers

The excess for damage by water is £500.

## Private customers

The excess for damage by water is £100.
"""
PLANS = """# Plans and what a line costs

| Plan | For whom | Per month |
|---|---|---|
| Nest | private households | £19 |
| Desk | offices and shops | £59 |
"""


def reply(said: str, *pages: str, segment: str = "", has: str = "") -> Draft:
    own = (Entitlement("e1", has, since=date(2026, 1, 1)),) if has else ()
    people = [Customer("c1", segment=segment or None, entitlements=own)]
    record = Record.of(people, (), {}, [said], TODAY)
    hits = [
        Hit(Chunk(f"{n}#0", "document", f"{n}", 0, text), text.splitlines()[0][2:], n, 0.6)
        for n, text in enumerate(pages, 1)
    ]
    return compose([Turn("customer", said)], hits, record=record, owned=[has] if has else [])


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


@pytest.mark.parametrize(
    ("said", "segment", "has"),
    [
        ("When do I get the deposit back?", "business", ""),
        ("When do we get the deposit back? We are on Flex.", "", ""),
        ("When do I get the deposit back?", "", "Flex"),
        ("When does our office get the deposit back?", "", ""),
    ],
)
def test_a_business_is_not_told_the_right_of_private_customers(
    said: str, segment: str, has: str
) -> None:
    told = words(reply(said, WITHDRAWAL, DEPOSIT, segment=segment, has=has))
    assert "21 days" in told and "14 days" not in told


def test_where_nobody_knows_the_rule_for_all_is_preferred() -> None:
    told = words(reply("When do I get the deposit back?", WITHDRAWAL, DEPOSIT))
    assert "21 days" in told and "14 days" not in told


def test_who_is_private_keeps_their_own_right() -> None:
    said = "Can I withdraw from the contract within 14 days of the delivery?"
    assert "you can withdraw" in words(reply(said, WITHDRAWAL, segment="home"))
    assert "you can withdraw" in words(reply(said, WITHDRAWAL))
    assert "you can withdraw" not in words(reply(said, WITHDRAWAL, segment="business"))


def test_that_a_right_is_not_theirs_answers_no_other_question() -> None:
    said = "Can I change from Flex to Office?"
    assert "do not have it" not in words(reply(said, WITHDRAWAL, segment="business"))


@pytest.mark.parametrize(("segment", "sum_"), [("business", "£500"), ("residential", "£100")])
def test_of_two_sections_theirs_is_told(segment: str, sum_: str) -> None:
    told = words(reply("What is the excess for damage by water?", INSURER, segment=segment))
    other = {"£500", "£100"} - {sum_}
    assert sum_ in told and other.pop() not in told


def test_a_price_for_the_old_is_not_preferred_to_the_price_for_all() -> None:
    assert "£9" in words(reply("What does a day ticket cost?", POOL))
    assert "£4" in words(reply("I am 67. What does a day ticket for members over 65 cost?", POOL))


@pytest.mark.parametrize(
    ("said", "theirs", "others"),
    [
        ("we are a couple, what does a line cost per month?", "£19", "£59"),
        ("what does a line for our shop cost per month?", "£59", "£19"),
    ],
)
def test_a_table_that_says_for_whom_each_plan_is_parts_its_rows(
    said: str, theirs: str, others: str
) -> None:
    hit = Hit(Chunk("1#0", "document", "1", 0, PLANS), "Plans", 1, 0.6)
    article = article_of(1, hit, hit)
    whose = Audience([article], hear([Turn("customer", said)]))
    rows = [u for u in article.units if u.said.cell]
    assert all(whose.is_foreign(u) for u in rows if others in u.text)
    assert not any(whose.is_foreign(u) for u in rows if theirs in u.text)


def test_what_is_asked_for_by_its_name_is_told_whoever_asks() -> None:
    assert "£59" in words(reply("What does Desk cost per month?", PLANS, segment="home"))


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Private customers may leave early.", "private"),
        ("For businesses the notice is 3 months.", "business"),
        ("This right is for consumers.", "private"),
        ("As a business customer you need a VAT number.", "business"),
        ("Members over 65 pay half.", "older"),
        ("Private and business customers pay the same.", None),
        ("Business hours are 9 to 5.", None),
        ("Customers may leave at any time.", None),
        ("Members over 65 kg need another belt.", None),
    ],
)
def test_a_sentence_names_its_group_where_it_begins(text: str, group: str | None) -> None:
    assert group_of(text) == group


def test_titles_and_headings_name_one_as_well() -> None:
    assert group_of_title("Returns for businesses") == "business"
    assert group_of_title("Private customers: 14 days") == "private"
    assert group_of_title("How we handle consumer complaints") is None
    assert group_of_heading(frozenset(stems("business customers"))) == "business"
    assert group_of_heading(frozenset(stems("business hours"))) is None
