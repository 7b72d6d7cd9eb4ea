"""Articles into both stores by turns: documents a second, by the clock and by the processor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from copilot.bootstrap import Copilot
from eval.bench.corpus import Articles
from eval.bench.figures import Figure, ratio
from eval.bench.peers import LangChainChroma
from ingest.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Sides:
    """Ours and the peer, each with its own folder below one."""

    ours: Copilot
    peer: LangChainChroma
    folder: Path


@dataclass(slots=True)
class _Spent:
    clock_s: float = 0.0
    cpu_s: float = 0.0

    def on(self, work: Callable[[], object]) -> None:
        began, worked = perf_counter(), process_time()
        work()
        self.clock_s += perf_counter() - began
        self.cpu_s += process_time() - worked


def ingest(sides: Sides, articles: Articles, *, rounds: int) -> list[Figure]:
    """Slices by turns, ours first and last equally often; both warm."""
    ours, peer = _Spent(), _Spent()
    sides.ours.embedder.embed(["warm"])
    sides.peer.embeddings.embed_query("warm")
    pipeline = Pipeline(sides.ours.store(), sides.ours.embedder)
    for number, files in enumerate(_slices(articles.files, rounds)):
        turns = [
            (ours, lambda files=files: pipeline.run(files, kind="documents")),
            (peer, lambda files=files: sides.peer.ingest(files)),
        ]
        for spent, work in turns if number % 2 == 0 else reversed(turns):
            spent.on(work)
    n = len(articles.files)
    faster, leaner = ratio(peer.clock_s, ours.clock_s), ratio(peer.cpu_s, ours.cpu_s)
    passages = sides.ours.store().sources.count("document")[1]
    return [
        Figure("ingest, ours", n / ours.clock_s, "articles/s", note=f"{passages} passages"),
        Figure("ingest, LangChain + Chroma", n / peer.clock_s, "articles/s",
               note=f"{len(sides.peer.texts)} passages"),
        Figure("ingest, ratio by the clock", faster, "x", "at least", 6.0, "first bar 4"),
        Figure("ingest, ratio by processor time", leaner, "x", note="hardly moved by other load"),
    ]  # fmt: skip


def _slices(files: Sequence[Path], n: int) -> list[Sequence[Path]]:
    return [some for i in range(n) if (some := files[i::n])]
