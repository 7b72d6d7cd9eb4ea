"""Ranks articles for a plan from passages already found by vector and by word.

Each stage has its weight; a weight of 0 switches it off (docs/benchmarks/retrieval.md has the
ablation). Weights are round numbers from plateaus, not the best of a grid.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from copilot.retriever.fusion import (
    NOTHING,
    Match,
    Pooled,
    Scores,
    firsts,
    fused,
    lifted,
    scaled,
    spread,
    widened,
)
from copilot.retriever.language import language_of
from copilot.retriever.library import Library
from copilot.retriever.query import QueryPlan
from copilot.retriever.spelling import may_be_held
from copilot.retriever.words import topics

NEAREST = 240  # passages asked of the vector store for each text
LOOKED_UP = 240  # passages asked of the full text
MAX_OVERVIEWS = 100


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each stage says; 1.0 is the distance from nothing to the best direct matches."""

    dense: float = 0.45
    lexical: float = 0.35
    title: float = 0.2
    apart: float = 0.5  # of `dense`, for each further text of the plan
    audience: float = 0.4  # articles for agents, when the customer has a problem
    audience_in_choice: float = 0.1  # and when the customer chooses
    overview: float = 0.6  # overview articles of the category the customer chooses from
    code: float = 1.0  # a code of the query in a title: an error, a model, a product number
    named: float = 0.05  # articles of a collection that the customer names
    special: float = 0.2  # against articles on a special case nobody mentioned
    foreign: float = 0.4  # against articles in another language than what was asked in
    links: float = 0.5
    few: float = 40.0  # articles among which a shared word says half of what it says among many
    shared: float = 0.25  # of what it says, however few they are
    known: float = 2 / 3  # of a query's words, which sources must hold for them to say all
    seeds: int = 5
    spread: float = 0.2
    alike_from: float = 0.5


@dataclass(frozen=True, slots=True)
class Ranked:
    """An article with its best passage."""

    source_id: str
    chunk: int
    score: float


@dataclass(frozen=True, slots=True)
class DocumentSearch:
    """Ranks the articles of one library. Pure: the searches themselves are the caller's."""

    library: Library
    weights: Weights = field(default_factory=Weights)

    def rank(
        self,
        plan: QueryPlan,
        dense: Sequence[Sequence[Match]],
        lexical: Sequence[Match],
        *,
        k: int = 10,
        on: date | None = None,
        floor: float | None = None,
    ) -> list[Ranked]:
        """The k best articles.

        Args:
            plan: what is asked.
            dense: for each of the plan's texts, its nearest passages (chunk id, cosine).
            lexical: passages that hold the plan's terms (chunk id, BM25, higher is better).
            k: how many articles at most.
            on: leave out what is not valid on this day.
            floor: cosine of an arbitrary passage; by default that of the last one found.
        """
        if k < 1 or plan.is_empty or not len(self.library):
            return []
        return _Ranking(self.library, self.weights, plan, dense, lexical, floor).best(k, on)


