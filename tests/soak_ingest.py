"""Kills an ingest again and again; nothing that it acknowledged may be gone, nothing half stored.

`python -m tests.soak_ingest --kills 100` prints one JSON line and ends with 1 if a promise broke.
Each kill falls at another place of a batch. After each, the truth is opened twice: every
acknowledged document is there, and passages, vectors and full text count alike. At last one run
that nobody kills brings in the rest.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import ingest.pipeline
from copilot.db import Database, TenantStore
from ingest.pipeline import Pipeline
from tests.fakes import FakeEmbedder

BATCH = 8
FILES_PER_KILL, PER_FILE = 3, 4  # half as much again as the kills use up
FAULTS = ("lost", "half_stored", "missing", "failed")


class Telling:
    """Tells the parent how many documents are acknowledged."""

    def __init__(self, store: TenantStore, pipe: Connection) -> None:
        self._store, self._pipe = store, pipe

    def file(self, path: str, done: int, total: int) -> None:
        pass

    def records(self, done: int) -> None:
        self._pipe.send(self._store.sources.count("document")[0])


def write_files(docs: Path, count: int) -> None:
    docs.mkdir()
    for n in range(count):
        records = (
            {"id": f"{n}-{i}", "title": f"Title {n}-{i}", "content": f"text {n} {i}"}
            for i in range(PER_FILE)
        )
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (docs / f"{n:04}.jsonl").write_text(lines, "utf-8")


def ingest_telling(url: str, docs: Path, pipe: Connection) -> None:
    ingest.pipeline.BATCH_ITEMS = BATCH
    store = Database.open(url).create_tenant("t")
    Pipeline(store, FakeEmbedder()).run([docs], progress=Telling(store, pipe))


def one_kill(url: str, docs: Path, until: int, rest_s: float) -> tuple[int, bool]:
    """Kills an ingest once it has acknowledged `until` documents: how many it had, was it killed"""
    fork = multiprocessing.get_context("fork")
    told, telling = fork.Pipe(duplex=False)
    child = fork.Process(target=ingest_telling, args=(url, docs, telling))
    child.start()
    telling.close()
    acknowledged = 0
    with contextlib.suppress(EOFError):
        while acknowledged < until:
            acknowledged = told.recv()
        time.sleep(rest_s)
        os.kill(child.pid or 0, signal.SIGKILL)
        while True:  # what it told before it fell
            acknowledged = told.recv()
    told.close()
    child.join()
    return acknowledged, child.exitcode == -signal.SIGKILL


def faults(url: str, acknowledged: int) -> tuple[int, int]:
    """What a fresh look finds: acknowledged documents that are gone, and passages half stored."""
    database = Database.open(url)
    store = database.tenant("t")
    sources, chunks = store.sources.count("document")
    vectors = sum(len(ids) for ids, _ in store.sources.vectors("document", "fake-64d"))
    worded = len(store.fulltext.search(["text"], "document", chunks + BATCH))
    database.close()
    return max(0, acknowledged - sources), abs(chunks - vectors) + abs(chunks - worded)


def soak(home: Path, kills: int, seed: int = 0) -> dict[str, int]:
    """The counts of so many kills; each name in FAULTS ought to be 0."""
    rng = random.Random(seed)
    docs, url = home / "docs", f"sqlite:///{home / 'killed.db'}"
    write_files(docs, kills * FILES_PER_KILL)
    total = dict.fromkeys(("kills", "ended_before", "lost", "half_stored"), 0)
    for kill in range(kills):
        rest_s = (kill % 5) * 0.002 + rng.random() * 0.002  # another place of the next batch
        acknowledged, was_killed = one_kill(url, docs, BATCH * (kill + 1), rest_s)
        total["kills" if was_killed else "ended_before"] += 1
        for _ in range(2):
            lost, half_stored = faults(url, acknowledged)
            total["lost"] += lost
            total["half_stored"] += half_stored
    database = Database.open(url)
    counts = Pipeline(database.tenant("t"), FakeEmbedder()).run([docs]).counts
    stored = database.tenant("t").sources.count("document")[0]
    database.close()
    total["documents"] = kills * FILES_PER_KILL * PER_FILE
    total["missing"] = total["documents"] - stored
    total["added_at_last"], total["failed"] = counts["added"], counts["failed"]
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        total = soak(Path(home), given.kills, given.seed)
    print(json.dumps(total))
    return int(any(total[fault] for fault in FAULTS) or total["kills"] * 4 < given.kills * 3)


if __name__ == "__main__":
    sys.exit(main())
