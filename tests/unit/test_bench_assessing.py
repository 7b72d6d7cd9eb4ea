"""What the bench of assessments reads: long timelines of which no two texts are alike."""

from __future__ import annotations

from eval.bench.assessing import TURNS, assessing, timelines


def test_a_timeline_has_its_turns_and_no_text_twice() -> None:
    first, second = list(timelines(2))
    for case in (first, second):
        assert sum(len(c.turns) for c in (*case.history, case)) == TURNS
    told = [t.text for case in (first, second) for c in case.history for t in c.turns]
    assert len(set(told)) == len(told)


def test_the_figures_are_named_and_the_target_is_on_the_first_look() -> None:
    figures = assessing(times=2)
    assert [f.bound for f in figures] == [None, 50, None]
    assert all(f.value > 0 for f in figures)
