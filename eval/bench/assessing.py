"""An assessment without a model at a long timeline, in processor time: no clock of the wall."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from copilot.compute import settle
from copilot.config import ROOT
from copilot.needs import Case, NeedEngine, parse_case
from eval.bench.figures import Figure, quantile

CASES = ROOT / "eval" / "cases"
TURNS = 500
CONTACT = 10  # turns of one earlier contact


def assessing(*, times: int) -> list[Figure]:
    """Each timeline is of another customer, so no text was read before; then each once more."""
    engine = NeedEngine()
    cases = list(timelines(times + 5))
    for case in cases[:5]:
        engine.assess(case)
    settle()  # as a server and a worker do once they have started
    first = [_spent(engine, case) for case in cases[5:]]
    again = [_spent(engine, case) for case in cases[5:]]
    how = f"processor time, {TURNS} turns, n={len(first)}"
    return [
        Figure("assessment, p50", quantile(first, 0.5), "ms", note=how),
        Figure("assessment, p95", quantile(first, 0.95), "ms", "at most", 50, how),
        Figure("assessment again, p95", quantile(again, 0.95), "ms", note="same customers"),
    ]


def _spent(engine: NeedEngine, case: Case) -> float:
    start = time.process_time()
    engine.assess(case)
    return 1000 * (time.process_time() - start)


def timelines(count: int) -> Iterator[Case]:
    """Our own cases, each after `TURNS` turns in earlier contacts, no two texts alike."""
    own = [
        json.loads(line)
        for name in ("needs_dev.jsonl", "needs_fifth.jsonl", "needs_sixth.jsonl")
        for line in (CASES / name).read_text("utf-8").splitlines()
    ]
    said = [turn for case in own for turn in case["turns"]]
    for number in range(count):
        body = {k: v for k, v in own[number % len(own)].items() if k not in ("gold", "kind")}
        yield parse_case({**body, "history": _history(said, number, len(body["turns"]))})


def _history(said: list[dict[str, Any]], number: int, now: int) -> list[dict[str, Any]]:
    contacts = []
    for first in range(0, TURNS - now, CONTACT):
        day = f"2024-{1 + first // 50:02d}-{1 + first % 28:02d}T09:00:00Z"
        turns = [
            {**said[(7 * number + n) % len(said)], "id": f"h{number}-{n}", "at": day}
            for n in range(first, min(first + CONTACT, TURNS - now))
        ]
        for turn in turns:
            turn["text"] = f"{turn['text']} My reference is {number}x{turn['id']}."
        contacts.append({"id": f"c{first}", "at": day, "channel": "chat", "turns": turns})
    return contacts
