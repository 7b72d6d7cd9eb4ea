"""What helps is told once, in its best words."""

from __future__ import annotations

from copilot.needs.informs import _distinct
from copilot.needs.output import Inform

SPREAD = Inform(
    kind="free_fix",
    text="Spread it: what you owe is divided over up to 6 months, without interest.",
    source="hardship",
)
AGAIN = Inform(
    kind="free_fix",
    text="You can spread what you owe over up to 6 months without interest: see When paying.",
    source="late",
)
BREAK = Inform(
    kind="free_fix", text="Payment break: up to 60 days, no late fee.", source="hardship"
)


def test_the_same_help_from_two_articles_is_one() -> None:
    assert _distinct([SPREAD, AGAIN, BREAK]) == [SPREAD, BREAK]


def test_of_two_kinds_both_are_told() -> None:
    owned = AGAIN.model_copy(update={"kind": "entitlement"})
    assert _distinct([SPREAD, owned]) == [SPREAD, owned]
