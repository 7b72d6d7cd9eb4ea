"""Which rows of a table a question is about: by their label, their range, what they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from copilot.extractive.articles.tables import Cell
from copilot.extractive.fitting.matching import Article, Unit, met
from copilot.extractive.hearing.asking import Ask, Heard
from copilot.extractive.language.amounts import Kind, Span, kinds_in, sums_in
from copilot.extractive.language.labels import days_in, mentioned
from copilot.extractive.language.words import stems
from copilot.extractive.records.products import Products, named

_OPEN_ASKED = re.compile(r"\b(?:open|opens|opening|close[sd]?|closing|shut|hours)\b", re.IGNORECASE)
MIN_ROWS = 2  # that tell a number apart
_OPENING = frozenset(stems("open opening close closing hours"))


@dataclass(frozen=True)
class Rows:
    """Judges rows by what the customer said and has."""

    articles: Sequence[Article]
    heard: Heard
    products: Products

    @staticmethod
    def is_label(ask: Ask, article: Article, unit: Unit) -> bool:
        """Whether a row of an article on the thing is the very measure that is asked for."""
        cell = unit.said.cell
        if cell is None or cell.is_column or not ask.is_typed:
            return False
        label, said = stems(cell.thing), frozenset(ask.words)
        is_it = bool(label) and all(met(word, said) for word in label)
        return is_it and any(met(w, article.title) for w in said)

    def for_anybody(self, rows: Sequence[Unit]) -> list[Unit]:
        """The rows of a table but those on a product that the customer neither has nor names."""
        names, theirs = self.products.names, self.products.theirs
        labels = ((u, named(u.said.cell.thing, names) if u.said.cell else ()) for u in rows)
        return [unit for unit, of in labels if not of or not theirs.isdisjoint(of)]

    @staticmethod
    def is_row_of(ask: Ask, unit: Unit) -> bool:
        """Whether a row is about what is asked: by its label, not by a word of its value."""
        cell = unit.said.cell
        if cell is None or cell.is_column or not cell.thing:
            return True
        said = ask.leans | frozenset(ask.words)
        return unit.said.span is not None or any(met(w, said) for w in stems(cell.thing))

    @staticmethod
    def is_their_day(ask: Ask, article: Article, unit: Unit) -> bool:
        """Whether a row of opening hours is for a day that is asked about."""
        cell = unit.said.cell
        if cell is None or not _OPEN_ASKED.search(ask.text):
            return False
        is_open = not _OPENING.isdisjoint(unit.said.heading | article.title)
        return is_open and not days_in(ask.text).isdisjoint(days_in(cell.thing))

    def in_range(self, unit: Unit) -> bool | None:
        """Whether a row for "3 to 6 rooms" is for one who speaks of five; None without either."""
        span = unit.said.span
        count = self.heard.counts.get(span.of) if span else None
        if span is None or count is None:
            return None
        return span.holds(count) and not any(
            other.of == span.of and other.holds(count) and _is_tighter(other, span)
            for other in self._spans.get((unit.n, unit.said.block), ())
        )

    @cached_property
    def _spans(self) -> dict[tuple[int, int], frozenset[Span]]:
        """The ranges of each table, for of several that hold a number the tightest is meant."""
        found: dict[tuple[int, int], frozenset[Span]] = {}
        for unit in (u for a in self.articles for u in a.units):
            if unit.said.span and unit.said.cell:
                key = (unit.n, unit.said.block)
                found[key] = found.get(key, frozenset()) | {unit.said.span}
        return found

    @cached_property
    def _kinds(self) -> dict[tuple[int, int], dict[int, tuple[Kind, ...]]]:
        """Of each table the rows that say how many of a part a thing has."""
        found: dict[tuple[int, int], dict[int, tuple[Kind, ...]]] = {}
        for unit in (u for a in self.articles for u in a.units):
            if unit.said.cell and (kinds := kinds_in(unit.text)):
                rows = found.setdefault((unit.n, unit.said.block), {})
                rows[unit.said.line] = rows.get(unit.said.line, ()) + kinds
        return found

    def is_of_their_kind(self, ask: Ask, unit: Unit) -> bool | None:
        """Whether a row is for the "3 bed house" that is spoken of; None where no row tells."""
        rows = self._kinds.get((unit.n, unit.said.block), {}) if unit.said.cell else {}
        if len(rows) < MIN_ROWS:
            return None
        text = ask.text if kinds_in(ask.text) or not ask.refers else self.heard.open_text
        for theirs in kinds_in(text):
            of_it = {n: [k for k in some if k.is_of(theirs)] for n, some in rows.items()}
            if sum(map(bool, of_it.values())) >= MIN_ROWS:
                return any(k.meets(theirs) for k in of_it.get(unit.said.line, ()))
        return None

    @cached_property
    def _counted(self) -> frozenset[tuple[int, int]]:
        """Tables with rows for ranges, of which the customer has named a number."""
        return frozenset(
            (unit.n, unit.said.block)
            for article in self.articles
            for unit in article.units
            if self.in_range(unit) is not None
        )

    def is_another_cell(self, ask: Ask, unit: Unit, told: str) -> bool:
        """Whether a value of a table belongs to another row or column than what is asked about."""
        cell = unit.said.cell
        assert cell is not None
        if self.is_of_their_kind(ask, unit) is False:
            return True
        if (days := days_in(ask.text)) and any(map(days_in, cell.things)):
            return days.isdisjoint(days_in(cell.thing)) or self._is_another_column(cell, ask, told)
        if self._is_another_column(cell, ask, told):
            return True
        here = mentioned(ask.text, cell.things)
        if not cell.is_column:
            if cell.thing and here:
                return cell.thing not in here and not sums_in(ask.text) & sums_in(unit.text)
            is_for_all = unit.said.span is None and (unit.n, unit.said.block) in self._counted
            return is_for_all and not self._names(ask, cell.thing)
        owned = () if ask.sort in ("cost", "choice") else self.products.owned
        for scope in (told, self.heard.open_text, self.heard.said_text, ", ".join(sorted(owned))):
            here = here or mentioned(scope, cell.things)
        return cell.thing not in here if here else bool(cell.thing)

    def _is_another_column(self, cell: Cell, ask: Ask, told: str) -> bool:
        """Whether a row tells of another person or place than they name, or of one for none."""
        if not cell.columns:
            return False
        owned = ", ".join(sorted(self.products.owned))
        here: frozenset[str] = frozenset()
        for scope in (ask.text, told, self.heard.open_text, self.heard.said_text, owned):
            here = here or mentioned(scope, cell.columns)
        if len(here) > 1:
            return bool(cell.column)
        return cell.column not in here if here else bool(cell.column)

    @staticmethod
    def _names(ask: Ask, label: str) -> bool:
        """Whether a question says the words of a row's label."""
        said = ask.leans | frozenset(ask.words)
        return all(met(word, said) for word in stems(label))


def _is_tighter(one: Span, other: Span) -> bool:
    return one != other and one.low >= other.low and one.high <= other.high
