"""Each stage of the article search off by turns, and random weights around the released ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from copilot.retriever.document_search import Weights
from eval.retrieval.bootstrap import Interval, interval
from eval.retrieval.metrics import recall_at
from eval.retrieval.runner import Run, Search, run
from eval.retrieval.sets import Case

STAGES: Mapping[str, tuple[str, ...]] = {
    "vectors": ("dense",),
    "full text": ("lexical",),
    "titles and phrases": ("title",),
    "articles for agents first": ("audience", "audience_in_choice"),
    "overviews of the category": ("overview",),
    "named products": ("named",),
    "special cases held back": ("special",),
    "links between procedures": ("links",),
    "spread over topics": ("spread",),
}
FACTORS = (0.5, 0.75, 1.0, 1.25, 1.5)


@dataclass(frozen=True, slots=True)
class Stability:
    """How much the figure hangs on the exact weights."""

    quantiles: tuple[float, float, float]  # 5 %, 50 %, 95 % of recall@10 over random weights
    cross_validated: Interval  # recall@10 of weights chosen without the queries they are judged on


def without(weights: Weights, stage: str) -> Weights:
    """The weights with one stage off."""
    off: dict[str, Any] = dict.fromkeys(STAGES[stage], 0.0)
    return replace(weights, **off)


def ablate(search_of: Callable[[Weights], Search], cases: Sequence[Case]) -> tuple[Run, list[Run]]:
    """The full run, and one run without each stage."""
    weights = Weights()
    full = run("all stages", search_of(weights), cases)
    return full, [run(stage, search_of(without(weights, stage)), cases) for stage in STAGES]


def stability(
    search_of: Callable[[Weights], Search],
    cases: Sequence[Case],
    *,
    settings: int = 120,
    folds: int = 7,
    repeats: int = 40,
    seed: int = 5,
) -> Stability:
    """Draws weights between half and one and a half of the released ones, and cross-validates.

    In each fold the best setting of the other folds is judged on the fold it has not seen.
    """
    draws = random.Random(seed)
    table = np.array(
        [
            [recall_at(list(search(case.asked)), case.relevant, 10) for case in cases]
            for search in (search_of(_drawn(draws)) for _ in range(settings))
        ]
    )
    low, middle, high = (float(q) for q in np.quantile(table.mean(axis=1), [0.05, 0.5, 0.95]))
    held_back = np.zeros(len(cases))
    for repeat in range(repeats):
        order = list(range(len(cases)))
        random.Random(seed + repeat).shuffle(order)
        for fold in range(folds):
            judged = order[fold::folds]
            seen = [place for place in order if place not in set(judged)]
            best = int(np.argmax(table[:, seen].mean(axis=1)))
            held_back[judged] += table[best, judged] / repeats
    return Stability((low, middle, high), interval(held_back.tolist()))


def _drawn(draws: random.Random) -> Weights:
    weights = Weights()
    names = sorted({name for stage in STAGES.values() for name in stage})
    return replace(weights, **{n: getattr(weights, n) * draws.choice(FACTORS) for n in names})
