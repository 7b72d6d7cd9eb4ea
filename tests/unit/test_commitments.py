"""What we owe is said first where it is of this matter or they ask for nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from copilot.domain import Chunk, Conversation, Hit, Interaction, Turn, Visibility
from copilot.needs import Assessment
from copilot.needs.output import Audit, ContactState, LoopOut, PromiseOut
from copilot.suggester.commitments import FRESH_DAYS, Owed, owed

TODAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLEDGE = "We will post ten batteries for your valves"
PAST = Interaction(
    "past-1",
    (
        Turn("customer", "When do the batteries come?", id="t1"),
        Turn("agent", PLEDGE, id="t2", role="sales"),
    ),
    channel="phone",
    at=datetime(2026, 5, 1, tzinfo=UTC),
)
NOW = Conversation((Turn("customer", "Hello, any news?"),), id="now-1", customer_id="C-1")
ELSEWHERE = Conversation((Turn("customer", "My bill is wrong."),), id="now-1", customer_id="C-1")
ON_TOPIC = Conversation((Turn("customer", "My valves eat batteries."),), id="now-1")


def promise(**changes: Any) -> PromiseOut:
    row = {
        "promisor_role": "sales", "turn": "t2", "quote": PLEDGE, "what": "ten batteries",
        "due": "2026-11-15", "status": "overdue", "conflict_with": None, "promise_id": "P1",
        "promisor": "Dana", "to": "customer", "conversation_id": "past-1",
    }  # fmt: skip
    return PromiseOut(**{**row, **changes})


def loop(**changes: Any) -> LoopOut:
    row = {
        "turn": "t1", "quote": "When do the batteries come?", "what": "the batteries",
        "status": "open", "times_asked": 1, "loop_id": "L1", "conversation_id": "past-1",
        "first_asked_at": "2026-11-10T10:00:00+00:00",
    }  # fmt: skip
    return LoopOut(**{**row, **changes})


def assessed(
    *, promises: tuple[PromiseOut, ...] = (), loops: tuple[LoopOut, ...] = ()
) -> Assessment:
    return Assessment(
        case_id="now-1", as_of=TODAY.isoformat(), versions={}, contact_state=ContactState(),
        audit=Audit(candidates=0), promises=promises, open_loops=loops,
    )  # fmt: skip


def said(
    assessment: Assessment,
    *,
    conversation: Conversation = NOW,
    knowledge: tuple[Hit, ...] = (),
    contacts: tuple[Interaction, ...] = (PAST,),
) -> list[Owed]:
    return owed(assessment, contacts, knowledge, conversation=conversation, as_of=TODAY)


def fact(visibility: Visibility = "public") -> Hit:
    chunk = Chunk("k#0", "document", "kb-batteries", 0, "Batteries are sold, never given away.")
    return Hit(chunk, "Batteries", 1, 0.5, visibility=visibility)


def test_an_overdue_promise_names_its_day_its_words_and_its_place() -> None:
    (item,) = said(assessed(promises=(promise(),)))
    assert "On 1 May 2026 we promised to post ten batteries for your valves." in item.text
    assert "sorry" in item.text
    assert (item.source_id, item.turn, item.quote) == ("past-1", 1, PLEDGE)


@pytest.mark.parametrize(
    ("due", "conversation", "is_said"),
    [
        ("2026-11-15", NOW, True),  # fresh, whatever the topic
        ("2026-01-15", NOW, False),  # old, and about something else
        ("2026-01-15", ON_TOPIC, True),  # old, but it is what they talk about
        (None, NOW, False),
        ("soon", NOW, False),  # no date at all
        ("2026-12-24", NOW, True),  # a day to come counts as fresh
    ],
)
def test_old_matters_are_said_only_on_their_topic(
    due: str | None, conversation: Conversation, *, is_said: bool
) -> None:
    found = said(assessed(promises=(promise(due=due),)), conversation=conversation)
    assert bool(found) is is_said


def test_fresh_is_a_stated_number_of_days() -> None:
    assert FRESH_DAYS < 60


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "kept"},
        {"status": "withdrawn"},
        {"status": "open"},  # not yet due
        {"promisor_role": "customer"},  # the customer owes it, not we
        {"conversation_id": "now-1"},  # it stands on the screen
        {"conversation_id": "elsewhere"},
    ],
)
def test_what_is_not_owed_is_not_said(changes: dict[str, Any]) -> None:
    assert said(assessed(promises=(promise(**changes),))) == []


def test_a_promise_that_contradicts_the_rules_is_said_before_all_others_with_the_fact() -> None:
    wrong = promise(status="conflict", conflict_with="kb-batteries", promise_id="P2")
    found = said(
        assessed(promises=(promise(), wrong), loops=(loop(),)),
        conversation=ON_TOPIC,
        knowledge=(fact(),),
    )
    assert "wrong" in found[0].text
    assert found[0].fact is not None and found[0].fact.chunk.source_id == "kb-batteries"
    assert len(found) == 1, "one thing is said once, however many entries it has"


def test_the_contradicting_fact_is_named_only_where_customers_may_read_it() -> None:
    wrong = promise(status="conflict", conflict_with="kb-batteries")
    for knowledge in ((), (fact("internal"),)):
        (item,) = said(assessed(promises=(wrong,)), conversation=ON_TOPIC, knowledge=knowledge)
        assert item.fact is None


def test_an_overdue_promise_is_regretted_outright_only_if_they_said_that_it_failed() -> None:
    (unsure,) = said(assessed(promises=(promise(),)))
    complained = Conversation((Turn("customer", "The batteries for my valves never came."),), "n")
    (sure,) = said(assessed(promises=(promise(),)), conversation=complained)
    assert "did not happen" in sure.text and "did not happen" not in unsure.text


def test_a_wrong_promise_is_said_only_to_who_speaks_of_it() -> None:
    wrong = promise(status="conflict", conflict_with="kb-batteries")
    assert said(assessed(promises=(wrong,)), knowledge=(fact(),)) == []
    assert said(assessed(promises=(wrong,)), conversation=ON_TOPIC, knowledge=(fact(),))


def test_a_word_that_names_nothing_is_not_repeated_to_the_customer() -> None:
    assert said(assessed(promises=(promise(quote="You can rely on that", what=""),))) == []


def test_what_we_have_said_sorry_for_on_the_screen_is_not_said_again() -> None:
    sorry = Turn("agent", "I am sorry that the batteries for your valves never came.")
    again = Conversation((*ON_TOPIC.turns, sorry), id="now-1")
    assert said(assessed(promises=(promise(),)), conversation=again) == []


def test_an_open_request_is_named_and_an_answered_one_is_not() -> None:
    (item,) = said(assessed(loops=(loop(),)))
    assert "When do the batteries come?" in item.text and item.turn == 0
    assert said(assessed(loops=(loop(status="answered"),))) == []
    assert said(assessed(loops=(loop(first_asked_at="2025-01-01"),))) == []


def test_a_turn_without_an_id_is_found_by_its_place() -> None:
    plain = Interaction("past-1", (Turn("customer", "x"), Turn("agent", PLEDGE)), channel="chat")
    (item,) = said(assessed(promises=(promise(),)), contacts=(plain,))
    assert item.turn == 1 and item.title == "chat, undated"
    (unknown,) = said(assessed(promises=(promise(turn="t99"),)), contacts=(plain,))
    assert unknown.turn is None


def test_a_quote_of_many_lines_becomes_one_sentence() -> None:
    (item,) = said(assessed(promises=(promise(quote="We will\n  post it"),)))
    assert "“We will post it.”" in item.text


def mailed(*turns: Turn, at: datetime | None = PAST.at) -> Interaction:
    return Interaction("past-1", turns, channel="email", at=at)


@pytest.mark.parametrize(
    ("turn_at", "contact_at", "opening"),
    [
        (datetime(2026, 5, 25, tzinfo=UTC), datetime(2026, 4, 25, tzinfo=UTC), "On 25 May 2026 we"),
        (None, datetime(2026, 4, 25, tzinfo=UTC), "On 25 April 2026 we"),
        (None, None, "Earlier we"),
    ],
)  # fmt: skip
def test_a_sentence_names_the_day_of_its_own_turn(
    turn_at: datetime | None, contact_at: datetime | None, opening: str
) -> None:
    first = Turn("customer", "My valves are empty.", id="t1", at=contact_at)
    said_then = Turn("agent", "I will post you ten batteries this week.", id="t2", at=turn_at)
    found = said(
        assessed(promises=(promise(quote="I will post you ten batteries this week"),)),
        contacts=(mailed(first, said_then, at=contact_at),),
    )
    assert [item.text.startswith(opening) for item in found] == [True]
    asked = Turn("customer", "Can you send me the card?", id="t1", at=turn_at)
    (item,) = said(
        assessed(loops=(loop(quote=asked.text, what="the card"),)),
        contacts=(mailed(asked, at=contact_at),),
    )
    assert item.text.startswith(opening.replace(" we", " you"))


@pytest.mark.parametrize(
    ("answer", "asks_again", "then"),
    [
        ("Your ten batteries go out today, I am sorry.", "Only the hall.", []),
        ("Which of your valves is it?", "Only the hall.", [False]),  # passed over: noted
        ("Which of your valves is it?", "And the batteries for my valves?", [True]),
        ("Good morning!", "They eat batteries.", [True]),  # a greeting answers nothing
    ],
)  # fmt: skip
def test_our_word_comes_up_until_our_side_has_spoken_of_it(
    answer: str, asks_again: str, then: list[bool]
) -> None:
    turns = (*ON_TOPIC.turns, Turn("agent", answer), Turn("customer", asks_again))
    found = [
        said(assessed(promises=(promise(),)), conversation=Conversation(turns[:n], id="now-1"))
        for n in (1, 3)
    ]
    assert [[bool(item.text) for item in items] for items in found] == [[True], then]


def test_a_matter_that_comes_up_later_in_a_contact_is_said_then() -> None:
    old = promise(due="2026-01-15")
    turns = (*NOW.turns, Turn("agent", "I see the bill of May."), *ON_TOPIC.turns)
    assert said(assessed(promises=(old,)), conversation=Conversation(turns, id="now-1"))


@pytest.mark.parametrize(
    ("quote", "times", "words"),
    [
        ("Could I have the bill in large print?", 2,
         "You have asked us more than once, first on 1 May 2026, for the bill in large print."),
        ("And could you send me the care card, my eyes are not good?", 1,
         "On 1 May 2026 you asked us to send you the care card."),
        ("The sticky trap never came", 1,
         "On 1 May 2026 you told us: “The sticky trap never came.”"),
        ("Oh and why was I charged twice?", 1,
         "On 1 May 2026 you asked us: “Why was I charged twice?”"),
    ],
)  # fmt: skip
def test_a_request_is_named_plainly_and_called_a_repeat_only_if_it_is(
    quote: str, times: int, words: str
) -> None:
    contact = mailed(Turn("customer", quote, id="t1"))
    entry = loop(quote=quote, what=quote, times_asked=times)
    (item,) = said(assessed(loops=(entry,)), contacts=(contact,))
    done = " I see to it now." if times > 1 else ""
    assert item.text == f"{words} That is still open, and I am sorry.{done}"
    assert item.todo.startswith("do it, then send: they asked for the bill") is (times > 1)


@pytest.mark.parametrize(
    ("quote", "turn", "words"),
    [
        ("I'll send my colleague the form tomorrow", None,
         "we promised to send our colleague the form."),
        ("I will see what I can do", None, "we told you: “I will see what I can do.”"),
        ("We will post it by noon", None, "we told you: “We will post it by noon.”"),
        ("£50, is on your next bill", "Your credit, £50, is on your next bill.",
         "we told you: “Your credit, £50, is on your next bill.”"),
    ],
)  # fmt: skip
def test_a_promise_is_named_where_that_is_plain_and_else_quoted_in_a_whole_sentence(
    quote: str, turn: str | None, words: str
) -> None:
    contact = mailed(Turn("agent", turn or quote, id="t2"))
    (item,) = said(assessed(promises=(promise(quote=quote),)), contacts=(contact,))
    assert item.text.startswith(f"On 1 May 2026 {words}")


@pytest.mark.parametrize("status", ["overdue", "conflict"])
def test_what_was_put_right_is_not_apologised_for_again(status: str) -> None:
    wrong = {"status": status, "conflict_with": "fact"}
    open_still = assessed(promises=(promise(**wrong),))
    settled = assessed(promises=(promise(**wrong, kept_evidence="t9"),))
    assert said(open_still, conversation=ON_TOPIC)
    assert said(settled, conversation=ON_TOPIC) == []


def test_of_a_sentence_that_was_half_kept_only_the_other_half_is_quoted() -> None:
    late = promise(quote="they ring you to hear whether it is warm, you hear that on Friday")
    visit = promise(quote="The engineer comes on Thursday", status="kept", promise_id="P2")
    turn = Turn("agent", f"{visit.quote}, and {late.quote}.", id="t2", role="sales")
    past = replace(PAST, turns=(PAST.turns[0], turn))
    alone = owed(assessed(promises=(late,)), [past], [], conversation=NOW, as_of=TODAY)
    halved = owed(assessed(promises=(visit, late)), [past], [], conversation=NOW, as_of=TODAY)
    assert "engineer" in alone[0].text and "engineer" not in halved[0].text


def test_who_asks_about_something_else_is_answered_that_and_the_agent_reads_what_we_owe() -> None:
    """A fresh promise of another matter fills no reply: it stands among the agent's notes."""
    (item,) = said(assessed(promises=(promise(),)), conversation=ELSEWHERE)
    assert item.text == "" and PLEDGE in item.todo
    old = said(assessed(promises=(promise(due="2026-01-15"),)), conversation=ELSEWHERE)
    assert old == [], "what is old and of another matter is not even noted"


