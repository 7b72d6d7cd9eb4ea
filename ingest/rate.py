"""Measures ingest against the bare embedder: short interactions with vectors, redaction included.

Slices of the same records go through the pipeline and their texts through the embedder alone, by
turns, so that other load on the machine falls on both sides alike. Then what `copilot ingest` does
once all is stored: identities, ledgers, the reply model.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from ingest.cli import settle
from ingest.pipeline import Embeds, Pipeline

SLICE = 512
SAID_EVERY = 5  # slices between two lines of progress
PEOPLE = 400
FIRST = ("Ana", "Bilal", "Chiara", "Dorota", "Emre", "Farida", "Goran", "Hanna", "Ilse", "Jonas")
LAST = ("Abel", "Brandt", "Costa", "Demir", "Evers", "Fiala", "Gruber", "Holm", "Ivanov", "Jansen")
THINGS = ("hub", "boiler valve", "router", "thermostat", "doorbell", "smoke alarm", "meter")
TROUBLES = (
    "lost its connection after the update",
    "shows E{n} and does not answer",
    "was delivered with a crack in the casing, order #{n}",
    "restarts every {n} minutes",
    "was charged twice on invoice {n}",
)
CURES = (
    "hold the reset pin for {n} seconds and wait until the light is green",
    "install version 4.{n} from the app, then pair it again in the room where it hangs",
    "send it back with the label in parcel {n}; a new one leaves today",
    "I have taken the second payment back, it is on your account in {n} days",
)


@dataclass(slots=True)
class Spent:
    """Time by the clock and by the processor (all threads)."""

    clock_s: float = 0.0
    cpu_s: float = 0.0

    def add(self, other: Spent) -> float:
        """Adds what was measured elsewhere; returns its time by the clock."""
        self.clock_s += other.clock_s
        self.cpu_s += other.cpu_s
        return other.clock_s

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Adds what this process spends within."""
        began, worked = perf_counter(), process_time()
        yield
        self.clock_s += perf_counter() - began
        self.cpu_s += process_time() - worked


@dataclass(slots=True)
class Steps:
    """Time of each step between its name and the next one's."""

    spent: dict[str, Spent] = field(default_factory=dict)
    _name: str = ""
    _began: tuple[float, float] = (0.0, 0.0)

    def say(self, name: str) -> None:
        """The step so far is over, the one of that name begins; without a name none does."""
        at = perf_counter(), process_time()
        if self._name:
            self.spent[self._name] = Spent(at[0] - self._began[0], at[1] - self._began[1])
        self._name, self._began = name, at

    @property
    def total(self) -> Spent:
        """All steps together."""
        steps = self.spent.values()
        return Spent(sum(s.clock_s for s in steps), sum(s.cpu_s for s in steps))


@dataclass(slots=True)
class Listening:
    """Passes texts on to an embedder and remembers them."""

    embedder: Embeds
    texts: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The embedder's own name."""
        return self.embedder.name

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> np.ndarray:
        """What the embedder answers."""
        self.texts += texts
        return self.embedder.embed(texts, progress=progress)


def write_people(path: Path) -> None:
    """Customers with what is known of them, so that redaction has something to look for."""
    people = [
        {
            "customer_id": f"C-{n}",
            "name": f"{FIRST[n % 10]} {LAST[n // 10 % 10]}",
            "emails": [f"person{n}@mail.test"],
            "phones": [f"+4930{1_000_000 + n}"],
        }
        for n in range(PEOPLE)
    ]
    path.write_text(json.dumps(people), "utf-8")


def write_interactions(path: Path, numbers: Sequence[int]) -> None:
    """Chats of four turns, two of them replies; no two alike."""
    with path.open("w", encoding="utf-8") as file:
        for number in numbers:
            file.write(json.dumps(_chat(number)) + "\n")


