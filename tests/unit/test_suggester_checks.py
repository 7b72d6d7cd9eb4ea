"""The gate before the agent: what a draft may say, and what becomes of the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from copilot.domain import (
    Chunk,
    Conversation,
    Draft,
    Hit,
    Interaction,
    Segment,
    SourceKind,
    Turn,
    Visibility,
)
from copilot.guardrails.links import strip_links
from copilot.story import EMPTY, Story
from copilot.suggester.checks import QUOTE_CHARS, Allowed, Checked, best_quote, check, quote_of
from copilot.suggester.commitments import Owed

NOW = Conversation((Turn("customer", "My order 88121 has not come. What does Warm cost?"),))
PRICE = "Warm costs £6 a month. It ends at any time."
HOME = "https://help.continuum.example/warm"


def hit(
    text: str,
    source_id: str = "a",
    *,
    kind: SourceKind = "document",
    visibility: Visibility = "public",
    url: str | None = None,
    turn: int | None = None,
    title: str = "An article",
) -> Hit:
    chunk = Chunk(f"{source_id}#0", kind, source_id, 0, text, turn=turn)
    return Hit(chunk, title, 1, 0.5, url=url, visibility=visibility)


HITS = (hit(PRICE, "prices", url=HOME), hit("Parcels take three days.", "post"), hit("-", "no"))

ANY = Allowed()


def checked(
    *segments: Segment | str,
    hits: tuple[Hit, ...] = HITS,
    owed: tuple[Owed, ...] = (),
    conversation: Conversation = NOW,
    story: Story = EMPTY,
    allowed: Allowed = ANY,
) -> Checked:
    drafted = tuple(s if isinstance(s, Segment) else Segment(s) for s in segments)
    return check(Draft(drafted), hits, owed, conversation, story, allowed)


def texts(result: Checked) -> list[str]:
    return [segment.text for segment in result.segments]


def test_citations_are_numbered_in_the_order_they_are_read() -> None:
    result = checked(
        Segment("Parcels take three days.", (2,)),
        Segment("Warm costs £6 a month.", (1,)),
        Segment("A parcel takes three days, as I said.", (2,)),
    )
    assert [s.citations for s in result.segments] == [(1,), (2,), (1,)]
    assert [(c.n, c.source_id) for c in result.citations] == [(1, "post"), (2, "prices")]


def test_a_source_nobody_cites_is_not_listed() -> None:
    assert checked("Hello Owen,").citations == ()


@pytest.mark.parametrize("n", [0, 4, 99, -1])
def test_a_number_that_was_never_retrieved_is_dropped_and_told(n: int) -> None:
    result = checked(Segment("Parcels take three days.", (2, n)))
    assert [c.source_id for c in result.citations] == ["post"]
    assert result.segments[0].citations == (1,)
    assert not result.segments[0].supported and result.warnings


@pytest.mark.parametrize(
    ("sentence", "cites", "is_supported"),
    [
        ("Warm costs £6 a month.", (1,), True),
        ("Warm costs £7 a month.", (1,), False),  # a price nobody wrote
        ("Warm costs £6 a month.", (2,), False),  # a price another source wrote
        ("Warm costs £6 a month.", (), False),  # a price without a source
        ("I am looking at order 88121 for you.", (), True),  # the customer's own reference
        ("I am looking at order 99999 for you.", (), False),
        ("I am sorry about the wait.", (), True),
        ("It comes on 3 March 2027.", (2,), False),
    ],
)
def test_a_hard_fact_must_stand_in_what_its_sentence_cites(
    sentence: str, cites: tuple[int, ...], *, is_supported: bool
) -> None:
    result = checked(Segment(sentence, cites))
    assert result.segments[0].supported is is_supported
    assert bool(result.warnings) is not is_supported


@pytest.mark.parametrize(
    "spoof",
    [
        "https://help.continuum.example@evil.test/x",
        "https://help.continuum.example.evil.test/warm",
        "//evil.test/warm",
        "[our help page](https://evil.test)",
        "![pixel](https://evil.test/p.png?d=secret)",
        "<a href='https://evil.test'>here</a>",
        "<https://evil.test>",
        "javascript:alert(1)",
        "https://hеlp.continuum.example/warm",  # a Cyrillic letter
        "evil.test/login",
    ],
)
def test_a_spoofed_link_is_words_only(spoof: str) -> None:
    raw = f"Please read {spoof} first."
    result = checked(raw)
    text = result.segments[0].text
    assert text != raw, "the guard must have had something to do"
    assert strip_links(text) == text
    assert "](" not in text and "<" not in text and "://" not in text


def test_the_address_of_a_retrieved_source_stays() -> None:
    assert HOME in checked(Segment(f"All of it stands at {HOME}.", (1,))).segments[0].text


def test_what_cannot_be_seen_is_taken_out() -> None:
    hidden = "".join(chr(0xE0000 + ord(c)) for c in "obey")
    assert texts(checked(f"Hello\u200b there{hidden}.")) == ["Hello there."]


def test_a_sentence_that_promotes_is_left_out_with_a_word_to_the_agent() -> None:
    pitch = "You should upgrade to Warm Plus today, it is our best plan!"
    result = checked("I am sorry.", pitch, allowed=Allowed(("Warm Plus",)))
    assert texts(result) == ["I am sorry."]
    assert any("promoted a product" in warning for warning in result.warnings)


def test_a_product_the_customer_asked_about_may_be_explained() -> None:
    sentence = "Warm Plus has six zones."
    result = checked(sentence, allowed=Allowed(("Warm Plus",), ("Warm Plus",)))
    assert texts(result) == [sentence] and not any("promoted" in w for w in result.warnings)


def test_a_sentence_that_pressures_is_left_out_and_its_rule_is_named() -> None:
    result = checked("Only two left, so act now before it is too late!", "Your parcel is late.")
    assert texts(result) == ["Your parcel is late."]
    assert any("wording" in warning for warning in result.warnings)


SECRET = "Staff may waive the deposit for loyal households up to forty pounds after a call."


def test_internal_text_is_never_quoted() -> None:
    hits = (*HITS, hit(SECRET, "secret", visibility="internal"))
    quote = "We may waive the deposit for loyal households up to forty pounds after a call."
    result = checked("I am sorry.", Segment(quote, (4,)), hits=hits)
    assert texts(result) == ["I am sorry."]
    assert not any(c.source_id == "secret" for c in result.citations)
    assert any("internal source" in warning for warning in result.warnings)


def test_what_stands_in_a_public_source_too_is_no_leak() -> None:
    hits = (hit(SECRET, "public"), hit(SECRET, "secret", visibility="internal"))
    assert texts(checked(Segment(SECRET, (1,)), hits=hits)) == [SECRET]


def test_a_question_answered_a_moment_ago_is_confirmed_not_asked() -> None:
    said = Conversation((Turn("customer", "My order number is 88121, it has not come."),))
    result = checked("What is your order number?", conversation=said)
    assert "?" not in result.segments[0].text
    assert "88121" in result.segments[0].text and "a moment ago" in result.segments[0].text
    assert any("a moment ago" in warning for warning in result.warnings)


def test_a_question_answered_to_the_other_department_is_confirmed_with_its_day() -> None:
    sold = Interaction(
        "s1",
        (Turn("customer", "My order number is 88121.", role=None),),
        channel="phone",
        at=datetime(2026, 10, 4, tzinfo=UTC),
    )
    story = replace(EMPTY, contacts=(sold,))
    asking = Conversation((Turn("customer", "My order has not come."),))
    result = checked("What is your order number?", conversation=asking, story=story)
    assert "88121" in result.segments[0].text
    assert "on 04 October 2026 by phone" in result.segments[0].text


def test_a_question_nobody_answered_may_be_asked() -> None:
    asking = Conversation((Turn("customer", "It has not come."),))
    result = checked("What is your order number?", conversation=asking)
    assert texts(result) == ["What is your order number?"] and result.warnings == ()


def owed(text: str = "We had promised you a call.", fact: Hit | None = None) -> Owed:
    return Owed(text, "past-1", 2, "phone, 2026-10-01", "We will call you.", fact)


def test_what_is_only_still_to_be_done_is_no_sentence() -> None:
    result = checked("Hello Owen,", owed=(owed(""),))
    assert [segment.text for segment in result.segments] == ["Hello Owen,"]
    assert result.citations == ()


def test_what_we_owe_is_said_first_and_after_the_greeting() -> None:
    result = checked("Hello Owen,", Segment("Parcels take three days.", (2,)), owed=(owed(),))
    assert texts(result) == [
        "Hello Owen,", "We had promised you a call.", "Parcels take three days.",
    ]  # fmt: skip
    assert [(c.n, c.source_id, c.turn) for c in result.citations] == [
        (1, "past-1", 2), (2, "post", None),
    ]  # fmt: skip
    assert texts(checked("I see.", owed=(owed(),)))[0] == "We had promised you a call."


def test_a_broken_promise_cites_the_fact_it_contradicts() -> None:
    result = checked(owed=(owed(fact=HITS[0]),))
    assert result.segments[0].citations == (1, 2)
    assert result.citations[1].source_id == "prices"
    assert [c.origin for c in result.citations] == ["conversation", "article"]


def test_customers_words_repeated_in_a_reply_carry_no_live_link() -> None:
    link = "https://evil.test/collect"
    asked_then = owed(f"You also asked us: “Will you open {link} for me?” It is still open.")
    assert link not in texts(checked(owed=(asked_then,)))[0]
    said = Conversation((Turn("customer", f"My order number is 88121 {link}"),))
    result = checked("What is your order number?", conversation=said)
    assert all(link not in text for text in texts(result))


def test_an_empty_draft_stays_empty() -> None:
    assert checked() == Checked((), (), ())
    assert checked("  ", "\u200b").segments == ()


def test_a_quote_is_the_sentence_that_supports_and_of_a_sane_length() -> None:
    assert best_quote(PRICE, "What does it cost a month?") == "Warm costs £6 a month."
    long = best_quote("word " * 500, "word")
    assert len(long) <= QUOTE_CHARS and long.endswith("…")
    assert best_quote("", "anything") == ""
    record = "Hub 2, since 6 December 2025.\nValve, since 6 December 2025, 5 of them."
    said = "The 2-year warranty of your Valve (since 6 December 2025) runs on."
    assert best_quote(record, said).startswith("Valve")  # the 2 of "2-year" is no Hub 2


ROUTERS = """It needs a Router R3.

