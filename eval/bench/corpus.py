"""What the bench reads and asks: articles, queries, conversations, and volume made from them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from copilot.config import ROOT

DATA = ROOT.parent / "shared" / "data"
DEMO = ROOT / "demo"
DEMO_PARTS = ("articles", "catalogue.csv", "customers.json", "interactions.jsonl")
NEAR = 0.9  # cosine of a made vector to the real one it comes from, on average
FILLERS = "today again please still since yesterday maybe actually morning evening".split()


@dataclass(frozen=True, slots=True)
class Articles:
    """Files of articles and the questions asked over them."""

    name: str
    files: tuple[Path, ...]
    openings: tuple[str, ...]


@dataclass(frozen=True)
class Volume:
    """Made passages: real texts with words moved and added, real vectors with noise."""

    texts: Sequence[str]
    vectors: np.ndarray
    seed: int = 11

    @cached_property
    def _draws(self) -> random.Random:
        return random.Random(self.seed)

    def passages(self, n: int, size: int = 1_000) -> Iterator[tuple[list[str], np.ndarray]]:
        """Blocks of n passages in all."""
        noise = np.random.default_rng(self.seed)
        width = self.vectors.shape[1]
        spread = np.sqrt((1 / NEAR**2 - 1) / width)
        for start in range(0, n, size):
            picks = noise.integers(0, len(self.texts), min(size, n - start))
            moved = self.vectors[picks] + noise.normal(0, spread, (len(picks), width))
            moved /= np.linalg.norm(moved, axis=1, keepdims=True)
            yield [self._reworded(self.texts[i]) for i in picks], moved.astype(np.float32)

    def _reworded(self, text: str) -> str:
        words = text.split()
        for _ in range(max(1, len(words) // 12)):
            left, right = self._draws.randrange(len(words)), self._draws.randrange(len(words))
            words[left], words[right] = words[right], words[left]
        words.insert(self._draws.randrange(len(words)), self._draws.choice(FILLERS))
        return " ".join(words)


def articles(limit: int | None = None) -> Articles:
    """The bank's articles and openings where they lie beside the checkout, else the demo's."""
    bank = DATA / "bank"
    if not (bank / "documents").is_dir():
        files = tuple(sorted((DEMO / "articles").glob("*.md")))
        return Articles("demo", files[:limit], tuple(conversation_openings()))
    gold = json.loads((bank / "dev_gold.json").read_text("utf-8"))
    openings = tuple(row["opening"] for row in gold if row["opening"])
    return Articles("bank", tuple(sorted((bank / "documents").glob("*.json")))[:limit], openings)


def conversation_openings() -> list[str]:
    """The first words of the demo's customers."""
    return [
        next(t["text"] for t in row["turns"] if t["speaker"] == "customer")
        for row in _interactions()
        if any(t["speaker"] == "customer" for t in row["turns"])
    ]


def varied(queries: Sequence[str], n: int) -> list[str]:
    """n queries, no two alike: a repeated one carries a number, so that no cache knows it."""
    count = len(queries)
    return [
        queries[i] if i < count else f"{queries[i % count]} Reference {7_000 + i}."
        for i in range(n)
    ]


def prefixes(n: int, seed: int = 1) -> list[dict[str, Any]]:
    """n conversations in progress, each ending with the customer; no two alike."""
    rows = [*_interactions(), *_conversations()]
    found = [
        _prefix(row, end)
        for row in rows
        for end, turn in enumerate(row["turns"], start=1)
        if turn["speaker"] == "customer"
    ]
    random.Random(seed).shuffle(found)
    return [_numbered(found[i % len(found)], i if i >= len(found) else None) for i in range(n)]


def _prefix(row: dict[str, Any], end: int) -> dict[str, Any]:
    kept = ("speaker", "role", "text", "at")
    return {
        "id": f"{row['id']}-live",
        "channel": row["channel"],
        "customer_id": row.get("customer_id"),
        "turns": [{k: turn[k] for k in kept if turn.get(k)} for turn in row["turns"][:end]],
    }


def _numbered(prefix: dict[str, Any], number: int | None) -> dict[str, Any]:
    if number is None:
        return prefix
    *before, last = prefix["turns"]
    said = {**last, "text": f"{last['text']} My note {number} says the same."}
    return {**prefix, "turns": [*before, said]}


def _interactions() -> list[dict[str, Any]]:
    lines = (DEMO / "interactions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def _conversations() -> list[dict[str, Any]]:
    return [
        json.loads(path.read_text("utf-8"))
        for path in sorted((DEMO / "conversations").glob("*.json"))
    ]
