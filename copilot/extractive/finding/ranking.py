"""Ranks sentences for one question."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cached_property

from copilot.extractive.finding.answering import Answering
from copilot.extractive.fitting.matching import (
    Article,
    Match,
    Unit,
    is_code,
    match,
    met,
    reading_of,
)
from copilot.extractive.fitting.sentence import (
    SHARE,
    next_to,
    points_elsewhere,
)
from copilot.extractive.guards.whose import NARROW
from copilot.extractive.hearing.asking import Ask
from copilot.extractive.language.words import stems
from copilot.extractive.records.products import FOREIGN_TITLE, named

IN_RANGE = 1.2  # what it says for a row that its number is the customer's
HAD = 3.0  # what they have already, where they ask to buy it
POINTS = 0.5  # "see Complaints": the customer has no such page before them
LEANS_ON = 0.85  # "It takes a minute", where a question says nothing by itself
GOES_ON, GOES_ON_ANEW = 1.5, 1.2  # a message mostly stays with one matter
FACED, FACED_WIDE = 1.3, 1.7  # an article on what the customer is facing

LEANING = re.compile(
    r"^(?:it|they|this|that|these|those|then|there|both|he|she|after (?:that|it|this)|otherwise"
    r"|in (?:this|that) case|if so|here|such|afterwards|also|so|but|and|or|until then"
    r"|for (?:this|that|these)|for example|example|one (?:costs?|is|has|takes))\b",
    re.IGNORECASE,
)
_PRICES = frozenset(stems("price cost"))
_HAD = re.compile(r"\balready\b|\bincludes?d?\b|\bnothing to buy\b", re.IGNORECASE)


@dataclass(frozen=True)
class Ranking(Answering):
    """The sentences of all articles for one question after the other."""

    @cached_property
    def _worths(self) -> dict[Unit, float]:
        """What sentences are worth by the products they name, as far as they were looked at."""
        return {}

    def _worth(self, unit: Unit) -> float:
        """0 for what may not be said. Kept, for each question looks at the same sentences."""
        known = self._worths.get(unit)
        if known is None:
            said = unit.said
            is_out = said.text.endswith(":") or (said.span and self.rows.in_range(unit) is False)
            known = 0.0 if is_out or self.out.is_out(unit) else self.products.worth(said.text)
            if known and points_elsewhere(said.text):
                known *= POINTS
            if known and self.out.whose is not None and self.out.whose.is_narrow(unit):
                known *= NARROW
            self._worths[unit] = known
        return known

    def ranked(
        self, ask: Ask, used: Sequence[Unit], *, only: Container[int] | None = None
    ) -> list[Match]:
        """All sentences that may be said, of all or only some articles, the best first."""
        best = max((a.hit.score for a in self.articles), default=0.0) or 1.0
        found: list[Match] = []
        told = " ".join(u.text for u in used)
        asked = self.products.asked_about(ask, self.heard.open_text)
        is_bare, is_choice = ask.is_bare, ask.sort == "choice"
        is_had = self.products.has_what_is_asked(ask)
        is_ranged = ask.sort in ("cost", "choice", "count") or (is_bare and ask.sort == "how")
        for article in self.articles:
            if only is not None and article.n not in only:
                continue
            if article.is_product and not self._may_tell_product(ask, article, asked):
                continue
            prior = self._prior(ask, article, best, used)
            reading = reading_of(ask, article, self.rare, self.around)
            for unit in article.units:
                if reading.passes_over(unit) or not (worth := self._worth(unit)):
                    continue
                if self._is_of_another(ask, unit, article, asked, told):
                    continue
                one = match(reading, unit)
                factor = prior * (1.0 if is_choice else worth) * next_to(ask, unit, used)
                if self.codes.is_its_row(ask, unit):
                    factor *= FACED_WIDE
                if is_bare and LEANING.match(unit.text):
                    factor *= LEANS_ON
                if article.n in self.faced and any(met(w, unit.said.heading) for w in self.matters):
                    factor *= FACED_WIDE
                if is_had and worth >= 1.0 and _HAD.search(unit.text):
                    factor *= HAD
                is_theirs = is_ranged and unit.said.span and self.rows.in_range(unit)
                is_theirs = is_theirs or self.rows.is_of_their_kind(ask, unit)
                if is_theirs or self.rows.is_their_day(ask, article, unit):
                    one = one._replace(score=one.score + IN_RANGE, share=max(one.share, SHARE))
                    factor = max(factor, 0.5)  # the number is theirs, wherever it stands
                found.append(Match(unit, one.score * factor, *one[2:]))
        found.sort(key=lambda m: (-m.score, m.unit.n, m.unit.place))
        return found

    def _is_of_another(
        self, ask: Ask, unit: Unit, article: Article, asked: Sequence[str], told: str
    ) -> bool:
        """Of another product, code, row or column than the one that is asked about."""
        if ask.sort in ("cost", "count") and self._is_of_other(ask, unit, article, asked):
            return True
        if self.codes.is_other(ask, unit, article):
            return True
        return bool(unit.said.cell) and self.rows.is_another_cell(ask, unit, told)

    def _is_of_other(self, ask: Ask, unit: Unit, article: Article, asked: Sequence[str]) -> bool:
        """Of another product than is asked about, or the price of what they have already."""
        had = ask.sort == "cost" and self.products.is_had(unit.text, ask)
        return had or self.products.is_other(unit.text, article.hit.title, asked)

    @cached_property
    def pages(self) -> frozenset[int]:
        """Numbers of the articles."""
        return frozenset(a.n for a in self.articles if not a.is_product)

    @cached_property
    def facts(self) -> frozenset[int]:
        """Numbers of what the catalogue says."""
        return frozenset(a.n for a in self.articles if a.is_product)

    def is_about(self, ask: Ask, units: Sequence[Unit]) -> bool:
        """Whether an answer names the product whose price or limit is asked for."""
        asked = self.products.asked_about(ask, self.heard.open_text)
        if ask.sort not in ("cost", "count") or not asked:
            return True
        told = " ".join(f"{u.text} | {self.article(u).hit.title}" for u in units)
        return not set(asked).isdisjoint(named(told, self.products.names))

    def _may_tell_product(self, ask: Ask, article: Article, asked: Container[str]) -> bool:
        """The catalogue answers plain questions about what they name; it is no help or offer."""
        if ask.sort in ("problem", "how") or article.hit.title.lower() not in asked:
            return False
        return ask.sort != "request" or not _PRICES.isdisjoint(ask.words)

    def _prior(self, ask: Ask, article: Article, best: float, used: Sequence[Unit]) -> float:
        """How likely an article answers, before its sentences are read."""
        near = max(0.0, article.hit.score) / best
        prior = 0.25 + 0.35 * near + 0.4 / (1 + 0.3 * (article.hit.rank - 1))
        prior *= 0.3 + 0.7 * self._covered(ask, article)
        if ask.sort != "choice" and self.products.is_foreign(article.hit.title):
            prior *= FOREIGN_TITLE
        if any(unit.n == article.n for unit in used):
            is_on = ask.leans or (
                ask.sort == "whether" and ask.focus and met(ask.focus, article.vocabulary)
            )
            prior *= GOES_ON if is_on else GOES_ON_ANEW
        if article.n in self.faced:
            is_wide = ask.is_broad or ask.is_bare or ask.sort in ("problem", "choice", "request")
            prior *= FACED_WIDE if is_wide else FACED
        coded = any(is_code(w) and w in article.title for w in (*ask.words, *ask.leans))
        return prior * (FACED_WIDE if coded else 1.0)
