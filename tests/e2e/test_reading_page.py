"""What the page says of a suggestion: sources in plain lines, doubts in words, nothing cut."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.visit import Visit

pytestmark = pytest.mark.browser

LONG = "Please look under the router first. " * 12
ASSESSMENT = {
    "flags": [], "inform": [], "question": None, "promises": [], "open_loops": [],
    "none_reason": None, "none_reason_also": [], "products": {},
    "contact_state": {"complaint": False, "issue_status": "none", "care": []},
    "audit": {"rejected": [], "notes": [], "gates": {}},
}  # fmt: skip
TABLE = "| Plan | Price | Zones |\n|---|---|---|\n| Plus | £4.00 | **6** |\n\nSee [plans](https://x.example)."


def suggestion(**reply: Any) -> dict[str, Any]:
    """An answer of the API with one sentence and one source, and what is given."""
    said = {"segments": [{"text": "It is free.", "citations": [1], "supported": True}]}
    parts = {"text": "It is free.", "abstained": False, "missing": [], "warnings": []}
    return {
        "id": "s-1", "generator": {"kind": "extractive", "model": None, "reason": None},
        "reply": {**parts, **said, **reply},
        "alternatives": [
            {"text": LONG, "source": {"kind": "interaction", "source_id": "i-1", "turn": 1}}
        ],
        "citations": [
            {"n": 1, "kind": "document", "source_id": "plans", "title": "Plans", "quote": TABLE,
             "turn": None, "url": None, "visibility": "public"},
        ],
        "assessment": ASSESSMENT, "usage": {}, "timings_ms": {"total": 12.0},
    }  # fmt: skip


def answering(visit: Visit, body: dict[str, Any], said: str) -> Page:
    """The page on a message to which the server answers with this."""
    events = [("assessment", body["assessment"]), ("done", body)]
    text = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="text/event-stream", body=text)

    visit.page.route("**/v1/suggestions", answer)
    return visit.write_own(f"Customer: {said}")


def test_a_table_of_an_article_is_read_as_lines(visit: Visit) -> None:
    page = answering(visit, suggestion(), "What does it cost?")
    quote = page.locator(".source blockquote")
    expect(quote).to_have_text("Plus: Price £4.00, Zones 6\n\nSee plans.", use_inner_text=True)
    page.locator(".cite").first.focus()
    expect(page.locator(".peek .voice")).not_to_contain_text("|")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("| Minimum term | none |", "Minimum term: none"),
        ("Set the room to **28 °C**, then `Save`.", "Set the room to 28 °C, then Save."),
        ("## Returns\n- within *30* days\n- __unused__", "Returns\n• within 30 days\n• unused"),
        ("2 * 3 * 4 and snake_case_name | or this", "2 * 3 * 4 and snake_case_name | or this"),
        ("a | b\n---|---\n1 | 2", "a | b\n1 | 2"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("", ""),
    ],
)
def test_marks_are_left_out_and_nothing_else(visit: Visit, text: str, plain: str) -> None:
    page = visit.open()
    read = "async (text) => (await import('/pages/plaintext.js')).readable(text)"
    assert page.evaluate(read, text) == plain


GAP = "no source answers: “How long does it take?”"


@pytest.mark.parametrize(
    ("reply", "said", "kind", "state"),
    [
        ({}, "What does it cost?", "ready", "Ready in 12 ms · 1 source"),
        ({"missing": [GAP]}, "What is it? What does it cost? Where? How long does it take?", "weak",
         "3 of 4 questions answered"),
        ({"missing": [GAP]}, "Tell me what it costs and how long it takes.", "weak",
         "1 question not answered"),
        ({"warnings": ["A sentence was left out."]}, "What does it cost?", "weak", "1 warning"),
        ({"segments": [{"text": "It is £9.", "citations": [], "supported": False}]}, "Price?",
         "weak", "1 warning"),
        ({"missing": ["they order a lamp: check first"]}, "A lamp, please.", "weak", "1 note"),
        ({"segments": [], "abstained": True, "missing": [GAP]}, "How long does it take?", "weak",
         "No reply: no source answers this"),
        ({"segments": [], "abstained": True, "missing": ["no source answers: “a lot”"]},
         "Thanks a lot, have a good day!", "none", "Nothing to answer"),
        ({"segments": [], "abstained": True, "missing": [GAP]},
         "Thanks, and the refund has not come.", "weak", "No reply: no source answers this"),
    ],
)  # fmt: skip
def test_the_state_tells_a_doubtful_reply_from_a_good_one(
    visit: Visit, reply: dict[str, Any], said: str, kind: str, state: str
) -> None:
    page = answering(visit, suggestion(**reply), said)
    expect(page.locator(".state")).to_have_text(state)
    expect(page.locator(".state")).to_have_attribute("data-kind", kind)
    expect(page.locator(".missing")).to_have_count(
        1 if reply.get("missing") and kind != "none" else 0
    )


@pytest.mark.parametrize(
    "visit",
    [{"viewport": {"width": w, "height": 800}} for w in (1440, 280)],
    ids=["wide", "narrow"],
    indirect=True,
)
def test_a_colleagues_reply_is_not_cut(visit: Visit) -> None:
    page = answering(visit, suggestion(), "What does it cost?")
    text = page.locator(".alternative-text")
    expect(text).to_contain_text("router first")
    assert text.evaluate("(node) => node.scrollHeight <= node.clientHeight + 1")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".alternative-foot")).to_contain_text("Past conversation i-1, turn 2")
    page.locator(".alternative button", has_text="Use").press("Enter")
    expect(page.locator(".turns .said").last).to_contain_text("router first")


def test_a_need_that_is_held_names_its_product_and_price(visit: Visit) -> None:
    page = visit.choose("Three new rooms under the roof")
    visit.ready()
    why = page.locator("details.quiet-line")
    expect(why).to_contain_text("a need is held back")
    why.locator("summary").press("Enter")
    expect(why.locator(".why")).to_contain_text("Extra zones pack, £1.50 a month")


@pytest.mark.parametrize(
    "visit", [{"locale": "en-US", "timezone_id": "Europe/London"}], indirect=True
)
def test_the_hours_are_the_companys(visit: Visit) -> None:
    page = visit.choose("Three new rooms under the roof")
    times = page.locator(".turns time").all_inner_texts()
    assert times and all(re.search(r"\b\d\d:\d\d\b", t) for t in times)
    assert not any(re.search(r"[AP]M", t, re.IGNORECASE) for t in times)


def test_a_long_list_opens_and_closes_again(visit: Visit) -> None:
    row = {"customer_id": "C-1001", "kind": "loop", "source_id": "i-0", "status": "open",
           "body": {"quote": "Where is it?", "times_asked": 1}}  # fmt: skip
    visit.page.route(
        "**/v1/loops?*", lambda route: route.fulfill(json={"loops": [dict(row) for _ in range(9)]})
    )
    page = visit.open("#queue")
    part = page.locator(".queue-part.loop")
    expect(part.locator(".queue-item")).to_have_count(3)
    part.get_by_role("button", name="Show all 9").press("Enter")
    expect(part.locator(".queue-item")).to_have_count(9)
    part.get_by_role("button", name="Show the first 3").press("Enter")
    expect(part.locator(".queue-item")).to_have_count(3)


@pytest.mark.parametrize(
    "visit", [{"viewport": {"width": 280, "height": 700}, "locale": "en-GB"}], indirect=True
)
def test_the_first_case_is_near_the_top_of_a_narrow_queue(visit: Visit) -> None:
    page = visit.open("#queue")
    expect(page.locator(".queue-item").first).to_be_visible()
    box = page.locator(".queue-item").first.bounding_box()
    assert box is not None and box["y"] < 450
    assert page.evaluate("document.documentElement.scrollHeight") < 6000
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_to_do_first_is_apart_from_what_no_source_answers(visit: Visit) -> None:
    todo = "do it, then send: they order a lamp"
    page = answering(visit, suggestion(missing=[GAP, todo]), "A lamp, please. How long?")
    told = page.locator(".missing")
    expect(told).to_have_count(2)
    expect(told.nth(0)).to_have_text(f"Before you send{todo}")
    expect(told.nth(1)).to_have_text(f"Not covered by any source{GAP}")


@pytest.mark.parametrize(("shown_by", "is_owed"), [(None, True), ("i-9/3", False)])
def test_a_false_word_that_was_put_right_is_owed_no_more(
    visit: Visit, shown_by: str | None, *, is_owed: bool
) -> None:
    owed = """async ({ promise }) => {
      const { owedPanel } = await import('/pages/story.js');
      return owedPanel([promise], [], new Date('2026-11-01T12:00:00Z')).innerText;
    }"""
    promise = {
        "status": "conflict", "kept_evidence": shown_by, "due": None, "quote": "It works.",
        "promisor_role": "sales", "promisor": "Rhys", "conflict_with": "plans",
    }  # fmt: skip
    text = visit.open().evaluate(owed, {"promise": promise})
    assert ("contradicts a fact" in text) is is_owed
    assert text.startswith("Nothing owed") is not is_owed


NEAREST = [
    {"source_id": "freeze", "title": "Freezing", "heading": "What it costs", "url": None,
     "quote": "| Item | Cost |\n|---|---|\n| A month | £5 |", "visibility": "public"},
    {"source_id": "int-desk", "title": "For the desk", "heading": "", "url": None,
     "quote": "Only once a year.", "visibility": "internal"},
]  # fmt: skip


def test_a_silent_reply_shows_what_to_read_and_to_write_with(visit: Visit) -> None:
    silent = {"segments": [], "text": "", "abstained": True, "missing": [GAP]}
    body = {**suggestion(**silent), "citations": [], "nearest": NEAREST}
    page = answering(visit, body, "Can I put it on ice?")
    passages = page.locator(".nearest li")
    expect(passages).to_have_count(2)
    expect(passages.nth(0)).to_contain_text("Freezing › What it costs")
    expect(passages.nth(1)).to_contain_text("internal, not to be quoted")
    expect(passages.nth(1).get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("This draft cites nothing.")).to_have_count(0)
    passages.nth(0).get_by_role("button", name="Write with it").press("Enter")
    area = page.get_by_label("Your version of the reply")
    expect(area).to_be_focused()
    expect(area).to_have_value("A month: £5")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
