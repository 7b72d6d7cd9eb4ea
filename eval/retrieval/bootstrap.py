"""Bootstrap intervals of a mean and of a paired difference, by percentile and with a fixed seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 5_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds between which 95 % of its resamples lie."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def interval(values: Sequence[float], *, resamples: int = RESAMPLES, seed: int = 7) -> Interval:
    """Of the mean of `values`, by percentile (BCa is undefined where nothing varies)."""
    sample = np.asarray(values, dtype=np.float64)
    if sample.size == 0:
        return Interval(0.0, 0.0, 0.0)
    picks = np.random.default_rng(seed).integers(0, sample.size, (resamples, sample.size))
    means = sample[picks].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(sample.mean()), float(low), float(high))


def paired(
    left: Sequence[float], right: Sequence[float], *, resamples: int = RESAMPLES, seed: int = 7
) -> Interval:
    """Of the mean of `right - left`, the same queries in the same order."""
    if len(left) != len(right):
        raise ValueError(f"paired needs equal lengths, got {len(left)} and {len(right)}")
    differences = [after - before for before, after in zip(left, right, strict=True)]
    return interval(differences, resamples=resamples, seed=seed)


def clustered(
    values: Sequence[float], clusters: Sequence[str], *, resamples: int = RESAMPLES, seed: int = 7
) -> Interval:
    """Like `interval`, resampling whole clusters: replies of one dialogue stand together."""
    sums: dict[str, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        total = sums.setdefault(cluster, [0.0, 0.0])
        total[0] += value
        total[1] += 1.0
    if not sums:
        return Interval(0.0, 0.0, 0.0)
    table = np.asarray(list(sums.values()))
    picks = np.random.default_rng(seed).integers(0, len(table), (resamples, len(table)))
    drawn = table[picks].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    mean = table[:, 0].sum() / table[:, 1].sum()
    return Interval(float(mean), float(low), float(high))