@pytest.mark.parametrize(
    "text",
    [
        "My valves eat batteries.",  # of this matter
        "The batteries for my valves never came.",  # they complain of it
        "Hello, are you still there?",  # nothing of their own
        "Any news?",
        "What is happening with my case?",
    ],
)
def test_a_fresh_promise_is_owned_up_to_where_they_raise_it_or_nothing_else(text: str) -> None:
    conversation = Conversation((Turn("customer", text),), id="now-1")
    (item,) = said(assessed(promises=(promise(),)), conversation=conversation)
    assert item.text


def test_without_the_rule_a_promise_of_another_matter_would_fill_the_reply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("copilot.suggester.commitments._is_own_matter", lambda _: False)
    (item,) = said(assessed(promises=(promise(),)), conversation=ELSEWHERE)
    assert item.text


OLD = "2026-01-15"
ANSWER = Interaction(
    "past-1",
    (
        Turn("customer", "I want it in writing.", id="t1"),
        Turn("agent", "You get a written answer by the fifteenth.", id="t2"),
    ),
    at=datetime(2026, 1, 5, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("said_now", "is_said"),
    [
        ("Where is my letter?", True),
        ("I still have no written answer!", True),
        ("My bill is wrong.", False),
        ("Where is my parcel?", False),
        ("Can you answer one question about the app?", False),
    ],
)
def test_what_they_ask_after_is_owned_up_to_however_old_it_is(
    said_now: str, *, is_said: bool
) -> None:
    old = promise(due=OLD, quote="You get a written answer by the fifteenth", what="an answer")
    now = Conversation((Turn("customer", said_now),), id="now-1", customer_id="C-1")
    found = said(assessed(promises=(old,)), conversation=now, contacts=(ANSWER,))
    assert any("written answer" in item.text for item in found) is is_said


def test_any_news_brings_up_of_old_matters_only_what_they_complained_of() -> None:
    old = promise(due=OLD)
    later = Interaction(
        "past-2",
        (Turn("customer", "The ten batteries for my valves never came.", id="t1"),),
        at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    assert said(assessed(promises=(old,)), contacts=(PAST,)) == []
    (item,) = said(assessed(promises=(old,)), contacts=(PAST, later))
    assert "ten batteries" in item.text
