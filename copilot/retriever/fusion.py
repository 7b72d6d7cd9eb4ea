"""Scores of several searches made comparable, joined per article, and spread over topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heapreplace

import numpy as np
from numpy.typing import NDArray

Match = tuple[int, float]  # chunk id, score
REFERENCES = 3  # the best this many together are the measure of 1.0


@dataclass(frozen=True, slots=True)
class Scores:
    """What a search says of each article: columns, for a query meets hundreds of articles."""

    articles: NDArray[np.int64]  # ascending, each once
    values: NDArray[np.float64]

    @classmethod
    def of(cls, scores: Mapping[int, float]) -> Scores:
        """From a mapping of articles to scores."""
        articles = np.fromiter(scores, np.int64, len(scores))
        values = np.fromiter(scores.values(), np.float64, len(scores))
        order = np.argsort(articles)
        return cls(articles[order], values[order])

    def __len__(self) -> int:
        return len(self.articles)

    def with_values(self, values: NDArray[np.float64]) -> Scores:
        """Other values of the same articles."""
        return Scores(self.articles, values)

    def select(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> Scores:
        """Some of the rows, by a mask or by ascending places."""
        return Scores(self.articles[kept], self.values[kept])

    def places(self, articles: NDArray[np.int64]) -> NDArray[np.int64]:
        """In which rows these articles stand; all of them must."""
        return np.searchsorted(self.articles, articles)

    def best(self, n: int) -> list[Match]:
        """The n best, best first; of equal ones the lower number."""
        order = np.lexsort((self.articles, -self.values))[:n]
        return list(zip(self.articles[order].tolist(), self.values[order].tolist(), strict=True))


NOTHING = Scores.of({})


@dataclass(frozen=True, slots=True)
class Passages:
    """Which article each passage belongs to."""

    ids: NDArray[np.int64]  # ascending
    articles: NDArray[np.int64]

    @classmethod
    def of(cls, article_of: Mapping[int, int]) -> Passages:
        """From a mapping of passages to articles."""
        ids = np.fromiter(article_of, np.int64, len(article_of))
        articles = np.fromiter(article_of.values(), np.int64, len(article_of))
        order = np.argsort(ids)
        return cls(ids[order], articles[order])

    def articles_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The article of each passage; -1 for one that is not known."""
        if not len(self.ids):
            return np.full(len(ids), -1)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[places] == ids, self.articles[places], -1)


@dataclass(frozen=True, slots=True)
class Pooled:
    """Matches by article; each is as good as its best passage."""

    scores: Scores
    passages: NDArray[np.int64]  # the best of each article

    @classmethod
    def of(cls, matches: Sequence[Match], passages: Passages) -> Pooled:
        """The best passage of each article; of equally good ones the first in `matches`."""
        if not matches:
            return cls(NOTHING, NOTHING.articles)
        found, told = zip(*matches, strict=True)
        ids, values = np.array(found, np.int64), np.array(told, np.float64)
        articles = passages.articles_of(ids)
        order = np.lexsort((-values, articles))  # stable
        owners = articles[order]
        first = order[firsts(owners) & (owners >= 0)]
        return cls(Scores(articles[first], values[first]), ids[first])

    def passage_of(self, article: int) -> int | None:
        """The best passage of an article; None where none was found."""
        held = self.scores.articles
        place = int(np.searchsorted(held, article))
        return int(self.passages[place]) if place < len(held) and held[place] == article else None


def firsts(ordered: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a new number begins. (np.unique and np.diff do this in ten times as long.)"""
    begins = np.empty(len(ordered), np.bool_)
    begins[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return begins


def level(values: NDArray[np.float64], references: int = REFERENCES) -> float:
    """The mean of the best few: one lucky first does not make all others small."""
    if len(values) > references:
        values = np.partition(values, len(values) - references)[-references:]
    top = sorted(values.tolist(), reverse=True)
    return sum(top) / len(top) if top else 0.0


def scaled(scores: Scores, floor: float) -> Scores:
    """Scores as shares of what the best have above the floor (0 = floor, 1 = among the best)."""
    span = level(scores.values) - floor
    if span <= 1e-9:
        return scores.with_values(np.zeros(len(scores)))
    return scores.with_values(np.maximum(0.0, scores.values - floor) / span)


def fused(parts: Iterable[tuple[float, Scores]]) -> Scores:
    """The weighted sum of scaled scores; what one search missed counts there as nothing."""
    counted = [(weight, scores) for weight, scores in parts if weight and len(scores)]
    if not counted:
        return NOTHING
    total = widened(NOTHING, *(scores.articles for _, scores in counted))
    for weight, scores in counted:
        total.values[total.places(scores.articles)] += weight * scores.values
    return total


def widened(scores: Scores, *further: NDArray[np.int64]) -> Scores:
    """The scores with further articles, which begin at nothing; a copy."""
    articles = np.sort(np.concatenate([scores.articles, *further]))
    articles = articles[firsts(articles)]
    wide = Scores(articles, np.zeros(len(articles)))
    wide.values[wide.places(scores.articles)] = scores.values
    return wide


def lifted(scores: Scores, gains: Mapping[int, float], ceiling: float) -> Scores:
    """Adds gains, none of which may carry an article above the ceiling it has not reached itself.

    Receivers at the ceiling keep their order among themselves.
    """
    given = Scores.of({article: gain for article, gain in gains.items() if gain > 0})
    result = widened(scores, given.articles)
    places = result.places(given.articles)
    own = result.values[places]
    reached = own + given.values
    result.values[places] = np.maximum(own, np.minimum(reached, ceiling) + 1e-3 * reached)
    return result


def spread(
    scores: Scores,
    likeness: Callable[[int, int], float],
    *,
    penalty: float,
    window: int,
    n: int,
) -> list[Match]:
    """The n best, each lowered by its likeness to the ones before it (greedy, repeatable).

    Scores only ever fall, so an article is compared with the chosen ones when it comes to the top
    and not before (lazy greedy: Minoux 1978); most never do.
    """
    # Sorted, hence a heap.
    waiting = [(-score, article, 0) for article, score in scores.best(window)]
    chosen: list[Match] = []
    while waiting and len(chosen) < n:
        lowered, article, compared = waiting[0]
        if compared == len(chosen):
            heappop(waiting)
            chosen.append((article, -lowered))
            continue
        for before, _ in chosen[compared:]:
            alike = likeness(before, article)
            if alike > 0:
                lowered += penalty * alike
        heapreplace(waiting, (lowered, article, len(chosen)))
    return chosen
