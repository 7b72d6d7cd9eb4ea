"""Whose product a sentence is about: one that the customer has or names, or somebody else's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.extractive.hearing.asking import Ask
from copilot.extractive.language.words import stems
from copilot.guardrails.pitch import hidden_pitch

# What a sentence or an article by its title is worth for others' products, a sentence for theirs.
FOREIGN, FOREIGN_TITLE, OWNED = 0.35, 0.75, 1.25
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_OF_THE_TITLE = re.compile(r"^(?:it|they|this|these|one)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Products:
    """The catalogue's names, and those that matter to this customer."""

    names: tuple[str, ...]
    theirs: frozenset[str]  # owned or named, lower case
    owned: frozenset[str]
    wanted: frozenset[str]  # owned, and yet named in the conversation

    @property
    def kinds(self) -> frozenset[str]:
        """What the products are called by, as stems: "mesh" and "point" of the Mesh Point."""
        return _kinds(self.names)

    @classmethod
    def of(cls, names: Iterable[str], owned: Iterable[str], said: str) -> Products:
        """`said` is what was said in the conversation."""
        known = tuple(sorted({n for n in names if n}))
        theirs = frozenset(name.lower() for name in owned)
        spoken = frozenset(named(said, known))
        return cls(known, theirs | spoken, theirs, theirs & spoken)

    def worth(self, text: str) -> float:
        """Above 1 for a sentence on what they have, below for what is none of theirs."""
        if self.is_foreign(text):
            return FOREIGN
        return 1.0 if self.owned.isdisjoint(named(text, self.names)) else OWNED

    def is_foreign(self, text: str) -> bool:
        """Whether the first product that is named is none of theirs."""
        found = named(text, self.names) if self.theirs else ()
        return bool(found) and found[0] not in self.theirs

    def has_what_is_asked(self, ask: Ask) -> bool:
        """Whether a product that is asked for or about is the customer's already."""
        return bool(self.wanted) and ask.sort in ("cost", "request")

    def is_had(self, text: str, ask: Ask) -> bool:
        """Whether a sentence prices what they have, where something they lack is spoken of too."""
        found = named(text, self.names)
        if not found or found[0] not in self.wanted or self.theirs == self.owned:
            return False
        return found[0] not in named(ask.text, self.names)

    def asked_about(self, ask: Ask, message: str) -> tuple[str, ...]:
        """The products a question is about: those it names, or those "it" stands for."""
        found = named(ask.text, self.names)
        return found or (named(message, self.names) if ask.refers or ask.is_short else ())

    def is_other(self, text: str, title: str, asked: Sequence[str]) -> bool:
        """Whether a sentence tells of other products than those it should."""
        found = () if _OF_THE_TITLE.match(text) else named(text, self.names)
        found = found or named(title, self.names)
        return bool(asked) and bool(found) and set(found).isdisjoint(asked)

    def is_pitch(self, text: str, ask: Ask) -> bool:
        """Whether a sentence promotes a product nobody asked about, however public it is."""
        asked = self.names if ask.sort in ("cost", "choice", "count") else tuple(self.theirs)
        return bool(hidden_pitch(text, self.names, asked))


def meant_by(
    asked: str, message: str, things: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The things a question is about, with all that is said of them.

    Those that it names, or the last ones that were named before it.
    """
    before = message.partition(asked)[0] if asked in message else ""
    for sentence in (asked, *reversed(_SENTENCE.split(before))):
        told = frozenset(stems(sentence))
        if found := things & told:
            return found, told
    return frozenset(), frozenset()


@lru_cache(maxsize=64)
def _kinds(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(w for name in names for w in stems(name) if len(w) > 2 and w.isalpha())


@lru_cache(maxsize=16_384)  # the same sentences are read for every request
def named(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names that stand in a text, in order, lower case."""
    return tuple(found.lower() for found in _pattern(names).findall(text)) if names else ()


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(
        rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?=s?(?!\w))", re.IGNORECASE
    )
