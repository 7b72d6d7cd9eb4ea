"""A hand-off to sales rests on the customer's own words, and nothing of ours stands in its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.domain import Conversation, Interaction, Turn
from copilot.errors import InvalidInput, NotForSales, NotFound, NotTheirWords
from tests.handoff_cases import ASK, CLEAN, YES, Known, agreed, contact, loop, need, promise


def test_agreed_words_are_found_with_the_turn_they_stand_in() -> None:
    packet = Known(contacts=[agreed()]).hand()
    assert packet["consent_quote"] == YES
    where = packet["consent"]
    assert (where["conversation"], where["turn"], where["asked"]) == ("i-1", "t2", ASK)


@pytest.mark.parametrize(
    ("contacts", "quote"),
    [
        ([agreed()], "I never said this but call me"),
        ([contact("i-1", ("customer", "Hello there"), ("agent", YES))], YES),
        ([contact("i-1", ("third_party", YES))], YES),
        ([contact("i-1", ("customer*", YES))], YES),
        ([contact("i-1", ("customer", f'My son wrote: "{YES}"'))], YES),
        ([contact("i-1", ("customer", f"See below\n> {YES}"))], YES),
        ([contact("i-1", ("customer", f"{YES} {'x' * 300}"))], f"{YES} {'x' * 300}"),
        ([contact("i-1", ("agent", ASK), ("customer", "I know yes-men."))], "yes"),
        ([contact("i-1", ("customer", "Yes."))], "Yes."),
        ([contact("i-1", ("agent", ASK), ("customer", YES), month=1)], YES),
        ([], YES),
    ],
)
def test_words_that_are_not_theirs_or_too_old_are_no_consent(
    contacts: list[Interaction], quote: str
) -> None:
    with pytest.raises(NotTheirWords):
        Known(contacts=contacts).hand(quote=quote)


def test_without_any_words_nobody_goes_to_sales_and_anybody_to_service() -> None:
    known = Known(contacts=[agreed()])
    with pytest.raises(InvalidInput, match="consent_quote"):
        known.hand(quote=None)
    assert known.hand("service", quote=None)["consent"] is None
    with pytest.raises(NotTheirWords):
        known.hand("service", quote="I never said this but call me")


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("Please don't call me about that.", "call me about that"),
        ("No, never ring me to sell me something.", "ring me to sell me something"),
        ("I'd rather nobody rang, thank you.", "rang, thank you"),
        ("There's no need to contact me.", "contact me."),
        ("No thanks, but do tell sales to stop.", "No thanks, but do tell"),
        ("Nobody is to phone us on this.", "phone us on this"),
        ("I like the idea but don't ring me.", "I like the idea"),
        ("I like the idea but don't ring me.", "I like the idea but don't ring me."),
        ("Don't call me on sales, but call me on the fault.", "call me on sales"),
        ("I would rather they did not ring.", "they did not ring"),
        ("No calls from sales, thanks.", "calls from sales"),
        ("They must not call me at all.", "call me at all"),
        ("I won't speak to sales again.", "speak to sales"),
        ("Just leave me alone with this.", "Just leave me alone"),
        ("Do not write to me, it is nothing but trouble.", "write to me"),
    ],
)
def test_a_piece_of_a_no_is_no_yes(said: str, quote: str) -> None:
    with pytest.raises(NotTheirWords, match="says no"):
        Known(contacts=[contact("i-1", ("agent", ASK), ("customer", said))]).hand(quote=quote)


@pytest.mark.parametrize(
    "said",
    [
        "Yes.",
        "Sure",
        "I don't mind if they ring me.",
        "Not before six please, but do ring me.",
        "Don't call the office, but call me at home.",
        "No problem, they may call me.",
        "I can't speak now, please ring me tomorrow.",
        "Without a doubt, have them call.",
        "Fine by me, let them get in touch.",
        "We'd be glad to hear from your sales team about seats for the new starters.",
        "Could an adviser talk to us about the business account?",
    ],
)
def test_people_agree_in_many_words(said: str) -> None:
    quote = said.split("but ")[-1]
    known = Known(contacts=[contact("i-1", ("agent", ASK), ("customer", said))])
    assert known.hand(quote=quote)["consent_quote"] == quote


def test_a_no_that_is_taken_back_in_the_same_words_is_none() -> None:
    said = "I don't need it today but they can call me next week."
    known = Known(contacts=[contact("i-1", ("agent", ASK), ("customer", said))])
    assert known.hand(quote=said)["consent_quote"] == said


@pytest.mark.parametrize(
    "said",
    [
        "Actually, don't call me after all.",
        "Please do not contact me about it any more.",
        "On second thoughts I'd rather you didn't ring.",
        "There is no need to call back, thank you.",
    ],
)
def test_consent_that_was_taken_back_is_none(said: str) -> None:
    with pytest.raises(NotTheirWords, match="taken this back"):
        Known(contacts=[agreed(("customer", said))]).hand()
    asked_anew = contact("i-2", ("agent", ASK), ("customer", YES), day=8)
    assert Known(contacts=[agreed(("customer", said)), asked_anew]).hand()


@pytest.mark.parametrize(
    "said",
    [
        "Please don't ring before six.",
        "I don't mind if they e-mail.",
        'My brother wrote: "don\'t let them call you".',
        "Don't forget the manual.",
    ],
)
def test_saying_when_to_call_takes_nothing_back(said: str) -> None:
    assert Known(contacts=[agreed(("customer", said))]).hand()["consent_quote"] == YES


def test_a_conversation_in_progress_comes_along() -> None:
    said = (Turn("agent", ASK), Turn("customer", YES))
    here = Conversation(said, "live", "chat", "C-1")
    packet = Known().hand(conversation=here)
    assert packet["consent"]["conversation"] == "live"
    with pytest.raises(InvalidInput, match="another customer"):
        Known().hand(conversation=Conversation(said, "live", "chat", "C-2"))


def test_consent_noted_with_the_need_was_checked_when_it_was_seen() -> None:
    packet = Known(needs=[need()]).hand(quote=None, need_id="n1")
    assert packet["consent_quote"] == "please have your adviser call me"
    assert packet["quotes"] == [
        {"conversation": "live", "turn": "t1", "quote": "I'd like a lamp for my bed"}
    ]
    bare = need(body={**need()["body"], "handoff": False})
    with pytest.raises(InvalidInput, match="consent_quote"):
        Known(needs=[bare]).hand(quote=None, need_id="n1")
    old = need()
    old["body"]["evidence"][0]["at"] = "2025-01-01T09:00:00+00:00"
    with pytest.raises(NotTheirWords):
        Known(needs=[old]).hand(quote=None, need_id="n1")


def test_a_need_of_somebody_else_is_not_handed_over() -> None:
    known = Known(contacts=[agreed()], needs=[need(customer_id="C-2")])
    for to in ("sales", "service"):
        with pytest.raises(NotFound):
            known.hand(to, need_id="n1")


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Known(replace(CLEAN, care=("health",)), [agreed()]), "vulnerability_health"),
        (Known(replace(CLEAN, care=("code 17",)), [agreed()]), "vulnerability_health"),
        (Known(replace(CLEAN, do_not_sell=True), [agreed()]), "opted_out"),
        (
            Known(replace(CLEAN, consent={"objected_at": date(2026, 1, 2)}), [agreed()]),
            "opted_out",
        ),
        (Known(replace(CLEAN, open_cases=("CASE-1: no heat",)), [agreed()]), "open_complaint"),
        (Known(replace(CLEAN, open_cases=("CASE-2: fraud",)), [agreed()]), "fraud_or_security"),
        (Known(CLEAN, [agreed()], [promise("conflict")]), "promise_conflict"),
        (Known(CLEAN, [agreed()], [promise("overdue")]), "open_commitments_first"),
        (Known(CLEAN, [agreed()], [promise("open", "2026-05-07")]), "open_commitments_first"),
        (Known(CLEAN, [agreed()], loops=[loop("open", 2)]), "open_commitments_first"),
        (Known(CLEAN, [agreed(("customer", "My husband died on Friday."))]), "vulnerability_b"),
        (Known(CLEAN, [agreed(("customer", "The shade arrived broken."))]), "open_complaint"),
        (Known(CLEAN, [agreed(("customer", "And stop sending me offers."))]), "opted_out"),
        (
            Known(CLEAN, [agreed(), contact("i-2", ("customer", "I was made redundant."), day=8)]),
            "vulnerability_financial",
        ),
    ],
)
def test_what_stands_in_the_way_is_named_and_service_stays_open(known: Known, reason: str) -> None:
    with pytest.raises(NotForSales) as refused:
        known.hand()
    assert refused.value.reason.startswith(reason)
    assert known.hand("service")["return_as"]


@pytest.mark.parametrize(
    "known",
    [
        Known(CLEAN, [agreed()], [promise("kept"), promise("open", "2026-05-09")]),
        Known(CLEAN, [agreed()], [promise("overdue", promisor_role="customer")]),
        Known(CLEAN, [agreed()], [promise("conflict", kept_evidence="i-9 t2")]),
        Known(CLEAN, [agreed()], loops=[loop("answered", 3)]),
        Known(
            CLEAN,
            [agreed(("customer", "The shade arrived broken.")), contact(
                "i-2", ("agent", "Here is a new one."), ("customer", "It works now, thanks."), day=8
            )],
        ),
    ],
)  # fmt: skip
def test_what_is_settled_stands_in_nobodys_way(known: Known) -> None:
    assert known.hand()["consent_quote"] == YES


def test_an_objection_in_words_holds_until_they_ask_by_themselves() -> None:
    before = contact("i-0", ("customer", "Stop selling me things, please."), day=2)
    bare = contact("i-1", ("agent", ASK), ("customer", "Oh go on then."))
    with pytest.raises(NotForSales):
        Known(contacts=[before, bare]).hand(quote="Oh go on then.")
    assert Known(contacts=[before, agreed()]).hand()["consent_quote"] == YES


def test_a_need_they_turned_down_since_is_not_handed_on() -> None:
    known = Known(contacts=[agreed()], needs=[need(state="declined")])
    with pytest.raises(NotForSales) as refused:
        known.hand(need_id="n1")
    assert refused.value.reason == "declined_recently"
