"""A short projection of every vector, in groups, that preselects rows for exact comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from copilot.vectorstore.protocol import Vectors, normalised

ROWS_FROM = 8_192  # below it a full scan costs half a millisecond and no sketch is kept
DEAD = -1  # the id of a row that was replaced or removed
Rows = NDArray[np.intp]
_ENERGY = 0.85  # share of the vectors' squared length the projection must keep
_MOST_NUMBERS = 160  # a longer projection would no longer be faster than the full scan
_SAMPLE = 4_096
_LOOKED_AT = 0.1  # of the rows, nearest groups first; recall@48 .994 of 100,000 made vectors
_ENOUGH = 4  # times the rows wanted are looked at in any case
_ROUNDS = 6  # of moving the centres; more moves them no further
_OUTGROWN = 1.25


@dataclass(frozen=True, slots=True)
class Sketch:
    """The principal directions of a collection and each row's coordinates along them.

    Text embeddings of one collection lie near a subspace: of MiniLM's 384 numbers about 110 carry
    85 % of the length. Vectors without such structure get no sketch and are scanned in full.
    The rows it was fitted on lie group by group, so that a query reads the groups near it and
    leaves the rest; rows that came later follow in their order and are all read.
    """

    basis: Vectors  # dimension x numbers, orthonormal
    rows: Vectors  # capacity x numbers, the fitted ones in the order of `order`
    order: Rows  # which row of the collection stands at each fitted place
    centres: Vectors  # groups x numbers
    starts: Rows  # places of group i: starts[i] to starts[i + 1]

    @staticmethod
    def fitted(vectors: Vectors, capacity: int) -> Sketch | None:
        """A sketch of these rows, or None where no short projection keeps enough of them."""
        sample = vectors[:: max(1, len(vectors) // _SAMPLE)].astype(np.float64)
        energies, directions = np.linalg.eigh(sample.T @ sample)
        kept = np.cumsum(energies[::-1]) / max(energies.sum(), 1e-12)
        numbers = -(-(int(np.searchsorted(kept, _ENERGY)) + 1) // 16) * 16
        if numbers > min(_MOST_NUMBERS, vectors.shape[1] // 2):
            return None
        basis = np.ascontiguousarray(directions[:, -numbers:], dtype=np.float32)
        short = vectors @ basis
        centres = _centres(short)
        group = _nearest(short, centres)
        order = np.argsort(group, kind="stable")
        rows = np.empty((capacity, numbers), dtype=np.float32)
        rows[: len(vectors)] = short[order]
        starts = np.searchsorted(group[order], np.arange(len(centres) + 1))
        return Sketch(basis=basis, rows=rows, order=order, centres=centres, starts=starts)

    def extended(self, vectors: Vectors, used: int, capacity: int) -> Sketch:
        """The sketch with the rows from `used` on; the earlier rows are never written again."""
        rows = self.rows
        if capacity > len(rows):
            rows = np.empty((capacity, rows.shape[1]), dtype=np.float32)
            rows[:used] = self.rows[:used]
        rows[used : used + len(vectors)] = vectors @ self.basis
        return replace(self, rows=rows)

    def is_stale(self, used: int) -> bool:
        """Whether the collection outgrew the rows the basis was computed from."""
        return used > _OUTGROWN * len(self.order)

    def candidates(self, unit: Vectors, ids: NDArray[np.int64], wanted: int) -> Rows | None:
        """The live rows that look nearest, or None for a query mostly outside the subspace."""
        short = unit @ self.basis
        if float(short @ short) < _ENERGY / 2:
            return None
        fitted, used = len(self.order), len(ids)
        places = [
            slice(self.starts[group], self.starts[group + 1])
            for group in self._groups(short, max(int(_LOOKED_AT * fitted), _ENOUGH * wanted))
        ]
        rows = np.concatenate([*(self.order[some] for some in places), np.arange(fitted, used)])
        places.append(slice(fitted, used))
        scores = np.concatenate([np.vecdot(self.rows[some], short) for some in places])
        scores[ids[rows] == DEAD] = -np.inf
        if wanted < len(rows):
            best = np.argpartition(scores, len(scores) - wanted)[-wanted:]
            rows, scores = rows[best], scores[best]
        return np.asarray(rows[scores > -np.inf], dtype=np.intp)

    def _groups(self, short: Vectors, enough: int) -> Rows:
        """The groups nearest to a query that hold so many rows together, in order of place."""
        near = np.argsort(-(self.centres @ short), kind="stable")
        held = np.cumsum(np.diff(self.starts)[near])
        return np.sort(near[: int(np.searchsorted(held, enough)) + 1])


def _centres(short: Vectors) -> Vectors:
    """Directions that the rows gather around, as many as the square root of their number."""
    count = int(np.sqrt(len(short)))
    sample = normalised(short[:: max(1, len(short) // (4 * _SAMPLE))])
    centres = sample[:: max(1, len(sample) // count)][:count].copy()
    for _ in range(_ROUNDS):
        group = _nearest(sample, centres)
        order = np.argsort(group, kind="stable")
        held, first = np.unique(group[order], return_index=True)
        centres[held] = normalised(np.add.reduceat(sample[order], first))
    return centres


def _nearest(rows: Vectors, centres: Vectors) -> Rows:
    """The centre of each row."""
    blocks = range(0, len(rows), _SAMPLE)
    return np.concatenate([np.argmax(rows[at : at + _SAMPLE] @ centres.T, axis=1) for at in blocks])
