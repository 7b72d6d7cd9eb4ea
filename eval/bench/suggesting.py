"""Suggestions without a model under load, and the server's memory with the demo company."""

from __future__ import annotations

import os
from pathlib import Path

from copilot.workers import advised
from eval.bench import load, process, store
from eval.bench.corpus import prefixes
from eval.bench.figures import Figure

CLIENTS = 16
WARM = 48


def suggesting(home: Path, *, requests: int, workers: int | None = None) -> list[Figure]:
    """16 clients, conversations of the demo company, no two requests alike.

    `workers` beside the server; None for as many as it takes by itself.
    """
    store.ingest_demo(home)
    bodies = [
        load.request_of("/v1/suggestions", {"conversation": prefix}, key=process.KEY)
        for prefix in prefixes(requests + WARM)
    ]
    count = advised() if workers is None else workers
    with process.ours(home, demo="true", workers=str(count)) as served:
        served.wait_for_workers(count)
        load.run(served.port, bodies[:WARM], clients=4)
        fresh, before = served.resident_mb, served.cpu_s
        outcome = load.run(served.port, bodies[WARM:], clients=CLIENTS)
        spent, loaded = served.cpu_s - before, served.resident_mb
        one = load.run(served.port, bodies[WARM : WARM + 100], clients=1)
    n = len(outcome.answers)
    how = f"{CLIENTS} clients, {n} requests, {count} workers, load {os.getloadavg()[0]:.1f}"
    return [
        Figure("suggestion, p50", outcome.took(0.5), "ms", note=how),
        Figure("suggestion, p95", outcome.took(0.95), "ms", "at most", 200, how),
        Figure("suggestion, errors", outcome.errors, "", "at most", 0, f"of {n}"),
        Figure("suggestion, rate", n / outcome.seconds, "requests/s"),
        Figure("suggestion, processor time", 1000 * spent / n, "ms", note="each, all processes"),
        Figure("suggestion, one client, p50", one.took(0.5), "ms", note="n=100, asked before"),
        Figure("memory of the server, demo company", fresh, "MB", "at most", 700, "with workers"),
        Figure("memory after the load", loaded, "MB", "at most", 700),
    ]  # fmt: skip