def _chat(number: int) -> dict[str, object]:
    draw = random.Random(number)
    person, thing = number % PEOPLE, draw.choice(THINGS)
    name = f"{FIRST[person % 10]} {LAST[person // 10 % 10]}"
    trouble = draw.choice(TROUBLES).format(n=1000 + number)
    cure = draw.choice(CURES).format(n=draw.randrange(3, 90))
    said = (
        ("customer", f"Hello, this is {name}. My {thing} {trouble}. What can I do?"),
        ("agent", f"Good morning! I am sorry about the {thing}. Which number is on its back?"),
        ("customer", f"It says {draw.randrange(10**5, 10**6)}. Write to person{person}@mail.test."),
        ("agent", f"Thank you. Please {cure}. Tell me if it happens again."),
    )
    turns = [
        {"speaker": speaker, "text": text, "visibility": "public", "at": f"2026-01-02T10:0{i}:00Z"}
        for i, (speaker, text) in enumerate(said)
    ]
    subject = f"{thing.capitalize()} {number}"
    return {
        "id": f"r-{number}", "channel": "chat", "customer_id": f"C-{person}",
        "subject": subject, "turns": turns,
    }  # fmt: skip


def rate(interactions: int) -> dict[str, Any]:
    """Interactions and chunks a second, and ratios to the bare embedder: storing, and all of it."""
    with tempfile.TemporaryDirectory(prefix="continuum-rate-") as folder:
        root = Path(folder)
        copilot = build(Settings(home=root / "home", database_url="", model=""))
        try:
            return _measured(copilot, root, interactions)
        finally:
            copilot.vectors.close()
            copilot.database.close()


def _measured(copilot: Copilot, root: Path, interactions: int) -> dict[str, Any]:
    ours, bare, after = Spent(), Spent(), Steps()
    copilot.embedder.embed(["warm"])
    store = copilot.store()
    heard = Listening(copilot.embedder)
    pipeline = Pipeline(store, heard, copilot.redactor_of(store))
    write_people(root / "customers.json")
    customers = pipeline.run([root / "customers.json"]).customers
    added = chunks = 0
    for number, start in enumerate(range(0, interactions, SLICE)):
        path = root / f"{start}.jsonl"
        write_interactions(path, range(start, min(start + SLICE, interactions)))
        with ours.measuring():
            pipeline.run([path], kind="interactions")
        texts, heard.texts = heard.texts, []
        with bare.measuring():
            copilot.embedder.embed(texts)
        chunks += len(texts)
        added = store.sources.count("interaction")[0]
        assert added == min((number + 1) * SLICE, interactions)
        if number % SAID_EVERY == 0:
            _say(added, interactions, ours, bare)
    settle(copilot, store, customers, say=after.say)
    after.say("")
    return {
        "interactions": added,
        "chunks": chunks,
        "interactions_per_s": round(added / ours.clock_s, 1),
        "chunks_per_s": round(chunks / ours.clock_s, 1),
        "embedder_chunks_per_s": round(chunks / bare.clock_s, 1),
        "storing": _ratios(bare, ours),
        "whole_command": _ratios(bare, ours, after.total),
        "processor_s": {
            "embedder alone": round(bare.cpu_s, 1),
            "storing": round(ours.cpu_s, 1),
            **{name: round(spent.cpu_s, 1) for name, spent in after.spent.items()},
        },
    }


def _ratios(bare: Spent, *ours: Spent) -> dict[str, float]:
    """How much of what we take the embedder alone would take."""
    return {
        "ratio_by_clock": round(bare.clock_s / sum(s.clock_s for s in ours), 3),
        "ratio_by_processor": round(bare.cpu_s / sum(s.cpu_s for s in ours), 3),
    }


def _say(added: int, interactions: int, ours: Spent, bare: Spent) -> None:
    """How far it is: a full run takes many minutes, and silence looks like a hang."""
    ratio = bare.cpu_s / ours.cpu_s
    sys.stderr.write(f"{added} of {interactions}, so far {ratio:.3f} by processor\n")
    sys.stderr.flush()
