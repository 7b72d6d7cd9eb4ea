"""The default embedder: all-MiniLM-L6-v2 on onnxruntime, without PyTorch and without a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Semaphore
from typing import TYPE_CHECKING

import numpy as np

from copilot.compute import cores
from copilot.embedder import graphfile
from copilot.embedder.precision import Precision, chosen
from copilot.embedder.seam import Progress, QueryCache, Vectors
from copilot.embedder.tokens import MAX_TOKENS, WordPieces
from copilot.errors import EmbedderError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

DIM = 384
# Tokens per run: a core then works within its own cache. More was no faster and held more memory.
RUN_TOKENS = 256
Run = list[int]  # the positions of the texts that share one run


class LocalEmbedder:
    """Embeds with the built graph: runs of equal length, one thread each, several at once."""

    dim = DIM

    def __init__(self, session: InferenceSession, *, precision: Precision, threads: int) -> None:
        self.name = f"all-minilm-l6-v2/{precision}/{MAX_TOKENS}/g{graphfile.VERSION}"
        self._session = session
        self._words = WordPieces()
        self._cores = Semaphore(threads)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embedder")
        self._queries = QueryCache()

    @classmethod
    def load(cls, models_dir: Path, *, quantise: str = "int8", threads: int = 0) -> LocalEmbedder:
        """Opens the graph in `models_dir`, building it if needed. `threads` 0 = all cores."""
        precision = chosen(quantise)
        graphfile.ensure(models_dir, precision)
        path = graphfile.path_of(models_dir, precision)
        return cls.of_graph(path, precision=precision, threads=threads or min(16, cores()))

    @classmethod
    def of_graph(cls, path: Path, *, precision: Precision, threads: int) -> LocalEmbedder:
        """On a graph's file, whatever this processor would choose."""
        return cls(_session(path), precision=precision, threads=threads)

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
        return self._queries.get(text, lambda asked: self._run(self._words.ids([asked]))[0])

    def _run(self, ids: list[list[int]]) -> Vectors:
        with self._cores:
            vectors: Vectors = self._session.run(None, {"ids": np.array(ids, np.int32)})[0]
        return vectors


def _runs(ids: list[list[int]]) -> Iterator[Run]:
    """Texts of one length together, longest first, so that no token of padding is computed."""
    by_length: dict[int, Run] = defaultdict(list)
    for i, tokens in enumerate(ids):
        by_length[len(tokens)].append(i)
    for length in sorted(by_length, reverse=True):
        texts, size = by_length[length], max(1, RUN_TOKENS // length)
        yield from (texts[at : at + size] for at in range(0, len(texts), size))


def _session(graph: Path) -> InferenceSession:
    """The runtime on the graph. By its path: a session keeps bytes that it was given, 35 MB."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as fault:  # its faults share no narrower parent
        raise EmbedderError(f"onnxruntime refuses the embedding graph: {fault}") from fault
