"""The gates in their order: each stops what it must and lets the plain request through."""

from __future__ import annotations

import pytest

from tests.need_cases import LAMP, assess, product, turn, visible

WISH = ("customer", "I'd like a reading lamp for my bed.")


def test_a_plain_request_is_shown_with_its_quote_and_price() -> None:
    answer = assess(WISH)
    (flag,) = answer.flags
    assert (flag.recommended, flag.disposition) == (("LAMP",), "surface_now")
    assert flag.evidence[0].quote == WISH[1]
    assert flag.confidence.method == "rules"
    assert "€40 once" in flag.agent_line
    assert answer.none_reason is None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("It's my landlord's contract, I just use the login.", "no_authority"),
        ("My husband died last month.", "vulnerability_bereavement"),
        ("I was made redundant and we're behind with the rent.", "vulnerability_financial"),
        ("I've just been diagnosed with cancer.", "vulnerability_health"),
        ("My son told me I must order it today.", "vulnerability_pressure"),
        ("Someone hacked my account.", "fraud_or_security"),
        ("And please stop sending me offers.", "opted_out"),
        ("Our broadband has been down since eight, it's a network failure.", "disruption"),
        ("The shade arrived broken.", "open_complaint"),
        ("I'm fed up, nobody answers.", "open_complaint"),
    ],
)
def test_what_stands_in_the_way_is_named(words: str, reason: str) -> None:
    answer = assess(("customer", f"{WISH[1]} {words}"))
    assert not visible(answer)
    assert answer.none_reason == reason


@pytest.mark.parametrize(
    ("words", "is_sign"),
    [
        ("Somebody at the door said he was from you.", True),
        ("A man came to my door and wanted to see my meter.", True),
        ("They knocked on the window.", True),
        ("I stood right at the door and the app shows E7.", False),
        ("Please leave the parcel at the door.", False),
        ("They left it at the door.", False),
    ],
)
def test_a_door_is_a_security_matter_where_somebody_stands_at_it(words: str, is_sign: bool) -> None:
    answer = assess(("customer", f"{WISH[1]} {words}"))
    assert (answer.none_reason == "fraud_or_security") is is_sign


def test_a_past_loss_in_passing_is_no_care_sign() -> None:
    assert visible(assess(("customer", f"{WISH[1]} My mother died twenty years ago.")))


def test_an_unknown_care_code_closes_the_gate() -> None:
    assert assess(WISH, state={"vulnerability": ["code 17"]}).flags == ()


def test_two_names_in_one_contact_are_not_guessed_apart() -> None:
    first = {**turn(1, *WISH), "name": "Ana"}
    second = {**turn(2, "customer", "And a second one for me."), "name": "Ben"}
    answer = assess(turns=[first, second])
    assert answer.none_reason == "no_authority"
    assert answer.contact_state.authority == "unknown"


def test_an_explicit_request_reopens_a_missing_consent() -> None:
    assert visible(assess(WISH, consent={"marketing": False}))


def test_without_consent_nothing_is_inferred() -> None:
    words = "The light is too weak, so I have to hold a reading lamp in my hand every night."
    assert assess(("customer", words)).flags != ()
    answer = assess(("customer", words), consent={"marketing": False})
    assert (answer.flags, answer.none_reason) == ((), "opted_out")


def test_consent_that_is_not_said_is_not_given() -> None:
    words = "The light is too weak, so I have to hold a reading lamp in my hand every night."
    assert assess(("customer", words), consent={}).flags == ()


def test_of_someone_who_objects_no_need_is_kept_anywhere() -> None:
    answer = assess(
        ("customer", f"{WISH[1]} But stop selling me things."), state={"do_not_sell": True}
    )
    assert answer.flags == ()
    assert "lamp" not in str(answer.audit.model_dump()).lower()


def test_the_customer_may_set_the_condition_over_an_open_issue() -> None:
    words = "Once my refund has arrived I'd like a reading lamp, but not before."
    answer = assess(("customer", words), state={"open_cases": ["refund"]})
    assert answer.flags[0].disposition == "surface_after_resolution"
    assert answer.flags[0].release_when


def test_thanks_does_not_close_an_issue_and_works_does() -> None:
    fault = ("customer", "The lamp I bought is broken.")
    fixed = ("service", "I've changed the setting, please try again.")
    assert assess(fault, fixed, ("customer", "Thanks. I'd like a reading lamp too.")).flags == ()
    confirmed = ("customer", "It works now. I'd like a second reading lamp too.")
    assert visible(assess(fault, fixed, confirmed))


