"""A sentence of another matter that shares words with the question is no answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.fitting.kinds import Tried
from copilot.extractive.fitting.matching import article_of
from copilot.extractive.guards.aside import (
    is_no_order_to_us,
    is_of_the_handover,
    is_of_their_sum,
    is_on_enough,
    is_on_the_matter,
    is_theirs_to_get,
)
from copilot.extractive.hearing.asking import hear

VISITS = """# Visits of our engineers

## Moving or cancelling an appointment

Free until 16:00 the working day before. Later it costs €30.

## We did not come

If an engineer misses the window, you get a credit of €40 on the next invoice.
"""
PARCELS = """# Deliveries

A second delivery that you ask for costs £6.

## A delivery is late

If it comes more than 2 days late you get a refund of £4.
"""
BILLS = """# Invoices and reminders

| What | When | Fee |
|---|---|---|
| Reminder | 7 days after the due date | none |
| Second reminder | 21 days after the due date | €5 |
"""
BOILER = """# Boiler fault

If it comes back, report it. An engineer replaces the part; that takes about 50 minutes.
"""
HOURS = """# Visits

An engineer comes on the next working day when a fault is reported before 14:00.
"""
CANCEL = """# Cancelling a membership

You can cancel by e-mail or in the app. No reason is needed.
"""
APP = """# The app

Log in with your e-mail address. Change of holder: write to us, both sides must agree.
"""
MOVING = """# Moving with your machine

Within our area (Aachen, Limburg, Liège) you may move the machine yourself.

The contract simply goes on; the term does not start again.

Outside our area the contract ends at the end of the month.
"""
STORE = """# Moving to another store

We cover Leeds, York and Hull.

The contract simply goes on in the new store.

Outside these towns the contract ends without a charge.
"""
BACK = """# Giving the machine back

We collect the machine free of charge.
"""
DAMAGE = """# Damage and who pays

A machine that was dropped costs up to £250.
"""
STAIRS = "# Delivery\n\nA trainee carries it up the stairs; the whole way must be free.\n"
NEED = """# If you cannot pay at the moment

