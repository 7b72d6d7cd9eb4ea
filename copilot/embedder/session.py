"""The runtime on a graph: in the caller's thread, or for one text on several cores."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
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

    Every helping thread keeps to a core of its own, and the caller keeps off these while it waits.
    Left to itself, a system puts a thread that wakes on the core of the one that woke it, which
    then waits for it there: with two cores a text of 55 tokens took 8 ms instead of 4.5 (and 5.5 in
    one thread), as measured on a virtual machine.
    """

    def __init__(self, graph: Path, threads: int) -> None:
        cores = allowed_cores()
        self.threads = min(threads, MOST_THREADS)
        enough = len(cores) >= self.threads > 1
        self._theirs = frozenset(cores[len(cores) - self.threads + 1 :] if enough else ())
        self._session = _opened(graph, threads=self.threads, cores=sorted(self._theirs))

    def run(self, ids: NDArray[np.int32]) -> Vectors:
        """One unit vector per row."""
        with _kept_off(self._theirs):
            return _run(self._session, ids)


@contextmanager
def _kept_off(cores: Set[int]) -> Iterator[None]:
    """This thread runs on other cores meanwhile, where the system lets threads choose."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, before - cores or before)
        yield
    finally:
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
