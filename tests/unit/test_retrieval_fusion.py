"""Scores made comparable, joined and spread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.retriever.fusion import (
    NOTHING,
    Passages,
    Pooled,
    Scores,
    firsts,
    fused,
    lifted,
    scaled,
    spread,
    widened,
)


def _plain(scores: Scores) -> dict[int, float]:
    assert scores.articles.tolist() == sorted(set(scores.articles.tolist()))
    return dict(zip(scores.articles.tolist(), scores.values.tolist(), strict=True))


def test_an_article_is_as_good_as_its_best_passage() -> None:
    passages = Passages.of({3: 1, 1: 0, 2: 0})
    found = Pooled.of([(1, 0.4), (2, 0.9), (3, 0.5), (99, 1.0)], passages)
    assert _plain(found.scores) == {0: 0.9, 1: 0.5}
    assert [found.passage_of(article) for article in (0, 1, 2)] == [2, 3, None]


def test_of_equally_good_passages_the_first_found_stands_for_the_article() -> None:
    found = Pooled.of([(2, 0.9), (1, 0.9)], Passages.of({1: 0, 2: 0}))
    assert found.passage_of(0) == 2


@pytest.mark.parametrize("known", [{}, {5: 0}])
def test_passages_that_nobody_knows_are_no_articles(known: dict[int, int]) -> None:
    found = Pooled.of([(7, 0.9), (4, 0.2)], Passages.of(known))
    assert not len(found.scores)
    assert found.passage_of(0) is None
    assert not len(Pooled.of([], Passages.of(known)).scores)


def test_the_best_few_together_are_the_measure() -> None:
    assert _plain(scaled(Scores.of({0: 1.0, 1: 1.0, 2: 1.0, 3: 0.5}), 0.0))[3] == 0.5
    assert _plain(scaled(Scores.of({0: 0.9, 1: 0.3}), 0.3))[1] == 0.0


def test_scores_that_do_not_differ_say_nothing() -> None:
    assert _plain(scaled(Scores.of({0: 0.2, 1: 0.2}), 0.2)) == {0: 0.0, 1: 0.0}
    assert _plain(scaled(NOTHING, 0.0)) == {}


def test_a_search_with_weight_nothing_adds_no_article() -> None:
    parts = [(1.0, Scores.of({0: 0.5})), (0.0, Scores.of({1: 1.0})), (0.5, Scores.of({0: 1.0}))]
    assert _plain(fused(parts)) == {0: 1.0}
    assert _plain(fused([])) == {}


def test_further_articles_begin_at_nothing_and_the_given_scores_stay_as_they_are() -> None:
    given = Scores.of({4: 0.5})
    wide = widened(given, np.array([2, 4]), np.array([9]))
    wide.values[:] += 1.0
    assert _plain(wide) == {2: 1.0, 4: 1.5, 9: 1.0}
    assert _plain(given) == {4: 0.5}


def test_where_a_new_number_begins() -> None:
    assert firsts(np.array([3, 3, 4, 7, 7])).tolist() == [True, False, True, True, False]
    assert firsts(np.array([], np.int64)).tolist() == []


def test_a_gain_never_carries_above_the_ceiling_but_takes_nothing_away() -> None:
    after = _plain(lifted(Scores.of({0: 1.5, 1: 0.2}), {0: 0.5, 1: 5.0, 2: 0.3, 3: 0.0}, 1.0))
    assert 3 not in after
    assert after[0] >= 1.5
    assert after[1] == pytest.approx(1.0, abs=0.01)
    assert 0.3 <= after[2] < 0.31


def test_likeness_lets_another_topic_through() -> None:
    def alike(a: int, b: int) -> float:
        return 1.0 if {a, b} == {0, 1} else 0.0

    scores = {0: 1.0, 1: 0.95, 2: 0.9}
    order = [a for a, _ in spread(Scores.of(scores), alike, penalty=0.2, window=10, n=3)]
    assert order == [0, 2, 1]
    plain = [a for a, _ in spread(Scores.of(scores), alike, penalty=0.0, window=10, n=3)]
    assert plain == [0, 1, 2]


def test_equal_scores_keep_one_order() -> None:
    scores = {5: 1.0, 3: 1.0, 4: 1.0}
    order = [a for a, _ in spread(Scores.of(scores), lambda a, b: 0.0, penalty=0.2, window=10, n=3)]
    assert order == [3, 4, 5]


@given(
    st.dictionaries(st.integers(0, 40), st.floats(0, 2, allow_nan=False), max_size=40),
    st.integers(1, 12),
    st.floats(0, 1),
)
def test_spreading_compares_few_and_chooses_as_if_it_compared_all(
    scores: dict[int, float], n: int, penalty: float
) -> None:
    def likeness(left: int, right: int) -> float:
        return ((left * 7 + right * 7) % 5) / 5 if left % 3 == right % 3 else 0.0

    pool = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:30]
    left, plain = dict(pool), []
    while left and len(plain) < n:
        best = min(left, key=lambda article: (-left[article], article))
        plain.append((best, left.pop(best)))
        for article in left:
            left[article] -= penalty * likeness(best, article)
    found = spread(Scores.of(scores), likeness, penalty=penalty, window=30, n=n)
    assert [a for a, _ in found] == [a for a, _ in plain]
    assert [s for _, s in found] == pytest.approx([s for _, s in plain])
