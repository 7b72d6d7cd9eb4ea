"""A lone query on several cores: every helping thread has one, and the caller keeps off these."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from copilot.compute import allowed_cores, cores
from copilot.config import Settings
from copilot.embedder import graphfile, session
from copilot.embedder.precision import chosen
from copilot.embedder.seam import Vectors
from copilot.embedder.session import Pace, PlainSession, QuickSession

IDS = np.array([[101, 2054, 2003, 102]], np.int32)
TASKS = Path("/proc/self/task")
needs_choice = pytest.mark.skipif(
    len(allowed_cores()) < 2 or not TASKS.exists(),
    reason="this system has one core, or lets no thread choose its cores",
)


@pytest.fixture(scope="module")
def graph() -> Path:
    return graphfile.ensure(Settings(_env_file=None).models_dir, chosen("int8"))


def cores_of_threads() -> dict[str, str]:
    """Where each thread of this process may run, as the system lists it."""
    found = {}
    for task in TASKS.iterdir():
        lines = dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
        found[task.name] = lines["Cpus_allowed_list"].strip()
    return found


@needs_choice
@pytest.mark.parametrize("process", [0, 1])
def test_a_helping_thread_keeps_to_one_core_and_that_of_another_process_to_another(
    graph: Path, monkeypatch: pytest.MonkeyPatch, process: int
):
    monkeypatch.setattr(os, "getpid", lambda: process)
    PlainSession(graph).run(IDS)  # the runtime starts a thread of its own when it is loaded
    before = cores_of_threads()
    quick = QuickSession(graph, 2)
    assert quick.run(IDS).shape == (1, 384)
    new = [where for name, where in cores_of_threads().items() if name not in before]
    assert new == [str(allowed_cores()[(process + 1) % len(allowed_cores())])]


@needs_choice
def test_the_caller_keeps_off_the_helpers_cores_while_it_waits_and_no_longer(
    graph: Path, monkeypatch: pytest.MonkeyPatch
):
    quick, mine = QuickSession(graph, 2), os.sched_getaffinity(0)
    seen: list[set[int]] = []

    def fails(*_: object) -> Vectors:
        seen.append(os.sched_getaffinity(0))
        raise MemoryError

    monkeypatch.setattr(session, "_run", fails)
    with pytest.raises(MemoryError):
        quick.run(IDS)
    (meanwhile,) = seen
    assert len(meanwhile) == len(mine) - 1 and meanwhile < mine
    assert os.sched_getaffinity(0) == mine


def test_where_no_thread_can_choose_its_cores_it_computes_all_the_same(
    graph: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    assert cores() == os.cpu_count()
    alone = PlainSession(graph).run(IDS)
    assert (QuickSession(graph, 2).run(IDS) * alone).sum() > 0.9999


@needs_choice
@pytest.mark.parametrize("refused", [PermissionError, OSError])
def test_where_the_system_forbids_to_choose_it_computes_all_the_same(
    graph: Path, monkeypatch: pytest.MonkeyPatch, refused: type[OSError]
):
    quick, alone = QuickSession(graph, 2), PlainSession(graph).run(IDS)

    def refuse(*_: object) -> None:
        raise refused

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    assert (quick.run(IDS) * alone).sum() > 0.9999


def test_many_threads_gain_nothing(graph: Path):
    assert QuickSession(graph, 16).threads == 4


def test_more_threads_than_cores_are_left_to_the_system(
    graph: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(session, "allowed_cores", lambda: allowed_cores()[:1])
    alone = PlainSession(graph).run(IDS)
    assert (QuickSession(graph, 4).run(IDS) * alone).sum() > 0.9999


def paced(pace: Pace, quick: float, plain: float, texts: int = 64) -> list[bool]:
    """Which way each text goes, when the ways take so long."""
    ways = []
    for _ in range(texts):
        ways.append(way := pace.is_quick())
        pace.note(is_quick=way, seconds=quick if way else plain, tokens=10)
    return ways


def test_several_cores_are_used_while_they_are_quicker():
    ways = paced(Pace(), quick=0.004, plain=0.005, texts=4 * Pace.EVERY)
    assert all(ways[: Pace.EVERY - Pace.TRIAL])
    assert ways.count(False) == 4 * Pace.TRIAL // 2  # now and then, by turns, to know


def test_one_core_is_used_while_another_program_has_the_others():
    pace = Pace()
    busy = paced(pace, quick=0.012, plain=0.005, texts=3 * Pace.EVERY)
    assert busy[: 2 * Pace.EVERY].count(False) == 2 * Pace.TRIAL // 2  # one trial may be chance
    assert busy[2 * Pace.EVERY :].count(True) == Pace.TRIAL // 2
    free = paced(pace, quick=0.004, plain=0.005, texts=2 * Pace.EVERY)
    assert free[Pace.EVERY :].count(False) == Pace.TRIAL // 2  # it is noticed at the next trial


def test_slow_texts_between_the_trials_change_nothing():
    pace = Pace()
    for _ in range(3):
        between = paced(pace, quick=9.0, plain=0.005, texts=Pace.EVERY - Pace.TRIAL)
        paced(pace, quick=0.004, plain=0.005, texts=Pace.TRIAL)
        assert all(between)


def test_a_long_text_is_not_taken_for_a_slow_one():
    pace = Pace()
    for _ in range(2 * Pace.EVERY):
        way = pace.is_quick()
        seconds, tokens = (0.040, 100) if way else (0.005, 10)
        pace.note(is_quick=way, seconds=seconds, tokens=tokens)
    assert pace.is_quick()
