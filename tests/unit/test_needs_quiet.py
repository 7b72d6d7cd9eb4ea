"""Quiet periods and caps: after a no, a complaint or a return, nothing is raised unasked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.needs import Assessment, NeedEngine, default_policy, parse_case
from copilot.needs.output import VISIBLE
from copilot.needs.policy import Caps, Policy, QuietDays, RegretRules
from tests.need_cases import LAMP, assess, case, product, turn, visible

ROOM = Path(__file__).resolve().parents[2] / "copilot" / "needs"
TODAY = date(2026, 5, 8)
HINT = "The light is too weak, so I have to hold a reading lamp in my hand every night."
ASKED = "I'd like a reading lamp for my bed."
LEAVING = ("customer", f"Please cancel my garden plan, I'm moving to Spain. {HINT}")
BOOKED = ("service", "That is cancelled, it ends on 30 May.")
CHAIR = product("CHAIR", "Garden chair", 80, "folding chair")
DAYS = default_policy().quiet_days


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def declined(days: int, sku: str = "LAMP", **more: Any) -> dict[str, Any]:
    return {"sku": sku, "at": ago(days), "result": "declined", **more}


def closed(days: int, kind: str = "late delivery", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "closed_at": ago(days), **more}


def after(*offers: Any, complaints: Any = (), said: str = HINT, **more: Any) -> Assessment:
    state = {"recent_offers": list(offers), "complaints": list(complaints)}
    return assess(("customer", said), state=state, **more)


def under(policy: Policy, *turns: tuple[str, str], **changes: Any) -> Assessment:
    return NeedEngine(policy=policy).assess(parse_case(case(*turns, **changes)))


# For each key of the policy: the case in which it alone keeps us quiet, so many days ago.
Told = Callable[[int], tuple[list[tuple[str, str]], dict[str, Any]]]
SCENES: dict[str, Told] = {
    "declined_sku": lambda d: ([("customer", HINT)], {"recent_offers": [declined(d)]}),
    "declined_need": lambda d: (
        [("customer", HINT)],
        {"recent_offers": [{"need": "a lamp for reading", "at": ago(d), "result": "declined"}]},
    ),
    "complaint_closed": lambda d: ([("customer", HINT)], {"complaints": [closed(d)]}),
    "second_failure": lambda d: ([("customer", HINT)], {"complaints": [closed(500), closed(d)]}),
    "severe_failure": lambda d: (
        [("customer", HINT)],
        {"complaints": [closed(d, severity="severe")]},
    ),
    "returned": lambda d: (
        [("customer", HINT)],
        {"recent_offers": [{"sku": "LAMP", "at": ago(d), "result": "returned"}]},
    ),
    "save_offer": lambda d: (
        [LEAVING, BOOKED],
        {"recent_offers": [{"sku": "STAY", "at": ago(d), "result": "save offer, accepted"}]},
    ),
}


def test_every_quiet_period_of_the_policy_has_its_case() -> None:
    assert SCENES.keys() == QuietDays.model_fields.keys()


@pytest.mark.parametrize("key", SCENES)
def test_a_quiet_period_lasts_as_long_as_the_policy_says(key: str) -> None:
    days = getattr(DAYS, key)
    assert days == {
        "declined_sku": 90, "declined_need": 30, "complaint_closed": 14, "second_failure": 60,
        "severe_failure": 90, "returned": 180, "save_offer": 365,
    }[key]  # fmt: skip
    longer = default_policy().model_copy(
        update={"quiet_days": DAYS.model_copy(update={key: days + 1})}
    )
    for policy, day, is_shown in (
        (default_policy(), days, False),
        (default_policy(), days + 1, True),
        (longer, days + 1, False),
        (longer, days + 2, True),
    ):
        turns, state = SCENES[key](day)
        answer = under(policy, *turns, state=state)
        assert visible(answer) is is_shown, (day, answer.audit)
        if not is_shown:
            told = [*answer.audit.notes, *(r.reason for r in answer.audit.rejected)]
            assert any(f"({key})" in line and TODAY.isoformat() in line for line in told)


def two_needs(policy: Policy) -> Assessment:
    more = ("customer", "I'd also like to order a garden chair.")
    return under(policy, ("customer", ASKED), ("service", "Ok."), more, catalogue=[LAMP, CHAIR])


def informs(policy: Policy) -> Assessment:
    facts = [
        {"id": f"K{n}", "text": f"A weak reading lamp is {word} free of charge."}
        for n, word in enumerate(("replaced", "repaired"))
    ]
    return under(policy, ("customer", ASKED), knowledge=facts)


CAPS: dict[str, Callable[[int], object]] = {
    "visible_per_contact": lambda n: sum(
        flag.visible for flag in two_needs(capped("visible_per_contact", n)).flags
    ),
    "visible_per_customer_30_days": lambda n: visible(
        under(
            capped("visible_per_customer_30_days", n),
            ("customer", HINT),
            state={"recent_offers": [{"sku": "CHAIR", "at": ago(3), "result": "shown"}]},
        )
    ),
    "flags": lambda n: len(two_needs(capped("flags", n)).flags),
    "candidates": lambda n: len(two_needs(capped("candidates", n)).flags),
    "informs": lambda n: len(informs(capped("informs", n)).inform),
}  # fmt: skip


def capped(key: str, number: int) -> Policy:
    policy = default_policy()
    return policy.model_copy(update={"caps": policy.caps.model_copy(update={key: number})})


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("visible_per_contact", (0, 0), (1, 1)),
        ("visible_per_customer_30_days", (1, False), (2, True)),
        ("flags", (1, 1), (3, 2)),
        ("candidates", (1, 1), (5, 2)),
        ("informs", (1, 1), (2, 2)),
    ],
)
def test_every_cap_of_the_policy_is_kept(
    key: str, low: tuple[int, object], high: tuple[int, object]
) -> None:
    assert CAPS.keys() == Caps.model_fields.keys()
    for number, expected in (low, high):
        assert CAPS[key](number) == expected


def unread(keys: set[str]) -> set[str]:
    """Keys that no line of the room reads as an attribute; the schema itself does not count."""
    code = "\n".join(p.read_text("utf-8") for p in ROOM.rglob("*.py") if p.name != "policy.py")
    return {key for key in keys if not re.search(rf"\.{key}\b", code)}


def test_no_number_of_the_policy_is_left_unread() -> None:
    keys = {*QuietDays.model_fields, *Caps.model_fields, *RegretRules.model_fields}
    assert unread(keys) == set()
    assert unread({*keys, "after_a_birthday"}) == {"after_a_birthday"}


def test_the_contact_says_until_when_it_is_quiet() -> None:
    assert after().contact_state.quiet_until is None
    answer = after(declined(10), complaints=[closed(2)])
    assert answer.contact_state.quiet_until == "2026-07-27"  # 90 days after the no
    assert answer.none_reason == "declined_recently"
    assert after(declined(400)).contact_state.quiet_until is None


def test_a_refusal_long_ago_is_no_reason_for_silence_today() -> None:
    assert after(declined(400), said="Good morning, is anyone there?").none_reason != (
        "declined_recently"
    )


def test_the_same_need_is_left_alone_with_another_product_too() -> None:
    other = product("BEAM", "Beam", 30, "reading lamp for the bed")
    both = [LAMP, other]
    assert not visible(after(declined(20, "LAMP"), catalogue=both))
    gone = declined(20, "OLD", need="a lamp for reading")
    assert not visible(after(gone, catalogue=both))
    assert visible(after(declined(20, "CHAIR"), catalogue=[LAMP, CHAIR]))


@pytest.mark.parametrize(
    "offer",
    [
        declined(5),
        {"sku": "LAMP", "at": ago(5), "result": "returned"},
        {"sku": "LAMP", "result": "declined"},
    ],
)
def test_asking_for_it_themselves_re_opens(offer: dict[str, Any]) -> None:
    assert not visible(after(offer))
    assert visible(after(offer, said=ASKED))


def test_the_words_that_were_refused_already_open_nothing() -> None:
    said_at = turn(1, "customer", ASKED)["at"]
    later = {"sku": "LAMP", "at": "2026-05-08T11:30:00Z", "result": "declined", "quote": ASKED}
    assert not visible(after(later, said=ASKED))
    earlier = {**later, "at": "2026-05-08T10:00:00Z"}
    assert said_at > earlier["at"] and visible(after(earlier, said=ASKED))


def test_a_complaint_holds_the_need_until_a_day_that_can_be_looked_up() -> None:
    (flag,) = after(complaints=[closed(4)]).flags
    assert flag.disposition == "hold"
    assert (flag.release_when or "").startswith("from 2026-05-19")
    assert flag.gates["G2"].result == "pass" and flag.gates["G11"].result == "unknown"
    assert visible(after(complaints=[closed(4)], said=ASKED))


def test_a_complaint_that_is_not_closed_lets_nothing_through() -> None:
    assert not visible(after(complaints=[{"kind": "late", "at": ago(900), "status": "open"}]))


def test_a_second_complaint_of_another_kind_is_a_first_one() -> None:
    twice = [closed(300, "late delivery"), closed(20, "wrong invoice")]
    assert visible(after(complaints=twice))
    assert not visible(after(complaints=[closed(300), closed(20)]))


def told(text: str, days: int) -> list[dict[str, Any]]:
    said = {"id": "p1", "at": f"{ago(days)}T10:00:00Z", "speaker": "customer", "text": text}
    return [{"id": "past", "at": said["at"], "channel": "phone", "turns": [said]}]


def test_a_complaint_voiced_in_an_earlier_contact_counts() -> None:
    angry = "I'm furious, the parcel never came."
    assert not visible(after(history=told(angry, 10)))
    assert visible(after(history=told(angry, 15)))
    assert not visible(after(history=told(f"{angry} I'll go to the ombudsman.", 60)))
    assert visible(after(history=told("Where is my parcel?", 10)))


def test_a_second_complaint_counts_however_long_ago_the_first_was_voiced() -> None:
    angry = "I'm furious, the parcel never came."
    (first,), (again,) = told(angry, 500), told(angry, 20)
    again = {**again, "id": "later", "turns": [{**again["turns"][0], "id": "p2"}]}
    assert visible(after(history=[again]))
    assert not visible(after(history=[first, again]))


def test_stop_counts_for_good_and_in_every_channel_until_they_ask() -> None:
    past = told("And please stop sending me offers.", 3000)
    silent = after(history=past)
    assert (silent.flags, silent.none_reason) == ((), "opted_out")
    assert not silent.contact_state.marketing_allowed
    assert silent.audit.notes == ()
    assert visible(after(history=past, said=ASKED))


def test_the_reason_question_is_not_put_twice() -> None:
    cancel = ("customer", "Please cancel my garden plan.")
    first = assess(cancel, BOOKED)
    assert first.question is not None and first.question.slot == "reason_for_change"
    again = assess(cancel, ("service", first.question.text), ("customer", f"Skip it. {HINT}"))
    assert again.question is None and not visible(again)


def test_nothing_is_raised_before_a_leaving_is_booked() -> None:
    assert not visible(assess(LEAVING))
    booked = assess(LEAVING, BOOKED)
    assert visible(booked) and booked.flags[0].gates["G11"].why == "a save offer"


def test_one_offer_a_contact_also_over_several_answers() -> None:
    here = {"at": ago(0), "result": "shown", "here": True}
    other = {**here, "need_id": "n1", "sku": "CHAIR", "need": "a garden chair"}
    same = {**here, "need_id": "n2", "sku": "LAMP", "quote": HINT}
    catalogue = [LAMP, CHAIR]
    assert not visible(after(other, catalogue=catalogue))
    assert not visible(after(other, catalogue=catalogue, said=ASKED))
    assert visible(after(same, catalogue=catalogue))


def test_events_of_one_offer_count_once_for_the_month() -> None:
    one = {"need_id": "n1", "sku": "CHAIR", "at": ago(3)}
    events = [{**one, "result": word} for word in ("shown", "accepted", "thanked")]
    assert visible(after(*events))
    assert not visible(after(*events, {"sku": "CHAIR", "at": ago(20), "result": "shown"}))


def test_a_product_that_keeps_coming_back_is_held_even_when_asked_for() -> None:
    line = "LAMP is held since 2026-04-01: 2 of 9 accepted came back"
    answer = after(said=ASKED, tightened={"LAMP": line})
    assert not visible(answer) and line in answer.audit.notes
    assert visible(after(said=ASKED, tightened={"CHAIR": line}))


OFFERS = st.fixed_dictionaries(
    {
        "sku": st.sampled_from(["LAMP", "CHAIR"]),
        "age": st.integers(0, 400),
        "result": st.sampled_from(["declined", "returned", "shown", "ignored", "accepted"]),
    }
)
COMPLAINTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["late delivery", "wrong invoice"]),
        "age": st.integers(0, 200),
        "severity": st.sampled_from(["minor", "severe"]),
    }
)
Record = dict[str, Any]


def is_quiet(offers: list[Record], complaints: list[Record]) -> bool:
    """The table of the policy, read by hand."""
    lamp = [o for o in offers if o["sku"] == "LAMP"]
    last = sorted(complaints, key=lambda c: -c["age"])
    failed = any(
        c["age"] <= 14
        or (c["age"] <= 90 and c["severity"] == "severe")
        or (c["age"] <= 60 and any(e["kind"] == c["kind"] for e in last[:place]))
        for place, c in enumerate(last)
    )
    return (
        failed
        or any(o["result"] == "declined" and o["age"] <= 90 for o in lamp)
        or any(o["result"] == "returned" and o["age"] <= 180 for o in lamp)
        or sum(o["age"] <= 30 for o in offers) >= 2
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(OFFERS, max_size=4), st.lists(COMPLAINTS, max_size=3))
def test_no_flag_is_ever_visible_inside_a_quiet_period(
    offers: list[Record], complaints: list[Record]
) -> None:
    answer = after(
        *({**o, "at": ago(o["age"])} for o in offers),
        complaints=[{**c, "closed_at": ago(c["age"])} for c in complaints],
        catalogue=[LAMP, CHAIR],
    )
    shown = any(flag.disposition in VISIBLE for flag in answer.flags)
    assert shown is not is_quiet(offers, complaints)
