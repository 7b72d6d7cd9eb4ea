"""Measures the local embedder beside the usual way, interleaved, in one process."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np

from copilot.config import ROOT
from copilot.embedder import weights
from copilot.embedder.local import LocalEmbedder
from copilot.embedder.plain_graph import write_plain
from copilot.embedder.seam import Embedder, Vectors
from copilot.embedder.tokens import WordPieces

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

ARTICLES = ROOT.parent / "shared" / "data" / "bank" / "documents"
CHUNK, OVERLAP = 1000, 200
TEXTS, ROUNDS, BATCH = 200, 3, 32
BUILT_IN = """\
A refund goes back to the card that paid. It leaves us within two working days and the bank may \
take five more. If the card has expired, the bank forwards the money to its successor.
Before the router is reset, note the name and password of the network: a reset deletes both. \
Hold the small button for ten seconds until the light turns white, then wait three minutes.
The plan can be changed once a month. A larger allowance holds at once and is charged by the \
day; a smaller one begins with the next bill. Add-ons move along unless they exclude it.
""".splitlines()


class NaiveEmbedder:
    """What most do: exact, in the given order, batches of 32 padded to the longest."""

    def __init__(self) -> None:
        import onnxruntime as ort

        graph = write_plain(weights.load())
        self._session: InferenceSession = ort.InferenceSession(
            graph, providers=["CPUExecutionProvider"]
        )
        self._words = WordPieces()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector per text."""
        parts = [self._batch(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        return np.concatenate(parts)

    def _batch(self, texts: Sequence[str]) -> Vectors:
        ids = self._words.ids(texts)
        padded = np.zeros((len(ids), max(map(len, ids))), np.int64)
        mask = np.zeros_like(padded)
        for row, tokens in enumerate(ids):
            padded[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        vectors: Vectors = self._session.run(None, {"ids": padded, "mask": mask})[0]
        return vectors


@dataclass
class Lane:
    """One way of embedding and its rates."""

    name: str
    embed: Callable[[Sequence[str]], Vectors]
    rates: list[float] = field(default_factory=list)
    cpu_rates: list[float] = field(default_factory=list)

    def run(self, texts: Sequence[str]) -> Vectors:
        """Embeds once and notes texts per second, of the clock and of one processor core."""
        began, worked = perf_counter(), process_time()
        vectors = self.embed(texts)
        self.rates.append(len(texts) / (perf_counter() - began))
        self.cpu_rates.append(len(texts) / (process_time() - worked))
        return vectors


def report(models_dir: Path, threads: int) -> str:
    """The whole measurement as lines of text."""
    texts, whose = sample()
    before = resident_mb()
    int8 = LocalEmbedder.load(models_dir, quantise="int8", threads=threads)
    int8.embed(texts)
    lines = [
        f"{len(texts)} texts of {whose}, {np.mean(list(map(len, texts))):.0f} characters each",
        f"resident memory: {before} MB before, {resident_mb()} MB with {int8.name} after {TEXTS}",
        *_queries(int8),
    ]
    exact = LocalEmbedder.load(models_dir, quantise="fp32", threads=threads)
    lanes = [
        Lane("naive fp32, batches of 32", NaiveEmbedder().embed),
        Lane(exact.name, exact.embed),
        Lane(int8.name, int8.embed),
    ]
    for lane in lanes:
        lane.embed(texts[:BATCH])  # warm
    vectors = [[lane.run(texts) for lane in lanes] for _ in range(ROUNDS)][-1]
    lines += [
        _line(lane, lanes[0], found, vectors[0]) for lane, found in zip(lanes, vectors, strict=True)
    ]
    return "\n".join(lines)


def _line(lane: Lane, floor: Lane, found: Vectors, exact: Vectors) -> str:
    rate, cpu_rate = median(lane.rates), median(lane.cpu_rates)
    times, cpu_times = rate / median(floor.rates), cpu_rate / median(floor.cpu_rates)
    return (
        f"{lane.name:32} {rate:6.1f} texts/s = {times:4.1f} x   {cpu_rate:6.1f} per core-second = "
        f"{cpu_times:4.1f} x   cosine {float((found * exact).sum(axis=1).mean()):.5f}"
    )


def sample() -> tuple[list[str], str]:
    """Chunks of the bank's articles where they lie beside the checkout, else our own."""
    if not ARTICLES.is_dir():
        rotated = (f"{BUILT_IN[i % 3]} {BUILT_IN[(i + 1) % 3]} " * 3 for i in range(TEXTS))
        return [
            f"Case {i}. {text}"[: 300 + 7 * (i % 101)] for i, text in enumerate(rotated)
        ], "ours"
    articles = [json.loads(path.read_bytes()) for path in sorted(ARTICLES.glob("*.json"))]
    step = CHUNK - OVERLAP
    chunks = [
        text[at : at + CHUNK]
        for text in (f"{article['title']}\n{article['content']}" for article in articles)
        for at in range(0, max(1, len(text) - OVERLAP), step)
    ]
    chosen = np.random.default_rng(7).permutation(len(chunks))[:TEXTS]
    return [chunks[i] for i in chosen], "the bank"


def _queries(embedder: Embedder) -> list[str]:
    """One caller's latency, then what 16 callers get together; no query is asked twice."""
    asked = [f"How do I get back the money for order {n}, it came broken?" for n in range(2400)]
    for query in asked[:100]:
        embedder.embed_query(query)
    times = sorted(_seconds(embedder, query) for query in asked[100:400])
    began = perf_counter()
    with ThreadPoolExecutor(16) as callers:
        waits = sorted(callers.map(lambda query: _seconds(embedder, query), asked[400:]))
    rate = len(waits) / (perf_counter() - began)
    return [
        f"one query: p50 {_ms(times, 0.5)} p95 {_ms(times, 0.95)}",
        f"16 callers: {rate:.0f} queries/s, p50 {_ms(waits, 0.5)} p95 {_ms(waits, 0.95)}",
    ]


def _seconds(embedder: Embedder, query: str) -> float:
    began = perf_counter()
    embedder.embed_query(query)
    return perf_counter() - began


def _ms(ordered: list[float], share: float) -> str:
    return f"{ordered[int(share * (len(ordered) - 1))] * 1000:.1f} ms"


def resident_mb() -> int:
    """Memory of this process, where the system tells."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * 4096 // 1_000_000
