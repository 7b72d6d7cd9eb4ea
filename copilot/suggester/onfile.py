"""What of a customer's file may be told to who writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from copilot.domain import Hit
from copilot.extractive import Record, lookups
from copilot.needs import Assessment
from copilot.story import Story
from copilot.suggester.catalogue import View

# Whoever writes may not be the holder, or may be somebody the holder must be kept safe from.
_UNTOLD = ("no_authority", "fraud_or_security")


def record_of(
    assessment: Assessment,
    story: Story,
    catalogue: View,
    said: Sequence[str],
    named: Sequence[Hit],
    today: date,
    look_up: Callable[[tuple[str, ...]], tuple[Hit, ...]],
    noted: tuple[str, ...] = (),
) -> Record:
    """The record as a source; without what they have, where they may not be told of it.

    `named` are products that are sources already, and do not come a second time. `look_up` finds
    passages of articles for the rules that a message needs, `noted` are notes on its matter.
    """
    silent = assessment.contact_state.authority == "not_authorised" or (
        assessment.none_reason in _UNTOLD
        or any(reason in _UNTOLD for reason in assessment.none_reason_also)
    )
    record = Record.of(
        () if silent else story.records,
        catalogue.sold,
        catalogue.facts,
        said,
        today,
        without=named,
    )
    record = replace(record, reminders=() if silent else noted)
    wanted = lookups(said) if record.held else ()
    return replace(record, rules=look_up(wanted)) if wanted else record
