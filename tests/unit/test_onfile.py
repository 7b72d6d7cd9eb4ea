"""The record is a source only where the writer may be told of it, and never in the file's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from copilot.domain import Customer, Entitlement, Hit
from copilot.extractive import facts_of
from copilot.needs.output import Assessment, Audit, ContactState
from copilot.story import EMPTY
from copilot.suggester.catalogue import View
from copilot.suggester.onfile import record_of

TODAY = date(2026, 11, 3)
PLAN = Entitlement(
    "e1", "Fibre 100", since=date(2026, 3, 1), limits={"term_months": 12, "zones": 6},
    used={"zones": 4},
)  # fmt: skip
ENDED = Entitlement("e2", "Old plan", since=date(2020, 1, 1), until=date(2022, 1, 1))
FILE = Customer("c-1", entitlements=(PLAN, ENDED), facts=("Poor eyesight, lives alone",))


def assessed(authority: str = "holder", none_reason: str | None = None) -> Assessment:
    state: dict[str, Any] = {"authority": authority}
    return Assessment(
        case_id="x", as_of="2026-11-03", versions={}, contact_state=ContactState(**state),
        none_reason=none_reason, audit=Audit(candidates=0),  # type: ignore[arg-type]
    )  # fmt: skip


def record(assessment: Assessment, said: str = "I want to cancel") -> tuple[Hit, ...]:
    story = replace(EMPTY, ids=("c-1",), customer=FILE, records=(FILE,))
    view = View(1, "v", (), (), facts_of(()))
    return record_of(assessment, story, view, [said], (), TODAY, lambda wanted: ()).hits


def test_the_record_tells_what_they_have_with_dates_and_use_and_no_notes() -> None:
    (hit,) = record(assessed())
    assert hit.title == "Your record" and hit.chunk.source_id == "c-1"
    assert "Fibre 100, since 1 March 2026, minimum term of 12 months, 4 of 6 zones used." in (
        hit.chunk.text
    )
    assert "eyesight" not in hit.chunk.text and "Old plan" not in hit.chunk.text


@pytest.mark.parametrize(
    "assessment",
    [
        assessed("not_authorised"),
        assessed(none_reason="no_authority"),
        assessed(none_reason="fraud_or_security"),
    ],
)
def test_nobody_else_is_told_of_it(assessment: Assessment) -> None:
    assert record(assessment) == ()


def test_rules_are_looked_up_only_where_a_message_needs_them() -> None:
    asked: list[tuple[str, ...]] = []
    story = replace(EMPTY, ids=("c-1",), customer=FILE, records=(FILE,))
    view = View(1, "v", (), (), facts_of(()))

    def look_up(wanted: tuple[str, ...]) -> tuple[Hit, ...]:
        asked.append(wanted)
        return ()

    for said in ("How do I pair a valve?", "I want to cancel", "Until when can I return it?"):
        record_of(assessed(), story, view, [said], (), TODAY, look_up)
    assert len(asked) == 2 and all(len(wanted) == 1 for wanted in asked)
    record_of(assessed("not_authorised"), story, view, ["I want to cancel"], (), TODAY, look_up)
    assert len(asked) == 2
