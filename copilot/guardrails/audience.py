"""For whom a source was written, where only its words say so."""

from __future__ import annotations

import re
from collections.abc import Iterable

INTERNAL = re.compile(r"\binternal\b|\bintern\b|\binterne\b", re.IGNORECASE)
# Told to our own people: what they must do, and with which tool of theirs.
_TO_STAFF = re.compile(
    r"\b(?:agents?|representatives?|advis[oe]rs?|staff|team members?)"
    r" (?:must|should|shall|may not|needs? to|ha(?:s|ve) to)\b"
    r"|\b(?:use|call|invoke|run|open)(?:ing)? (?:the|this|that|any|your) (?:[\w-]+ ){0,3}"
    r"(?:tool|function|procedure|playbook|script)\b",
    re.IGNORECASE,
)


def is_to_staff(sentence: str) -> bool:
    """Whether a sentence instructs our own people, wherever it stands."""
    return bool(_TO_STAFF.search(sentence))


def for_staff(titles: Iterable[str]) -> list[str]:
    """A warning for each public source whose title says that it is internal."""
    return [
        f"“{title}” is marked public, yet its title says internal: check that it may be told."
        for title in dict.fromkeys(titles)
        if INTERNAL.search(title)
    ]