| | Router R2 | Router R3 |
|---|---|---|
| To buy | not sold | £90 once |

A **bought** R3 is yours: see [Warranty](warranty.md)."""


def test_a_quote_carries_the_figure_of_its_sentence_not_just_its_words() -> None:
    assert best_quote(ROUTERS, "Router R3 costs £90 once.") == "To buy | not sold | £90 once"
    assert best_quote(ROUTERS, "It needs a Router R3.") == "It needs a Router R3."


def test_a_quote_is_read_without_markdown() -> None:
    assert best_quote(ROUTERS, "A bought R3 is yours.") == "A bought R3 is yours: see Warranty."


def test_one_source_is_quoted_for_every_sentence_that_cites_it() -> None:
    told = ("Router R3 costs £90 once.", "It needs a Router R3.", "Router R3 costs £90 once.")
    assert quote_of(ROUTERS, told) == "To buy | not sold | £90 once … It needs a Router R3."
    assert len(quote_of("Word. " * 400, ["word"] * 9)) <= 2 * QUOTE_CHARS


def test_a_hundred_kilobytes_pass_the_gate() -> None:
    result = checked("Hello. " * 14_000, "[" * 100_000, "a." * 50_000)
    assert all(strip_links(text) == text for text in texts(result))


@pytest.mark.parametrize(
    ("made", "kind", "origin"),
    [
        ("C-1#record", "document", "record"),
        ("LAMP#fact", "document", "catalogue"),
        ("post#0", "document", "article"),
        ("i-1#record", "interaction", "conversation"),
    ],
)
def test_a_citation_says_what_its_source_is(made: str, kind: SourceKind, origin: str) -> None:
    found = hit("Parcels take three days.", "post", kind=kind)
    named = replace(found, chunk=replace(found.chunk, id=made))
    result = checked(Segment("Parcels take three days.", (1,)), hits=(named,))
    assert [c.origin for c in result.citations] == [origin]
