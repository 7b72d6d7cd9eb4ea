"""One run of the pipeline on its way: the batch in hand, those being embedded, what was seen."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from copilot.domain import Chunk, Failure, Item
from ingest.report import Fate, Report


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that is new or changed and waits for its batch."""

    item: Item
    fingerprint: str
    origin: str
    fate: Fate


class Cut(NamedTuple):
    """A source as it will be found: its title and chunks, redacted where it is an interaction."""

    waiting: Waiting
    title: str
    chunks: Sequence[Chunk]


Read = tuple[Item | Failure | None, str, str]  # with its origin and format; None: it ends here
Embedded = tuple[Sequence[Cut], Future[np.ndarray]]


@dataclass(slots=True)
class Run:
    """The state of one run: its report, the batch in hand, and what was seen per origin."""

    thread: ThreadPoolExecutor
    report: Report = field(default_factory=Report)
    embedding: deque[Embedded] = field(default_factory=deque)  # batches on their way to the store
    waiting: list[Waiting] = field(default_factory=list)
    chars: int = 0
    seen: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # (kind, origin) -> ids
    fresh: set[tuple[str, str]] = field(default_factory=set)  # (kind, id) that are not stored yet
    sorted: set[tuple[str, str]] = field(default_factory=set)  # since the store was asked last
    files: frozenset[str] = frozenset()  # the origins of this run
    read: set[str] = field(default_factory=set)  # those of them that were read to their end
    passed_over: set[tuple[str, str]] = field(default_factory=set)  # left to another file
    moved: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # same text, new file
    unsure: set[str] = field(default_factory=set)  # origins with failures: nothing is removed
    done: int = 0


@contextmanager
def running() -> Iterator[Run]:
    """A run, with the one thread that waits for its vectors; nothing is left behind on a fault."""
    with ThreadPoolExecutor(1, "embedding") as thread:
        run = Run(thread)
        try:
            yield run
        finally:
            for _, future in run.embedding:
                future.cancel()
