"""Threads for work that computes: about as many as there are cores, first come, first served."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, TypeVarTuple

import anyio
from anyio import CapacityLimiter

T = TypeVar("T")
A = TypeVarTuple("A")


def cores() -> int:
    """Processor cores this process may use."""
    return len(allowed_cores()) or os.cpu_count() or 1


def allowed_cores() -> list[int]:
    """Their numbers; none where the system does not let a thread choose."""
    allowed = getattr(os, "sched_getaffinity", None)
    return sorted(allowed(0)) if allowed else []


def settle() -> None:
    """Once a process has started: what stays for good is not searched for garbage again.

    Models, catalogues and libraries are hundreds of thousands of objects: looking through them
    again and again took a tenth of every suggestion's processor time.

    What is young is looked through often: a cache that gives up an old entry for each new one
    leaves the collector's count as it is, and with a high threshold hundreds of thousands of
    objects were looked through at once (50 to 90 ms, as measured; now 2).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000, 100, 100)


class Compute:
    """Runs work beside the event loop.

    Python computes on one core at a time, whatever the number of threads: with one thread for each
    request they take the interpreter from each other, and the unlucky ones wait several times as
    long as the rest. Few threads and a queue serve everybody in turn: one computes while another
    is inside the embedder or the database.
    """

    def __init__(self, threads: int = 0) -> None:
        self._limiter = CapacityLimiter(threads or max(2, cores()))
        self._asked = 0

    def is_alone(self) -> bool:
        """Whether no more than one piece of work is asked for: the other cores are free."""
        return self._asked <= 1

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Counts work that is done elsewhere, in a process beside this one."""
        self._asked += 1  # on the event loop alone, like `run`
        try:
            yield
        finally:
            self._asked -= 1

    async def run(self, work: Callable[[*A], T], *args: *A) -> T:
        """What `work` returns. A caller that goes away leaves it to end by itself."""
        with self.counted():
            return await anyio.to_thread.run_sync(work, *args, limiter=self._limiter)
