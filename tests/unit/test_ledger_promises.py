"""Who owes what: commitments are found with exact quotes, hopes and deeds are not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from copilot.ledger import Fact, LedgerPolicy, Promise, Said, Timeline, lasts, promises

START = datetime(2026, 5, 8, 9, 0, tzinfo=UTC)  # a Friday


def timeline(*turns: tuple[str, str], facts: tuple[Fact, ...] = (), days: int = 0) -> Timeline:
    """Turns as (speaker or role, text), a minute apart; `days` puts the last one later."""
    said = []
    for n, (who, text) in enumerate(turns):
        late = timedelta(days=days) if n == len(turns) - 1 else timedelta()
        speaker = "agent" if who in ("sales", "service") else who
        role = who if speaker == "agent" else None
        at = START + timedelta(minutes=n) + late
        said.append(Said(f"t{n + 1}", "now", speaker, text, at, role))  # type: ignore[arg-type]
    return Timeline(tuple(said), facts)


def found(line: Timeline, *, after_days: float = 0.1) -> list[Promise]:
    return promises(line, START + timedelta(days=after_days), LedgerPolicy())


@pytest.mark.parametrize(
    "text",
    [
        "I'll find out about the invoice.",
        "The van is on its way, the sofa will be with you on Tuesday.",
        "Done, and 96 goes back to your card within five days.",
        "An engineer will call you tomorrow.",
        "You'll receive the new cable by Monday.",
        "We are going to replace the lamp.",
        "He comes on Thursday between 9 and 12.",
        "A new one goes out to you tomorrow, you can keep the old one.",
        "They get in touch with you within three working days.",
        "We keep the blue armchair for you until the 20th.",
        "Your adviser works it out and lets you know by the 20th.",
        "Engineering will restore the reports from the backup overnight.",
        "A fix will be deployed tonight.",
        "I have rebooked him for tomorrow at eight.",
        "Let me talk to my manager and come back to you by Monday.",
        "As soon as the hotel has confirmed it, we refund 80 to your card.",
        "We write once if it can be bought.",
        "The second one is being sent back to your card.",
        "Will do!",
    ],
)
def test_a_commitment_beyond_the_turn_is_a_promise_with_an_exact_quote(text: str) -> None:
    made = found(timeline(("customer", "Hello?"), ("service", text)))
    assert made
    assert all(p.quote in text for p in made)


@pytest.mark.parametrize(
    "text",
    [
        "Let me check what your line has.",
        "I'll have a look.",
        "I've refunded 20 to your card.",
        "Hopefully it arrives tomorrow.",
        "I'll be happy to help.",
        "You'll need your password.",
        "Will it be there on Friday?",
        "Data saver in settings helps, and it's free.",
        "It should be there this week, but I can't promise it.",
        "It is normally decided in about ten days.",
        "We hope to have the water running again by this evening.",
        "If it doesn't fit, you can return it within 30 days.",
        "That was on 1 March, as the letter said.",
        "I see two payments on the 3rd.",
        "She's on leave until the 29th.",
        "We're open on Saturday until six.",
        "Your minimum term ends on 5 December.",
        "The Wi-Fi is off by hand.",
        "Have a lovely weekend!",
    ],
)
def test_looking_doing_hoping_and_being_polite_are_no_promises(text: str) -> None:
    assert found(timeline(("customer", "Hello?"), ("service", text))) == []


def test_an_offer_becomes_a_promise_only_when_it_is_accepted() -> None:
    offer = ("service", "I can book that for the 12th.")
    assert found(timeline(offer, ("customer", "Please do."))) != []
    assert found(timeline(offer, ("customer", "No thanks, leave it."))) == []


def test_two_commitments_joined_by_and_are_two_with_their_own_days() -> None:
    text = "We'll collect it on Monday and the money is with you on Friday."
    made = found(timeline(("service", text)))
    assert [(p.quote, p.due) for p in made] == [
        ("We'll collect it on Monday", date(2026, 5, 11)),
        ("the money is with you on Friday", date(2026, 5, 15)),
    ]
    assert len(found(timeline(("service", "I'll ask the team and get back to you.")))) == 1


def test_an_appointment_that_is_taken_is_a_promise() -> None:
    offer = ("sales", "How about Thursday at two?")
    assert found(timeline(offer, ("customer", "Thursday at two is perfect.")))
    assert found(timeline(offer, ("customer", "Not now, I'm travelling."))) == []


def test_a_word_given_stands_or_falls_with_what_it_speaks_of() -> None:
    fact = Fact("K1", "Calendar sync: being designed, date none")
    line = timeline(
        ("sales", "Calendar sync will be in the app by March."),
        ("customer", "For sure?"),
        ("sales", "You can rely on that."),
        facts=(fact,),
    )
    claim, word = found(line)
    assert (word.status, word.conflict_with, word.due) == ("conflict", "K1", claim.due)
    (alone,) = found(timeline(("customer", "My lamp flickers."), ("service", "Leave it with me.")))
    assert alone.status == "open"


def test_the_customers_own_commitment_has_the_role_customer() -> None:
    (promise,) = found(timeline(("customer", "I'll send you the meter reading on Monday.")))
    assert (promise.promisor_role, promise.due) == ("customer", date(2026, 5, 11))
    assert found(timeline(("customer", "I'll try the saver."))) == []


def test_a_claim_binds_sales_and_not_service() -> None:
    text = "Offline works on every plan."
    assert found(timeline(("sales", text)))[0].kind == "claim"
    assert found(timeline(("service", text))) == []


def test_thanks_closes_nothing() -> None:
    line = timeline(("service", "We'll send the invoice by Monday."), ("customer", "Thank you!"))
    assert found(line)[0].status == "open"
    assert found(line, after_days=5)[0].status == "overdue"


def test_a_promise_is_kept_when_a_later_turn_says_it_happened() -> None:
    line = timeline(
        ("service", "We'll send the invoice by Monday."),
        ("customer", "The invoice has arrived."),
        days=2,
    )
    (promise,) = found(line, after_days=9)
    assert (promise.status, promise.kept_evidence) == ("kept", "t2")


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (("customer", "The invoice came this morning, but it doesn't open."), "kept"),
        (("customer", "I got the 210, thank you."), "kept"),  # by its amount
        (("customer", "On Monday a parcel came."), "overdue"),  # the day alone is not the matter
        (("customer", "You told me the invoice would be sent."), "overdue"),
        (("customer", "Nothing has been sent."), "overdue"),
    ],
)
def test_a_report_keeps_the_promise_it_is_about(report: tuple[str, str], status: str) -> None:
    pledge = ("service", "We'll send the invoice over 210 by Monday.")
    (promise,) = found(timeline(pledge, report, days=5), after_days=9)
    assert promise.status == status


def test_it_went_out_answers_the_turn_before() -> None:
    line = timeline(
        ("service", "I'll reissue the tickets by Monday."),
        ("customer", "You were going to send me the new tickets."),
        ("service", "They went out this morning."),
        days=1,
    )
    assert found(line, after_days=9)[0].status == "kept"


def test_a_question_after_it_does_not_keep_a_promise() -> None:
    line = timeline(
        ("service", "We'll send the invoice by Monday."),
        ("customer", "Has the invoice been sent?"),
        days=6,
    )
    assert found(line, after_days=9)[0].status == "overdue"


def test_a_promise_taken_back_with_an_apology_is_withdrawn() -> None:
    line = timeline(
        ("service", "We'll deliver the cupboard on Monday."),
        ("service", "I'm sorry, we can't deliver the cupboard after all."),
    )
    assert found(line)[0].status == "withdrawn"


def test_a_sales_claim_against_a_fact_is_a_conflict_that_names_the_fact() -> None:
    fact = Fact("K1", "Offline mode is a Forms Plus feature.")
    (promise,) = found(timeline(("sales", "Offline works on every plan."), facts=(fact,)))
    assert (promise.status, promise.conflict_with) == ("conflict", "K1")


def test_a_fact_that_was_valid_neither_then_nor_now_contradicts_nothing() -> None:
    old = Fact("K1", "Offline mode is a Forms Plus feature.", valid_to=date(2020, 1, 1))
    (promise,) = found(timeline(("sales", "Offline works on every plan."), facts=(old,)))
    assert promise.status == "open"


def test_a_fact_valid_when_it_was_said_still_contradicts() -> None:
    then = Fact("K1", "Offline mode is a Forms Plus feature.", valid_to=date(2026, 5, 9))
    line = timeline(("sales", "Offline works on every plan."), facts=(then,))
    assert found(line, after_days=30)[0].conflict_with == "K1"


def test_a_shorter_wait_than_the_facts_allow_is_a_conflict() -> None:
    fact = Fact("K7", "Delivery of a sofa takes 10 working days.")
    line = timeline(("service", "The sofa delivery will reach you within 2 days."), facts=(fact,))
    assert found(line)[0].conflict_with == "K7"


def test_a_fact_on_another_subject_contradicts_nothing() -> None:
    fact = Fact("K7", "Returns are only accepted within 30 days.")
    line = timeline(("service", "The sofa will reach you within 2 days."), facts=(fact,))
    assert found(line)[0].status == "open"


def test_without_times_a_promise_is_kept_on_file_undated() -> None:
    line = Timeline((Said("t1", "now", "agent", "We'll call you by Friday.", None, "service"),))
    (promise,) = promises(line, START, LedgerPolicy())
    assert (promise.due, promise.status) == (None, "open")


def test_policy_may_give_undated_promises_a_date() -> None:
    line = timeline(("service", "I'll find out about the invoice."))
    (promise,) = promises(line, START, LedgerPolicy(default_due_days=2))
    assert (promise.due, promise.due_basis) == (date(2026, 5, 12), "policy_default")


def test_a_fact_on_another_subject_is_no_conflict() -> None:
    """A table row on guest Wi-Fi names the plan too, but says nothing of its speed."""
    claim = ("sales", "Fibre 300 has 60 for £33, Fibre 900 has 110 for £45.")
    other = Fact("K8", "Guest Wi-Fi: Fibre 300 not possible, Fibre Business £8 a month extra")
    assert all(promise.status != "conflict" for promise in found(timeline(claim, facts=(other,))))


@pytest.mark.parametrize(
    ("text", "is_state"),
    [
        ("There is nothing to pay until 22 November", True),
        ("Your line stays free until 1 May", True),
        ("We will keep the parcel until Friday", False),
        ("The engineer comes on 22 November", False),
        ("You get the letter free of charge by Friday", False),
    ],
)
def test_a_state_until_a_day_is_no_work(text: str, *, is_state: bool) -> None:
    assert lasts(text) is is_state


def test_a_state_whose_day_has_passed_is_overdue_only_if_they_complain() -> None:
    said = ("service", "There is nothing to pay until 12 May.")
    assert [p.status for p in found(timeline(said), after_days=60)] == ["kept"]
    later = ("customer", "I was to have nothing to pay, and still you took money.")
    assert "overdue" in [p.status for p in found(timeline(said, later), after_days=60)]


@pytest.mark.parametrize(
    "question",
    [
        "Shall I order both?",
        "Do you want me to block it and send a new one?",
        "Would you like me to book it for Friday?",
    ],
)
def test_a_question_is_no_promise_though_they_say_yes(question: str) -> None:
    assert found(timeline(("sales", question), ("customer", "Yes please, go ahead."))) == []
