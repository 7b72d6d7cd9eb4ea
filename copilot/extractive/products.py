"""Whose product a sentence is about: one that the customer has or names, or somebody else's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from copilot.extractive.asking import Ask
from copilot.guardrails.pitch import hidden_pitch

# What a sentence or an article by its title is worth for others' products, a sentence for theirs.
FOREIGN, FOREIGN_TITLE, OWNED = 0.35, 0.75, 1.25


@dataclass(frozen=True, slots=True)
class Products:
    """The catalogue's names, and those that matter to this customer."""

    names: tuple[str, ...]
    theirs: frozenset[str]  # owned or named, lower case
    owned: frozenset[str]
    wanted: frozenset[str]  # owned, and yet named in the conversation

    @classmethod
    def of(cls, names: Iterable[str], owned: Iterable[str], said: str) -> Products:
        """`said` is what was said in the conversation."""
        known = tuple(sorted({n for n in names if n}))
        theirs = frozenset(name.lower() for name in owned)
        return cls(known, theirs | named(said, known), theirs, theirs & named(said, known))

    def worth(self, text: str) -> float:
        """Above 1 for a sentence on what they have, below for what is none of theirs."""
        if self.is_foreign(text):
            return FOREIGN
        return OWNED if self.owned and named(text, self.names) & self.owned else 1.0

    def is_foreign(self, text: str) -> bool:
        """Whether the first product that is named is none of theirs."""
        first = _pattern(self.names).search(text) if self.names else None
        return bool(self.theirs) and first is not None and first[0].lower() not in self.theirs

    def has_what_is_asked(self, ask: Ask) -> bool:
        """Whether a product that is asked for or about is the customer's already."""
        return bool(self.wanted) and ask.sort in ("cost", "request")

    def is_pitch(self, text: str, ask: Ask) -> bool:
        """Whether a sentence promotes a product nobody asked about, however public it is."""
        asked = self.names if ask.sort in ("cost", "choice", "count") else tuple(self.theirs)
        return bool(hidden_pitch(text, self.names, asked))


def named(text: str, names: tuple[str, ...]) -> set[str]:
    """The names that stand in a text, lower case."""
    return {found.lower() for found in _pattern(names).findall(text)} if names else set()


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
