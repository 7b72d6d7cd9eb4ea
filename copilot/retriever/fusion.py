"""Scores of several searches made comparable, joined per article, and spread over topics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import heappop, heapreplace

Match = tuple[int, float]  # chunk id, score
REFERENCES = 3  # the best this many together are the measure of 1.0


def pooled(matches: Iterable[Match], article_of: Mapping[int, int]) -> dict[int, Match]:
    """The best passage of each article; an article is as good as its best passage."""
    best: dict[int, Match] = {}
    for match in matches:
        article = article_of.get(match[0])
        if article is not None and (article not in best or match[1] > best[article][1]):
            best[article] = match
    return best


def level(scores: Iterable[float], references: int = REFERENCES) -> float:
    """The mean of the best few: one lucky first does not make all others small."""
    top = sorted(scores, reverse=True)[:references]
    return sum(top) / len(top) if top else 0.0


def scaled(scores: Mapping[int, float], floor: float) -> dict[int, float]:
    """Scores as shares of what the best have above the floor (0 = floor, 1 = among the best)."""
    span = level(scores.values()) - floor
    if span <= 1e-9:
        return dict.fromkeys(scores, 0.0)
    return {article: max(0.0, score - floor) / span for article, score in scores.items()}


def fused(parts: Sequence[tuple[float, Mapping[int, float]]]) -> dict[int, float]:
    """The weighted sum of scaled scores; what one search missed counts there as nothing."""
    total: dict[int, float] = defaultdict(float)
    for weight, scores in parts:
        if weight:
            for article, score in scores.items():
                total[article] += weight * score
    return dict(total)


def lifted(
    scores: Mapping[int, float], gains: Mapping[int, float], ceiling: float
) -> dict[int, float]:
    """Adds gains, none of which may carry an article above the ceiling it has not reached itself.

    Receivers at the ceiling keep their order among themselves.
    """
    result = dict(scores)
    for article, gain in gains.items():
        own = scores.get(article, 0.0)
        if gain > 0:
            result[article] = max(own, min(own + gain, ceiling) + 1e-3 * (own + gain))
    return result


def spread(
    scores: Mapping[int, float],
    likeness: Callable[[int, int], float],
    *,
    penalty: float,
    window: int,
    n: int,
) -> list[tuple[int, float]]:
    """The n best, each lowered by its likeness to the ones before it (greedy, repeatable).

    Scores only ever fall, so an article is compared with the chosen ones when it comes to the top
    and not before (lazy greedy: Minoux 1978); most never do.
    """
    pool = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:window]
    waiting = [(-score, article, 0) for article, score in pool]  # sorted, hence a heap
    chosen: list[tuple[int, float]] = []
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
