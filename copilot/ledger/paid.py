"""A sum we promised has come where the customer says "got the money", in whatever mail they say it.

Such a report names no sum: it is of the last one that we had promised by then, and of no other.
"""

from __future__ import annotations

import re
from functools import lru_cache

from copilot.ledger.complaints import sums
from copilot.ledger.language import plain, sentences
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Timeline

_MONEY = re.compile(
    r"\b(?:the|my|our|your|that) (?:money|refund|payment|transfer|amount|sum|cash)\b"
)


def paid(timeline: Timeline, place: int, quote: str, promised: frozenset[int]) -> str | None:
    """The later turn in which they say that the sum of this promise has come.

    `promised` are the places of all turns in which our side promised a sum.
    """
    if not sums(quote):
        return None
    following = min((n for n in promised if n > place), default=len(timeline.turns))
    told = timeline.turns[place + 1 : following]
    return next((t.id for t in told if t.speaker == "customer" and _has_come(t.text)), None)


@lru_cache(maxsize=8192)
def _has_come(text: str) -> bool:
    """ "Got the money, thanks": what came is money, and nothing of it is missing."""
    return any(
        _MONEY.search(clause)
        and pattern("promise_done").search(clause)
        and not pattern("promise_not_done").search(clause)
        for sentence in sentences(text)
        for clause in pattern("promise_clause").split(plain(sentence.text))
    )
