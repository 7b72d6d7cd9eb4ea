"""The rank metrics agree with ir-measures; the intervals are what they say."""

from __future__ import annotations

import random

import ir_measures
import pytest
from ir_measures import RR, R, Success, nDCG

from eval.retrieval.bootstrap import clustered, interval, paired
from eval.retrieval.metrics import METRICS, measure

ORACLES = {
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "recall@20": R @ 20,
    "hit@1": Success @ 1,
    "hit@5": Success @ 5,
    "hit@10": Success @ 10,
    "mrr@10": RR @ 10,
    "ndcg@10": nDCG @ 10,
}


def _rankings(n: int) -> list[tuple[list[str], set[str]]]:
    draws = random.Random(11)
    names = [f"d{i}" for i in range(60)]
    return [
        (draws.sample(names, draws.randint(0, 40)), set(draws.sample(names, draws.randint(1, 15))))
        for _ in range(n)
    ]


def test_every_metric_agrees_with_the_oracle_on_random_rankings() -> None:
    pairs = _rankings(200)
    qrels = [ir_measures.Qrel(str(i), d, 1) for i, (_, rel) in enumerate(pairs) for d in rel]
    # Strictly falling scores: providers break ties in opposite ways.
    ranked = [
        ir_measures.ScoredDoc(str(i), d, 1000.0 - place)
        for i, (ranking, _) in enumerate(pairs)
        for place, d in enumerate(ranking)
    ]
    assert set(ORACLES) == set(METRICS)
    for metric in ir_measures.iter_calc(list(ORACLES.values()), qrels, ranked):
        name = next(key for key, oracle in ORACLES.items() if oracle == metric.measure)
        ranking, relevant = pairs[int(metric.query_id)]
        assert measure(ranking, relevant)[name] == pytest.approx(metric.value), name


def test_a_source_named_twice_counts_at_its_first_place() -> None:
    assert measure(["a", "a", "b"], {"b"}, metrics=("mrr@10",)) == {"mrr@10": 0.5}


def test_nothing_found_is_zero_and_nothing_relevant_too() -> None:
    assert set(measure([], {"a"}).values()) == {0.0}
    assert set(measure(["a"], set()).values()) == {0.0}


def test_the_interval_holds_the_mean_and_narrows_with_more_cases() -> None:
    few, many = interval([0.0, 1.0] * 10), interval([0.0, 1.0] * 500)
    assert few.low < few.mean == 0.5 < few.high
    assert many.high - many.low < few.high - few.low
    assert interval([]).mean == 0.0


def test_equal_runs_differ_by_exactly_nothing() -> None:
    same = paired([0.2, 0.4], [0.2, 0.4])
    assert (same.mean, same.low, same.high) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="equal lengths"):
        paired([1.0], [])


def test_replies_of_one_dialogue_widen_the_interval() -> None:
    values = [1.0] * 50 + [0.0] * 50
    together = clustered(values, ["a"] * 50 + ["b"] * 50)
    apart = clustered(values, [str(i) for i in range(100)])
    assert together.high - together.low > apart.high - apart.low
