"""What helps in bereavement, hardship or illness: told without being asked for, never sold."""

from __future__ import annotations

from collections.abc import Iterable

from copilot.ledger.language import digits
from copilot.needs.case import KnowledgeFact
from copilot.needs.free import is_article, kind_of
from copilot.needs.informs import STATEMENT
from copilot.needs.output import CareCode, Inform
from copilot.needs.scene import Scene, signals
from copilot.needs.statements import statements

# One mention in passing ("no late fee on this plan") makes no article on hardship.
SUBJECT = 2
_HELP: dict[CareCode, str] = {
    "bereavement": "help_bereavement",
    "financial": "help_financial",
    "health": "help_health",
}


def help_informs(scene: Scene, codes: Iterable[CareCode]) -> list[Inform]:
    """The plainest sentence of each article that is on this kind of trouble, best article first.

    People in trouble do not name it in our words, so what they said decides nothing here.
    """
    found: list[tuple[int, Inform]] = []
    for code in codes:
        if code not in _HELP:
            continue
        for fact in scene.case.knowledge:
            if fact.visibility != "internal" and is_article(fact):
                told = _best(fact, _HELP[code])
                found += [told] if told else []
    found.sort(key=lambda pair: -pair[0])
    return [inform for _, inform in found]


def _best(fact: KnowledgeFact, name: str) -> tuple[int, Inform] | None:
    pattern = signals()[name]
    whole = len(pattern.findall(digits(fact.text)))
    if whole < SUBJECT:
        return None
    best: tuple[int, str] | None = None
    for sentence in statements(fact.text):
        lowered = digits(sentence)
        weight = len(pattern.findall(lowered))
        plainly = len(sentence) <= STATEMENT and not signals()["priced"].search(lowered)
        if weight and plainly and (best is None or weight > best[0]):
            best = (weight, sentence)
    if best is None:
        return None
    kind = kind_of(best[1]) or "free_fix"
    return whole, Inform(kind=kind, text=best[1], source=fact.id)
