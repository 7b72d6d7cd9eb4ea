"""Who gives a thing back, leaves or wants a sum back wishes for nothing of ours in those words."""

from __future__ import annotations

import re
from functools import lru_cache

from copilot.ledger.language import plain

_THING = (
    r"(?:it|them|this|that|these|those|(?:the|my|our|this|that|these|those|your)(?: [\w-]+){1,4})"
)
_SUM = (
    r"(?:(?:my|our|the|that|those|these|his|her) )?(?:full |whole )?"
    r"(?:[£$€] ?\d+(?:[.,]\d+)?|\d+(?:\.\d+)? ?(?:pounds?|euros?|dollars?|quid)|money|deposit|fee)"
)
# To the end of the clause, so that what is ordered beside it in one breath still stands.
_CLAUSE = re.compile(
    r"(?:\b(?:i|we|she|he|they|can|could|may)\b(?:(?!,| and | but | so )[^.;:!?]){0,60}?)?(?:"
    rf"\b(?:send|give|hand|bring|ship|post|take)(?:ing)? (?:{_THING} back\b|back {_THING})"
    rf"|\b(?:to|rather|'ll|please|i|we) return {_THING}"
    r"|\b(?:like|want|wish|need|love|prefer|rather|have) (?:to )?"
    r"(?:be out(?! of (?:contract|town|the house))|get out of|leave|quit)\b"
    rf"|\b(?:get|have|want|like|need|see|claim|expect) {_SUM}(?: [\w-]+)? "
    r"(?:back|refunded|returned)\b"
    r")[^,;:.!?]*"
)
_JOINED = re.compile(
    r" (?:and|but|then|so) (?=(?:please|can|could|may|i|we|order|send|put|have|take)\b)"
)


@lru_cache(maxsize=4096)
def without_giving_back(text: str) -> str:
    """The text without the clause in which they give something back, leave or want a sum back."""
    lowered = plain(text)
    parts = _JOINED.split(lowered)
    kept = [_CLAUSE.sub(" ", part) for part in parts]
    return text if kept == parts else " , ".join(kept)
