"""The same queries by turns to `POST /v1/search` of a real server and to the peer."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from eval.bench import load, process, store
from eval.bench.corpus import Articles, varied
from eval.bench.figures import Figure, Goal, Spent, quantile, ratio
from eval.bench.ingest import Sides

LARGE = 5_000
WARM = 8


def bank_search(sides: Sides, articles: Articles, *, asked: int) -> list[Figure]:
    """One client, warm, over the articles alone."""
    times = _by_turns(sides, varied(articles.openings, asked + WARM))
    return _figures(sides, f"search of {articles.name}", times, bound=1 / 3)


def large_search(sides: Sides, articles: Articles, *, asked: int) -> list[Figure]:
    """One client, warm, over 5,000 passages in both; what is missing is made."""
    volume, held = store.volume_of(sides.ours), sides.ours.store().sources.count("document")[1]
    store.add_volume(sides.ours, volume.passages(max(0, LARGE - held)))
    for texts, vectors in volume.passages(max(0, LARGE - len(sides.lean.texts))):
        sides.lean.add(texts, vectors)
        if sides.usual:
            sides.usual.add(texts, vectors)
    times = _by_turns(sides, varied(articles.openings, asked + WARM))
    return _figures(sides, f"search of {LARGE:,} passages", times, bound=1 / 2)


def _by_turns(sides: Sides, queries: Sequence[str]) -> dict[str, list[float]]:
    """Milliseconds of each query, by way of asking."""
    times: dict[str, list[float]] = {"ours": [], "lean": [], "lean over HTTP": []}
    usual = Spent()
    port = process.free_port()
    door = [sys.executable, "-m", "eval.bench.peer_door", str(sides.folder / "peer"), str(port)]
    log = sides.folder / "peer.log"
    with (
        process.ours(sides.folder / "ours") as ours,
        process.process(door, port, "/readyz", {}, log) as peer,
    ):
        spent = {"ours": -ours.cpu_s, "lean": 0.0, "lean over HTTP": -peer.cpu_s}
        for number, query in enumerate(queries):
            body = {"query": query, "k": 10}
            mine = load.request_of("/v1/search", body, key=process.KEY)
            theirs = load.request_of("/search", body)
            took = {"ours": load.run(ours.port, [mine], clients=1)}
            took["lean over HTTP"] = load.run(peer.port, [theirs], clients=1)
            inside = Spent()
            with inside.measuring():
                sides.lean.search(query)
            spent["lean"] += inside.cpu_s
            if sides.usual:
                theirs_too = sides.usual.search(query)
                usual.add(theirs_too)
            if any(outcome.errors for outcome in took.values()):
                raise RuntimeError(f"a search failed: see {log} and serve.log")
            if number >= WARM:
                times["lean"].append(1000 * inside.clock_s)
                if sides.usual:
                    times.setdefault("usual", []).append(1000 * theirs_too.clock_s)
                for name, outcome in took.items():
                    times[name].append(outcome.took(0.5))
        spent["ours"] += ours.cpu_s
        spent["lean over HTTP"] += peer.cpu_s
        if sides.usual:
            spent["usual"] = usual.cpu_s
    times |= {f"{name}, cpu": [1000 * total / len(queries)] for name, total in spent.items()}
    return times


def _figures(
    sides: Sides, name: str, times: dict[str, list[float]], *, bound: float
) -> list[Figure]:
    p50 = {way: quantile(taken, 0.5) for way, taken in times.items()}
    ways = {"lean": sides.lean.name, "lean over HTTP": f"{sides.lean.name}, over HTTP"}
    if sides.usual:
        ways = {"usual": sides.usual.name, **ways}
    n = f"n={len(times['ours'])}"
    figures = [
        Figure(f"{name}, ours over HTTP, p50", p50["ours"], "ms",
               note=f"{n}, {_also(times, 'ours')}"),
    ]  # fmt: skip
    for place, (way, what) in enumerate(ways.items()):
        goal: Goal | None = "at most" if place == 0 else None
        share = ratio(p50["ours"], p50[way])
        figures += [
            Figure(f"{name}, {what}, p50", p50[way], "ms", note=f"{n}, {_also(times, way)}"),
            Figure("… ours takes this share of it", share, "x", goal, round(bound, 3)),
        ]
    return figures


def _also(times: dict[str, list[float]], way: str) -> str:
    return f"p95 {quantile(times[way], 0.95):.1f}, processor {times[f'{way}, cpu'][0]:.1f} each"
