"""Hand-offs on the page: the whole packet at a glance, made, taken, declined and returned there."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.visit import EVIL, Visit

pytestmark = pytest.mark.browser

IS_MOVE = re.compile(r"/v1/handoffs/(?!check$)")
ASK = "May a colleague from sales ring you about it?"
YES = "Yes, please do, tomorrow after four"
PACKET: dict[str, Any] = {
    "customer": {
        "ids": ["C-1001"], "name": "Ana", "owns": ["Lamp", "Lamp"], "facts": ["Rents"],
        "open_cases": ["CASE-1: refund"],
    },
    "need": "A lamp that is enough for two rooms",
    "quotes": [{"conversation": "i-1", "turn": "t1", "quote": "I need light in two rooms"}],
    "constraints": ["at most £40"], "cheapest_sufficient": ["LAMP", "LAMP"],
    "products": [
        {"sku": "LAMP", "count": 2, "name": "Bed lamp", "price": 19, "currency": "GBP",
         "period": "once"},
    ],
    "costs": [{"amount": 38, "currency": "GBP", "period": "once"}],
    "said": [{"conversation": "i-1", "turn": "t1", "quote": f"I need light in two rooms. {EVIL}"}],
    "tried": [{"quote": "I changed the bulb"}],
    "deadline": [{"quote": "Before we move on 1 June", "on": "2026-06-01"}],
    "decider": [{"quote": "My landlord has to agree"}],
    "budget": [{"quote": "Not more than £40"}],
    "preferred_time": [{"quote": "tomorrow after four"}],
    "told_so_far": [
        {"id": "i-0", "at": "2026-05-01", "channel": "chat", "subject": "Bulbs", "resolved": True,
         "last_word_of_ours": "Try another bulb."},
        {"id": "i-1", "at": "2026-05-03", "channel": "email", "subject": "Light",
         "resolved": False, "last_word_of_ours": "I ask sales.",
         "told": ["The visit was £72."]},
    ],
    "open_promises": [
        {"quote": "I will post the bulb", "what": "post", "status": "overdue",
         "due": "2026-05-02", "from": "i-0", "by": "service"},
    ],
    "open_loops": [
        {"quote": "Where is my refund?", "status": "open", "due": None, "from": "i-0",
         "times_asked": 2, "what": "refund"},
    ],
    "do_not": ["Do not repeat “it is free”: prices says otherwise."],
    "quiet_periods": [{"until": "2026-07-30", "skus": ["COVER"], "why": "declined"}],
    "consent_quote": YES,
    "consent": {"quote": YES, "conversation": "i-1", "turn": "t3", "asked": ASK,
                "at": "2026-05-03T09:00:00+00:00"},
    "to_thank": [{"name": "Mel", "role": "service", "conversation": "i-1"}],
    "note": "Ring after four, please.",
    "return_as": ["met", "not a need", "not now", "lost to whom"], "kept_back": 1,
    "kept_why": [{"why": "told by a customer with a care sign on file", "count": 1}],
    "care": ["vulnerability_financial"], "lacking": "Conversation c-9 was not sent along.",
}  # fmt: skip
EMPTY = {
    name: [] if isinstance(value, list) else None
    for name, value in PACKET.items()
    if name != "customer"
}
ROW = {
    "id": "h-1", "customer_id": "C-1001", "to_role": "sales", "state": "offered", "note": None,
    "packet": PACKET, "by": "k", "created_at": "2026-05-04T09:00:00Z",
    "updated_at": "2026-05-04T09:00:00Z",
}  # fmt: skip
SHOWN = (
    "Ring after four, please.", "Do not repeat “it is free”", "A lamp that is enough",
    "2 × Bed lamp", "£38.00 once", "I need light in two rooms", YES, ASK, "3 May 2026",
    "tomorrow after four", "Before we move", "1 Jun 2026", "Not more than £40", "My landlord",
    "at most £40", "I changed the bulb", "CASE-1: refund", "COVER until 30 Jul 2026",
    "I will post the bulb", "due 2 May 2026", "Where is my refund?", "asked 2 times",
    "I ask sales.", "Lamp × 2", "Rents", "Mel", "1 text kept back", "told by a customer",
    "The visit was £72.", "money is tight", "was not sent along",
)  # fmt: skip


def queue_of(visit: Visit, *rows: dict[str, Any]) -> Page:
    """The work queue with these hand-offs in it."""
    visit.page.route("**/v1/handoffs", lambda route: route.fulfill(json={"handoffs": list(rows)}))
    return visit.open("#queue")


def api(visit: Visit) -> httpx.Client:
    key = httpx.post(f"{visit.site.url}/demo/session").json()["key"]
    return httpx.Client(base_url=visit.site.url, headers={"Authorization": f"Bearer {key}"})


def offered(visit: Visit, note: str) -> tuple[Page, Locator]:
    """A hand-off to service in the queue; the tests of this file share one server."""
    with api(visit) as client:
        body = {"customer_id": "C-1003", "to_role": "service", "note": note}
        assert client.post("/v1/handoffs", json=body).status_code == 201
    page = visit.open("#queue")
    return page, page.locator(".queue-item.handoff", has_text=note)


SIZES = [
    {"viewport": {"width": w, "height": 800}, "color_scheme": c, "locale": "en-GB"}
    for w in (1440, 280)
    for c in ("light", "dark")
]


@pytest.mark.parametrize(
    "visit", SIZES, ids=["wide", "wide-dark", "280", "280-dark"], indirect=True
)
def test_the_whole_packet_is_drawn(visit: Visit) -> None:
    page = queue_of(visit, ROW)
    card = page.locator(".queue-item.handoff")
    card.locator("summary", has_text="1 contact before").press("Enter")
    expect(card.locator(".told blockquote", has_text="Try another bulb.")).to_be_visible()
    text = card.inner_text()
    assert [line for line in SHOWN if line not in text] == []
    expect(card.locator("mark")).to_have_text(["I need light in two rooms"])
    assert EVIL in text and page.evaluate("window.pwned") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    measured = page.evaluate("measures.contrast", ".queue-item.handoff *, .tile *")
    assert [found for found in measured if found[0] < 4.5] == []
    assert page.evaluate("measures.small") == []


def test_what_is_empty_is_left_out(visit: Visit) -> None:
    packet = {**EMPTY, "customer": {"ids": ["C-1001"], "name": "Ana"}}
    card = queue_of(visit, {**ROW, "packet": packet}).locator(".queue-item.handoff")
    expect(card.locator(".packet")).to_be_empty()
    expect(card.locator("button")).to_have_text(["Accept", "Decline"])


def test_a_handoff_is_taken_and_returned_by_keyboard(visit: Visit) -> None:
    page, card = offered(visit, "Take and return this one.")
    card.locator("button", has_text="Accept").press("Enter")
    expect(card.locator(".tag")).to_have_text("accepted")
    expect(page.locator("#queue-handoff")).to_be_focused()
    card.locator("button", has_text="Return").press("Enter")
    expect(card.get_by_label("Result")).to_be_focused()
    card.get_by_label("Result").select_option("not now")
    card.get_by_label("In a few words").fill("She asks again in spring")
    page.keyboard.press("Enter")
    expect(card).to_have_count(0)
    page.locator("summary", has_text="settled").press("Enter")
    expect(page.locator(".told", has_text="not now: She asks again in spring")).to_be_visible()


def test_a_decline_asks_for_the_reason(visit: Visit) -> None:
    page, card = offered(visit, "Decline this one.")
    moved: list[str] = []
    page.on("request", lambda r: moved.append(r.url) if IS_MOVE.search(r.url) else None)
    card.locator("button", has_text="Decline").press("Enter")
    reason = card.get_by_label("Why is it declined?")
    expect(reason).to_be_focused()
    page.keyboard.press("Enter")  # no reason, no decline
    expect(reason).to_be_focused()
    page.keyboard.press("Escape")
    expect(card.locator("button", has_text="Decline")).to_be_focused()
    card.locator("button", has_text="Decline").press("Enter")
    reason.fill("It belongs to billing")
    page.keyboard.press("Enter")
    expect(card).to_have_count(0)
    page.locator("summary", has_text="settled").press("Enter")
    expect(page.locator(".told", has_text="It belongs to billing")).to_be_visible()
    assert len(moved) == 1


def test_a_case_goes_to_service_with_a_note(visit: Visit) -> None:
    page = visit.choose("By March, you can rely on that")
    page.locator(".handover button", has_text="Hand to service").press("Enter")
    expect(page.get_by_label("Note (the packet")).to_be_focused()
    page.keyboard.type("Ring her today; she wants one name.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".handover .quiet-line")).to_contain_text("Offered to service")
    page.locator(".handover a").press("Enter")
    card = page.locator(".queue-item.handoff", has_text="she wants one name")
    expect(card).to_contain_text("I am planning next season")


def test_to_sales_it_takes_their_words_and_says_what_stands_in_the_way(visit: Visit) -> None:
    agreed = f"Agent: {ASK}\nCustomer: {YES}"
    page = visit.write_own(agreed, "C-1001")
    form = page.locator(".handover form")
    page.locator(".handover button", has_text="Hand to sales").click()
    form.locator("button", has_text="Hand to sales").click()
    expect(form.locator(".fault")).to_contain_text("choose the words")
    expect(form.locator("select")).to_be_focused()
    form.locator("select").select_option(YES)
    form.locator("button", has_text="Hand to sales").click()
    expect(page.locator(".handover .quiet-line")).to_contain_text("Offered to sales")
    page = visit.write_own(agreed, "C-1003")
    way = page.locator(".handover button", has_text="Hand to sales")
    expect(page.locator(".handover .hint")).to_contain_text("Fix first")
    expect(way).to_be_disabled()
    expect(page.locator(".handover button", has_text="Hand to service")).to_be_enabled()


def test_in_care_sales_is_closed_with_the_reason_and_the_packet_says_it(visit: Visit) -> None:
    lost = "They closed our branch. I lost my job and the bill bounced. My son has asthma."
    page = visit.write_own(f"Customer: {lost}", "C-1001")
    expect(page.locator(".handover .hint")).to_contain_text("Care comes first")
    expect(page.locator(".handover button", has_text="Hand to sales")).to_be_disabled()
    page.locator(".handover button", has_text="Hand to service").click()
    page.locator(".handover form button", has_text="Hand to service").click()
    page.locator(".handover a").press("Enter")
    card = page.locator(".queue-item.handoff", has_text="They closed our branch").first
    for text in ("Offer nothing", "Do not ask again", "money is tight", "text kept back", "health"):
        expect(card).to_contain_text(text)
    expect(card).not_to_contain_text("asthma")


def test_what_is_said_now_opens_and_closes_the_way_to_sales(visit: Visit) -> None:
    allowed = {"allowed": False, "reason": "vulnerability_health", "detail": "Care comes first."}
    visit.page.route("**/v1/handoffs/check", lambda route: route.fulfill(json=allowed))
    page = visit.write_own(f"Agent: {ASK}\nCustomer: {YES}", "C-1001")
    way = page.locator(".handover button", has_text="Hand to sales")
    expect(way).to_be_disabled()
    allowed.update(allowed=True)
    page.evaluate("document.querySelector('.handover').recheck()")
    expect(way).to_be_enabled()
    expect(page.locator(".handover .hint")).to_have_count(0)


def test_a_story_alone_can_be_handed_over(visit: Visit) -> None:
    page = visit.choose("A valve that shows E23")
    page.locator("#story .handover button", has_text="Hand to service").click()
    page.evaluate("location.hash = '#customer=C-1008'")
    story = page.locator("#page .handover")
    story.locator("button", has_text="Hand to service").click()
    story.get_by_label("Note (the packet").fill("From his story.")
    story.locator("form button", has_text="Hand to service").click()
    expect(story.locator(".quiet-line")).to_contain_text("Offered to service")


@pytest.mark.parametrize("need", ["The app says E55", "the app says e55.", "The app says"])
def test_a_held_need_says_its_words_once(visit: Visit, need: str) -> None:
    body = {
        "need": need,
        "evidence": [{"quote": "The app says E55."}],
        "release_when": "it is done",
    }
    row = {"customer_id": "C-1001", "disposition": "hold", "body": body}
    asked: list[str] = []
    visit.page.route("**/v1/needs?*", lambda route: route.fulfill(json={"needs": [row]}))
    item = visit.open("#queue").locator(".queue-part.need .queue-item")
    expect(item.locator(".hint")).to_have_text("it is done")
    visit.page.on("request", lambda r: asked.append(r.url) if "/v1/needs" in r.url else None)
    body["need"] = "More zones"
    visit.page.reload()
    expect(item.locator(".hint")).to_have_text("More zones · it is done")
    assert ["state=surfaced&state=held&once=true" in url for url in asked] == [True]
