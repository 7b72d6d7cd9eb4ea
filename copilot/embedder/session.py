"""The runtime on a graph: in the caller's thread, or for one text on several cores."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from copilot.compute import allowed_cores
from copilot.embedder.seam import Vectors
from copilot.errors import EmbedderError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# Each thread waits for the others after every product, so that many more gain nothing; between two
# products a waiting thread looks for work so long before it sleeps.
MOST_THREADS = 4
SPIN_US = 300


class Session(Protocol):
    """What computes vectors."""

    def run(self, ids: NDArray[np.int32]) -> Vectors:
        """One unit vector per row of token ids (texts of one length)."""
        ...


class PlainSession:
    """Computes in the caller's thread: several callers on several cores at once."""

    def __init__(self, graph: Path) -> None:
        self._session = _opened(graph)

    def run(self, ids: NDArray[np.int32]) -> Vectors:
        """One unit vector per row."""
        return _run(self._session, ids)


class QuickSession:
    """Computes one text on up to four cores; slower than one thread while others compute.

    Every helping thread keeps to a core of its own, and the caller keeps off these while it waits,
    where the system lets threads choose. Left to itself, it puts a thread that wakes on the core of
    the one that woke it, which then waits for it there.
    """

    def __init__(self, graph: Path, threads: int) -> None:
        cores = allowed_cores()
        self.threads = min(threads, MOST_THREADS)
        enough = len(cores) >= self.threads > 1
        self._theirs = frozenset(_spread(cores)[1 : self.threads] if enough else ())
        self._session = _opened(graph, threads=self.threads, cores=sorted(self._theirs))

    def run(self, ids: NDArray[np.int32]) -> Vectors:
        """One unit vector per row."""
        with _kept_off(self._theirs):
            return _run(self._session, ids)


class Pace:
    """Which of two ways computes lone texts quicker here: several cores, or one.

    Several, as a rule; but another program may have one of them, and then all wait for it. So now
    and then some texts go both ways by turns, under equal conditions. Two such trials in a row send
    texts to one core, and one sends them back: a bad moment changes nothing.
    """

    EVERY, TRIAL = 128, 14  # texts from trial to trial, and of a trial: half of it each way

    def __init__(self) -> None:
        self._asked = 0
        self._is_trial = False
        self._slower = 0  # trials in a row
        self._took: dict[bool, list[float]] = {True: [], False: []}

    def is_quick(self) -> bool:
        """Whether the next text goes to several cores."""
        turn = self._asked % self.EVERY
        self._asked += 1
        if turn == 0 and all(self._took.values()):
            several, one = median(self._took[True]), median(self._took[False])
            self._slower = self._slower + 1 if several > 1.1 * one else 0
            self._took = {True: [], False: []}
        self._is_trial = turn >= self.EVERY - self.TRIAL
        return turn % 2 == 0 if self._is_trial else self._slower < 2

    def note(self, *, is_quick: bool, seconds: float, tokens: int) -> None:
        """What a text took."""
        if self._is_trial:
            self._took[is_quick].append(seconds / tokens)


def _spread(cores: Sequence[int]) -> list[int]:
    """The cores, begun elsewhere in every process: several servers do not all take the same."""
    start = os.getpid() % len(cores)
    return [*cores[start:], *cores[:start]]


@contextmanager
def _kept_off(cores: Set[int]) -> Iterator[None]:
    """This thread runs on other cores meanwhile, unless the system forbids it to choose."""
    before: Set[int] = frozenset()
    if cores:
        with suppress(OSError):
            before = os.sched_getaffinity(0)
            os.sched_setaffinity(0, before - cores)
    try:
        yield
    finally:
        if before:
            with suppress(OSError):
                os.sched_setaffinity(0, before)


def _run(session: InferenceSession, ids: NDArray[np.int32]) -> Vectors:
    vectors: Vectors = session.run(None, {"ids": ids})[0]
    return vectors


def _opened(graph: Path, *, threads: int = 1, cores: Sequence[int] = ()) -> InferenceSession:
    """By the graph's path: the runtime then maps the words, and keeps no bytes."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(SPIN_US))
    if cores:  # counted from 1, one for each thread beside the caller's
        places = ";".join(str(core + 1) for core in cores)
        options.add_session_config_entry("session.intra_op_thread_affinities", places)
    try:
        return ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as fault:  # its faults share no narrower parent
        raise EmbedderError(f"onnxruntime refuses the embedding graph: {fault}") from fault
