"""`python -m eval.bench`: ours and the usual stack, interleaved, in one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from rich.console import Console

from copilot.config import Settings
from eval.bench import corpus, store
from eval.bench.assessing import assessing
from eval.bench.default_peer import DefaultPeer, is_installed
from eval.bench.figures import Figure, table
from eval.bench.ingest import Sides, ingest
from eval.bench.peers import LangChainChroma
from eval.bench.quality import compare, written
from eval.bench.searching import bank_search, large_search
from eval.bench.suggesting import suggesting

REPORT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks" / "retrieval.md"


def main(arguments: list[str] | None = None) -> int:
    """Prints the table and writes the file of the run."""
    options = _options(arguments)
    console = Console(width=150)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        figures = _measured(options, Path(folder), console)
    console.print(table(figures))
    console.print(f"load average at the end {_load()}, {machine()}", style="dim")
    target = options.out or Settings().home / "bench" / f"{datetime.now(UTC):%Y-%m-%d}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(_run_of(figures, options), indent=1) + "\n", "utf-8")
    console.print(f"written to {target}")
    return 0


def _measured(options: argparse.Namespace, folder: Path, console: Console) -> list[Figure]:
    figures: list[Figure] = []
    if "search" in options.parts:
        articles = corpus.articles(options.articles)
        usual = DefaultPeer(folder / "usual") if is_installed() else None
        lean = LangChainChroma.at(folder / "peer")
        sides = Sides(store.opened(folder / "ours"), lean, usual, folder)
        console.print(f"{len(articles.files)} articles of {articles.name}, load {_load()}")
        figures += ingest(sides, articles, rounds=options.rounds)
        console.print(table(figures))
        figures += bank_search(sides, articles, asked=options.queries)
        if options.peers:
            found = compare(sides, articles)
            REPORT.write_text(written(REPORT.read_text("utf-8"), found, machine()), "utf-8")
        figures += large_search(sides, articles, asked=options.queries)
        if usual:
            usual.close()
        console.print(table(figures))
    if "suggest" in options.parts:
        figures += suggesting(folder / "demo", requests=options.requests, workers=options.workers)
    if "assess" in options.parts:
        figures += assessing(times=options.assessments)
    return figures


def machine() -> str:
    """What was measured on, without its name."""
    cores = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return f"{cores}, a million additions {_additions_ms():.0f} ms"


def _additions_ms() -> float:
    """A yardstick for milliseconds of other runs: the quickest of ten rounds of plain Python."""
    took = []
    for _ in range(10):
        began, total = perf_counter(), 0
        for number in range(1_000_000):
            total += number
        took.append((perf_counter() - began) * 1000)
    return min(took)


def _load() -> str:
    return ", ".join(f"{value:.1f}" for value in os.getloadavg())


def _run_of(figures: list[Figure], options: argparse.Namespace) -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "load": _load(),
        "options": {k: v for k, v in vars(options).items() if k != "out"},
        "figures": [figure.as_dict() for figure in figures],
    }


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__)
    parser.add_argument("--articles", type=int, help="only so many articles")
    parser.add_argument("--rounds", type=int, default=6, help="slices ingested by turns")
    parser.add_argument("--queries", type=int, default=112, help="queries of each search")
    parser.add_argument("--requests", type=int, default=2_000, help="suggestions asked for")
    parser.add_argument("--workers", type=int, help="beside the server; by itself one a core less")
    parser.add_argument("--peers", action="store_true", help="also quality, beside more peers")
    parser.add_argument("--assessments", type=int, default=100, help="timelines assessed")
    parts = ["search", "suggest", "assess"]
    parser.add_argument("--parts", nargs="+", default=parts, choices=parts)
    parser.add_argument("--out", type=Path, help="the file of the run")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