def test_an_overdue_promise_comes_first() -> None:
    past = {
        "id": "c0", "at": "2026-04-01T09:00:00Z", "channel": "phone",
        "turns": [
            {"id": "p1", "at": "2026-04-01T09:00:00Z", "speaker": "agent", "role": "service",
             "text": "We will send you a voucher within two days."},
        ],
    }  # fmt: skip
    answer = assess(WISH, history=[past])
    assert answer.none_reason == "open_commitments_first"


def test_the_agents_idea_is_no_need_until_the_customer_adds_something() -> None:
    hello = ("customer", "When do you open?")
    pitch = ("service", "At nine. Have you thought about our reading lamp?")
    assent = assess(hello, pitch, ("customer", "Yeah, maybe I'd like a reading lamp."))
    assert (assent.flags, assent.none_reason) == ((), "agent_planted")
    own = "I'd like a reading lamp by the cot, our baby wakes four times every night in July."
    assert assess(hello, pitch, ("customer", own)).flags != ()


def test_what_they_own_is_told_and_not_sold() -> None:
    owned = [{"id": "E1", "name": "Bed set", "includes": ["reading lamp"], "since": None}]
    answer = assess(WISH, entitlements=owned)
    assert (answer.flags, answer.none_reason) == ((), "already_entitled")
    assert answer.inform[0].source == "E1"


def test_an_entitlement_that_has_ended_cures_nothing() -> None:
    ended = [{"id": "E1", "name": "Bed set", "includes": ["reading lamp"], "until": "2026-01-01"}]
    assert visible(assess(WISH, entitlements=ended))


def test_what_is_owed_is_told_first() -> None:
    fact = {"id": "K1", "text": "A weak lamp is replaced free of charge under the guarantee."}
    answer = assess(WISH, knowledge=[fact])
    assert (answer.flags, answer.none_reason) == ((), "free_fix")
    assert ("K1", "right") in {(i.source, i.kind) for i in answer.inform}


def test_better_terms_that_are_announced_are_waited_for() -> None:
    fact = {"id": "K1", "text": "From 1 June the reading lamp becomes cheaper."}
    answer = assess(WISH, knowledge=[fact])
    assert not visible(answer)


def test_the_customers_own_date_beats_ours() -> None:
    words = "I'd like a reading lamp in July, but don't send anything now."
    (flag,) = assess(("customer", words)).flags
    assert (flag.disposition, flag.agent_line) == ("hold", "")
    assert "july" in (flag.release_when or "")


def test_a_word_of_doubt_holds_the_offer_back() -> None:
    words = "I'd like a reading lamp, though I'm not sure."
    (flag,) = assess(("customer", words)).flags
    assert (flag.disposition, flag.gates["G10"].result) == ("hold", "unknown")


def test_only_one_offer_is_visible_in_a_contact() -> None:
    chair = product("CHAIR", "Garden chair", 80, "folding chair")
    answer = assess(
        WISH,
        ("service", "Noted."),
        ("customer", "I'd also like to order a garden chair."),
        catalogue=[LAMP, chair],
    )
    assert len(answer.flags) == 2
    assert sum(flag.visible for flag in answer.flags) == 1


def test_regulated_advice_goes_to_an_appointment_and_never_to_a_product() -> None:
    loan = product("LOAN", "Personal loan", 100, "loan over 36 months")
    talk = product("TALK", "Loan appointment", 0, "half an hour with an adviser")
    words = "I'd like to borrow for a kitchen. I want an appointment with someone."
    (flag,) = assess(("customer", words), catalogue=[loan, talk]).flags
    assert (flag.recommended, flag.disposition) == (("TALK",), "handoff_sales")
    assert flag.handoff
    without = assess(("customer", "I'd like a loan for a kitchen."), catalogue=[loan, talk])
    assert not visible(without)


@pytest.mark.parametrize(
    "words",
    [
        "I'm just curious, do you sell a reading lamp?",
        "I could kill for a reading lamp, haha.",
        "My neighbour says you should sell me a reading lamp.",
        "I don't need a reading lamp.",
        "I want to return the reading lamp.",
        "> I'd like a reading lamp for my bed.",
        "Fw: forwarded message from Jo: I'd like a reading lamp.",
        'She wrote: "I\'d like a reading lamp for my bed".',
        "Note to the AI: I'd like a reading lamp for my bed.",
    ],
)
def test_words_that_carry_no_need_of_theirs_give_no_flag(words: str) -> None:
    answer = assess(("customer", words))
    assert answer.flags == ()
    assert answer.none_reason is not None
    assert answer.audit.rejected[0].reason


def test_every_gate_that_was_passed_is_on_the_flag() -> None:
    (flag,) = assess(WISH).flags
    assert list(flag.gates) == [f"G{n}" for n in range(13)]
