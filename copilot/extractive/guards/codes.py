"""Codes that a display shows, "E23" or "B-30": which a text names, and of which a sentence tells.

Of a code only its own row or section is told: the cure of another fault does harm. What a table
of codes does not list is not answered from that table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from copilot.extractive.fitting.matching import Article, Unit
from copilot.extractive.hearing.asking import Ask, Heard
from copilot.extractive.language.labels import codes_in, spaced_codes_in

_SHOWN = ("problem", "how", "what")  # sorts of question that the row of a code answers
_LISTED = 2  # rows of one family make a list of its codes
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Codes:
    """Judges sentences by the codes that a customer names."""

    articles: Sequence[Article]
    heard: Heard

    @cached_property
    def _rows(self) -> frozenset[str]:
        """The codes that have a row of their own."""
        return frozenset().union(
            *(u.said.cell.codes for a in self.articles for u in a.units if u.said.cell)
        )

    @cached_property
    def _families(self) -> frozenset[str]:
        """Letters of codes of which an article has a list."""
        found = [family(code) for code in self._rows]
        return frozenset(f for f in found if f and found.count(f) >= _LISTED)

    def _named(self, text: str) -> frozenset[str]:
        return codes_in(text) | (spaced_codes_in(text) & self._rows)

    def asked(self, ask: Ask) -> frozenset[str]:
        """The codes a question is about: those it names, or that were named before it."""
        if found := self._named(ask.text):
            return found
        if not (ask.is_bare or ask.is_short):
            return _NONE
        return self._named(self.heard.open_text) or next(
            (c for said in reversed(self.heard.said_text.split("\n")) if (c := self._named(said))),
            _NONE,
        )

    def is_its_row(self, ask: Ask, unit: Unit) -> bool:
        """Whether a row is the very one of a code that is asked about."""
        cell = unit.said.cell
        if cell is None or not cell.codes or ask.sort not in _SHOWN:
            return False
        return not cell.codes.isdisjoint(self.asked(ask))

    def told_of(self, ask: Ask, article: Article) -> list[Unit]:
        """What an article says of the codes that a question is about."""
        asked = self.asked(ask)
        return [u for u in article.units if not asked.isdisjoint(_named_in(u))]

    def is_other(self, ask: Ask, unit: Unit, article: Article) -> bool:
        """Whether a sentence is on another code, or on none where the one asked for has a row."""
        if not (asked := self.asked(ask)):
            return False
        own = unit.said.codes or _of_title(article.hit.title)
        if unit.said.cell is None or not unit.said.cell.codes:
            own |= codes_in(unit.text)  # "at E23 the valve is shut" tells of it as well
        if not own.isdisjoint(asked):
            return False
        if not {family(code) for code in own}.isdisjoint(map(family, asked)):
            return True
        is_listed = asked & self._rows or self._families & {family(code) for code in asked}
        return bool(is_listed) and ask.sort in _SHOWN


def _named_in(unit: Unit) -> frozenset[str]:
    """The codes of its section or row, and those that it names."""
    of_row = unit.said.cell.codes if unit.said.cell else _NONE
    return unit.said.codes | of_row | codes_in(unit.text)


def family(code: str) -> str:
    """The letters of a code: what is listed together."""
    return code.rstrip("0123456789")


@lru_cache(maxsize=4_096)
def _of_title(title: str) -> frozenset[str]:
    return codes_in(title)
