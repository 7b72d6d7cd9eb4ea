"""Keys, focus and the passing line of the page: nothing is done unseen, nothing is covered."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_reading_page import GAP, answering, suggestion
from tests.e2e.visit import Visit

pytestmark = pytest.mark.browser

NO_REPLY = {"text": "", "segments": [], "abstained": True, "missing": [GAP]}
NARROW = {"viewport": {"width": 280, "height": 700}}


def noted(page: Page) -> list[str]:
    """The events of feedback that the page sends from now on."""
    events: list[str] = []
    page.on(
        "request",
        lambda r: (
            events.append(r.post_data_json["event"]) if r.url.endswith("/v1/feedback") else None
        ),
    )
    return events


def test_where_no_reply_is_suggested_there_is_none_to_use(visit: Visit) -> None:
    page = answering(visit, suggestion(**NO_REPLY), "How long does it take?")
    events = noted(page)
    page.locator("body").press("u")
    page.keyboard.press("c")
    expect(page.locator("#live")).to_contain_text("nothing to copy")
    expect(page.locator(".turns .turn")).to_have_count(1)
    expect(page.locator(".state")).to_have_text("No reply: no source answers this")
    assert "inserted" not in events
    page.keyboard.press("e")
    page.keyboard.type("xu")
    expect(page.locator(".edit-area")).to_have_value("xu")


def test_a_reply_is_used_once(visit: Visit) -> None:
    page = answering(visit, suggestion(), "What does it cost?")
    page.locator("body").press("u")
    expect(page.locator(".turns .turn")).to_have_count(2)
    for key in "uex":
        page.keyboard.press(key)
    expect(page.locator(".turns .turn")).to_have_count(2)
    expect(page.locator(".edit-area, .reasons")).to_have_count(0)


def test_the_key_for_editing_keeps_what_is_written(visit: Visit) -> None:
    page = answering(visit, suggestion(), "What does it cost?")
    page.locator("body").press("e")
    page.locator(".edit-area").fill("My words.")
    page.locator("#next-turn").evaluate("(node) => { node.disabled = false; node.focus(); }")
    page.keyboard.press("e")
    expect(page.locator(".edit-area")).to_be_focused()
    expect(page.locator(".edit-area")).to_have_value("My words.")


def test_the_focus_stays_where_a_conversation_was_chosen(visit: Visit) -> None:
    page = visit.choose("A valve that shows E23")
    page.locator(".picker-toggle").press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".picker-toggle")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator(".picker-own").press("Enter")
    expect(page.get_by_label("Your conversation")).to_be_focused()


@pytest.mark.parametrize(
    ("origin", "name"),
    [("record", "Customer record"), ("catalogue", "Catalogue"), ("article", "Article"),
     (None, "Article")],
)  # fmt: skip
def test_a_source_is_called_what_it_is(visit: Visit, origin: str | None, name: str) -> None:
    body = suggestion()
    body["citations"][0]["origin"] = origin
    page = answering(visit, body, "What does it cost?")
    expect(page.locator(".source-meta")).to_have_text(f"{name} · plans")


def test_the_server_tells_record_catalogue_and_article_apart(visit: Visit) -> None:
    page = visit.choose("Three new rooms under the roof")
    for _ in range(4):
        page.keyboard.press("j")
    visit.ready()
    meta = page.locator(".source-meta")
    expect(meta.filter(has_text="VALVE-1")).to_have_text("Catalogue · VALVE-1")
    expect(meta.filter(has_text="fault-zone")).to_have_text("Article · fault-zone-limit-e55")


def show_toast(page: Page) -> None:
    page.evaluate(
        "async () => (await import('/pages/toast.js'))"
        ".toast('Your reply stands in the conversation.', { label: 'Undo', act() {} })"
    )
    expect(page.locator(".toast")).to_be_visible()


@pytest.mark.parametrize("visit", [NARROW], ids=["280"], indirect=True)
def test_the_passing_line_breaks_no_word_and_covers_nothing(visit: Visit) -> None:
    page = answering(visit, suggestion(), "What does it cost?")
    show_toast(page)
    undo = page.locator(".toast button")
    assert undo.evaluate("(b) => b.scrollWidth <= b.clientWidth && b.clientHeight <= 30")
    undo.focus()
    expect(page.locator(".toast")).to_be_visible()
    page.evaluate(
        """() => {
          const under = document.createElement("button");
          under.style.cssText = "position:fixed;inset-block-end:20px;inset-inline:20px";
          under.id = "under";
          document.querySelector("main").append(under);
        }"""
    )
    page.locator("#next-turn").evaluate("(n) => { n.disabled = false; scrollTo(0, 0); }")
    page.locator(".picker-toggle").focus()
    expect(page.locator(".toast")).to_be_visible()
    page.locator("#under").focus()
    expect(page.locator(".toast")).to_have_count(0)


def test_the_passing_line_goes_with_its_page_and_before_an_editor(visit: Visit) -> None:
    page = answering(visit, suggestion(), "What does it cost?")
    show_toast(page)
    page.locator("body").press("e")
    expect(page.locator(".toast")).to_have_count(0)
    show_toast(page)
    page.evaluate("location.hash = '#queue'")
    expect(page.locator(".toast")).to_have_count(0)


def told(kept: str, late: str) -> dict[str, Any]:
    """One contact with two promises: the kept one due first, so it begins above."""
    say = {"id": "t1", "speaker": "agent", "role": "service", "text": f"{kept} {late}", "at": None,
           "visibility": "public"}  # fmt: skip
    contact = {
        "id": "i-1", "kind": "contact", "at": "2026-10-05T09:00:00Z", "channel": "chat",
        "roles": ["service"], "title": "Two promises", "resolved": False, "reopened": False,
        "rating": None, "turns": [say],
    }  # fmt: skip
    later = {**contact, "id": "i-2", "at": "2026-10-20T09:00:00Z", "title": "Later", "turns": []}

    def promise(name: str, status: str, due: str) -> dict[str, Any]:
        return {"promise_id": name, "conversation_id": "i-1", "status": status, "due": due,
                "what": name, "quote": name, "promisor_role": "service"}  # fmt: skip

    promises = [promise(kept, "kept", "2026-10-08"), promise(late, "overdue", "2026-10-09")]
    return {"events": [contact, later], "promises": promises, "open_loops": []}


@pytest.mark.parametrize("visit", [NARROW], ids=["280"], indirect=True)
@pytest.mark.parametrize("oldest_first", [False, True])
def test_a_kept_promise_never_takes_the_place_of_a_broken_one(
    visit: Visit, *, oldest_first: bool
) -> None:
    page = visit.open()
    visit.ready()
    drawn = page.evaluate(
        """async ({ told, oldestFirst }) => {
          const { timeline } = await import('/pages/timeline.js');
          const now = new Date('2026-11-01T12:00:00Z');
          const node = timeline(told, { now, oldestFirst });
          document.querySelector('main').replaceChildren(node);
          await new Promise((done) => setTimeout(done, 300));
          return [...node.querySelectorAll('.span')].map((g) => g.getAttribute('class'));
        }""",
        {"told": told("bring the part", "ring you"), "oldestFirst": oldest_first},
    )
    assert drawn == ["span overdue"]
