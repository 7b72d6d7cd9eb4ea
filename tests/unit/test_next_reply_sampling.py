"""Where there are more past replies than enough, the latest and the rare ones are learned from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from copilot.retriever.next_reply.sampling import (
    AT_LEAST,
    MOST,
    PER_KIND,
    RARE,
    PastReply,
    enough,
    mostly_labelled,
    sample,
)
from copilot.retriever.next_reply.softmax import Lesson, train

NAMES = [f"c{n:04}" for n in range(1_000)]  # oldest first


def replies(*, rare: set[str] = frozenset(), label: str | None = "usual") -> list[PastReply]:  # type: ignore[assignment]
    return [
        PastReply(name, turn, 10 * n + turn, "rare" if name in rare and turn == 3 else label)
        for n, name in enumerate(NAMES)
        for turn in (1, 3)
    ]


def test_few_are_all_learned_from() -> None:
    assert sample(replies(), NAMES, 2_000) == NAMES
    assert sample(replies(), NAMES, 5_000) == NAMES


@pytest.mark.parametrize("label", ["usual", None])
def test_of_many_the_latest_whole_conversations_are_taken_oldest_first(label: str | None) -> None:
    assert sample(replies(label=label), NAMES, 399) == NAMES[-200:]


def test_a_rare_label_is_kept_however_old() -> None:
    rare = set(NAMES[:5])
    assert sample(replies(rare=rare), NAMES, 200) == [*NAMES[:5], *NAMES[-100:]]


def test_of_a_label_that_is_not_rare_only_the_latest_are_added() -> None:
    common = set(NAMES[:300])
    chosen = sample(replies(rare=common), NAMES, 200)
    assert chosen == [*NAMES[300 - RARE : 300], *NAMES[-100:]]


def test_labels_that_never_come_twice_do_not_make_everything_rare() -> None:
    unique = [PastReply(name, 1, n, f"label {n}") for n, name in enumerate(NAMES)]
    assert len(sample(unique, NAMES, 100)) < 600


def test_where_agents_gave_a_verdict_is_always_learned_from() -> None:
    assert NAMES[7] in sample(replies(), NAMES, 200, also={NAMES[7], "gone"})
    assert NAMES[7] not in sample(replies(), NAMES, 200)


def test_more_kinds_need_more_replies() -> None:
    def named(kinds: int, each: int) -> list[tuple[str, str]]:
        return [(f"c{n}", f"kind {kind}") for kind in range(kinds) for n in range(each)]

    assert enough(named(10, 5), by_label=True) == AT_LEAST
    assert enough(named(100, 5), by_label=False) == 100 * PER_KIND
    assert enough(named(100, 2), by_label=False) == AT_LEAST  # said twice is no habit
    assert enough(named(100, 2), by_label=True) == 100 * PER_KIND
    assert enough(named(2_000, 3), by_label=True) == MOST


def test_labels_count_where_most_replies_have_one() -> None:
    assert mostly_labelled(replies())
    assert not mostly_labelled(replies(label=None))


def test_trainings_at_once_leave_the_threads_of_blas_as_they_were() -> None:
    draw = np.random.default_rng(1)
    lesson = Lesson(
        features=[np.arange(i % 7, 40, dtype=np.uint32) for i in range(300)],
        vectors=draw.standard_normal((300, 16)).astype(np.float32),
        targets=np.arange(300) % 3,
        weights=np.ones(300, np.float32),
        groups=np.arange(300),
    )
    before = [pool["num_threads"] for pool in threadpool_info()]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: train(lesson, 3), range(8)))
    assert [pool["num_threads"] for pool in threadpool_info()] == before
    assert all(np.array_equal(made[0].sparse, other.sparse) for other in made)
