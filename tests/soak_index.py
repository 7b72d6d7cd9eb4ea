"""Kills a writer of the index again and again; nothing that the truth holds may stay lost.

`python -m tests.soak_index --kills 100` prints one JSON line and ends with 1 if a promise broke.
Every other kill waits for the graph files to change, which is when Chroma can be torn. After each
kill two fresh processes open the index: the first may have to begin it anew, the second may not.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import chromadb  # loaded once: each process below is a fork of this one  # noqa: F401
import numpy as np

from copilot.errors import IndexBroken
from copilot.vectorstore import ChromaStore, CollectionKey, probe, probe_child

KEY = CollectionKey("tenant", "document", "model")
PER_CHANGE = 250
KEPT_CHANGES = 8  # a change adds 250 vectors and removes those of the change eight before it
DIMENSION = 64
PATIENCE_S = 60.0
QUICK = "--quick" in sys.argv
UNGUARDED = "--unguarded" in sys.argv  # without the mark, to see what the mark is for


class Outcome(NamedTuple):
    """What one process saw: began the index anew, vectors not found, ids too many or too few."""

    healed: int
    lost: int
    miscounted: int


def vectors(change: int) -> np.ndarray:
    given = np.random.default_rng(change).standard_normal((PER_CHANGE, DIMENSION))
    return given.astype(np.float32)


def ids(change: int) -> range:
    return range(change * PER_CHANGE, (change + 1) * PER_CHANGE)


def apply_change(store: ChromaStore, change: int) -> None:
    old = ids(change - KEPT_CHANGES) if change > KEPT_CHANGES else ()
    store.apply(KEY, (ids(change), vectors(change)), list(old), seq=change)


def forked_fault(folder: Path, samples: Mapping[str, tuple[Any, Any]]) -> str | None:
    """The real probe, but forked from this process, which has loaded Chroma already."""
    arrays = {f"ids:{name}": np.asarray(given[0]) for name, given in samples.items()}
    arrays |= {f"vectors:{name}": np.asarray(given[1]) for name, given in samples.items()}
    child, reader = forked(lambda _: probe_child.open_repeatedly(folder, arrays))
    os.close(reader)
    return "the probe failed" if ended(child) else None


def open_and_heal(folder: Path, truth: int) -> tuple[ChromaStore, int]:
    """Opens the index as the product does: broken is begun anew, behind is caught up."""
    store, healed = ChromaStore(folder, fault=forked_fault if QUICK else probe.fault), 0
    if UNGUARDED:
        store._directory.begin_writing = lambda: None
    try:
        store.open({KEY: (list(ids(truth))[::10], vectors(truth)[::10])} if truth else {})
    except IndexBroken as exc:
        print(exc.detail, file=sys.stderr)
        store.reset()
        healed = 1
    behind = store.seq(KEY) or 0
    for change in range(max(behind, truth - KEPT_CHANGES) + 1, truth + 1):
        apply_change(store, change)
    return store, healed


def verify(store: ChromaStore, truth: int) -> tuple[int, int]:
    expected: set[int] = set()
    lost = 0
    for change in range(max(1, truth - KEPT_CHANGES + 1), truth + 1):
        expected |= set(ids(change))
        found = store.query_many(KEY, vectors(change), 1)
        lost += sum(not best or best[0][0] != i for i, best in zip(ids(change), found, strict=True))
    held = store.ids(KEY).tolist()
    return lost, len(expected ^ set(held)) + abs(len(expected) - store.count(KEY))


def check(folder: Path, truth: int, report: int) -> ChromaStore:
    store, healed = open_and_heal(folder, truth)
    os.write(report, json.dumps(Outcome(healed, *verify(store, truth))).encode() + b"\n")
    return store


def write_on(store: ChromaStore, truth: int, report: int, *, rest_s: float) -> None:
    """The truth has a change before the index does: the number is told, then it is applied."""
    while True:
        time.sleep(rest_s)
        truth += 1
        os.write(report, f"{truth}\n".encode())
        apply_change(store, truth)


def forked(work: Callable[[int], None]) -> tuple[int, int]:
    reader, report = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        try:
            work(report)
        except BaseException as exc:
            print(f"{type(exc).__name__}: {exc}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    os.close(report)
    return child, reader


def first_line(reader: int) -> bytes:
    ready, _, _ = select.select([reader], [], [], PATIENCE_S)
    line = b""
    while ready and not line.endswith(b"\n"):
        byte = os.read(reader, 1)
        if not byte:
            break
        line += byte
    return line


def wait_for_persist(folder: Path) -> None:
    def state() -> list[tuple[str, int, int]]:
        found = []
        for path in folder.glob("gen-*/*/*.bin"):
            try:
                about = path.stat()
            except FileNotFoundError:
                continue
            found.append((str(path), about.st_size, about.st_mtime_ns))
        return sorted(found)

    before, until = state(), time.monotonic() + 5
    while state() == before and time.monotonic() < until:
        time.sleep(0.0005)


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def one_kill(
    folder: Path, truth: int, rng: random.Random, *, is_aimed: bool
) -> tuple[int, list[Outcome | None]]:
    """Two fresh openings, the second of which writes on until it is killed."""
    outcomes: list[Outcome | None] = []
    child, reader = forked(lambda report: check(folder, truth, report).close())
    line = first_line(reader)
    outcomes.append(Outcome(*json.loads(line)) if line and not ended(child) else None)
    os.close(reader)

    rest_s = 0.0 if is_aimed else 0.2
    child, reader = forked(
        lambda report: write_on(check(folder, truth, report), truth, report, rest_s=rest_s)
    )
    line = first_line(reader)
    outcomes.append(Outcome(*json.loads(line)) if line else None)
    if is_aimed:
        wait_for_persist(folder)
        time.sleep(rng.random() * 0.02)
    else:
        time.sleep(rng.random() * 0.5)
    os.kill(child, signal.SIGKILL)
    ended(child)
    while line := first_line(reader):
        truth = int(line)
    os.close(reader)
    return truth, outcomes


def soak(kills: int, seed: int) -> dict[str, int]:
    rng = random.Random(seed)
    total = dict.fromkeys(("kills", "begun_anew", "healed_twice", "lost", "miscounted", "died"), 0)
    with tempfile.TemporaryDirectory() as home:
        folder, truth = Path(home, "index"), 0
        for number in range(kills + 1):  # the last round only opens what the last kill left
            truth, outcomes = one_kill(folder, truth, rng, is_aimed=bool(number % 2))
            first, second = outcomes
            total["died"] += outcomes.count(None)
            total["begun_anew"] += first.healed if first else 0
            total["healed_twice"] += second.healed if second else 0
            total["lost"] += sum(o.lost for o in outcomes if o)
            total["miscounted"] += sum(o.miscounted for o in outcomes if o)
        total["kills"] = kills
        total["changes"] = truth
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="start no new interpreters")
    parser.add_argument("--unguarded", action="store_true", help="write without the mark")
    given = parser.parse_args()
    total = soak(given.kills, given.seed)
    print(json.dumps(total))
    return int(any(total[fault] for fault in ("healed_twice", "lost", "miscounted", "died")))


if __name__ == "__main__":
    sys.exit(main())
