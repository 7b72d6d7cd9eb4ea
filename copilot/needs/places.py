"""For how many places of theirs a customer asks: "what is it for both shops?"."""

from __future__ import annotations

import re
from functools import lru_cache

from copilot.ledger.language import digits

# One for each place: "what is it for both shops?"; a home is one whoever lives in it.
_PLACES = re.compile(
    r"\b(?:for|at|in) (?:(?P<both>both)(?: of)?(?: the| our| my)?|(?:all |each of )?(?:the|our|my) "
    r"(?P<many>\d{1,2})|all (?P<all>\d{1,2})(?: of)?(?: the| our| my)?) (?:[a-z-]+ )?(?:shops|"
    r"stores|houses|flats|sites|offices|branches|cottages|practices|surgeries|locations|premises|"
    r"restaurants|cafes|salons|studios|bakeries|places|workshops|warehouses|pubs)\b"
)


@lru_cache(maxsize=4096)
def places(text: str) -> float | None:
    """For how many places of theirs they ask: "for both shops" is two."""
    match = _PLACES.search(digits(text))
    return float(match["many"] or match["all"] or 2) if match else None


def without_places(text: str) -> str:
    """The text without them: a place is not what is asked for."""
    return _PLACES.sub(" ", digits(text)) if _PLACES.search(digits(text)) else text
