"""Care signs as people say them, without the words for them; and what only sounds like one."""

from __future__ import annotations

import pytest

from tests.need_cases import assess, visible

SIGNS = [
    ("financial", "They closed our branch in September, I've nothing new yet."),
    ("financial", "The plant shut down in March and I haven't found work."),
    ("financial", "I was let go at the end of last month."),
    ("financial", "They let me go in April, after nine years."),
    ("financial", "The bill on the 28th bounced."),
    ("financial", "My direct debit for May came back unpaid."),
    ("financial", "I can't keep everything up at the moment."),
    ("financial", "I can't keep up with the payments."),
    ("financial", "They've cut my hours to two days a week."),
    ("financial", "I don't get any benefits yet, I've only applied."),
    ("financial", "I'm paying it off ten at a time."),
    ("financial", "Money is very tight with us just now."),
    ("financial", "I lost my job two years ago and still have nothing steady."),
    ("health", "My husband is on oxygen all day."),
    ("health", "My daughter is in intensive care."),
    ("bereavement", "We lost Dad on Sunday and the account is his."),
    ("bereavement", "My husband is no longer with us."),
    ("pressure", "My nephew sits next to me and tells me what to type."),
    ("distress", "I lie awake over this bill because of the money."),
]
NONE = [
    "They closed our branch in May and we moved to Kirkby.",
    "Your shop in the arcade is closed, is there another?",
    "My e-mail to your support address bounced.",
    "The ball bounced off the router.",
    "I can't keep up with all your tariff names.",
    "I can't keep everything up to date in the app.",
    "I lost my job in 2019, that is all behind me now.",
    "I was made redundant years ago and run my own shop today.",
    "My neighbour was let go and found a new firm within a week.",
    "My brother-in-law was let go, he is not a customer of yours.",
    "I let go of the button and it restarted.",
    "They let me go to the front of the queue.",
    "I can't pay the bill in the app, the button is grey.",
    "We paid off the mortgage and look at the garden now.",
    "Do the benefits of the card apply at once?",
    "I get out of work at five.",
    "Somebody disabled the second socket.",
    "I drive to the hospital every day, I'm a porter there.",
    "My son has asthma, so we vacuum a lot.",
    "I lie awake because the fan hums.",
    "Your opening hours were cut again.",
]
WISH = "I'd like a reading lamp for my bed."


@pytest.mark.parametrize(("code", "said"), SIGNS)
def test_a_sign_said_sideways_closes_the_gate(code: str, said: str) -> None:
    answer = assess(("customer", said), ("service", "I see."), ("customer", WISH))
    assert code in answer.contact_state.care
    assert answer.flags == ()
    assert answer.audit.gates["G1"].result == "fail"


@pytest.mark.parametrize("said", NONE)
def test_what_only_sounds_like_a_sign_is_none(said: str) -> None:
    answer = assess(("customer", said), ("service", "I see."), ("customer", WISH))
    assert answer.contact_state.care == ()


def test_a_weak_chest_is_a_sign_where_warmth_is_at_stake() -> None:
    """Asthma alone may be why somebody wants a better filter; with the heating off it is care."""
    asthma = "My son has asthma."
    cold = assess(("customer", f"Will the heating go off as well? {asthma}"))
    assert cold.contact_state.care == ("health",)
    dusty = assess(("customer", f"{asthma} {WISH}"))
    assert dusty.contact_state.care == ()


def test_the_reason_named_is_care_and_nothing_is_shown() -> None:
    answer = assess(("customer", f"The bill on the 28th bounced. {WISH}"))
    assert answer.none_reason == "vulnerability_financial"
    assert not visible(answer)


HARDSHIP = """# When paying is hard

1. **Payment break**: up to 60 days without payment. No late fee in this time.
2. **Spread it**: what you owe is divided over 6 months, without interest.
"""
SHIPPING = """# Parcels

- There is no late fee on returns.
- A lamp is packed in paper.
"""


def passage(text: str, **more: str) -> dict[str, object]:
    return {"id": "help", "text": text, "passage": True, "visibility": "public", **more}


def test_help_is_told_though_they_do_not_name_it() -> None:
    said = ("customer", "They've cut my hours to two days a week. I want to ask about the lamp.")
    told = assess(said, knowledge=[passage(HARDSHIP)]).inform
    assert [i.source for i in told] == ["help"]
    assert told[0].text.startswith(("Payment break", "Spread it"))


@pytest.mark.parametrize(
    "article", [passage(SHIPPING), passage(HARDSHIP, visibility="internal")], ids=["other", "ours"]
)
def test_help_is_not_told_from_another_subject_or_our_own_notes(article: dict[str, object]) -> None:
    said = ("customer", "They've cut my hours to two days a week.")
    assert assess(said, knowledge=[article]).inform == ()


def test_help_in_hardship_is_for_hardship() -> None:
    assert assess(knowledge=[passage(HARDSHIP)]).inform == ()


@pytest.mark.parametrize(
    "text",
    [
        "We are a vet's surgery and shut the surgery this morning for your technician.",
        "Which terminal do we leave from, and has the ferry a doctor's surgery on board?",
        "When does the surgery open after the holidays?",
        "Can you run a health check of our server?",
        "This report is killing me.",
        "The bill nearly gave me a heart attack.",
        "The blind in the kitchen is stuck halfway.",
        "One key stroke and it is gone.",
        "The memory is full.",
        "Are we billed in arrears or in advance?",
        "I am overwhelmed by the number of plans.",
        "For crying out loud, where is the button?",
        "Which task executor runs the nightly job?",
        "Your team is on fire today!",
        "All four batteries, they died after ten weeks.",
        "Can you diagnose the fault from there?",
        "Hold the depressed button for five seconds.",
    ],
)
def test_a_place_a_machine_or_a_manner_of_speaking_is_no_care_sign(text: str) -> None:
    assert assess(("customer", text)).contact_state.care == ()


@pytest.mark.parametrize(
    "text",
    [
        "She had surgery on Monday, I look after her bills.",
        "I'm having surgery next month.",
        "My operation is next week.",
        "Since the operation he can't use stairs.",
        "I have a surgery on Tuesday.",
        "My husband had a heart attack.",
        "My mother is blind.",
        "He's terminally ill.",
        "My mum's memory is getting worse.",
        "I was diagnosed in March.",
        "Dad had a stroke in May.",
        "I've had depression for years and it is bad now.",
    ],
)
def test_and_an_illness_stays_one(text: str) -> None:
    assert "health" in assess(("customer", text)).contact_state.care


def test_we_are_behind_with_everything_and_in_tears_stays_seen() -> None:
    answer = assess(("customer", "We are in arrears with the rent and I sit here crying."))
    assert set(answer.contact_state.care) == {"financial", "distress"}
