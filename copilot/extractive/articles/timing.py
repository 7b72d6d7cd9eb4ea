"""What holds only for a time: rules for new customers, and for within or after a term."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from copilot.domain import Entitlement

_WITHIN = re.compile(
    r"\bwithin (\d{1,3}) (day|week|month)s? (?:of|after|from) (?:\w+ ){0,2}?"
    r"(?:activat\w+|deliver\w+|purchas\w+|buying|receipt|receiv\w+|order\w*|start\w*|sign\w*"
    r"|arriv\w*)",
    re.IGNORECASE,
)
_DAYS = {"day": 1, "week": 7, "month": 31}
_FIRST = re.compile(
    r"\bfirst (?:bill|invoice|statement|payment|instalment|(?:direct )?debit|premium|month)\b", re.I
)
SETTLED = 70  # days, after which the newest thing they have has been billed twice
_AFTER_TERM = re.compile(r"\bafter the (?:minimum )?(?:term|contract)\b", re.IGNORECASE)
_IN_TERM = re.compile(r"\b(?:in|during|within) (?:its|the|your) (?:[\w-]+ )?minimum term\b", re.I)
_NEW = re.compile(
    r"\b(?:yesterday|today|(?:last|this) week|just (?:got|bought|ordered|came|arrived)|new(?:ly)?"
    r"|\d+ days? ago|arrived|delivered|bought|order(?:ed)?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Tenure:
    """How long what the customer has runs; `in_term` is None where no term is known."""

    newest: int | None = None  # days since the newest began
    in_term: bool | None = None

    @classmethod
    def of(cls, held: Sequence[Entitlement], today: date) -> Tenure:
        """From what they have. Where a start is unknown, nothing is past."""
        starts = [e.since for e in held]
        newest = min(((today - s).days for s in starts if s), default=None)
        ends = [
            e.until or e.since + timedelta(days=round(30.44 * e.limits["term_months"]))
            for e in held
            if e.since and e.limits.get("term_months")
        ]
        in_term = any(end > today for end in ends) if ends else None
        if in_term and not all(end > today for end in ends):
            in_term = None  # one in its term, one after: either rule may be meant
        return cls(None if None in starts else newest, in_term)

    def is_settled(self, message: str) -> bool:
        """Whether what is told of the first bill, or the like, is over for them."""
        return self.newest is not None and self.newest > SETTLED and not _FIRST.search(message)

    def is_past(self, text: str, message: str) -> bool:
        """Whether a sentence holds only for a time that is over, or has not come, for them."""
        if self.in_term and _AFTER_TERM.search(text) and not _AFTER_TERM.search(message):
            return True
        if self.in_term is False and _IN_TERM.search(text):
            return True
        match = _WITHIN.search(text)
        if match is None or self.newest is None or _NEW.search(message) or match[1] in message:
            return False
        return self.newest > int(match[1]) * _DAYS[match[2].lower()]


@lru_cache(maxsize=16_384)  # the same sentences are read for every request
def speaks_of_tenure(text: str) -> bool:
    """Whether a sentence holds only for a time at all; most do not."""
    return any(pattern.search(text) for pattern in (_WITHIN, _AFTER_TERM, _IN_TERM))


def is_of_first(heading: str) -> bool:
    """Whether a heading is on the first of what comes again and again."""
    return bool(_FIRST.search(heading))
