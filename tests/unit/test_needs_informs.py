"""What helps is told once, in its best words."""

from __future__ import annotations

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


def test_different_help_from_two_articles_is_told_twice() -> None:
    spread, moved = (Inform(kind="free_fix", text=t, source=t[:5]) for t in (SPREAD, SMALLER))
    assert distinct([spread, moved]) == [spread, moved]
