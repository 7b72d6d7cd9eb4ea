"""A list of what is not allowed says so; what a wish costs is told of that wish and no other."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Draft, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.articles.passages import sentences
from copilot.guardrails.support import check_segments

PARCELS = """# What you may not send

- Aerosols, perfume, matches.
- Fresh fruit and flowers.
- Knives: only in a hard case.

## Late parcels

Tell us within 7 days when a parcel is late or smashed.
"""
POOL = """# The pool

Guests who use the pool are asked not to bring, and must not bring, any of these things:

- glass bottles
- inflatable boats

Towels are free at the desk.

## If the gate does not open

- hold the card flat
- ring the bell
"""


def reply(text: str, *said: str, title: str = "") -> Draft:
    hit = Hit(Chunk("a#0", "document", "a", 0, text), title or text[2:].split("\n")[0], 1, 0.55)
    turns = [Turn("agent" if n % 2 else "customer", t) for n, t in enumerate(said)]
    return compose(turns, [hit])


def words(draft: Draft) -> str:
    return " ".join(segment.text for segment in draft.segments if segment.citations)


def told(text: str, title: str = "") -> list[str]:
    return [s.text for s in sentences(text, title)]


@pytest.mark.parametrize("said", ["Can I send perfume?", "am I allowed to send matches"])
def test_an_item_of_what_is_forbidden_is_told_with_what_forbids_it(said: str) -> None:
    draft = reply(PARCELS, said)
    assert words(draft) == "What you may not send: Aerosols, perfume, matches."
    assert check_segments(draft.segments[:1], [PARCELS])[0].supported


def test_an_item_that_says_what_is_allowed_stands_by_itself() -> None:
    assert words(reply(PARCELS, "Can I send knives?")) == "Knives: only in a hard case."


def test_what_is_forbidden_tells_nobody_what_to_do() -> None:
    said = words(reply(PARCELS, "My flowers are late and smashed. What must I do?"))
    assert said.startswith("Tell us within 7 days") and "may not" not in said
    assert reply(PARCELS, "The fruit is fresh. How do I wash it?").abstained


def test_an_article_whose_title_forbids_tells_nobody_what_to_do() -> None:
    text = PARCELS.replace("## Late", "Batteries must be taken out and taped.\n\n## Late")
    assert "Batteries" in words(reply(text, "May I send batteries?"))
    assert "Batteries" not in words(reply(text, "My batteries were stolen. What must I do?"))


def test_a_sentence_of_its_own_is_told_as_it_is() -> None:
    text = "## What we will not do\n\n- We do not open your parcels.\n- Delivery on Sundays."
    assert told(text) == [
        "We do not open your parcels.",
        "What we will not do: Delivery on Sundays.",
    ]


def test_a_sentence_that_leads_to_a_list_forbids_as_a_heading_does() -> None:
    lead = "Guests who use the pool are asked not to bring, and must not bring, any of these things"
    assert f"{lead}: glass bottles" in told(POOL)


def test_a_title_forbids_where_the_passage_has_no_heading() -> None:
    body = "- Aerosols, perfume, matches."
    assert told(body, "What you may not send")[0].startswith("What you may not send: ")
    draft = reply(body, "Can I send perfume?", title="What you may not send")
    assert words(draft).startswith("What you may not send: ")


@pytest.mark.parametrize(
    "heading",
    ["Not included", "Prohibited items", "Things we cannot take", "What isn't covered?",
     "You must not bring:", "Exclusions"],
)  # fmt: skip
def test_headings_that_forbid(heading: str) -> None:
    mark = "" if heading.endswith(":") else "## "
    assert told(f"{mark}{heading}\n\n- glue")[0].startswith(heading.rstrip("?:"))


@pytest.mark.parametrize(
    "heading",
    ["If the gate does not open", "Why can't I sign in?", "What you may bring",
     "You cannot sign in",
     "When you must not wait", "Your card is not excluded from rebates?"],
)  # fmt: skip
def test_headings_of_trouble_forbid_nothing(heading: str) -> None:
    assert told(f"## {heading}\n\n- ring the bell")[0] == "ring the bell"


MOVES = """# Prices of the studio

| What | Price |
|---|---|
| Moving a piano | £90 |
| A lesson | £30 |

## Lockers

A second key costs £6.
"""


def test_what_a_wish_costs_is_not_told_of_another_thing() -> None:
    wish = "I'd like to move my lesson, as I am away."
    said = words(reply(MOVES, wish, "Of course.", "What does that cost me?"))
    assert "£90" not in said and "£6" not in said


def test_a_section_on_the_wish_is_told_and_no_amount_of_another_section() -> None:
    text = (
        "# Memberships\n\n## Pause your membership\n\nYou may pause it twice a year. A pause costs"
        " £5.\n\n## Late payers\n\nWho pays a membership late is charged £12.\n"
    )
    wish = "I'd like to pause my membership, I broke a leg."
    assert words(reply(text, wish, "Of course.", "What does that cost me?")) == "A pause costs £5."
    silent = text.replace(" A pause costs £5.", "")
    assert reply(silent, wish, "Of course.", "What does that cost me?").abstained
