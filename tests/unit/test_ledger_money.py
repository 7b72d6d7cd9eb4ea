"""Sums we promised: when the next bill is, what shows that money came, and what takes its place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from copilot.ledger import Fact, LedgerPolicy, Promise, Said, Timeline, promises

MONDAY = datetime(2026, 10, 12, 9, tzinfo=UTC)
ON_THE_THIRD = Fact("bills", "The invoice comes by e-mail on the 3rd of each month.")
Turn = tuple[int, str, str, str]  # days after Monday, contact, who, what


def ours(*turns: Turn, facts: tuple[Fact, ...] = (), as_of: int = 50) -> list[Promise]:
    said = [
        Said(f"t{n}", contact, who, text, MONDAY + timedelta(days=days, minutes=n), "service")  # type: ignore[arg-type]
        for n, (days, contact, who, text) in enumerate(turns, 1)
    ]
    line = Timeline(tuple(said), facts, resolved={"call": True})
    found = promises(line, MONDAY + timedelta(days=as_of), LedgerPolicy())
    return [p for p in found if p.promisor_role != "customer"]


ASKED: Turn = (0, "call", "customer", "And what do I get for Friday?")
CREDIT: Turn = (0, "call", "agent", "You get forty euro as a credit on your next invoice.")


def test_the_next_invoice_is_on_the_day_our_texts_name() -> None:
    (found,) = ours(ASKED, CREDIT, facts=(ON_THE_THIRD,), as_of=2)
    assert found.due == date(2026, 11, 3)


@pytest.mark.parametrize(
    "text",
    [
        "Questions about an invoice are answered on the 3rd of each month.",  # no bill comes then
        "The meter is read on the 3rd of each month, and the invoice follows.",
    ],
)
def test_where_no_text_says_when_bills_come_it_has_no_day_and_is_never_late_by_it(
    text: str,
) -> None:
    (found,) = ours(ASKED, CREDIT, facts=(Fact("k", text),), as_of=2)
    assert (found.due, found.due_basis) == (None, "none")
    late = ours((0, "mail", "customer", "And for Friday?"), (0, "mail", *CREDIT[2:]), as_of=90)
    assert [p.status for p in late] == ["open"]


def test_a_bill_without_the_sum_is_a_broken_promise_though_the_month_is_not_over() -> None:
    told = (24, "mail", "customer", "The invoice of 3rd November has no 40 Euro on it.")
    (found,) = ours(ASKED, CREDIT, told, as_of=25)
    assert found.status == "overdue"


def test_a_new_day_for_the_sum_with_an_apology_takes_the_place_of_the_old_word() -> None:
    told = (24, "mail", "customer", "The invoice of 3rd November has no 40 Euro on it.")
    again = "I apologise. I have booked the 40 Euro now. You will see it on the bill of 3 December."
    old, new = ours(ASKED, CREDIT, told, (25, "mail", "agent", again), as_of=26)
    assert old.status == "withdrawn"
    assert (new.status, new.due) == ("open", date(2026, 12, 3))


def test_an_apology_alone_takes_no_word_back() -> None:
    told = (24, "mail", "customer", "The invoice of 3rd November has no 40 Euro on it.")
    sorry = (25, "mail", "agent", "I apologise. The 40 Euro should have been there.")
    assert ours(ASKED, CREDIT, told, sorry, as_of=26)[0].status == "overdue"


PAYS: Turn = (0, "mail", "agent", "232 Euro will be in your account by 20 October.")


def test_got_the_money_keeps_the_last_sum_in_whatever_mail_it_is_said() -> None:
    (found,) = ours(PAYS, (9, "other", "customer", "Got the money, thanks. Tray was my fault"))
    assert (found.status, found.kept_evidence) == ("kept", "t2")


@pytest.mark.parametrize(
    "told", ["The money has not arrived.", "When do I get the money?", "Thanks!"]
)
def test_what_does_not_say_that_it_came_keeps_nothing(told: str) -> None:
    (found,) = ours(PAYS, (9, "other", "customer", told))
    assert found.status == "overdue"


def test_of_two_sums_only_the_last_has_come() -> None:
    later = (3, "mail", "agent", "The 18 Euro for the tray will be in your account by 22 October.")
    first, second = ours(PAYS, later, (12, "other", "customer", "Got the money, thanks."))
    assert (first.status, second.status) == ("overdue", "kept")
