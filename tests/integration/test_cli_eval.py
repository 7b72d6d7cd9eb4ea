"""`copilot eval …` on sets of a user's own: none of ours is needed, and errors show the shape."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from copilot.config import ROOT
from copilot.errors import InvalidInput
from eval import next_reply, progress
from tests.command_line import Run

ARTICLES = [
    {"id": "kb-valve", "title": "Valve E23", "content": "A valve at E23 is stuck. Press its pin."},
    {"id": "kb-refund", "title": "Refunds", "content": "A refund arrives after five working days."},
]  # fmt: skip
QUESTIONS = [
    {"id": "stuck", "query": "the valve shows E23", "relevant": ["kb-valve"]},
    {"query": "when does my refund arrive", "relevant": ["kb-refund", "kb-gone"]},
]


@pytest.fixture
def questions(run: Run, tmp_path: Path) -> Path:
    """Two questions beside an installation that holds their articles."""
    articles, path = tmp_path / "articles.jsonl", tmp_path / "questions.jsonl"
    articles.write_text("\n".join(map(json.dumps, ARTICLES)), "utf-8")
    path.write_text("\n".join(map(json.dumps, QUESTIONS)), "utf-8")
    assert run("ingest", articles).code == 0
    return path


def test_retrieval_is_measured_on_a_users_own_questions(
    run: Run, questions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.json"
    ended = run("eval", "retrieval", questions, "--json", "--out", out)
    assert ended.code == 0 and ended.last["n"] == 2
    assert ended.last["figures"]["hit@5"]["mean"] == 1.0
    assert ended.last["figures"]["recall@5"]["mean"] == 0.75
    assert [row["id"] for row in ended.last["rows"]] == ["stuck", "2"]
    assert "1 of the wanted sources are not stored: kb-gone" in " ".join(ended.err.split())
    assert "0 of 2 differ" in " ".join(run("eval", "diff", out, out).out.split())
    none = run("eval", "retrieval", questions, "--kinds", "interaction")
    assert none.code == 2 and "ingest them first" in " ".join(none.err.split())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"), ("{", "Line 1 is no question"), ("[1]", "Line 1"),
        ('{"query": "a"}', '{"query": "how can I cancel"'),
        ('{"query": " ", "relevant": ["a"]}', "no query"),
        ('{"query": "a", "relevant": []}', "names no source"),
    ],
)  # fmt: skip
def test_a_set_that_is_none_is_refused_with_the_shape_of_one(
    run: Run, questions: Path, text: str, told: str
) -> None:
    questions.write_text(text, "utf-8")
    ended = run("eval", "retrieval", questions)
    assert ended.code == 2 and told in " ".join(ended.err.split())


def test_no_set_is_looked_for_where_no_user_has_one(run: Run) -> None:
    for command, told in (
        (("retrieval", "bank"), "--data"), (("retrieval", "star"), "--data"),
        (("retrieval", "nowhere.jsonl"), '"relevant"'), (("next-reply",), '"label"'),
        (("next-reply", "nowhere.jsonl"), '"label"'), (("needs", "nowhere.jsonl"), "labelled"),
        (("retrieval", "bank", "--data", "nowhere"), "no folder 'nowhere'"),
        (("retrieval", "bank", "--kinds", "x"), "--data"),
    ):  # fmt: skip
        ended = run("eval", *command)
        assert ended.code == 2 and told in " ".join(ended.err.split()), command


def test_the_examples_that_the_documents_name_are_sets() -> None:
    found = next_reply.read(ROOT / "eval/cases/next_reply_example.jsonl")
    assert len({turn.label for one in found for turn in one.turns if turn.label}) == 8
    articles = {path.stem for path in (ROOT / "demo/articles").glob("*.md")}
    for line in (ROOT / "eval/cases/retrieval_demo.jsonl").read_text("utf-8").splitlines():
        assert set(json.loads(line)["relevant"]) <= articles


def test_dialogues_are_read_in_our_shape_and_in_the_bare_one(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    turns = [{"speaker": "customer", "text": "Hi"}, {"speaker": "agent", "text": "Hello"}]
    rows = [
        {"id": "a", "turns": [turns[0], {**turns[1], "label": "greet"}],
         "outcome": {"resolved": True}},
        {"id": "b", "turns": [turns[0], {**turns[1], "action": "greet"}],
         "completion": "Incomplete"},
    ] * 3  # fmt: skip
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = next_reply.read(path)
    assert [(d.turns[1].label, d.outcome.resolved) for d in found[:2]] == [
        ("greet", True), ("greet", False),
    ]  # fmt: skip
    for text in (json.dumps({"id": "a", "turns": turns}), "{", '{"id": 1}'):
        path.write_text(text, "utf-8")
        with pytest.raises(InvalidInput, match="saved reply that was picked"):
            next_reply.read(path)


def test_where_nobody_looks_a_long_measurement_says_once_how_long_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    printed = io.StringIO()
    with progress.Meter("texts to embed", 1_000, Console(file=printed, width=100)) as meter:
        for _ in range(10):
            clock[0] += 20.0
            meter(100)
    assert printed.getvalue().splitlines() == ["texts to embed: 1,000, about 3 min to go"]
    printed = io.StringIO()
    with progress.Meter("texts to embed", 10, Console(file=printed)) as meter:
        meter(10)  # at once: nothing to say
    assert not printed.getvalue()
