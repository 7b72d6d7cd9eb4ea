"""Ranks sentences for one question, and says which of them are answers at all."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from copilot.extractive import robbed
from copilot.extractive.amounts import kinds_in
from copilot.extractive.asking import Ask, Heard, is_measure
from copilot.extractive.codes import Codes
from copilot.extractive.excluding import Excluding
from copilot.extractive.kinds import Tried, asks_why, is_cause, is_of_kind, measured
from copilot.extractive.matching import (
    Article,
    Match,
    Unit,
    is_code,
    is_of_the_case,
    match,
    met,
    reading_of,
    share_of,
)
from copilot.extractive.products import FOREIGN_TITLE, Products, named
from copilot.extractive.rows import Rows
from copilot.extractive.sentence import (
    CLOSE,
    NEAR,
    SHARE,
    denies,
    has_everywhere,
    is_of_all_things,
    is_of_its_case,
    needed,
    next_to,
    points_elsewhere,
    says_number,
)
from copilot.extractive.words import stems

IN_RANGE = 1.2  # what it says for a row that its number is the customer's
HAD = 3.0  # what they have already, where they ask to buy it
POINTS = 0.5  # "see Complaints": the customer has no such page before them
LEANS_ON = 0.85  # "It takes a minute", where a question says nothing by itself
MEASURED = 0.15  # less of a question's words are needed where the unit tells as well
GOES_ON, GOES_ON_ANEW = 1.5, 1.2  # a message mostly stays with one matter
FACED, FACED_WIDE = 1.3, 1.7  # an article on what the customer is facing
NEAR_CASE, CLOSE_CASE = 0.6, 0.75  # situations of past cases resemble each other more easily
REFERRED, REFERRED_LOOSE = 0.5, 0.2  # of what a short question refers to
SHARED, ENOUGH = 0.25, 0.6  # of the question's words in the article
MOSTLY = 0.4  # of the case that a question is put for
LIKELY = 3  # articles that a message is likely about
REST = 0.55  # of a question's words, where the one it ends on stands elsewhere in the article

LEANING = re.compile(
    r"^(?:it|they|this|that|these|those|then|there|both|he|she|after (?:that|it|this)|otherwise"
    r"|in (?:this|that) case|if so|here|such|afterwards|also|so|but|and|or|until then"
    r"|for (?:this|that|these)|for example|example|one (?:costs?|is|has|takes))\b",
    re.IGNORECASE,
)
# "Must I …?" is answered by what is needed.
_MUST = re.compile(r"\b(?:must|have to|need(?: to)?|necessary|required)\b", re.IGNORECASE)
_NEEDED = re.compile(r"\b(?:must|have to|need(?:ed|s)?|necessary|required?)\b", re.IGNORECASE)
_LASTING = frozenset(stems("lose keep stay remain"))
_PRICES = frozenset(stems("price cost"))
_PAID = frozenset(stems("price cost charge fee pay free money"))
_HAD = re.compile(r"\balready\b|\bincludes?d?\b|\bnothing to buy\b", re.IGNORECASE)


@dataclass(frozen=True)
class Ranking:
    """All that is known beside a question: what was found, what was said, whose products."""

    articles: Sequence[Article]
    heard: Heard
    out: Excluding
    rare: Mapping[str, float]
    around: Mapping[str, float]
    known: frozenset[str]  # words that some article found says
    faced: frozenset[int]  # articles on what the customer is facing
    matters: frozenset[str]  # and what that is, in a word
    products: Products
    hard: frozenset[int] = frozenset()  # articles on trouble that nobody spoke of

    @cached_property
    def rows(self) -> Rows:
        """What is known of the rows of tables."""
        return Rows(self.articles, self.heard, self.products)

    @cached_property
    def codes(self) -> Codes:
        """What is known of the codes that a display shows."""
        return Codes(self.articles, self.heard)

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

    def _is_past_its_code(self, ask: Ask, article: Article) -> bool:
        """Whether they did all that is said of their code: the rest of the page is on others."""
        codes = frozenset(w for w in ask.words if is_code(w) or w.isdigit())  # E7, the 7 of E-7
        of_it = [u for u in article.units if not codes.isdisjoint(u.said.stems)] if codes else []
        return bool(of_it) and all((u.n, u.said.line) in self.out.done for u in of_it)

    @cached_property
    def _on_theft(self) -> frozenset[int] | None:
        """The articles for who was robbed; None where nobody was."""
        return robbed.written_for_it(self.articles, self.heard)

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

    @cached_property
    def _shares(self) -> dict[tuple[Ask, int], float]:
        return {}

    def _covered(self, ask: Ask, article: Article) -> float:
        """The share of a question that an article speaks of; kept, for it is asked often."""
        known = self._shares.get((ask, article.n))
        if known is None:
            known = share_of(ask, article.vocabulary, self.rare, self.around)
            self._shares[(ask, article.n)] = known
        return known

    def _leaning(self, ask: Ask, article: Article) -> float:
        """The share of what a question refers to that an article speaks of."""
        known = [w for w in ask.leans if w in self.known]
        if not known:  # of what "it" is no article speaks; else the first one is likeliest
            is_it = ask.sort == "whether" and ask.refers
            return 1.0 if article.hit.rank == 1 and not is_it else 0.0
        total = sum(self.rare[w] for w in known)
        return sum(self.rare[w] * met(w, article.vocabulary) for w in known) / total

    def article(self, unit: Unit) -> Article:
        return next(a for a in self.articles if a.n == unit.n)

    def holds(self, ask: Ask, article: Article, found: Match) -> bool:
        """Whether a sentence is an answer and not just the least bad one."""
        said = found.unit.said
        spoken = said.stems | said.heading | article.title
        if self.codes.is_its_row(ask, found.unit):
            return True
        if article.n in self.hard and not any(met(w, article.title) for w in ask.words):
            return False
        if self._on_theft is not None and article.n not in self._on_theft and robbed.is_on_it(ask):
            return False
        if self._is_past_its_code(ask, article):
            return False
        if not all(met(name, article.vocabulary) for name in ask.names):
            return False
        if ask.focus and not self._says_focus(ask, article, found, spoken):
            return False
        if (ask.is_typed and not found.fits) or not self.is_of_kind(ask, article, found.unit):
            return False
        if ask.sort == "whether" and not is_of_the_case(ask, spoken):
            return False
        is_day = self.rows.is_their_day(ask, article, found.unit)
        if not ask.leans and not self.around and all(map(is_measure, ask.words)) and not is_day:
            return False  # nothing to go by
        if ask.sort == "time" and denies(found.unit.text, ask):
            return False
        if ask.sort == "whether" and not self._says_whether(ask, found.unit, spoken):
            return False
        return self._is_answered_in(ask, article, found)

    def is_of_kind(self, ask: Ask, article: Article, unit: Unit) -> bool:
        """Whether a sentence passes every guard on the kind of an answer."""
        return is_of_kind(Tried(ask, unit, article, self.articles, self.heard.open_text))

    def _says_whether(self, ask: Ask, unit: Unit, spoken: frozenset[str]) -> bool:
        """Whether a sentence says yes or no to just this: its words are not there by chance."""
        lasting = [w for w in ask.words if w in _LASTING]
        if lasting and not any(met(word, unit.said.stems) for word in lasting):
            return has_everywhere(unit) and bool(ask.focus and met(ask.focus, unit.said.stems))
        if unit.said.kind == "row" and not self.rows.is_row_of(ask, unit):
            return False
        around = spoken | unit.said.beside
        is_faced = unit.n in self.faced  # what "it" stands for is what they are facing
        if ask.refers and not is_faced and not self._is_on_it(ask, around):
            return False
        if lasting and not is_of_its_case(ask, unit, self.around):
            return False
        return self._says_more(ask, unit, around)

    def _is_answered_in(self, ask: Ask, article: Article, found: Match) -> bool:
        """Whether a sentence of the right kind is of the right article, and says enough."""
        said = found.unit.said
        if article.hit.chunk.kind != "document":
            return self._is_near_case(ask, article)
        if article.n in self.faced:
            if ask.is_broad or ask.is_bare or ask.sort in ("problem", "request"):
                return True
        elif not self._is_of_the_matter(ask, article) or self._is_of_other_title(ask, article):
            return False
        if self.rows.is_label(ask, article, found.unit):
            return True
        coded = any(
            is_code(w) and w in said.heading | article.title for w in (*ask.words, *self.around)
        )
        is_enough = coded or self._is_enough(ask, article)
        if ask.sort == "problem":  # however near the page: a sentence without a word of it is none
            return is_enough and found.share > 0
        if ask.is_bare or self._is_as_bare(ask):
            return is_enough
        if asks_why(ask) and is_cause(found.unit) and article.hit.score >= CLOSE:
            return True
        if ask.sort in ("how", "what", "request") and (
            coded or (is_enough and article.hit.rank == 1)
        ):
            return found.share >= (SHARED if coded else SHARED + 0.15)
        need = needed(ask, article.hit.score)
        return found.share >= (need - MEASURED if measured(ask.text) else need)

    def _says_focus(self, ask: Ask, article: Article, found: Match, spoken: frozenset[str]) -> bool:
        """Whether a sentence says the word that matters, or its article, and it the rest."""
        assert ask.focus is not None
        if self.rows.is_of_their_kind(ask, found.unit) and kinds_in(found.unit.text):
            return True
        if ask.sort == "count":
            of_row = spoken if measured(ask.text) else found.unit.said.stems
            return bool(met(ask.focus, of_row))
        if met(ask.focus, spoken):
            return True
        if ask.focus in self.products.kinds and is_of_all_things(found.unit):
            return True
        is_rest = ask.sort == "whether" and found.share >= REST and _LASTING.isdisjoint(ask.words)
        return is_rest and bool(met(ask.focus, article.vocabulary))

    def _is_of_case(self, ask: Ask, spoken: frozenset[str]) -> bool:
        """Whether words speak of the case that was put before: "If the hub is offline, will …?"."""
        known = [w for w in ask.case if w in self.known]
        total = sum(self.rare[w] for w in known)
        return sum(self.rare[w] for w in known if met(w, spoken)) >= MOSTLY * total

    def _says_more(self, ask: Ask, unit: Unit, spoken: frozenset[str]) -> bool:
        """Whether words speak of more than the one thing that a question ends on."""
        others = [w for w, weight in ask.words.items() if weight >= 1.0 and w != ask.focus]
        if not others:
            return says_number(ask, spoken) and self._is_of_case(ask, spoken)
        if any(met(w, spoken) for w in others):
            return True
        return bool(_MUST.search(ask.text) and _NEEDED.search(unit.text))

    def _is_on_it(self, ask: Ask, spoken: frozenset[str]) -> bool:
        """Whether words speak of what "it" stands for, or of anything of its kind."""
        known = [w for w in ask.leans if w in self.known]
        # "Do I have to pay for this": of one word that is met there is always something free.
        need = min(len(known), 2) if _PAID.issuperset(ask.words) else 1
        return not known or len(spoken.intersection(known)) >= need

    def _is_as_bare(self, ask: Ask) -> bool:
        """Whether the words of a question for a date or an amount are in no article at all.

        Then what it refers to must tell enough: of one word alone there are many sentences.
        """
        leans = sum(w in self.known for w in ask.leans)
        return ask.is_typed and leans > 1 and self.known.isdisjoint(ask.words)

    def _is_near_case(self, ask: Ask, article: Article) -> bool:
        score = article.hit.score
        covered = self._covered(ask, article)
        return score >= CLOSE_CASE or (score >= NEAR_CASE and covered >= SHARED)

    def _is_of_the_matter(self, ask: Ask, article: Article) -> bool:
        """Whether an article speaks of what a short question refers to."""
        if not ask.is_short and not ask.refers:
            return True
        is_strict = ask.sort == "whether" and ask.refers and article.hit.rank > 1
        return self._leaning(ask, article) >= (REFERRED if is_strict else REFERRED_LOOSE)

    def _is_enough(self, ask: Ask, article: Article) -> bool:
        """Whether an article as a whole speaks to the question."""
        score, covered = article.hit.score, self._covered(ask, article)
        if score >= CLOSE or covered >= ENOUGH or (score >= NEAR and covered >= SHARED):
            return True
        if not ask.is_bare and not self._is_as_bare(ask):
            return False
        if ask.sort == "how" and article.hit.rank <= LIKELY and self._is_titled(ask, article):
            return True
        return article.hit.rank == 1 and self._leaning(ask, article) >= ENOUGH

    def _is_titled(self, ask: Ask, article: Article) -> bool:
        """Whether the title says what is to be done, whatever it is done to."""
        return any(met(w, article.title) for w in ask.leans if w not in self.products.kinds)

    def _is_of_other_title(self, ask: Ask, article: Article) -> bool:
        """Of an article far down of whose title nobody said a word: it tells of another case."""
        if article.hit.rank <= LIKELY or article.is_product or article.hit.score >= CLOSE:
            return False
        own = {w for w, weight in ask.words.items() if weight >= 1.0}
        said = {*own, *ask.leans, *self.around, *self.heard.now, *self.heard.before}
        title = frozenset(stems(article.hit.title))
        return bool(title) and not any(met(word, title) for word in said)
