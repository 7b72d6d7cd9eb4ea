"""The page of imports: what came in, what did not and why, and sums that add up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from copilot.db.tables import jobs
from ingest.cli import run_with_progress
from tests.e2e.visit import EVIL, Site, Visit

pytestmark = pytest.mark.browser

TICKET = {
    "channel": "chat",
    "turns": [
        {"speaker": "customer", "text": "The lamp is dark.", "visibility": "public"},
        {"speaker": "agent", "text": "Turn it on, please.", "visibility": "public"},
    ],
}


@pytest.fixture
def without_runs(site: Site) -> None:
    scope = site.app.state.copilot.store().journal.scope
    with scope.writing() as connection:
        connection.execute(delete(jobs))


@pytest.fixture
def with_runs(site: Site, without_runs: None, tmp_path: Path) -> None:
    """A sound import, then one of two files in which five records cannot be read."""
    copilot = site.app.state.copilot
    sound = tmp_path / "sound.jsonl"
    sound.write_text(json.dumps({"id": "s-1", **TICKET}) + "\n", "utf-8")
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    tickets = [json.dumps({"id": f"{tmp_path.name}-{n}", **TICKET}) for n in range(3)]
    lines = [*tickets, '{"id": "cut o', "}{", *[json.dumps({"id": EVIL})] * 3]
    (mixed / "tickets.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    (mixed / "more.jsonl").write_text(json.dumps({"id": f"{tmp_path.name}-9", **TICKET}), "utf-8")
    for path in (sound, mixed):
        run_with_progress(copilot, copilot.store(), [path], kind="interactions", quiet=True)


@pytest.mark.usefixtures("without_runs")
def test_before_the_first_import_it_says_how_to_make_one(visit: Visit) -> None:
    page = visit.open()
    page.locator(".views a", has_text="Imports").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".empty-card")).to_contain_text("copilot ingest PATH")
    expect(page.locator(".views a[aria-current]")).to_have_text("Imports")


@pytest.mark.usefixtures("with_runs")
def test_a_run_shows_what_stayed_out_and_its_sum_adds_up(visit: Visit) -> None:
    page = visit.open("#imports")
    rows = page.locator(".grid tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("mixed")
    rows.first.locator("a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#page h1")).to_contain_text("mixed")
    figures = [int(text) for text in page.locator(".sum .term dd").all_inner_texts()]
    assert figures[0] == sum(figures[1:]) == 9
    assert figures[4] == 5
    groups = page.locator(".cause")
    counts = [int(text) for text in groups.locator("summary .count").all_inner_texts()]
    assert (sum(counts), counts) == (5, sorted(counts, reverse=True))
    expect(groups.first.locator(".places li")).to_have_count(counts[0])
    expect(page.locator(".cause .places").first).to_contain_text("tickets.jsonl")
    expect(page.locator(".files tbody tr")).to_have_count(2)
    assert visit.faults == []
    assert page.evaluate("window.pwned") is None


@pytest.mark.usefixtures("with_runs")
def test_a_run_with_failures_is_not_simply_done(visit: Visit) -> None:
    """Green and "done" it would be passed over; its state leads to what failed."""
    page = visit.open("#imports")
    mixed, sound = (page.locator(".grid tbody tr").nth(n).locator(".badge") for n in (0, 1))
    expect(mixed).to_have_text("done, 5 failed")
    expect(sound).to_have_text("done")
    expect(sound).to_have_class("badge kept")
    expect(mixed).to_have_class("badge open")
    mixed.click()
    expect(page.locator("#page h1 .badge")).to_have_text("done, 5 failed")
    expect(page.locator(".cause .places").first).to_contain_text("tickets.jsonl")
    assert page.evaluate("measures.small") == []


@pytest.mark.usefixtures("without_runs")
def test_one_fault_with_another_value_each_time_is_one_reason(
    visit: Visit, site: Site, tmp_path: Path
) -> None:
    copilot = site.app.state.copilot
    for name, speakers in (("a", ("robot 1", "robot 2")), ("b", ("machine", ""))):
        lines = [
            json.dumps({"id": f"{name}{n}", "turns": [{**TICKET["turns"][0], "speaker": speaker}]})
            for n, speaker in enumerate(speakers)
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    run_with_progress(copilot, copilot.store(), [tmp_path], kind="interactions", quiet=True)
    page = visit.open("#imports")
    page.locator(".grid a").first.click()
    groups = page.locator(".cause")
    expect(groups).to_have_count(2)  # an unknown speaker in two files, and one that is missing
    assert groups.locator("summary .count").all_inner_texts() == ["3", "1"]
    expect(groups.first.locator(".place-file")).to_have_count(2)
    expect(groups.first.locator(".places")).to_contain_text("'robot 2'")


@pytest.mark.usefixtures("with_runs")
@pytest.mark.parametrize(
    "visit",
    [{"viewport": {"width": 280, "height": 640}, "color_scheme": c} for c in ("light", "dark")],
    ids=["light", "dark"],
    indirect=True,
)
def test_it_fits_280_pixels_with_contrast_and_targets_of_size(visit: Visit) -> None:
    page = visit.open("#imports")
    expect(page.locator(".grid tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 280
    assert page.evaluate("measures.small") == []
    page.locator(".grid a").first.click()
    expect(page.locator(".sum")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 280
    measured = page.evaluate("measures.contrast", "#page h1, #page dd, #page dt, #page td, #page *")
    assert [found for found in measured if found[0] < 4.5] == []
    assert page.evaluate("measures.small") == []
