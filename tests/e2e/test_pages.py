"""The page to try it, in a real browser against a real server with a part of the demo's data."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Page, expect

from copilot.auth import digest, new_key
from tests.e2e.visit import EVIL, EVIL_LINK, Visit

pytestmark = pytest.mark.browser


def test_it_loads_without_a_fault_and_asks_nobody_else(visit: Visit) -> None:
    page = visit.open()
    visit.ready()
    for view in ("#queue", "#customer", "#customer=C-1003"):
        page.evaluate("(view) => { location.hash = view; }", view)
        expect(page.locator("#page h1")).to_be_visible()
    assert visit.faults == []
    assert page.evaluate("window.violations") == []
    assert {url for url in visit.requests if not url.startswith(visit.site.url)} == set()


def test_the_policy_of_the_page_stops_inline_script_and_foreign_hosts(visit: Visit) -> None:
    page = visit.open()
    page.evaluate(
        """() => {
          const inline = document.createElement("script");
          try {
            inline.textContent = "window.pwned = 1";
            document.body.append(inline);
          } catch { /* a script's text is a sink: trusted types refuse it */ }
          const picture = document.createElement("img");
          picture.src = "https://evil.example/pixel.png";
          document.body.append(picture);
          try { document.body.innerHTML = "<b>x</b>"; } catch { window.sinkRefused = true; }
        }"""
    )
    page.wait_for_function("window.violations.length >= 2")
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("window.sinkRefused") is True


def test_a_conversation_is_played_by_keyboard_alone(visit: Visit) -> None:
    page = visit.choose("A valve that shows E23")
    page.locator("body").press("j")
    expect(page.locator(".turns .turn")).to_have_count(2)
    expect(page.locator(".banner")).to_contain_text("draft before")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".turns .turn")).to_have_count(3)
    visit.ready()
    page.keyboard.press("k")
    expect(page.locator(".turns .turn")).to_have_count(2)
    page.locator("#next-turn").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".progress")).to_have_text("3 of 5")
    visit.ready()
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate("document.activeElement.className || document.activeElement.tagName")
        )
    assert {"cite", "primary", "tl-open"} <= seen  # no trap between the columns


def test_typing_a_shortcut_into_a_field_types_it(visit: Visit) -> None:
    page = visit.choose("A valve that shows E23")
    page.locator(".composer summary").click()
    page.get_by_label("What they say").press_sequentially("jjk")
    assert page.get_by_label("What they say").input_value() == "jjk"
    expect(page.locator(".turns .turn")).to_have_count(1)


def test_shortcuts_can_be_switched_off(visit: Visit) -> None:
    page = visit.choose("A valve that shows E23")
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Single-key shortcuts").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(page.locator(".turns .turn")).to_have_count(1)


def test_a_citation_shows_its_quote_and_leads_to_its_source(visit: Visit) -> None:
    page = visit.choose("A valve that shows E23")
    chip = page.locator(".cite").first
    chip.focus()
    quote = page.locator(".peek .voice").inner_text()
    assert quote
    chip.press("Enter")
    chosen = page.locator(".source.chosen")
    expect(chosen).to_be_focused()
    expect(chosen.locator("blockquote")).to_have_text(quote.strip("“”"))
    page.keyboard.press("Escape")
    expect(chip).to_be_focused()


def test_the_announcement_is_made_once_for_a_whole_draft(visit: Visit) -> None:
    page = visit.choose("A valve that shows E23")
    expect(page.locator("#live")).to_contain_text("source")
    expect(page.locator(".reply-body")).to_have_attribute("aria-busy", "false")
    assert page.locator("[aria-live]").count() == 1


def test_the_story_shows_both_departments_and_what_is_owed(visit: Visit) -> None:
    page = visit.choose("By March, you can rely on that")
    expect(page.locator(".story .profile-name")).to_have_text("Marisol Quint")
    story = page.locator(".story")
    expect(story.locator(".tl-row.contact.sales").first).to_be_visible()
    expect(story.locator(".tl-row.contact.service").first).to_be_visible()
    expect(story.locator(".owed-item").first).to_be_visible()
    expect(story.locator(".thread")).to_have_count(story.locator(".tl-dot").count() - 1)
    contact = story.locator(".tl-open").first
    contact.click()
    expect(contact).to_have_attribute("aria-expanded", "true")
    expect(story.locator(".tl-said .mini").first).to_be_visible()


def test_the_silence_of_the_need_engine_is_one_quiet_line(visit: Visit) -> None:
    page = visit.choose("By March, you can rely on that")
    expect(page.locator(".card.need")).to_have_count(0)
    expect(page.locator(".quiet-line", has_text="Nothing to offer")).to_be_visible()


def test_hostile_text_stays_text(visit: Visit) -> None:
    hostile = (
        f"Customer: {EVIL} the lamp shows error Q77, what is the cure for error Q77? {EVIL_LINK}"
    )
    page = visit.write_own(hostile, "C-EVIL")
    expect(page.locator(".said").first).to_contain_text(EVIL)
    expect(page.locator(".story .profile-name")).to_have_text(EVIL)
    page.locator(".story .tl-open").first.click()
    page.evaluate("location.hash = '#customer=C-EVIL'")
    expect(page.locator("#page .profile-name")).to_have_text(EVIL)
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img").count() == 0
    links = page.eval_on_selector_all("a", "(all) => all.map((a) => a.protocol)")
    assert set(links) <= {"http:", "https:"}
    assert page.locator("a[href*='evil.example']").count() == 0
    assert page.evaluate("window.violations") == []


def noting(page: Page, event: str) -> AbstractContextManager[object]:
    """Waits until the server has answered the note of this event."""
    return page.expect_response(
        lambda answer: (
            answer.url.endswith("/v1/feedback")
            and answer.request.post_data_json["event"] == event
            and answer.status == 201
        )
    )


def test_what_the_agent_did_is_noted(visit: Visit) -> None:
    page = visit.choose("A valve that shows E23")
    page.keyboard.press("x")
    with noting(page, "dismissed"):
        page.keyboard.press("Enter")
    expect(page.locator(".made")).to_contain_text("Dismissed")
    page.get_by_role("button", name="Suggest again").click()
    visit.ready()
    page.keyboard.press("e")
    page.locator(".edit-area").fill("Press the pin ten times, Owen.")
    with noting(page, "edited"):
        page.keyboard.press("Control+Enter")
    expect(page.locator(".turn .tag", has_text="your reply")).to_be_visible()
    page.keyboard.press("k")
    visit.ready()
    with noting(page, "inserted"):
        page.keyboard.press("u")
    store = visit.site.app.state.copilot.store()
    events = [row["event"] for row in store.journal.feedback_since()]
    assert {"shown", "dismissed", "edited", "inserted"} <= set(events)


def test_a_reply_being_edited_survives_a_new_turn(visit: Visit) -> None:
    page = visit.choose("Three new rooms under the roof")
    page.keyboard.press("e")
    page.locator(".edit-area").fill("My own words.")
    page.locator("#next-turn").click()
    page.locator("#next-turn").click()
    expect(page.locator(".draft:not(.writing) .actions")).to_have_count(2)
    assert page.locator(".edit-area").input_value() == "My own words."


def test_a_new_turn_ends_the_running_request_and_marks_the_draft_stale(visit: Visit) -> None:
    page = visit.choose("Three new rooms under the roof")
    bodies: list[int] = []
    page.on(
        "request",
        lambda r: (
            bodies.append(len(r.post_data_json["conversation"]["turns"]))
            if r.url.endswith("/v1/suggestions")
            else None
        ),
    )
    page.keyboard.press("j")
    expect(page.locator("[data-stale]")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    visit.ready()
    assert bodies[-1] == 5
    assert len(bodies) <= 2  # a burst of turns is one request, or two where the machine is slow


@pytest.mark.parametrize("visit", [{"viewport": {"width": 280, "height": 640}}], indirect=True)
@pytest.mark.parametrize("view", ["", "#queue", "#customer=C-1001"])
def test_it_fits_280_pixels_without_sideways_scrolling(visit: Visit, view: str) -> None:
    page = visit.open(view)
    expect(page.locator(".tl-open, .queue-item").locator("visible=true").first).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 280
    if not view:
        visit.ready()
        page.locator(".jump button", has_text="Story").click()
        expect(page.locator("#story-title")).to_be_focused()


@pytest.mark.parametrize(
    "visit",
    [{"viewport": {"width": 1440, "height": 900}, "color_scheme": c} for c in ("light", "dark")],
    ids=["light", "dark"],
    indirect=True,
)
def test_text_has_contrast_and_targets_have_size(visit: Visit) -> None:
    page = visit.choose("By March, you can rely on that")
    parts = (
        ".said, .who .name, .who time, .sentence, .cite, .source-title, .source blockquote, "
        ".source-meta, .state, .hint, .pill, .badge, .dept, .tl-title, .tl-meta, .tl-month, .tag, "
        ".eyebrow, .sub, button:not(:disabled), .about, .profile-name, .quiet-line, .views a, "
        ".missing li, .missing h3, .checks li, .outcome"
    )
    measured = page.evaluate("measures.contrast", parts)
    assert len(measured) > 60
    assert [found for found in measured if found[0] < 4.5] == []
    assert page.evaluate("measures.small") == []
    page.evaluate("location.hash = '#queue'")
    expect(page.locator(".queue-item").first).to_be_visible()
    assert [
        found
        for found in page.evaluate("measures.contrast", ".queue-item *, .tile *")
        if found[0] < 4.5
    ] == []


def test_outside_of_the_demo_it_asks_for_a_key(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit.site.settings, "demo", False)
    page = visit.open()
    field = page.get_by_label("API key", exact=True)
    field.fill("ck_wrong")
    page.get_by_role("button", name="Open").click()
    expect(page.locator(".fault")).to_contain_text("unknown or revoked")
    assert page.evaluate("sessionStorage.length") == 0
    assert page.evaluate("localStorage.length") == 0


def key_of(visit: Visit) -> str:
    """An agent's key of the site that is visited."""
    key, database = new_key(), visit.site.app.state.copilot.database
    database.add_key(tenant=visit.site.settings.tenant, role="agent", digest=digest(key))
    return key


