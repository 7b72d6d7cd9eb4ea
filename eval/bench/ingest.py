"""Articles into both stores by turns: documents a second, by the clock and by the processor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.bootstrap import Copilot
from eval.bench.corpus import Articles
from eval.bench.default_peer import DefaultPeer
from eval.bench.figures import Figure, Goal, ratio
from eval.bench.peers import LangChainChroma
from ingest.pipeline import Pipeline
from ingest.rate import Spent


@dataclass(frozen=True, slots=True)
class Sides:
    """Ours and the peers, each with its own folder below one.

    `usual` is LangChain + Chroma as documented, the one that the targets are about; `lean` is the
    same on onnxruntime, what somebody finds who wants it faster.
    """

    ours: Copilot
    lean: LangChainChroma
    usual: DefaultPeer | None
    folder: Path


def ingest(sides: Sides, articles: Articles, *, rounds: int) -> list[Figure]:
    """Slices by turns, ours first and last equally often; all warm."""
    ours, lean, usual = Spent(), Spent(), Spent()
    sides.ours.embedder.embed(["warm"])
    sides.lean.embeddings.embed_query("warm")
    if sides.usual:
        sides.usual.search("warm")
    pipeline = Pipeline(sides.ours.store(), sides.ours.embedder)
    for number, files in enumerate(_slices(articles.files, rounds)):

        def mine(files: Sequence[Path] = files) -> None:
            with ours.measuring():
                pipeline.run(files, kind="documents")

        def theirs(files: Sequence[Path] = files) -> None:
            with lean.measuring():
                sides.lean.ingest(files)
            if sides.usual:
                usual.add(sides.usual.ingest(files))

        for work in (mine, theirs) if number % 2 == 0 else (theirs, mine):
            work()
    n = len(articles.files)
    passages = sides.ours.store().sources.count("document")[1]
    figures = [Figure("ingest, ours", n / ours.clock_s, "articles/s", note=f"{passages} passages")]
    if sides.usual:
        figures += _against(ours, usual, sides.usual.name, n, sides.usual.passages, bound=6.0)
    bound = None if sides.usual else 6.0
    return figures + _against(ours, lean, sides.lean.name, n, len(sides.lean.texts), bound=bound)


def _against(
    ours: Spent, theirs: Spent, name: str, n: int, passages: int, *, bound: float | None
) -> list[Figure]:
    clock, cpu = ratio(theirs.clock_s, ours.clock_s), ratio(theirs.cpu_s, ours.cpu_s)
    goal: Goal | None = "at least" if bound else None
    return [
        Figure(f"ingest, {name}", n / theirs.clock_s, "articles/s", note=f"{passages} passages"),
        Figure("… ours is so many times as fast", clock, "x", goal, bound, "first bar 4"),
        Figure("… by processor time", cpu, "x", note="hardly moved by other load"),
    ]


def _slices(files: Sequence[Path], n: int) -> list[Sequence[Path]]:
    return [some for i in range(n) if (some := files[i::n])]
