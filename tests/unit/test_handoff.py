"""A hand-off to sales rests on the customer's own words, and nothing of ours stands in its way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from copilot.db import TenantStore
from copilot.domain import Conversation, Customer, Entitlement, Interaction, Turn
from copilot.errors import CopilotError, InvalidInput, NotForSales, NotFound, NotTheirWords
from copilot.handoff import Handover, Request
from copilot.needs import NeedEngine
from copilot.suggester.ledgerbook import LedgerBook

CLEAN = Customer("C-1", name="Ana Lund")
NOW = datetime(2026, 5, 8, 12, tzinfo=UTC)
ASK = "May a colleague from sales ring you about it?"
YES = "Yes, please have them call me."
BOOK = LedgerBook(
    NeedEngine(), cast("Any", None), cast("Any", SimpleNamespace(of=lambda _: _Catalogue()))
)


@dataclass
class _Catalogue:
    products: tuple[Any, ...] = ()


@dataclass
class Known:
    """A store that knows one customer."""

    customer: Customer = CLEAN
    contacts: Sequence[Interaction] = ()
    promises: list[dict[str, Any]] = field(default_factory=list)
    loops: list[dict[str, Any]] = field(default_factory=list)
    needs: list[dict[str, Any]] = field(default_factory=list)

    def store(self) -> TenantStore:
        return cast(
            "TenantStore",
            SimpleNamespace(
                records=SimpleNamespace(
                    aliases=lambda _: ["C-1"],
                    customer=lambda name: self.customer if name == "C-1" else None,
                ),
                sources=SimpleNamespace(iterate=lambda kind, ids: iter(self.contacts)),
                ledgers=SimpleNamespace(
                    needs=lambda customer_ids: self.needs,
                    need=lambda name: next(n for n in self.needs if n["id"] == name),
                    entries_of=lambda ids: {"promise": self.promises, "loop": self.loops},
                    outcomes=lambda ids: [],
                ),
            ),
        )

    def hand(self, to: str = "sales", quote: str | None = YES, **more: Any) -> dict[str, Any]:
        request = Request("C-1", cast("Any", to), consent_quote=quote, **more)
        return Handover(BOOK).packet(self.store(), request, NOW)


def contact(name: str, *said: tuple[str, str], day: int = 7, month: int = 5) -> Interaction:
    """A contact; speakers may carry a mark: `agent*` is internal."""
    turns = tuple(
        Turn(
            cast("Any", who.rstrip("*")),
            text,
            id=f"t{n}",
            role="service" if who.startswith("agent") else None,
            visibility="internal" if who.endswith("*") else "public",
            author="Mel" if who.startswith("agent") else None,
        )
        for n, (who, text) in enumerate(said, 1)
    )
    at = datetime(2026, month, day, 9, tzinfo=UTC)
    return Interaction(name, turns, "chat", "C-1", subject="A question", at=at)


def agreed(*more: tuple[str, str]) -> Interaction:
    return contact("i-1", ("agent", ASK), ("customer", YES), *more)


def promise(status: str, due: str | None = None, **body: Any) -> dict[str, Any]:
    told = {"quote": "I'll send it by Monday", "what": "it", "promisor_role": "service", **body}
    return {"status": status, "due": due, "source_id": "i-0", "body": told}


def loop(status: str, times: int, quote: str = "where is it?") -> dict[str, Any]:
    body = {"quote": quote, "what": quote, "times_asked": times}
    return {"status": status, "due": None, "source_id": "i-0", "body": body}


def need(**more: Any) -> dict[str, Any]:
    body = {
        "need": "A lamp for the bed", "constraints": ["at most 40"], "recommended": ["LAMP"],
        "evidence": [{"turn": "t1", "quote": "I'd like a lamp for my bed", "at": ""}],
        "handoff": {"consented": True, "consent_quote": "please have your adviser call me"},
    }  # fmt: skip
    row = {
        "id": "n1", "customer_id": "C-1", "conversation_id": "live", "state": "surfaced",
        "disposition": "handoff_sales", "created_at": NOW, "updated_at": NOW, "body": body,
    }  # fmt: skip
    return {**row, **more}


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
        "Fine by me, let them get in touch.",
        "We'd be glad to hear from your sales team about seats for the new starters.",
        "Could an adviser talk to us about the business account?",
    ],
)
def test_people_agree_in_many_words(said: str) -> None:
    quote = said.split("but ")[-1]
    known = Known(contacts=[contact("i-1", ("agent", ASK), ("customer", said))])
    assert known.hand(quote=quote)["consent_quote"] == quote


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


CARE = (
    "Care pendant on the copper line",
    "I've a button round my neck in case I fall",
    "Retired, poor eyesight",
    "Her late husband held the contract",
    "On medication, keeps insulin in the fridge",
    "Needs large print letters",
    "Was made redundant in March",
    "Priority Care since October",
    "Care code set by the branch",
)


@pytest.mark.parametrize("text", CARE)
def test_care_details_stay_in_the_timeline(text: str) -> None:
    customer = replace(
        CLEAN, facts=(text, "Rents a flat"), entitlements=(Entitlement("E1", "Care pendant"),)
    )
    told = contact("i-0", ("agent", f"Noted: {text}."), ("agent*", "Sell her nothing."))
    row = promise("open", "2026-06-01", quote=text, what=text)
    packet = Known(customer, [told], [row], [loop("open", 1, text)]).hand("service")
    assert text not in json.dumps(packet) and "pendant" not in json.dumps(packet)
    assert packet["customer"]["facts"] == ["Rents a flat"]
    assert packet["open_promises"][0]["from"] == "i-0"
    assert packet["kept_back"] >= 5


def test_with_a_care_sign_on_file_nothing_they_told_goes_along() -> None:
    customer = replace(CLEAN, care=("health",), facts=("Niece comes on Tuesdays",))
    said = contact("i-0", ("customer", "I've tried the little lever twice"), ("agent", "Thank you"))
    packet = Known(customer, [said]).hand("service")
    assert packet["customer"]["facts"] == packet["tried"] == []
    assert packet["told_so_far"][0]["last_word_of_ours"] == "Thank you"


@pytest.mark.parametrize(
    "text",
    ["Dental surgery with three chairs", "Family of six", "Take care of the cottage", "Skincare"],
)  # fmt: skip
def test_ordinary_facts_go_along(text: str) -> None:
    packet = Known(replace(CLEAN, facts=(text,)), [agreed()]).hand()
    assert packet["customer"]["facts"] == [text]


def test_the_last_public_word_of_ours_is_looked_for() -> None:
    said = contact("i-0", ("agent", "We'll see."), ("customer", "Fine"), ("agent*", "Difficult."))
    packet = Known(contacts=[said]).hand("service")
    assert packet["told_so_far"][0]["last_word_of_ours"] == "We'll see."
    assert "Difficult" not in json.dumps(packet)


def test_what_not_to_do_is_said() -> None:
    objects = Known(replace(CLEAN, do_not_sell=True), [agreed()]).hand("service")
    assert any("objected" in line for line in objects["do_not"])
    assert not any("objected" in line for line in Known(contacts=[agreed()]).hand()["do_not"])
    wrong = promise("conflict", quote="it is free for ever", conflict_with="prices")
    owed = promise("open", "2026-05-01")
    declined = need(state="declined")
    lines = Known(CLEAN, [agreed()], [wrong, owed], needs=[declined]).hand("service")["do_not"]
    assert any("it is free for ever" in line and "prices" in line for line in lines)
    assert any("I'll send it by Monday" in line for line in lines)
    assert any("LAMP" in line for line in lines)


def test_quiet_periods_and_thanks_go_along() -> None:
    offer: Mapping[str, Any] = {"sku": "LAMP", "at": "2026-05-01", "result": "declined"}
    packet = Known(replace(CLEAN, recent_offers=(offer,)), [agreed()]).hand()
    assert any(
        q["skus"] == ["LAMP"] and q["until"] == "2026-07-30" for q in packet["quiet_periods"]
    )
    assert {"name": "Mel", "role": "service", "conversation": "i-1"} in packet["to_thank"]


VOLUNTEERED = [
    ("tried", "I've already restarted the router twice."),
    ("tried", "We tried another card and it didn't help."),
    ("deadline", "We need the extra seats before 1 June."),
    ("deadline", "It has to be in place by the end of the month."),
    ("deadline", "The second shop opens on 16 November."),
    ("decider", "My landlord has to agree first."),
    ("decider", "I'll have to run it past our finance director."),
    ("decider", "The board decides on anything over a thousand."),
    ("decider", "That is up to my wife, really."),
    ("budget", "I can't go over 40 pounds a month."),
    ("budget", "Our budget is 2,000 for the year."),
    ("budget", "No more than £25, please."),
    ("preferred_time", "Please call me after six."),
    ("preferred_time", "Mornings are best for us."),
    ("preferred_time", "You can reach me on Thursday afternoons."),
    ("preferred_time", "I'm only free at lunchtime."),
]
NOT_VOLUNTEERED = [
    "You said it would be here by Friday.",
    "I pay 40 pounds a month for the fibre.",
    "Somebody promised to call me on Monday.",
    "My wife says hello.",
    "Our manager likes the new app.",
    "The lamp is lovely.",
    "How long does delivery take?",
    "I'll try it tonight.",
    "The film starts at eight.",
]
FIELDS = ("tried", "deadline", "decider", "budget", "preferred_time")


@pytest.mark.parametrize(("slot", "text"), VOLUNTEERED)
def test_what_they_volunteered_is_not_asked_again(slot: str, text: str) -> None:
    packet = Known(contacts=[agreed(("customer", text))]).hand("service")
    assert [q["quote"] for q in packet[slot]] == [text]
    assert packet[slot][0]["turn"] == "t3"
    others = {name: packet[name] for name in FIELDS if name != slot and packet[name]}
    assert others == {}


@pytest.mark.parametrize("text", NOT_VOLUNTEERED)
def test_nothing_is_read_into_other_words(text: str) -> None:
    packet = Known(contacts=[agreed(("customer", text))]).hand("service")
    assert {name: packet[name] for name in FIELDS if packet[name]} == {}


def test_a_deadline_has_its_day() -> None:
    text = "We need the extra seats before 1 June."
    packet = Known(contacts=[agreed(("customer", text))]).hand("service")
    assert packet["deadline"][0]["on"] == "2026-06-01"


def test_an_unknown_customer_is_not_found() -> None:
    known = Known(contacts=[])
    known.customer = cast("Customer", None)
    with pytest.raises(CopilotError, match="There is no customer"):
        known.hand("service")
