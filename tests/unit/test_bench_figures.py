"""The bench judges, varies and reads what it measures as it says."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

from copilot.errors import InvalidInput
from eval.bench.corpus import Volume, prefixes, varied
from eval.bench.figures import Figure, quantile, ratio
from eval.bench.load import request_of, run
from eval.bench.scale import Step, report
from eval.retrieval import saved
from eval.retrieval.runner import changes
from eval.retrieval.runner import run as run_set
from eval.retrieval.sets import Case


@pytest.mark.parametrize(
    ("goal", "value", "is_met"),
    [
        ("at least", 6.0, True),
        ("at least", 5.9, False),
        ("at most", 200, True),
        ("at most", 201, False),
    ],
)
def test_a_figure_is_met_only_on_the_right_side_of_its_bound(goal, value, is_met) -> None:
    bound = 6.0 if goal == "at least" else 200
    assert Figure("f", value, "x", goal, bound).is_met is is_met


def test_a_figure_without_a_bound_is_reported_and_not_judged() -> None:
    assert Figure("f", 1.0, "x").is_met is None
    assert Figure("f", 1.0, "x").as_dict()["target"] == ""


def test_quantiles_and_ratios_stand_empty_input() -> None:
    assert quantile([], 0.5) == 0
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile([1, 2, 3], 1.0) == 3
    assert ratio(1, 0) == float("inf")


def test_no_query_and_no_conversation_is_asked_twice() -> None:
    assert len(set(varied(["a", "b"], 50))) == 50
    asked = prefixes(700)
    assert len({repr(prefix["turns"]) for prefix in asked}) > 690
    assert all(prefix["turns"][-1]["speaker"] == "customer" for prefix in asked)


def test_made_vectors_stay_near_the_real_ones_and_are_of_length_one() -> None:
    real = np.eye(3, 384, dtype=np.float32)
    blocks = list(Volume(["one two three"] * 3, real).passages(250, size=100))
    vectors = np.concatenate([block for _, block in blocks])
    assert [len(texts) for texts, _ in blocks] == [100, 100, 50]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert 0.87 < float((vectors @ real.T).max(axis=1).mean()) < 0.93


def test_the_load_counts_every_answer_and_every_error() -> None:
    async def serve() -> tuple[int, int]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                status = b"500 No" if b"bad" in body else b"200 OK"
                writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 2\r\n\r\n{}")

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        requests = [request_of("/x", {"q": "bad" if n == 7 else "good"}) for n in range(20)]
        outcome = await asyncio.to_thread(run, port, requests, clients=4)
        server.close()
        return len(outcome.answers), outcome.errors

    assert asyncio.run(serve()) == (20, 1)


def test_a_saved_run_is_read_back_and_compared(tmp_path: Path) -> None:
    case = Case("q1", "asked", frozenset({"a"}), "q1")
    file = tmp_path / "run.json"
    before, after = (
        run_set(n, lambda _, r=r: r, [case]) for n, r in (("old", ["b"]), ("new", ["a"]))
    )
    file.write_text(json.dumps(saved.as_dict(before)))
    assert [change.came for change in changes(saved.read(file), after)] == [("a",)]
    file.write_text("{}")
    with pytest.raises(InvalidInput, match="no saved run"):
        saved.read(file)


def test_the_scale_report_names_the_ratio() -> None:
    steps = [Step(1_000, 10, 300, 5, 9, 4), Step(100_000, 9, 900, 8, 12, 6)]
    assert "p50 at 100,000 is 1.60 times that at 1,000" in report(steps, 60)
