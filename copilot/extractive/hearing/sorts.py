"""Which sort of answer a question wants: an amount, a date, a place, a yes or no, what to do."""

from __future__ import annotations

import re
from typing import Literal

Sort = Literal[
    "cost", "time", "count", "how", "place", "choice", "whether", "what", "request", "problem"
]

_PATTERNS: tuple[tuple[Sort, str], ...] = (
    (
        "count",
        (
            r"\bhow many\b(?! (?:days|weeks|months|hours|minutes))|\b(?:limit|maximum)\b"
            r"|\bhow (?:loud|big|large|heavy|far|wide|high|hot|warm|cold|strong|thick|deep|tall"
            r"|small)\b(?! (?:ahead|before|along))"
        ),
    ),
    (
        "time",
        (
            r"\b(?:how (?:long|soon|early|late|fast|quickly)|how many (?:days|weeks|months|hours)"
            r"|how often"
            r"|(?:from|until|till|since|by) when|what (?:times?|hours|dates?|day)"
            r"|which (?:day|date|hours)"
            r"|notice)\b"
            r"|^\W*(?:so |and )?when\b"
            r"|\bstill (?:under|within|valid|covered)\b|\bopen on\b"
            r"|\bwhen (?:do|does|will|can|would|is|are) (?:i|we|you|it|that|my|the)\b"
        ),
    ),
    (
        "cost",
        (
            r"\bwhat['’]?s (?:the|a) call[- ]?out\b"
            r"|\b(?:costs?|how much|charged?|fees?|expensive|free of charge|for free)\b"
            r"|\bwhat(?:['’]s| is| are) (?:it|that|this|they|those)\b[^?]{0,30}"
            r"\b(?:a|per|each|every) (?:month|year|week|quarter)\b"
            r"|\bwhat\b[^?]{0,40}\bprices?\b|\bpay in all\b|[£$€]"
            r"|\bwhat (?:do|would|will|must) (?:i|we) (?:have to )?pay\b"
            r"|\b(?:what|which) (?:credit|refund|compensation)\b"
            r"|\bwhat (?:do|will|would|can) (?:i|we) get (?:if|for (?:it|that|this))\b"
            r"|\bget (?:any |some |my |the )?(?:money|refund|compensation|something|anything)\b"
        ),
    ),
    (
        "choice",
        (
            r"\bwhat (?:do|must|should|would) (?:i|we) (?:need|have) to (?:buy|get|order)\b"
            r"|\bwhich (?!help\b)|\b(?:my|our|the) (?:choices|options)\b|\bcheaper\b|\bbetter\b"
        ),
    ),
    ("place", r"^\W*where\b|\bwhere (?:do|can|is|are)\b"),
    (
        "how",
        (
            r"\bhow (?:do|can|does|would|should|must|may|to|shall)\b|^\W*(?:so |and |but )?how\W*$"
            r"|\bwhat (?:should|shall|can|could|must|do|else can) (?:i|we|you)\b|\bwhat to do\b"
            r"|\bwhich help\b|\bhelp me\b|\b(?:some|any) (?:way|help|chance)\b"
        ),
    ),
    ("what", r"^\W*(?:so |and |but )?(?:what|why|who|whom|how)\b|\bwhy\b"),
    (
        "whether",
        (
            r"^\W*(?:so |and |but |or )?(?:can|could|do|does|did|is|are|will|would|may|must|shall"
            r"|should|has|have|whether|if|goes|comes|gets|needs|takes|works|stays|ends|starts|runs"
            r"|counts|keeps|changes|rises)\b|\bor (?:not|no)\W*$"
        ),
    ),
)
_SORTS = tuple((sort, re.compile(pattern, re.IGNORECASE)) for sort, pattern in _PATTERNS)


# "Does the £22 go on?" names a sum, and asks for none.
_OF_A_SUM = re.compile(
    r"^\W*(?:so |and |but |or )?(?:does|do|did|is|are|will|can|has)"
    r" (?:the|that|this|my|these) [£$€]\d",
    re.IGNORECASE,
)


def sort_of(question: str) -> Sort | None:
    """The first sort whose words a question holds; None where it holds none."""
    if names_sum(question):
        return "whether"
    return next((sort for sort, pattern in _SORTS if pattern.search(question)), None)


def names_sum(question: str) -> bool:
    """Whether a question is about a sum that it names."""
    return bool(_OF_A_SUM.search(question))
