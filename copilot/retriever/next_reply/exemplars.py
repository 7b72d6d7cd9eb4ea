"""The past replies a suggestion may quote: a few per kind, with the vector of their situation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from copilot.retriever.next_reply.examples import ReplyExample
from copilot.retriever.next_reply.turns import template
from copilot.retriever.next_reply.values import Span, foreign_values, portable
from copilot.retriever.recency import recency

Floats = NDArray[np.float32]
MAX_EXEMPLARS = 12_000
PER_KIND = (8, 96)
SCALE = 127 / 0.4  # components of a unit vector of 384 rarely exceed 0.4
SOLVED_BONUS = 0.05
RECENT_BONUS = 0.03
PORTABLE_BONUS = 0.15
USUAL_BONUS = 0.3  # for the wording that colleagues use most: a saved reply, not a typed one


@dataclass(frozen=True, slots=True)
class Exemplar:
    """Where a past reply stands, its kind, and the values in it that are another customer's."""

    source_id: str
    turn: int
    chunk_id: int
    kind: int
    bonus: float
    foreign: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Exemplars:
    """Past replies in order of kind; `vectors` row by row, as int8 to stay small in memory."""

    rows: tuple[Exemplar, ...]
    vectors: NDArray[np.int8]
    starts: NDArray[np.int64]  # rows of kind i: starts[i] to starts[i + 1]

    def nearest(self, kind: int, vector: Floats | None, n: int) -> list[tuple[Exemplar, float]]:
        """Replies of a kind whose situation is most like this one, best first."""
        first, last = int(self.starts[kind]), int(self.starts[kind + 1])
        rows = self.rows[first:last]
        scores = np.array([row.bonus for row in rows], np.float32)
        if vector is not None and self.vectors.shape[1]:
            scores += self.vectors[first:last].astype(np.float32) @ vector / SCALE
        return [(rows[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:n]]

    def vote(self, vector: Floats, n_kinds: int, *, neighbours: int = 30) -> Floats:
        """Share of each kind among the nearest situations: what to trust while data are few."""
        votes = np.full(n_kinds, 1e-6, np.float32)
        near = self.vectors.astype(np.float32) @ vector / SCALE
        for i in np.argsort(-near, kind="stable")[:neighbours]:
            votes[self.rows[i].kind] += np.exp(8 * (near[i] - 1))
        return np.asarray(votes / votes.sum(), np.float32)


def choose(
    examples: Sequence[ReplyExample],
    kinds: NDArray[np.int64],
    vectors: Floats | None,
    *,
    n_kinds: int,
    mask_capitals: bool,
) -> Exemplars:
    """Solved, portable and recent replies first, in turn from every wording of a kind."""
    limit = int(np.clip(MAX_EXEMPLARS // max(1, n_kinds), *PER_KIND))
    foreign = foreign_values(examples, mask_capitals=mask_capitals)
    newest = max((e.at for e in examples if e.at), default=None)
    bonus = [worth(e, spans, newest) for e, spans in zip(examples, foreign, strict=True)]
    members: dict[int, list[int]] = defaultdict(list)
    for i, kind in enumerate(kinds):
        members[int(kind)].append(i)
    rows: list[Exemplar] = []
    picked: list[int] = []
    starts = [0]
    wording = [template(e.reply, mask_capitals=mask_capitals) for e in examples]
    for kind in range(n_kinds):
        uses = Counter(wording[i] for i in members[kind])
        ranked = sorted(members[kind], key=lambda i: (-bonus[i], i))
        for i in _in_turn(ranked, wording)[:limit]:
            total = bonus[i] + USUAL_BONUS * uses[wording[i]] / len(members[kind])
            rows.append(_row(examples[i], kind, round(total, 4), foreign[i]))
            picked.append(i)
        starts.append(len(rows))
    return Exemplars(tuple(rows), _small(vectors, picked), np.array(starts))


def _row(example: ReplyExample, kind: int, bonus: float, foreign: Sequence[Span]) -> Exemplar:
    return Exemplar(example.source_id, example.turn, example.chunk_id, kind, bonus, tuple(foreign))


def worth(example: ReplyExample, foreign: Sequence[Span], newest: datetime | None) -> float:
    """What speaks for quoting a reply, whatever the situation; `newest` is the latest of all."""
    solved = SOLVED_BONUS if example.resolved else 0.0
    recent = recency(example.at, newest, RECENT_BONUS)
    return solved + recent + PORTABLE_BONUS * portable(example.reply, foreign)


def _in_turn(ranked: Sequence[int], wording: Sequence[str]) -> list[int]:
    """One of each wording, then the second of each, and so on."""
    nth: Counter[str] = Counter()
    place: dict[int, int] = {}
    for i in ranked:
        place[i] = nth[wording[i]]
        nth[wording[i]] += 1
    return sorted(ranked, key=place.__getitem__)


def _small(vectors: Floats | None, picked: Sequence[int]) -> NDArray[np.int8]:
    if vectors is None:
        return np.zeros((len(picked), 0), np.int8)
    return np.clip(np.round(vectors[picked] * SCALE), -127, 127).astype(np.int8)
