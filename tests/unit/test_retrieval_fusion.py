"""Scores made comparable, joined and spread."""

from __future__ import annotations

import pytest

from copilot.retriever.fusion import Found, fused, lifted, pooled, scaled, spread


def test_an_article_is_as_good_as_its_best_passage() -> None:
    found = pooled([(1, 0.4), (2, 0.9), (3, 0.5), (99, 1.0)], {1: 0, 2: 0, 3: 1})
    assert found == {0: Found(0.9, 2), 1: Found(0.5, 3)}


def test_the_best_few_together_are_the_measure() -> None:
    assert scaled({0: 1.0, 1: 1.0, 2: 1.0, 3: 0.5}, 0.0)[3] == 0.5
    assert scaled({0: 0.9, 1: 0.3}, 0.3)[1] == 0.0


def test_scores_that_do_not_differ_say_nothing() -> None:
    assert scaled({0: 0.2, 1: 0.2}, 0.2) == {0: 0.0, 1: 0.0}
    assert scaled({}, 0.0) == {}


def test_a_search_with_weight_nothing_adds_no_article() -> None:
    assert fused([(1.0, {0: 0.5}), (0.0, {1: 1.0}), (0.5, {0: 1.0})]) == {0: 1.0}


def test_a_gain_never_carries_above_the_ceiling_but_takes_nothing_away() -> None:
    after = lifted({0: 1.5, 1: 0.2}, {0: 0.5, 1: 5.0, 2: 0.3}, 1.0)
    assert after[0] >= 1.5
    assert after[1] == pytest.approx(1.0, abs=0.01)
    assert 0.3 <= after[2] < 0.31


def test_likeness_lets_another_topic_through() -> None:
    def alike(a: int, b: int) -> float:
        return 1.0 if {a, b} == {0, 1} else 0.0

    scores = {0: 1.0, 1: 0.95, 2: 0.9}
    order = [a for a, _ in spread(scores, alike, penalty=0.2, window=10, n=3)]
    assert order == [0, 2, 1]
    plain = [a for a, _ in spread(scores, alike, penalty=0.0, window=10, n=3)]
    assert plain == [0, 1, 2]


def test_equal_scores_keep_one_order() -> None:
    scores = {5: 1.0, 3: 1.0, 4: 1.0}
    order = [a for a, _ in spread(scores, lambda a, b: 0.0, penalty=0.2, window=10, n=3)]
    assert order == [3, 4, 5]
