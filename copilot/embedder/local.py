"""The default embedder: all-MiniLM-L6-v2 on onnxruntime, without PyTorch and without a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Semaphore
from time import perf_counter

import numpy as np

from copilot.compute import cores
from copilot.embedder import graphfile
from copilot.embedder.precision import Precision, chosen
from copilot.embedder.seam import Progress, QueryCache, Vectors
from copilot.embedder.session import Pace, PlainSession, QuickSession, Session
from copilot.embedder.tokens import MAX_TOKENS, WordPieces

DIM = 384
# Tokens per run: a core then works within its own cache. More was no faster and held more memory.
RUN_TOKENS = 256
Run = list[int]  # the positions of the texts that share one run


class LocalEmbedder:
    """Embeds with the built graph: runs of equal length, one thread each, several at once.

    A query that comes alone is computed by several threads: the other cores have nothing to do
    then. When they have, threads that wait for each other are slower than one, which is noticed.
    """

    dim = DIM

    def __init__(
        self,
        session: Session,
        *,
        precision: Precision,
        threads: int,
        quick: Session | None = None,
        is_alone: Callable[[], bool] = lambda: False,
    ) -> None:
        """`quick` computes a query while `is_alone()` and nothing else is embedded."""
        self.name = f"all-minilm-l6-v2/{precision}/{MAX_TOKENS}/g{graphfile.VERSION}"
        self._session = session
        self._words = WordPieces()
        self._cores = Semaphore(threads)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embedder")
        self._queries = QueryCache()
        self._quick = quick
        self._is_alone = is_alone
        self._pace = Pace()
        self._running = 0
        self._counting = Lock()

    @classmethod
    def load(
        cls,
        models_dir: Path,
        *,
        quantise: str = "int8",
        threads: int = 0,
        is_alone: Callable[[], bool] | None = None,
    ) -> LocalEmbedder:
        """Opens the graph in `models_dir`, building it if needed. `threads` 0 = all cores.

        With `is_alone` a second session is opened for lone queries.
        """
        precision = chosen(quantise)
        path = graphfile.ensure(models_dir, precision)
        threads = threads or min(16, cores())
        return cls.of_graph(path, precision=precision, threads=threads, is_alone=is_alone)

    @classmethod
    def of_graph(
        cls,
        path: Path,
        *,
        precision: Precision,
        threads: int,
        is_alone: Callable[[], bool] | None = None,
    ) -> LocalEmbedder:
        """On a graph's file, whatever this processor would choose."""
        session = PlainSession(path)
        if is_alone is None or threads < 2:
            return cls(session, precision=precision, threads=threads)
        quick = QuickSession(path, threads)
        return cls(session, precision=precision, threads=threads, quick=quick, is_alone=is_alone)

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """One unit vector per text, in order; equal texts are computed once.

        A text without words, even an empty one, gets the model's vector for "nothing said".
        """
        distinct = list(dict.fromkeys(texts))
        ids = self._words.ids(distinct)
        vectors = np.empty((len(distinct), DIM), np.float32)
        jobs = {self._pool.submit(self._run, [ids[i] for i in run]): run for run in _runs(ids)}
        try:
            for job in as_completed(jobs):
                vectors[jobs[job]] = job.result()
                if progress:
                    progress(len(jobs[job]))
        finally:
            for job in jobs:
                job.cancel()
        if progress and len(texts) > len(distinct):
            progress(len(texts) - len(distinct))
        place = {text: i for i, text in enumerate(distinct)}
        return vectors[[place[text] for text in texts]]

    def embed_query(self, text: str) -> Vectors:
        """The vector of one query, on the caller's thread; remembered."""
        return self._queries.get(text, self._query)

    def _query(self, text: str) -> Vectors:
        ids = self._words.ids([text])
        is_lone = self._quick is not None and not self._running and self._is_alone()
        is_quick = is_lone and self._pace.is_quick()
        began = perf_counter()
        vector: Vectors = self._run(ids, self._quick if is_quick else None)[0]
        if is_lone and self._is_alone():
            self._pace.note(is_quick=is_quick, seconds=perf_counter() - began, tokens=len(ids[0]))
        return vector

    def _run(self, ids: list[list[int]], session: Session | None = None) -> Vectors:
        with self._cores, self._counted():
            return (session or self._session).run(np.array(ids, np.int32))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._counting:
            self._running += 1
        try:
            yield
        finally:
            with self._counting:
                self._running -= 1


def _runs(ids: list[list[int]]) -> Iterator[Run]:
    """Texts of one length together, longest first, so that no token of padding is computed."""
    by_length: dict[int, Run] = defaultdict(list)
    for i, tokens in enumerate(ids):
        by_length[len(tokens)].append(i)
    for length in sorted(by_length, reverse=True):
        texts, size = by_length[length], max(1, RUN_TOKENS // length)
        yield from (texts[at : at + size] for at in range(0, len(texts), size))
