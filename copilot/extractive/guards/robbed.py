"""Who tells of a theft is answered by what is written for it, else by nothing.

"Stolen" stands on the page of what is forbidden and "lock" on that of padlocks: neither says what
to do after a burglary, whom to tell and until when.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.extractive.fitting.matching import Article
from copilot.extractive.hearing.asking import Ask, Heard
from copilot.facing import facing

THEFT = "theft"
_NAMED = re.compile(
    r"\b(?:thefts?|stolen|burglar\w*|break-?ins?|broken into|robbery|robbed|police)\b", re.I
)
_GOODS = re.compile(r"\bstolen (?:\w+ ){0,2}(?:goods|property|items)\b", re.IGNORECASE)
_TO_DO = re.compile(
    r"\b(?:report|police|claim\w*|insur\w*|cover\w*|block|freeze|tell us|ring|call|crime)\b",
    re.IGNORECASE,
)


def is_robbed(heard: Heard) -> bool:
    """Whether they said in this conversation that something was stolen from them."""
    return told_of_theft(heard.said_text)


def told_of_theft(text: str) -> bool:
    """Whether a customer's words tell of a theft."""
    return any(m.name == THEFT for m in facing((text,)))


def speaks_of_theft(text: str) -> bool:
    """Whether a sentence says what is done after one; forbidden goods are another thing."""
    return bool(_NAMED.search(_GOODS.sub(" ", text)) and _TO_DO.search(text))


def written_for_it(articles: Sequence[Article], heard: Heard) -> frozenset[int] | None:
    """Numbers of the articles on what to do after a theft; None where nobody told of one."""
    if not is_robbed(heard):
        return None
    return frozenset(
        a.n
        for a in articles
        if _NAMED.search(_GOODS.sub(" ", a.hit.title))
        or any(speaks_of_theft(u.text) for u in a.units)
    )


def is_on_it(ask: Ask) -> bool:
    """Whether a question is about the theft: it names it, or says nothing else by itself."""
    own = [w for w, weight in ask.words.items() if weight >= 1.0]
    is_open = ask.sort in ("problem", "how", "request") or ask.is_broad or ask.refers
    return is_open or ask.is_bare or len(own) < 2 or bool(_NAMED.search(ask.text))
