"""Runs a search over a set, measures every query, and compares two runs query by query."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from copilot.domain import Conversation
from eval.retrieval.bootstrap import Interval, clustered, paired
from eval.retrieval.metrics import METRICS, measure
from eval.retrieval.sets import Case

Search = Callable[[Conversation | str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One query of a run: what was found, its metrics, and how long it took."""

    case: Case
    ranking: tuple[str, ...]
    scores: Mapping[str, float]
    took_ms: float


@dataclass(frozen=True, slots=True)
class Run:
    """A search over a whole set."""

    name: str
    rows: tuple[Row, ...]

    def interval(self, metric: str) -> Interval:
        """Mean and 95 % bounds of a metric, whole clusters resampled."""
        values = [row.scores[metric] for row in self.rows]
        return clustered(values, [row.case.cluster or row.case.id for row in self.rows])

    def took(self, share: float) -> float:
        """The quantile of the times per query in milliseconds (0.5 = median)."""
        times = sorted(row.took_ms for row in self.rows)
        return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """A query that one run answers better than the other, with what came and what went."""

    case: Case
    before: float
    after: float
    came: tuple[str, ...]
    went: tuple[str, ...]


def run(
    name: str, search: Search, cases: Sequence[Case], *, metrics: Sequence[str] = METRICS
) -> Run:
    """Every case once; a search that finds nothing has an empty ranking and counts as 0."""
    rows = []
    for case in cases:
        began = perf_counter()
        ranking = tuple(search(case.asked))
        took_ms = (perf_counter() - began) * 1000
        scores = measure(ranking, case.relevant, metrics=metrics)
        rows.append(Row(case, ranking, scores, took_ms))
    return Run(name, tuple(rows))


def difference(before: Run, after: Run, metric: str) -> Interval:
    """The paired difference of a metric with its bounds; both runs must hold the same cases."""
    left, right = _aligned(before, after)
    return paired(
        [row.scores[metric] for row in left],
        [row.scores[metric] for row in right],
    )


def changes(before: Run, after: Run, metric: str = "recall@10", depth: int = 10) -> list[Change]:
    """Queries whose metric differs, the greatest loss first."""
    found = []
    for old, new in zip(*_aligned(before, after), strict=True):
        if old.scores[metric] != new.scores[metric]:
            had = set(old.ranking[:depth]) & old.case.relevant
            has = set(new.ranking[:depth]) & new.case.relevant
            came, went = tuple(sorted(has - had)), tuple(sorted(had - has))
            found.append(Change(old.case, old.scores[metric], new.scores[metric], came, went))
    return sorted(found, key=lambda change: change.after - change.before)


def _aligned(before: Run, after: Run) -> tuple[list[Row], list[Row]]:
    left = sorted(before.rows, key=lambda row: row.case.id)
    right = sorted(after.rows, key=lambda row: row.case.id)
    if [row.case.id for row in left] != [row.case.id for row in right]:
        raise ValueError(f"{before.name!r} and {after.name!r} hold different cases")
    return left, right
