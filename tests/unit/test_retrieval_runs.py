"""Runs over a set: measured, compared query by query, and written down."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from copilot.domain import Turn
from copilot.errors import NotFound
from copilot.retriever.document_search import Weights
from eval.retrieval import ablation, report, sets
from eval.retrieval.runner import changes, difference, run
from eval.retrieval.sets import Case

CASES = [
    Case("q1", "first", frozenset({"a", "b"})),
    Case("q2", "second", frozenset({"c"})),
    Case("q3", "third", frozenset({"d"})),
]
GOOD = {"first": ["a", "b"], "second": ["x", "c"], "third": []}
BAD = {"first": ["a", "x"], "second": ["c"], "third": []}


def test_a_run_measures_every_case_and_counts_nothing_found_as_zero() -> None:
    done = run("good", lambda asked: GOOD[str(asked)], CASES)
    assert [row.scores["recall@10"] for row in done.rows] == [1.0, 1.0, 0.0]
    assert done.interval("recall@10").mean == pytest.approx(2 / 3)


def test_the_difference_names_the_queries_that_changed() -> None:
    bad = run("bad", lambda asked: BAD[str(asked)], CASES)
    good = run("good", lambda asked: GOOD[str(asked)], list(reversed(CASES)))
    assert difference(bad, good, "recall@10").mean == pytest.approx(0.5 / 3)
    (change,) = changes(bad, good)
    assert (change.case.id, change.before, change.after) == ("q1", 0.5, 1.0)
    assert (change.came, change.went) == (("b",), ())
    assert changes(good, good) == []
    (loss,) = changes(bad, good, "mrr@10")
    assert (loss.case.id, loss.after) == ("q2", 0.5)


def test_runs_over_different_cases_are_not_compared() -> None:
    one, two = run("a", lambda asked: [], CASES), run("b", lambda asked: [], CASES[:1])
    with pytest.raises(ValueError, match="different cases"):
        difference(one, two, "recall@10")


def test_the_report_is_a_table_that_no_id_can_break() -> None:
    done = run("a|b", lambda asked: GOOD[str(asked)], CASES)
    text = report.table([done], metrics=("recall@10",), timed=False)
    assert "a\\|b" in text
    assert text.count("\n") == 2
    bad = run("bad", lambda asked: BAD[str(asked)], CASES)
    assert "`b`" in report.compared(changes(bad, done), metric="recall@10")


def test_each_stage_can_be_switched_off() -> None:
    for stage, names in ablation.STAGES.items():
        off = ablation.without(Weights(), stage)
        assert all(getattr(off, name) == 0.0 for name in names)
        assert off != Weights()


def test_the_chosen_weights_never_saw_the_queries_they_are_judged_on() -> None:
    # Odd queries are answered only at a low weight, even ones only at a high one: whoever chooses
    # on all queries gets half right; across the folds nothing is gained by choosing.
    cases = [Case(str(n), str(n), frozenset({"hit"})) for n in range(12)]

    def search_of(weights: Weights) -> ablation.Search:
        low = weights.dense < Weights().dense
        return lambda asked: ["hit"] if (int(str(asked)) % 2 == 1) == low else []

    found = ablation.stability(search_of, cases, settings=20, folds=12, repeats=1)
    assert found.quantiles[1] == 0.5
    assert found.cross_validated.mean == 0.0


def test_the_split_is_by_dialogue_and_stable(tmp_path: Path) -> None:
    dialogues = [
        {"id": f"star-{n}", "domains": ["bank"], "completion": "Complete", "turns": [
            {"speaker": "customer", "text": "Hello"},
            {"speaker": "agent", "text": "What is your name?", "action": "ask_name"},
        ]} for n in range(200)
    ]  # fmt: skip
    with gzip.open(tmp_path / "dev.jsonl.gz", "wt") as out:
        out.write("\n".join(json.dumps(one) for one in dialogues))
    learn, check = sets.star(tmp_path, "learn"), sets.star(tmp_path, "check")
    assert len(learn) + len(check) == 200
    assert not {d.source_id for d in learn} & {d.source_id for d in check}
    assert 20 <= len(check) <= 60
    (case, *_) = sets.reply_cases(check)
    assert case.relevant == {"ask_name"}
    assert case.cluster == check[0].source_id
    assert not isinstance(case.asked, str)
    assert case.asked.turns == (Turn("customer", "Hello"),)


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(NotFound, match="nowhere"):
        sets.bank(Path("/nowhere"))
