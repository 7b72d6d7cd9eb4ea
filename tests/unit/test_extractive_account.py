"""What the record answers by itself: what they pay, have and get, and since when; or the gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from copilot.domain import Chunk, Customer, Draft, Entitlement, Hit, Product, Turn
from copilot.extractive import Record, compose, facts_of
from copilot.extractive.articles.timing import Tenure
from copilot.guardrails.support import check_segments

TODAY = date(2026, 11, 3)
GYM = Product("G", "Gym Gold", Decimal("39"), "EUR", "month", limits={"term_months": 12})
SWIM = Product("S", "Swim Pass", Decimal("12"), "EUR", "month")
TOWEL = Product("T", "Towel Service", Decimal("9"), "EUR", "month")
LOCK = Product("L", "Padlock", Decimal("15"), "EUR", "once")
SECRET = Product("X", "Old Deal", None, None, "month")
SHOP = (GYM, SWIM, TOWEL, LOCK, SECRET)

ARTICLE = """## Freezing
A freeze ends after 3 months. What you pay a month during a freeze is €5.
## Opening
The sauna is included in the day ticket.
"""


def own(product: Product, since: date | None = date(2026, 3, 1), **more: object) -> Entitlement:
    plain = Entitlement(product.sku, product.name, sku=product.sku, since=since)
    return replace(plain, **more)  # type: ignore[arg-type]


def reply(
    said: str,
    *,
    held: tuple[Entitlement, ...] = (own(GYM, limits={"term_months": 12}), own(SWIM)),
    notes: tuple[str, ...] = (),
    text: str = ARTICLE,
    title: str = "Your membership",
) -> Draft:
    customer = Customer("C-1", facts=notes, entitlements=held)
    hits = [Hit(Chunk("a#0", "document", "a", 0, text), title, 1, 0.6)]
    record = Record.of([customer], SHOP, facts_of(SHOP), [said], TODAY)
    draft = compose(
        [Turn("customer", said)],
        hits,
        products=[p.name for p in SHOP],
        owned=[e.name for e in held],
        tenure=Tenure.of(held, TODAY),
        record=record,
    )
    sources = [f"{h.title}\n{h.chunk.text}" for h in (*hits, *record.hits)]
    checked = check_segments(draft.segments, sources, known=[said], today=TODAY)
    assert all(s.supported for s in checked), [s.text for s in checked if not s.supported]
    return draft


def words(draft: Draft) -> str:
    return " ".join(s.text for s in draft.segments)


@pytest.mark.parametrize(
    "asked",
    [
        "what am i paying a month at the moment",
        "What do I pay each month?",
        "How much is my membership per month?",
        "what's my monthly fee?",
        "Which plan am I on, and what do I pay?",
    ],
)
def test_what_they_pay_is_the_sum_of_what_they_have_by_the_list(asked: str) -> None:
    draft = reply(asked)
    assert "€39 + €12, together €51 a month" in words(draft)
    assert "freeze" not in words(draft)
    assert any("check their bill" in gap for gap in draft.missing)


@pytest.mark.parametrize(
    "asked",
    [
        "What do I pay a month for the Towel Service?",
        "What do I pay a month during a freeze?",
        "I want to cancel. What do I pay?",
    ],
)
def test_another_price_is_not_taken_for_theirs(asked: str) -> None:
    assert "€51" not in words(reply(asked))


def test_a_price_of_their_own_or_an_unknown_one_is_left_to_the_agent() -> None:
    noted = reply("What am I paying a month?", notes=("pays 29 since the complaint",))
    assert noted.abstained
    assert any("price of their own" in gap for gap in noted.missing)
    unknown = reply("What am I paying a month?", held=(own(GYM), own(SECRET)))
    assert unknown.abstained
    assert any("Old Deal" in gap for gap in unknown.missing)


def test_when_it_is_paid_is_no_price_of_their_own() -> None:
    assert "€51" in words(reply("What am I paying a month?", notes=("Pays on the 15th",)))
    assert "€51" not in words(reply("What am I paying a month?", notes=("Pays 29",)))


def test_when_it_ends_and_what_they_pay_are_both_of_their_own() -> None:
    told = words(reply("When does my contract end and how much do I pay?"))
    assert "€51" in told and "1 March 2027" in told


def test_a_term_that_is_noted_as_over_is_over() -> None:
    over = reply("When does my minimum term end?", notes=("Minimum term over since 1 May 2026",))
    assert "The minimum term of your Gym Gold is over." in words(over)
    uncounted = (own(GYM, limits={"term_months": 1.5}),)
    assert "is over" not in words(reply("When does my minimum term end?", held=uncounted))


def test_whether_they_have_it_is_told_from_the_record_and_not_from_a_price() -> None:
    assert "You have Swim Pass since 1 March 2026." in words(reply("do i have the swim pass?"))
    lacking = reply("Do I have the Towel Service?")
    assert "I do not see Towel Service on your record." in words(lacking)
    assert "€9" not in words(lacking)
    assert "I do not see" not in words(reply("Do I have to take the Towel Service?"))


def test_what_a_plan_includes_is_read_from_what_they_have() -> None:
    held = (own(GYM, includes=("all classes", "sauna")),)
    assert "Your Gym Gold includes all classes and sauna." in words(
        reply("what's included in my membership?", held=held)
    )
    assert reply("what's included in my membership?", held=()).abstained


def test_no_sentence_on_another_end_answers_when_their_contract_ends() -> None:
    running = (own(SWIM, until=date(2027, 2, 28)),)
    ends = "Your Swim Pass runs until 28 February 2027."
    assert ends in words(reply("when does my membership run out?", held=running))
    for held in ((), (own(SWIM),)):
        draft = reply("When does my contract end?", held=held)
        assert draft.abstained
        assert any("when their contract ends" in gap for gap in draft.missing)


def test_the_oldest_thing_says_since_when_they_are_with_us() -> None:
    held = (own(SWIM, since=date(2024, 5, 1)), own(GYM))
    told = words(reply("how long have I been a member?", held=held))
    assert "Swim Pass, since 1 May 2024" in told


@pytest.mark.parametrize(
    "asked",
    ["what did we agree last time?", "When did you last contact me?", "what have you promised me?"],
)
def test_what_was_said_before_stands_in_the_timeline(asked: str) -> None:
    draft = reply(asked)
    assert draft.abstained
    assert any("timeline" in gap for gap in draft.missing)


BILL = """## Why is my first bill higher?
It has the joining fee of €20.
## What can change the amount
| Item | When |
|---|---|
| Guest entries | €8 each, on the next bill |
| A late fee | €5 |
"""


@pytest.mark.parametrize(
    "asked",
    ["why is my bill so high", "my bill went up, why", "Why was I charged more this month?"],
)
def test_a_higher_bill_is_answered_by_what_may_change_it_and_never_by_the_first(asked: str) -> None:
    draft = reply(asked, text=BILL, title="Your bill")
    assert "Guest entries: €8 each" in words(draft)
    assert "joining fee" not in words(draft)
    assert any("its lines" in gap for gap in draft.missing)


def test_the_first_bill_is_explained_to_who_asks_for_it_or_is_new() -> None:
    asked = "Why is my first bill higher?"
    assert "joining fee" in words(reply(asked, text=BILL, title="Your bill"))
    new = (own(GYM, since=date(2026, 10, 20)),)
    fee = reply("Is there a joining fee?", text=BILL, title="Your bill", held=new)
    assert "€20" in words(fee)
    settled = reply("Is there a joining fee?", text=BILL, title="Your bill")
    assert "€20" not in words(settled)


@pytest.mark.parametrize("asked", ["where is my parcel", "So where's my refund?"])
def test_where_their_thing_is_no_article_knows(asked: str) -> None:
    label = "Bring the parcel to a parcel shop, Main Street 4. A refund takes the same way."
    draft = reply(asked, text=label, title="Returns")
    assert draft.abstained
    assert any("look it up" in gap for gap in draft.missing)


def test_how_a_thing_is_followed_is_told_where_an_article_says_it() -> None:
    track = "Where is my parcel: track it under Account > Orders > Track, in the street view."
    assert "Track" in words(reply("Where is my parcel?", text=track, title="Where is my parcel"))
