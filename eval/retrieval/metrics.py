"""Rank metrics of one ranking: recall, hit, reciprocal rank, nDCG; checked by ir-measures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set

METRICS = ("recall@5", "recall@10", "recall@20", "hit@1", "hit@5", "hit@10", "mrr@10", "ndcg@10")


def recall_at(ranking: Sequence[str], relevant: Set[str], k: int) -> float:
    """Share of the relevant that stand in the first k."""
    return len(relevant & set(ranking[:k])) / len(relevant) if relevant else 0.0


def hit_at(ranking: Sequence[str], relevant: Set[str], k: int) -> float:
    """1 when at least one relevant stands in the first k."""
    return 1.0 if relevant & set(ranking[:k]) else 0.0


def mrr_at(ranking: Sequence[str], relevant: Set[str], k: int) -> float:
    """One over the place of the first relevant, 0 beyond k."""
    for place, found in enumerate(ranking[:k], start=1):
        if found in relevant:
            return 1.0 / place
    return 0.0


def ndcg_at(ranking: Sequence[str], relevant: Set[str], k: int) -> float:
    """Discounted gain with binary relevance, over that of a perfect ranking."""
    gains = (1.0 / math.log2(i + 2) for i, found in enumerate(ranking[:k]) if found in relevant)
    best = sum(1.0 / math.log2(i + 2) for i in range(min(k, len(relevant))))
    return sum(gains) / best if best else 0.0


_BY_NAME = {"recall": recall_at, "hit": hit_at, "mrr": mrr_at, "ndcg": ndcg_at}


def measure(
    ranking: Sequence[str], relevant: Set[str], *, metrics: Sequence[str] = METRICS
) -> Mapping[str, float]:
    """The named metrics ("recall@10") of one ranking; repeated ids count at their first place."""
    unique = list(dict.fromkeys(ranking))
    scores: dict[str, float] = {}
    for metric in metrics:
        name, _, depth = metric.partition("@")
        scores[metric] = _BY_NAME[name](unique, relevant, int(depth))
    return scores
