"""The same queries by turns to ours and to the peers, as libraries and as servers."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from copilot.workers import advised
from eval.bench import load, process, store
from eval.bench.child import Child
from eval.bench.corpus import Articles, varied
from eval.bench.figures import Figure, Goal, quantile, ratio
from eval.bench.ingest import Sides
from eval.bench.peers import LangChainChroma
from ingest.rate import Spent

LARGE = 5_000
WARM = 8
BLOCK = 14  # queries of one way before the next
PAUSE_S = 0.5
DOOR = ", over HTTP"
OURS = "ours"


def bank_search(sides: Sides, articles: Articles, *, asked: int) -> list[Figure]:
    """One client, warm, over the articles alone."""
    times = _by_turns(sides, varied(articles.openings, asked + WARM))
    return _figures(f"search of {articles.name}", times, bound=1 / 3)


def large_search(sides: Sides, articles: Articles, *, asked: int) -> list[Figure]:
    """One client, warm, over 5,000 passages in both; what is missing is made."""
    volume, held = store.volume_of(sides.ours), sides.ours.store().sources.count("document")[1]
    store.add_volume(sides.ours, volume.passages(max(0, LARGE - held)))
    for texts, vectors in volume.passages(max(0, LARGE - len(sides.lean.texts))):
        sides.lean.add(texts, vectors)
        if sides.usual:
            sides.usual.add(texts, vectors)
    times = _by_turns(sides, varied(articles.openings, asked + WARM))
    return _figures(f"search of {LARGE:,} passages", times, bound=1 / 2)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of asking: its name, how a query is asked, and its processor seconds so far."""

    name: str
    ask: Callable[[str], float]  # returns seconds
    spent: Callable[[], float]


def _by_turns(sides: Sides, queries: Sequence[str]) -> dict[str, list[float]]:
    """Milliseconds of each query by way of asking; some queries each way, then the next way.

    Between two ways there is a pause: threads of a peer that spin after their work would slow
    whoever comes next.
    """
    times: dict[str, list[float]] = defaultdict(list)
    spent: dict[str, float] = defaultdict(float)
    with ExitStack() as doors:
        ways = _ways(sides, doors)
        for start in range(0, len(queries), BLOCK):
            for way in ways:
                time.sleep(PAUSE_S)
                way.ask("warm up")
                spent[way.name] -= way.spent()
                for query in queries[start : start + BLOCK]:
                    times[way.name].append(1000 * way.ask(query))
                spent[way.name] += way.spent()
    times = {name: taken[WARM:] for name, taken in times.items()}
    return times | {f"{n}, cpu": [1000 * total / len(queries)] for n, total in spent.items()}


def _ways(sides: Sides, doors: ExitStack) -> list[_Way]:
    ours = doors.enter_context(process.ours(sides.folder / "ours"))
    ours.wait_for_workers(advised())  # one that still starts takes a core from everybody
    port, log = process.free_port(), sides.folder / "peer.log"
    door = [sys.executable, "-m", "eval.bench.peers", str(sides.folder / "peer"), str(port)]
    peer = doors.enter_context(process.process(door, port, "/readyz", {}, log))
    home, log = str(sides.folder / "ours"), sides.folder / "inside.log"
    own = Child([sys.executable, "-m", "eval.bench.inside", home], log)
    doors.callback(own.close)
    inside, lean, usual = Spent(), Spent(), Spent()
    ways = [
        _Way(f"{OURS}{DOOR}", lambda q: _over_http(ours, "/v1/search", q), lambda: ours.cpu_s),
        _Way(OURS, lambda q: inside.add(_told(own, q)), lambda: inside.cpu_s),
        _Way(f"{sides.lean.name}{DOOR}", lambda q: _over_http(peer, "/search", q),
             lambda: peer.cpu_s),
        _Way(sides.lean.name, lambda q: _measured(sides.lean, q, lean), lambda: lean.cpu_s),
    ]  # fmt: skip
    if sides.usual:
        child, served = sides.usual, doors.enter_context(sides.usual.over_http())
        ways += [
            _Way(f"{child.name}{DOOR}", lambda q: _over_http(served, "/search", q),
                 lambda: served.cpu_s),
            _Way(child.name, lambda q: usual.add(child.search(q)), lambda: usual.cpu_s),
        ]  # fmt: skip
    return ways


def _told(child: Child, query: str) -> Spent:
    answer = child.ask(query=query, k=10)
    return Spent(answer["clock_s"], answer["cpu_s"])


def _over_http(served: process.Served, path: str, query: str) -> float:
    request = load.request_of(path, {"query": query, "k": 10}, key=process.KEY)
    outcome = load.run(served.port, [request], clients=1)
    if outcome.errors:
        raise RuntimeError(f"a search over {path} failed: see the server's log")
    return outcome.took(0.5) / 1000


def _measured(peer: LangChainChroma, query: str, spent: Spent) -> float:
    once = Spent()
    with once.measuring():
        peer.search(query)
    return spent.add(once)


def _figures(name: str, times: dict[str, list[float]], *, bound: float) -> list[Figure]:
    """Ours beside every peer, like beside like: a library beside a library, a server beside one.

    The target is about the usual stack, where it was measured, as a library: its door is nobody's
    merit or fault. Ours with its door beside a peer without one is told too.
    """
    p50 = {way: quantile(taken, 0.5) for way, taken in times.items()}
    doored = f"{OURS}{DOOR}"

    def row(way: str) -> Figure:
        return Figure(f"{name}, {way}, p50", p50[way], "ms", note=_also(times, way))

    figures = [row(OURS), row(doored)]
    peers = [way for way in reversed(p50) if f"{way}{DOOR}" in p50 and way != OURS]
    for place, peer in enumerate(peers):
        goal: Goal | None = "at most" if place == 0 else None
        other = f"{peer}{DOOR}"
        figures += [
            row(peer),
            Figure("… share of ours", ratio(p50[OURS], p50[peer]), "x", goal, round(bound, 3)),
            Figure("… share of ours with its door", ratio(p50[doored], p50[peer]), "x"),
            row(other),
            Figure("… share of ours with its door", ratio(p50[doored], p50[other]), "x"),
        ]
    return figures


def _also(times: dict[str, list[float]], way: str) -> str:
    taken, cpu = times[way], times[f"{way}, cpu"][0]
    return f"n={len(taken)}, p95 {quantile(taken, 0.95):.1f}, processor {cpu:.1f} each"