A message is enough, we ask for no papers for instalments. Payment in up to 6 instalments.
"""
DEPOSIT = "# Deposit\n\nIt is paid back within 21 days after the machine has reached us.\n"
TRIAL = "# Trial weeks\n\nThe rent and the deposit come back within 14 days.\n"


def reply(said: str, *pages: str, scores: tuple[float, ...] = ()) -> Draft:
    scores = scores or (0.6,) * len(pages)
    hits = [
        Hit(
            Chunk(f"{n}#0", "document", f"{n}", 0, text), text.splitlines()[0][2:], n, scores[n - 1]
        )
        for n, text in enumerate(pages, 1)
    ]
    return compose([Turn("customer", said)], hits)


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments)


@pytest.mark.parametrize(
    ("said", "page", "told", "untold"),
    [
        ("the engineer did not come yesterday, what do we get?", VISITS, "€40", "€30"),
        ("Nobody came. I want my 40 euro.", VISITS, "€40", "€30"),
        ("Nobody was here this morning. What do I get?", VISITS, "€40", "€30"),
        ("My delivery came 3 days late. What refund do I get?", PARCELS, "£4", "£6"),
    ],
)
def test_who_we_failed_is_told_what_they_get_and_not_what_they_owe(
    said: str, page: str, told: str, untold: str
) -> None:
    text = words(reply(said, page))
    assert told in text and untold not in text


def test_who_moves_an_appointment_is_still_told_the_fee() -> None:
    assert "€30" in words(reply("What does moving an appointment cost?", VISITS))


@pytest.mark.parametrize(
    "said", ["5 euro reminder fee?? I paid", "Why did I get a reminder with 5 euro?"]
)
def test_that_there_is_no_fee_is_not_said_to_who_was_charged_one(said: str) -> None:
    text = words(reply(said, BILLS))
    assert "no fee" not in text and "€5" in text


def test_the_first_reminder_is_free_for_who_names_no_sum() -> None:
    assert "no fee" in words(reply("What is the fee for a reminder?", BILLS))


def test_when_somebody_comes_is_not_how_long_they_take() -> None:
    said = "reported a boiler fault. when will somebody be here?"
    assert "50 minutes" not in words(reply(said, BOILER))
    assert "50 minutes" in words(reply("How long does the engineer take?", BOILER))


@pytest.mark.parametrize(
    "said",
    [
        "I leave the club, my partner takes over the membership. What do we have to do?",
        "How do I transfer my membership to my sister?",
    ],
)
def test_who_hands_a_contract_over_is_not_told_how_it_ends(said: str) -> None:
    text = words(reply(said, CANCEL, APP))
    assert "cancel" not in text and "both sides must agree" in text


def test_who_cancels_is_told_how() -> None:
    assert "cancel by e-mail" in words(reply("How do I cancel my membership?", CANCEL, APP))


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("we are moving to Lyon. what happens with the contract?", MOVING),
        ("I am moving to Oxford. What happens with the contract?", STORE),
    ],
)
def test_for_a_place_that_is_not_listed_only_what_holds_outside_is_told(
    said: str, page: str
) -> None:
    text = words(reply(said, page))
    assert "contract ends" in text and "goes on" not in text


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("we are moving to Liège. does the contract go on?", MOVING),
        ("I am moving to York. Does the contract go on?", STORE),
        ("We are moving in May. Does the contract go on?", STORE),
    ],
)
def test_for_a_place_that_is_listed_the_rule_stands(said: str, page: str) -> None:
    assert "goes on" in words(reply(said, page))


def test_a_mishap_is_not_priced_by_another_deed() -> None:
    said = "How much does it cost when I drop the machine?"
    assert "free of charge" not in words(reply(said, BACK, DAMAGE, scores=(0.8, 0.8)))
    assert "£250" in words(reply(said, DAMAGE, BACK, scores=(0.8, 0.8)))


def test_of_much_that_was_told_one_word_is_not_enough() -> None:
    said = "our trainee dropped the machine on the stairs. it is dead. what will this cost us?"
    text = words(reply(said, DAMAGE, BACK, STAIRS, scores=(0.35, 0.35, 0.3)))
    assert "free of charge" not in text and "£250" in text


def test_can_you_do_it_now_is_not_answered_by_any_rule() -> None:
    said = "Still no paper invoices. I have asked so many times. Can you please do it now?"
    draft = reply(said, NEED)
    assert "papers" not in words(draft)
    assert any("do it now" in gap for gap in draft.missing)


@pytest.mark.parametrize(
    "said", ["I want paper invoices, no app", "Please send papers, a message is enough"]
)
def test_what_is_written_for_who_cannot_pay_is_for_them_alone(said: str) -> None:
    assert "instalments" not in words(reply(said, NEED))


def test_who_cannot_pay_is_told_what_helps_first() -> None:
    said = "I really cannot pay that. Can I get out of the contract maybe?"
    assert "instalments" in words(reply(said, CANCEL, NEED))


def test_what_a_title_names_is_not_answered_under_another() -> None:
    said = "When do I get my deposit back?"
    text = words(reply(said, DEPOSIT, TRIAL, scores=(0.6, 0.58)))
    assert "21 days" in text and "14 days" not in text


def tried(said: str, sentence: str, *pages: str) -> Tried:
    """The sentence of the first page that holds these words, tried for the last question."""
    hits = [
        Hit(Chunk(f"{n}#0", "document", f"{n}", 0, text), text.splitlines()[0][2:], n, 0.6)
        for n, text in enumerate(pages, 1)
    ]
    articles = [article_of(n, hit, hit) for n, hit in enumerate(hits, 1)]
    article, unit = next((a, u) for a in articles for u in a.units if sentence in u.text)
    return Tried(hear([Turn("customer", said)]).asks[-1], unit, article, articles, said)


@pytest.mark.parametrize(
    ("guard", "said", "sentence", "page"),
    [
        (is_theirs_to_get, "Nobody came. What do we get?", "€30", VISITS),
        (is_theirs_to_get, "You sent the wrong one. What refund do I get?", "£6", PARCELS),
        (is_of_their_sum, "Why a reminder with €5?", "no fee", BILLS),
        (is_of_the_handover, "My sister takes over the membership. How?", "cancel by", CANCEL),
        (is_no_order_to_us, "Still no paper. Can you please do it now?", "papers", NEED),
        (
            is_on_enough,
            "Big damage, we dropped the machine. What will this cost?",
            "free of charge",
            BACK,
        ),
    ],
)
def test_each_guard_leaves_its_sentence_out(
    guard: Callable[[Tried], bool], said: str, sentence: str, page: str
) -> None:
    one = tried(said, sentence, page, DAMAGE)
    assert not guard(one) and not is_on_the_matter(one)


@pytest.mark.parametrize(
    ("guard", "said", "sentence", "page"),
    [
        (is_theirs_to_get, "Nobody came. What do we get?", "€40", VISITS),
        (is_theirs_to_get, "What does moving a visit cost?", "€30", VISITS),
        (is_of_their_sum, "What does a reminder cost?", "no fee", BILLS),
        (is_of_the_handover, "How do I cancel my membership?", "cancel by", CANCEL),
        (is_no_order_to_us, "Can you please send it on paper?", "papers", NEED),
        (is_on_enough, "You collect the machine? What will this cost?", "free of charge", BACK),
    ],
)
def test_and_keeps_it_where_it_is_the_answer(
    guard: Callable[[Tried], bool], said: str, sentence: str, page: str
) -> None:
    assert guard(tried(said, sentence, page, DAMAGE))
