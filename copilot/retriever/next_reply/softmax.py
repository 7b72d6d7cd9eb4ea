"""A linear model over hashed features and one vector: which reply comes next, how likely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from copilot.retriever.next_reply.features import Ids

Floats = NDArray[np.float32]
MIN_SEEN = 3  # a feature of fewer dialogues teaches nothing about the next one
MAX_WEIGHTS = 16_000_000  # features x replies; 2 bytes each when stored
EPOCHS = (8, 30)  # many passes over few examples, few over many
STEPS = 500  # below, a small past is not learned yet
BATCH = (32, 256)
RATE = 0.15
FEATURE_DROPOUT = 0.4
BIAS_RATE = 0.05
_ONE_AT_A_TIME = Lock()  # the number of threads is the process's, and so is its memory


@dataclass(frozen=True, slots=True)
class Softmax:
    """Weights per feature and per vector dimension. `ids` are the known features, sorted."""

    ids: Ids
    sparse: NDArray[np.float16]
    dense: NDArray[np.float16]
    bias: Floats

    def probabilities(self, features: Ids, vector: Floats | None) -> Floats:
        """How likely each reply is; without a vector from the words alone."""
        at = np.searchsorted(self.ids, features)
        at = at[at < len(self.ids)] if len(self.ids) else at[:0]
        rows = at[np.isin(self.ids[at], features)]
        scores = self.bias.copy()
        if len(rows):
            scores += self.sparse[rows].astype(np.float32).sum(0) / np.sqrt(len(rows))
        if vector is not None and len(self.dense):
            scores += vector @ self.dense.astype(np.float32)
        likely: Floats = _softmax(scores[None])[0]
        return likely


@dataclass(frozen=True, slots=True)
class Lesson:
    """What to learn from: one row per reply. `weight` below 0 means "not this one"."""

    features: Sequence[Ids]
    vectors: Floats | None
    targets: NDArray[np.int64]
    weights: Floats
    groups: NDArray[np.int64]  # rows of one dialogue; a feature must be seen in several


def train(lesson: Lesson, n_replies: int, *, seed: int = 0) -> Softmax:
    """Minibatches with per-feature step sizes; the same lesson gives the same weights."""
    # The dense products are small: two threads would only wait for each other, on a busy machine
    # for minutes.
    with _ONE_AT_A_TIME, threadpool_limits(1, user_api="blas"):
        return _trained(lesson, n_replies, np.random.default_rng(seed))


def _trained(lesson: Lesson, n_replies: int, rng: np.random.Generator) -> Softmax:
    ids = _known_features(lesson, limit=MAX_WEIGHTS // max(1, n_replies))
    rows = _matrix(lesson.features, ids)
    width = 0 if lesson.vectors is None else lesson.vectors.shape[1]
    vectors = np.zeros((len(lesson.targets), 0), np.float32)
    if lesson.vectors is not None:
        vectors = lesson.vectors
    state = _State.fresh(len(ids), width, n_replies)
    size = int(np.clip(len(lesson.targets) // 100, *BATCH))
    starts = range(0, len(lesson.targets), size)
    epochs = int(np.clip(STEPS // max(1, len(starts)), *EPOCHS))
    steps, step = epochs * len(starts), 0
    for _ in range(epochs):
        order = rng.permutation(len(lesson.targets))
        for start in starts:
            batch = order[start : start + size]
            state.learn(
                _dropped(rows[batch], rng),
                vectors[batch].astype(np.float32),
                lesson.targets[batch],
                lesson.weights[batch],
                rate=RATE * (1 - step / steps),
            )
            step += 1
    return Softmax(ids, state.sparse.astype(np.float16), state.dense.astype(np.float16), state.bias)


@dataclass(slots=True)
class _State:
    sparse: Floats
    dense: Floats
    bias: Floats
    sparse_seen: Floats
    dense_seen: float

    @classmethod
    def fresh(cls, n_features: int, width: int, n_replies: int) -> _State:
        return cls(
            np.zeros((n_features, n_replies), np.float32),
            np.zeros((width, n_replies), np.float32),
            np.zeros(n_replies, np.float32),
            np.full(n_features, 1e-8, np.float32),
            1e-8,
        )

    def learn(
        self,
        rows: sp.csr_matrix,
        vectors: Floats,
        targets: NDArray[np.int64],
        weights: Floats,
        *,
        rate: float,
    ) -> None:
        """One step of Adagrad with one step size per feature, on the rows that are touched.

        These rows are gathered once: the products then run over a small, whole block of memory.
        """
        touched, rows = _compact(rows)
        block = self.sparse[touched]
        error = _error(rows @ block + vectors @ self.dense + self.bias, targets, weights)
        slope = rows.T @ error
        self.sparse_seen[touched] += np.einsum("ij,ij->i", slope, slope) / slope.shape[1]
        slope *= (rate / np.sqrt(self.sparse_seen[touched]))[:, None]
        block -= slope
        self.sparse[touched] = block
        self.bias -= rate * BIAS_RATE * error.mean(0)
        if vectors.shape[1]:
            slope = vectors.T @ error
            self.dense_seen += float((slope * slope).mean())
            self.dense -= rate / np.sqrt(self.dense_seen) * slope


def _compact(rows: sp.csr_matrix) -> tuple[NDArray[np.int64], sp.csr_matrix]:
    """The features that some row has, and the rows over these alone."""
    has = np.zeros(rows.shape[1], bool)
    has[rows.indices] = True
    touched = np.flatnonzero(has)
    place = np.cumsum(has, dtype=np.int32) - 1
    shape = (rows.shape[0], len(touched))
    return touched, sp.csr_matrix((rows.data, place[rows.indices], rows.indptr), shape=shape)


def _error(scores: Floats, targets: NDArray[np.int64], weights: Floats) -> Floats:
    """Predicted minus wanted. A refused reply is wanted at 0, the others in proportion."""
    likely = _softmax(scores)
    at = (np.arange(len(targets)), targets)
    refused = weights < 0
    wanted = np.zeros_like(likely)
    wanted[at] = 1
    if refused.any():
        rest = likely[refused].copy()
        rest[np.arange(len(rest)), targets[refused]] = 0
        wanted[refused] = rest / np.maximum(rest.sum(1, keepdims=True), 1e-6)
    return ((likely - wanted) * np.abs(weights)[:, None]).astype(np.float32)


def _softmax(scores: Floats) -> Floats:
    likely = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(likely / likely.sum(1, keepdims=True), np.float32)


def _known_features(lesson: Lesson, *, limit: int) -> Ids:
    """Features of at least MIN_SEEN dialogues, the most frequent `limit` of them, sorted."""
    seen: list[Ids] = []
    group = -1
    held: list[Ids] = []
    for ids, of in zip((*lesson.features, None), (*lesson.groups, -2), strict=True):
        if of != group and held:
            seen.append(np.unique(np.concatenate(held)))
            held = []
        group = of
        if ids is not None:
            held.append(ids)
    found, counts = np.unique(np.concatenate(seen), return_counts=True)
    if len(seen) >= 10 * MIN_SEEN:
        found, counts = found[counts >= MIN_SEEN], counts[counts >= MIN_SEEN]
    return np.sort(found[np.argsort(-counts, kind="stable")[:limit]])


def _matrix(features: Sequence[Ids], ids: Ids) -> sp.csr_matrix:
    """Rows of unit length over the known features."""
    columns: list[NDArray[np.int32]] = []
    ends = [0]
    for row in features:
        at = np.searchsorted(ids, row)
        at = at[at < len(ids)]
        at = at[np.isin(ids[at], row, assume_unique=True)]
        columns.append(at.astype(np.int32))
        ends.append(ends[-1] + len(at))
    lengths = np.diff(ends)
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
    shape = (len(features), len(ids))
    return sp.csr_matrix((values, np.concatenate(columns), np.array(ends)), shape=shape)


def _dropped(rows: sp.csr_matrix, rng: np.random.Generator) -> sp.csr_matrix:
    """The rows without a part of their features, at the same mean."""
    keep = rng.random(len(rows.data)) > FEATURE_DROPOUT
    ends = np.concatenate(([0], np.cumsum(keep)))[rows.indptr]
    data = rows.data[keep] / np.float32(1 - FEATURE_DROPOUT)
    return sp.csr_matrix((data, rows.indices[keep], ends), shape=rows.shape)
