"""What helps is told once, in its best words."""

from __future__ import annotations

import pytest

from copilot.needs.informs import distinct
from copilot.needs.output import Inform
from tests.need_cases import assess

SAID = "I lost my job and can't pay what I owe this month, can I spread it over some months?"
SPREAD = "Spread it: what you owe is divided over up to 6 months, without interest."
AGAIN = "You can spread what you owe over up to 6 months without interest: see When paying is hard."
SMALLER = "If you lost your job you may move to a smaller plan free of charge this month."


def told(**articles: str) -> list[str]:
    """From which articles help is told."""
    knowledge = [
        {"id": name, "text": text, "passage": True, "visibility": "public"}
        for name, text in articles.items()
    ]
    return sorted(i.source for i in assess(("customer", SAID), knowledge=knowledge).inform)


def test_the_same_help_from_two_articles_is_told_once() -> None:
    assert told(hardship=SPREAD, late=AGAIN) == ["hardship"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SPREAD, SMALLER),
        ("A broken lamp is replaced free of charge.", "A broken lamp is repaired free of charge."),
        ("Payment break of up to 60 days.", "Payment break of up to 30 days."),
    ],
)
def test_different_help_from_two_articles_is_told_twice(one: str, other: str) -> None:
    both = [Inform(kind="free_fix", text=text, source=text[-9:]) for text in (one, other)]
    assert distinct(both) == both