@pytest.mark.parametrize(("view", "focused"), [("", "own-text"), ("#imports", "main")])
def test_with_the_key_the_focus_goes_to_the_first_field(
    view: str, focused: str, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit.site.settings, "demo", False)
    key = key_of(visit)
    page = visit.open(view)
    page.get_by_label("API key", exact=True).fill(key)
    page.keyboard.press("Enter")
    expect(page.locator(f"#{focused}")).to_be_focused()
    expect(page.locator(".door")).to_have_count(0)
    expect(page.get_by_role("button", name="Forget the key")).to_be_visible()
    page.reload()
    expect(page.locator("#desk, #page").locator("visible=true").first).to_be_visible()
    assert [f for f in visit.faults if "404" not in f and "403" not in f] == []


def test_only_the_demo_speaks_of_its_own_products(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit.open()
    page.locator(".picker-toggle").click()
    page.locator(".picker-own").click()
    expect(page.locator("#own-text")).to_have_attribute("placeholder", re.compile("E23"))
    monkeypatch.setattr(visit.site.settings, "demo", False)
    key = key_of(visit)
    page.reload()
    page.get_by_label("API key", exact=True).fill(key)
    page.keyboard.press("Enter")
    shown = page.locator("#own-text")
    expect(shown).to_have_attribute("placeholder", re.compile("^Customer: "))
    assert not re.search("E23|valve|kitchen", page.content(), re.IGNORECASE)


def test_a_problem_is_told_in_words(visit: Visit) -> None:
    page = visit.open("#customer=C-9999")
    expect(page.locator(".problem h3")).to_have_text("Not found")
    expect(page.locator(".problem")).to_contain_text("There is no customer 'C-9999'")


def test_the_queue_puts_overdue_promises_first(visit: Visit) -> None:
    page = visit.open("#queue")
    first = page.locator(".queue-part").first
    expect(first.locator("h2")).to_contain_text("Overdue promises")
    expect(first.locator(".queue-item").first).to_contain_text("late")
    first.locator(".queue-who a").first.click()
    expect(page.locator(".tl.large")).to_be_visible()
