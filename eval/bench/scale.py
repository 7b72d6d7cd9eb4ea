"""`python -m eval.bench.scale`: memory, ingest and search from 1,000 to 100,000 passages."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copilot.bootstrap import Copilot
from eval.bench import corpus, load, process, store
from eval.bench.figures import quantile
from eval.retrieval.sets import star
from ingest.pipeline import Pipeline

SIZES = (1_000, 10_000, 100_000)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "benchmarks"
REAL_ARTICLES, REAL_DIALOGUES = 160, 40  # embedded for real; the rest is made from them
WARM = 16
REPORT = """\
# Scale: from a thousand passages to a hundred thousand

{day}, {cores} cores, x86-64, shared with other work (load average {load:.1f}). `make bench-scale`.

Articles and dialogues go through the real pipeline; volume is made from their passages: words of
the text moved and added, noise on the vector (cosine to the real one .9 on average). Made passages
stand in the real tables and in the full text. {queries} queries, no two alike, to `POST /v1/search`
of a real server of each size, by turns, one client; the time includes the embedding of the query.

| passages | stored a second, vectors given | memory, no workers | p50 | p95 | processor a query |
|---|---|---|---|---|---|
{rows}

p50 at {last:,} is {times:.2f} times that at {first:,} (target: at most 2);
processor time {cpu_times:.2f} times.

![Search time, memory and ingest rate by number of passages](scale.svg)
"""


@dataclass(frozen=True, slots=True)
class Step:
    """What was measured with so many passages."""

    passages: int
    rate: float  # passages stored a second, vectors given
    resident_mb: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float


def main(arguments: list[str] | None = None) -> int:
    """Fills, serves and asks at each size; writes the table and the picture."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.scale", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--queries", type=int, default=120)
    parser.add_argument("--to", type=Path, default=DOCS, help="the folder for table and picture")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        steps = grown(Path(folder), options.sizes, options.queries)
    options.to.mkdir(parents=True, exist_ok=True)
    sys.stdout.write("".join(f"{step}\n" for step in steps))
    (options.to / "scale.md").write_text(report(steps, options.queries), "utf-8")
    draw(steps, options.to / "scale.svg")
    return 0


def grown(home: Path, sizes: Sequence[int], queries: int) -> list[Step]:
    """One store that grows from size to size, a copy of each size, and all of them asked."""
    copilot = store.opened(home / "growing")
    asked = _real(copilot)
    volume, held = store.volume_of(copilot), _held(copilot)
    rates: dict[Path, tuple[int, float]] = {}
    for size in sizes:
        missing = max(0, size - held)
        seconds = store.add_volume(copilot, volume.passages(missing), first=held)
        held = _held(copilot)
        store.close(copilot)
        rates[home / str(held)] = (held, missing / seconds if missing else 0.0)
        shutil.copytree(home / "growing", home / str(held))
        copilot = store.opened(home / "growing")
    store.close(copilot)
    return _asked(rates, asked, queries)


def _real(copilot: Copilot) -> list[str]:
    """Articles and dialogues through the real pipeline; returns what is asked."""
    articles = corpus.articles(REAL_ARTICLES)
    pipeline = Pipeline(copilot.store(), copilot.embedder)
    pipeline.run(articles.files, kind="documents")
    asked = list(articles.openings)
    if (corpus.DATA / "star").is_dir():
        dialogues = star(corpus.DATA / "star", "learn")
        plain = [replace(dialogue, tags=()) for dialogue in dialogues[:REAL_DIALOGUES]]
        pipeline.ingest(plain, origin="star")
        asked += [
            turn.text
            for dialogue in dialogues[REAL_DIALOGUES : 3 * REAL_DIALOGUES]
            for turn in dialogue.turns[:3]
            if turn.speaker == "customer"
        ]
    return asked


def _held(copilot: Copilot) -> int:
    return copilot.store().sources.count("document")[1]


def _asked(
    homes: Mapping[Path, tuple[int, float]], asked: Sequence[str], queries: int
) -> list[Step]:
    """Every query to the server of each size by turns: what else the machine does, all share."""
    bodies = [
        load.request_of("/v1/search", {"query": text, "k": 10}, key=process.KEY)
        for text in corpus.varied(asked, queries + WARM)
    ]
    took: list[list[float]] = [[] for _ in homes]
    with ExitStack() as running:
        # Without workers: searches are the server's, and one that still starts takes its core.
        servers = [running.enter_context(process.ours(home, workers="0")) for home in homes]
        for served in servers:
            load.run(served.port, bodies[:WARM], clients=1)
        before = [served.cpu_s for served in servers]
        for turn, body in enumerate(bodies[WARM:]):
            for place in range(len(servers)):
                number = (turn + place) % len(servers)  # nobody is always the first
                outcome = load.run(servers[number].port, [body], clients=1)
                if outcome.errors:
                    raise RuntimeError(f"a search failed: see {list(homes)[number]}/serve.log")
                took[number].append(outcome.took(0.5))
        spent = [
            1000 * (served.cpu_s - begun) / queries
            for served, begun in zip(servers, before, strict=True)
        ]
        memory = [served.resident_mb for served in servers]
    return [
        Step(held, rate, memory[n], quantile(took[n], 0.5), quantile(took[n], 0.95), spent[n])
        for n, (held, rate) in enumerate(homes.values())
    ]


def report(steps: Sequence[Step], queries: int) -> str:
    """The table as Markdown."""
    first, last = steps[0], steps[-1]
    rows = [
        f"| {s.passages:,} | {s.rate:,.0f} | {s.resident_mb:.0f} MB | {s.p50_ms:.1f} ms "
        f"| {s.p95_ms:.1f} ms | {s.cpu_ms:.1f} ms |"
        for s in steps
    ]
    return REPORT.format(
        day=f"{datetime.now(UTC):%d %B %Y}",
        cores=os.cpu_count(),
        load=os.getloadavg()[1],
        queries=queries,
        rows="\n".join(rows),
        last=last.passages,
        first=first.passages,
        times=last.p50_ms / first.p50_ms,
        cpu_times=last.cpu_ms / first.cpu_ms,
    )


def draw(steps: Sequence[Step], path: Path) -> None:
    """Three small charts over the number of passages."""
    from matplotlib import use

    use("Agg")
    from matplotlib import pyplot as plt

    sizes = [step.passages for step in steps]
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.2))
    lines: list[tuple[Any, str, dict[str, list[float]]]] = [
        (axes[0], "search over HTTP, ms", {
            "p50": [s.p50_ms for s in steps], "p95": [s.p95_ms for s in steps],
            "processor": [s.cpu_ms for s in steps],
        }),
        (axes[1], "memory of the server, MB", {"": [s.resident_mb for s in steps]}),
        (axes[2], "passages stored a second", {"": [s.rate for s in steps]}),
    ]  # fmt: skip
    for axis, title, series in lines:
        for name, values in series.items():
            axis.plot(sizes, values, marker="o", label=name)
        axis.set(title=title, xscale="log", xlabel="passages")
        axis.set_ylim(bottom=0)
        axis.grid(visible=True, alpha=0.3)
        if len(series) > 1:
            axis.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    sys.exit(main())
