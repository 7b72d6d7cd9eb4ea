"""Ranks articles for a plan from passages already found by vector and by word.

Each stage has its weight; a weight of 0 switches it off (docs/benchmarks/retrieval.md has the
ablation). Weights are round numbers from plateaus, not the best of a grid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from copilot.retriever.fusion import Match, fused, level, lifted, pooled, scaled, spread
from copilot.retriever.language import language_of
from copilot.retriever.library import Library
from copilot.retriever.query import QueryPlan
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
            scores = {a: s for a, s in scores.items() if self.library.is_valid(a, on)}
        chosen = spread(
            scores,
            self._likeness,
            penalty=self.weights.spread,
            window=max(60, 3 * k) if k <= 200 else k,
            n=min(k, 200),
        )
        if len(chosen) < min(k, len(scores)):
            tail = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
            taken = {article for article, _ in chosen}
            chosen += [pair for pair in tail if pair[0] not in taken][: k - len(chosen)]
        return [ranked for a, score in chosen if (ranked := self._ranked(a, score)) is not None]

    @cached_property
    def _near(self) -> list[dict[int, Match]]:
        return [pooled(matches, self.library.article_of) for matches in self.dense]

    @cached_property
    def _worded(self) -> dict[int, Match]:
        return pooled(self.lexical, self.library.article_of)

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

    def _direct(self) -> dict[int, float]:
        """What the passages and titles themselves say."""
        w = self.weights
        parts: list[tuple[float, Mapping[int, float]]] = []
        for place, (matches, found) in enumerate(zip(self.dense, self._near, strict=True)):
            last = matches[-1][1] if matches else 0.0  # the best come first
            floor = self.floor if self.floor is not None and place == 0 else last
            parts.append(
                (w.dense if place == 0 else w.dense * w.apart, scaled(_scores(found), floor))
            )
        parts.append((w.lexical, scaled(_scores(self._worded), 0.0)))
        asked = topics(" ".join(self.plan.texts[:1]))
        parts.append((w.title, scaled(self.library.title_scores(asked), 0.0)))
        return scaled(fused(parts), 0.0)

    def _with_priors(self, direct: Mapping[int, float]) -> dict[int, float]:
        w, library = self.weights, self.library
        audience = w.audience_in_choice if self._is_choice else w.audience
        scores = {a: s - self._special(a) for a, s in direct.items()}
        for article in scores:
            if library.for_agents[article]:
                scores[article] += audience
            if library.is_foreign(article, self._language):
                scores[article] -= w.foreign
        for category in sorted(self._chosen_categories):
            overviews = library.overviews[category]
            if len(overviews) > MAX_OVERVIEWS:  # nobody chooses from so many: the found ones only
                overviews = tuple(article for article in overviews if article in scores)
            for article in overviews:
                scores[article] = scores.get(article, -self._special(article)) + w.overview
        gain = w.code * max((1.0, *scores.values()))  # above whatever is merely near
        for article in self._coded():
            scores[article] = scores.get(article, 0.0) + gain
        for article in self._named():
            scores[article] = scores.get(article, 0.0) + w.named
        return scores

    def _special(self, article: int) -> float:
        needed = self.library.qualifiers[article]
        return self.weights.special if needed and not needed & self._stems else 0.0

    def _coded(self) -> Iterable[int]:
        """Articles whose title holds a code that was asked about."""
        if not self.weights.code:
            return frozenset()
        held = [
            self.library.titles[code] for code in self.plan.codes if code in self.library.titles
        ]
        return frozenset(article for posting in held for article in posting.articles.tolist())

    def _named(self) -> Iterable[int]:
        if not self.weights.named:
            return ()
        collections = self.library.collections
        said = {i for clause in self.plan.clauses for i in collections.mentioned(clause.stems)}
        near = self._near[0] if self._near else {}
        return [article for article in near if self.library.collection[article] in said]

    def _with_links(
        self, scores: Mapping[int, float], direct: Mapping[int, float]
    ) -> dict[int, float]:
        """Procedures that the best procedures lead to, never above the direct matches."""
        w = self.weights
        own = {a: s - self._special(a) for a, s in direct.items() if self.library.for_agents[a]}
        seeds = sorted(own.items(), key=lambda pair: (-pair[1], pair[0]))[: w.seeds]
        push = self.library.links.pushed({a: s for a, s in seeds if s > 0})
        strength = w.links * (0.3 if self._is_choice else 1.0)
        ceiling = level(sorted(scores.values(), reverse=True)[2:3])
        return lifted(scores, {a: strength * p for a, p in push.items()}, ceiling)

    def _single_copies(self, scores: Mapping[int, float]) -> dict[int, float]:
        """Of equal articles only the best placed."""
        if self.library.twins.keys().isdisjoint(scores):
            return dict(scores)
        best: dict[int, int] = {}
        for article in sorted(scores, key=lambda a: (-scores[a], a)):
            best.setdefault(self.library.twins.get(article, article), article)
        return {article: scores[article] for article in best.values()}

    def _likeness(self, left: int, right: int) -> float:
        """How alike two titles of one collection are, above what siblings are anyway."""
        library = self.library
        place = library.collection[left]
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
            if article in found:
                return found[article][0]
        passages = self.library.passages[article]
        return passages[0] if passages else None


def _scores(found: Mapping[int, Match]) -> dict[int, float]:
    return {article: score for article, (_, score) in found.items()}


def _overlap(mine: Set[str], theirs: Set[str]) -> float:
    """Share of the words two titles have in common (Jaccard)."""
    union = len(mine | theirs)
    return len(mine & theirs) / union if union else 0.0