@dataclass
class _Ranking:
    """One query on its way through the stages."""

    library: Library
    weights: Weights
    plan: QueryPlan
    dense: Sequence[Sequence[Match]]
    lexical: Sequence[Match]
    floor: float | None

    def best(self, k: int, on: date | None) -> list[Ranked]:
        direct = self._direct()
        scores = self._with_links(self._with_priors(direct), direct)
        scores = self._single_copies(scores)
        if on is not None:
            scores = scores.select(self.library.are_valid(scores.articles, on))
        chosen = spread(
            scores,
            self._likeness,
            penalty=self.weights.spread,
            window=max(60, 3 * k) if k <= 200 else k,
            n=min(k, 200),
        )
        if len(chosen) < min(k, len(scores)):
            taken = {article for article, _ in chosen}
            tail = (pair for pair in scores.best(len(scores)) if pair[0] not in taken)
            chosen += islice(tail, k - len(chosen))
        return [ranked for a, score in chosen if (ranked := self._ranked(a, score)) is not None]

    @cached_property
    def _near(self) -> list[Pooled]:
        return [Pooled.of(matches, self.library.owners) for matches in self.dense]

    @cached_property
    def _worded(self) -> Pooled:
        return Pooled.of(self.lexical, self.library.owners)

    @cached_property
    def _stems(self) -> frozenset[str]:
        return self.plan.stems

    @cached_property
    def _language(self) -> str | None:
        if len(self.library.languages) < 2:  # nothing to choose between
            return None
        return language_of(" ".join(self.plan.texts))

    @cached_property
    def _is_choice(self) -> bool:
        return bool(self._chosen_categories)

    @cached_property
    def _chosen_categories(self) -> frozenset[int]:
        categories = self.library.categories
        return frozenset(
            i for c in self.plan.clauses if c.is_choice for i in categories.mentioned(c.stems)
        )

    @cached_property
    def _telling(self) -> float:
        """How much it says to share a word with the query (1 = all).

        Little where what is asked about stands in no article: what they share, they share by
        chance. Little too for a typed query, which has few words, among few articles, where none
        is rare: "lost" and "money" are then as good as the matter itself, and the meaning leads.
        """
        w, spelling, articles = self.weights, self.library.spelling, len(self.library)
        held = [spelling.holds(term) for term in self.plan.terms if may_be_held(term)]
        known = sum(held) / len(held) if held else 1.0
        of_many = max(w.shared, articles / (articles + w.few)) if self.plan.is_typed else 1.0
        return of_many * (min(1.0, known / w.known) if w.known else 1.0)

    def _direct(self) -> Scores:
        """What the passages and titles themselves say."""
        w = self.weights
        parts: list[tuple[float, Scores]] = []
        for place, (matches, found) in enumerate(zip(self.dense, self._near, strict=True)):
            last = matches[-1][1] if matches else 0.0  # the best come first
            floor = self.floor if self.floor is not None and place == 0 else last
            parts.append(
                (w.dense if place == 0 else w.dense * w.apart, scaled(found.scores, floor))
            )
        parts.append((w.lexical * self._telling, scaled(self._worded.scores, 0.0)))
        asked = topics(" ".join(self.plan.texts[:1]))
        parts.append((w.title * self._telling, scaled(self.library.title_scores(asked), 0.0)))
        return scaled(fused(parts), 0.0)

    def _with_priors(self, direct: Scores) -> Scores:
        w, library = self.weights, self.library
        articles = direct.articles
        values = self._less_special(direct)
        audience = w.audience_in_choice if self._is_choice else w.audience
        values = values + audience * library.for_agents[articles]
        foreign = library.are_foreign(articles, self._language)
        if foreign is not None:
            values = values - w.foreign * foreign
        scores = direct.with_values(values)
        for category in sorted(self._chosen_categories):
            scores = self._with_overviews(scores, library.overviews[category])
        gain = w.code * max(1.0, float(scores.values.max(initial=0.0)))  # above what is merely near
        coded = self._coded()
        if len(coded):
            scores = widened(scores, coded)
            scores.values[scores.places(coded)] += gain
        named = self._named()
        if len(named):
            scores = widened(scores, named)
            scores.values[scores.places(named)] += w.named
        return scores

    def _less_special(self, scores: Scores) -> NDArray[np.float64]:
        """The scores, less what an article on a special case nobody mentioned has against it."""
        unasked = self.library.special.unasked(scores.articles, self._stems)
        return scores.values - self.weights.special * unasked

    def _with_overviews(self, scores: Scores, overviews: NDArray[np.int64]) -> Scores:
        new = np.setdiff1d(overviews, scores.articles)
        if len(overviews) > MAX_OVERVIEWS:  # nobody chooses from so many: the found ones only
            overviews, new = np.setdiff1d(overviews, new), new[:0]
        scores = widened(scores, overviews)
        unasked = self.library.special.unasked(new, self._stems)
        scores.values[scores.places(new)] = -self.weights.special * unasked
        scores.values[scores.places(overviews)] += self.weights.overview
        return scores

    def _coded(self) -> NDArray[np.int64]:
        """Articles whose title holds a code that was asked about."""
        titles = self.library.titles
        held = [titles[code].articles for code in self.plan.codes if code in titles]
        if not held or not self.weights.code:
            return NOTHING.articles
        return np.unique(np.concatenate(held))

    def _named(self) -> NDArray[np.int64]:
        """Articles near to the query from collections that the customer names."""
        collections = self.library.collections
        said = {i for clause in self.plan.clauses for i in collections.mentioned(clause.stems)}
        if not said or not self._near or not self.weights.named:
            return NOTHING.articles
        near = self._near[0].scores.articles
        return near[np.isin(self.library.collection[near], list(said))]

    def _with_links(self, scores: Scores, direct: Scores) -> Scores:
        """Procedures that the best procedures lead to, never above the direct matches."""
        w = self.weights
        own = direct.with_values(self._less_special(direct))
        seeds = own.select(self.library.for_agents[own.articles]).best(w.seeds)
        push = self.library.links.pushed({a: s for a, s in seeds if s > 0})
        strength = w.links * (0.3 if self._is_choice else 1.0)
        third = scores.best(3)[2:]
        ceiling = third[0][1] if third else 0.0
        return lifted(scores, {a: strength * p for a, p in push.items()}, ceiling)

    def _single_copies(self, scores: Scores) -> Scores:
        """Of equal articles only the best placed."""
        stands_for = self.library.stands_for[scores.articles]
        order = np.lexsort((scores.articles, -scores.values, stands_for))
        first = order[firsts(stands_for[order])]
        return scores if len(first) == len(scores) else scores.select(np.sort(first))

    def _likeness(self, left: int, right: int) -> float:
        """How alike two titles of one collection are, above what siblings are anyway."""
        library = self.library
        place = int(library.collection[left])
        if place < 0 or place != library.collection[right]:
            return 0.0
        alike = _overlap(library.title_words[left], library.title_words[right])
        start = self.weights.alike_from
        return max(0.0, alike - start) / (1 - start)

    def _ranked(self, article: int, score: float) -> Ranked | None:
        chunk = self._passage(article)
        if chunk is None:
            return None
        return Ranked(self.library.facts[article].source_id, chunk, score)

    def _passage(self, article: int) -> int | None:
        """The passage nearest in meaning, else the one with the words, else the first."""
        for found in (*self._near, self._worded):
            if (chunk := found.passage_of(article)) is not None:
                return chunk
        passages = self.library.passages[article]
        return passages[0] if passages else None


def _overlap(mine: Set[str], theirs: Set[str]) -> float:
    """Share of the words two titles have in common (Jaccard)."""
    union = len(mine | theirs)
    return len(mine & theirs) / union if union else 0.0
