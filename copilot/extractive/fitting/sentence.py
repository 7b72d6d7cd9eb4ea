"""Small judgements on one sentence: what it denies, where it points, which case it is for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from copilot.extractive.fitting.matching import Unit, met
from copilot.extractive.hearing.asking import Ask
from copilot.extractive.language.words import WORD, stem

# By meaning alone (CLOSE), by meaning and words together (NEAR), or by words alone.
FAR, NEAR, CLOSE = 0.28, 0.36, 0.5
SHARE = 0.62  # of the question's words in the sentence, when meaning says nothing
NEXT_TO = 1.15  # a sentence beside one that is told already

_EVERYWHERE = re.compile(
    r"^(?!.*\bnot\b).* (?:is|are) available with (?:[^,]+, )+[^,]+ and ", re.IGNORECASE
)
_ALL_THINGS = re.compile(
    r"\b(?:your|all|the) (?:\w+ )?(?:devices|things|equipment|hardware|products|items)\b"
    r"|\b(?:any|every|each) (?:\w+ )?(?:device|thing|product|item|piece|purchase)s?\b",
    re.IGNORECASE,
)
_POINTER = re.compile(r"\b[Ss]ee [A-Z]\w+")


def needed(ask: Ask, score: float) -> float:
    """The share of a question that one sentence must meet; less, the nearer its article is."""
    need = SHARE if ask.sort == "whether" else SHARE - 0.1
    if score < FAR:
        return need + 0.1
    return need - (0.25 if score >= CLOSE else 0.15 if score >= NEAR else 0.0)


@lru_cache(maxsize=16_384)  # the same sentences are read for every request
def points_elsewhere(text: str) -> bool:
    """Whether a sentence sends the reader to another page."""
    return bool(_POINTER.search(text))


def denies(text: str, ask: Ask) -> bool:
    """Whether a sentence says that there is none of what is asked for: "no disconnection"."""
    told = WORD.findall(text)
    return any(
        no.lower() in ("no", "without", "never") and met(stem(word), frozenset(ask.words))
        for no, word in pairwise(told)
    )


def next_to(ask: Ask, unit: Unit, used: Sequence[Unit]) -> float:
    """What it is worth to stand beside what is told already."""
    return NEXT_TO if used and ask.leans and _is_beside(unit, used) else 1.0


def _is_beside(unit: Unit, used: Sequence[Unit]) -> bool:
    return any(u.n == unit.n and abs(u.place - unit.place) <= 2 for u in used)


def is_of_its_case(ask: Ask, unit: Unit, said: Mapping[str, float]) -> bool:
    """Whether the case that a heading names ("Handing it to somebody else") is spoken of at all.

    What stays and what is lost is told case by case: in another case it is no answer.
    """
    heading = unit.said.heading
    if len(heading) < 2 or unit.said.kind == "row":
        return True
    spoken = frozenset((*ask.words, *ask.leans, *said))
    return any(met(word, spoken) for word in heading)


def says_number(ask: Ask, spoken: frozenset[str]) -> bool:
    """Whether words say the number that a question names a product by: the 300 of "Fibre 300"."""
    numbers = [word for word in ask.words if word.isdigit()]
    return not numbers or not spoken.isdisjoint(numbers)


def has_everywhere(unit: Unit) -> bool:
    """Whether a row says that a thing comes with every one of them: nobody loses it by a change."""
    return unit.said.kind == "row" and bool(_EVERYWHERE.search(unit.text))


def is_of_all_things(unit: Unit) -> bool:
    """Whether a sentence tells of all there is in one word: "your heating devices", "any item"."""
    return bool(_ALL_THINGS.search(unit.text))
