"""The next reply from past ones: which step comes now, and which past reply said it best."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.domain import Conversation, Turn
from copilot.embedder import Embedder
from copilot.retriever.next_reply import exemplars as quoted
from copilot.retriever.next_reply.examples import (
    VERDICT_WEIGHT,
    ReplyExample,
    Verdicted,
    groups_of,
)
from copilot.retriever.next_reply.exemplars import Exemplar, Exemplars
from copilot.retriever.next_reply.features import hashed
from copilot.retriever.next_reply.kinds import FEW_EXAMPLES, Kinds, kinds_of
from copilot.retriever.next_reply.sampling import MOST
from copilot.retriever.next_reply.softmax import Lesson, Softmax, train
from copilot.retriever.next_reply.turns import capitals_are_values, situation, words
from copilot.retriever.next_reply.values import fill, own_name

Floats = NDArray[np.float32]
Fetch = Callable[[Sequence[int]], Mapping[int, str]]
SPARE_KINDS = 4
PER_KIND = 4


@dataclass(frozen=True, slots=True)
class ReplyCandidate:
    """A past reply for now. `text` is fit for this customer; `score` is the kind's likelihood."""

    source_id: str
    turn: int
    chunk_id: int
    label: str
    text: str
    score: float
    likeness: float = 0.0  # cosine of the situation it was said in and this one


@dataclass(frozen=True, slots=True)
class ReplyModel:
    """One tenant's knowledge of which reply comes next; immutable, safe in many threads."""

    names: tuple[str, ...]
    exemplars: Exemplars
    softmax: Softmax | None  # None: too few examples, neighbours vote
    embedder_name: str
    mask_capitals: bool
    by_label: bool
    n_examples: int  # replies there were when it was trained, whether they taught anything or not

    @classmethod
    def fit(
        cls,
        examples: Sequence[ReplyExample],
        embedder: Embedder,
        *,
        vectors: Floats | None = None,
        verdicts: Sequence[Verdicted] = (),
        n_stored: int | None = None,
    ) -> ReplyModel:
        """Learns from past replies. `vectors[i]` is that of `situation` before example i.

        All examples and verdicts must be of one tenant: what was said to one never reaches another.
        """
        n_given = len(examples)
        if vectors is None:
            vectors = embedder.embed([situation(e.before, e.subject) for e in examples])
        solved = [e.resolved is not False for e in examples]
        examples = [e for e, is_solved in zip(examples, solved, strict=True) if is_solved]
        vectors = vectors[np.array(solved, bool)]
        examples, vectors = examples[-MOST:], vectors[-MOST:]  # the latest ones
        mask = capitals_are_values([e.reply for e in examples])
        kinds = kinds_of(examples, embedder.embed, mask_capitals=mask)
        lesson = _lesson(examples, vectors, kinds, mask_capitals=mask)
        kind = {(e.source_id, e.turn): int(of) for e, of in zip(examples, kinds.of, strict=True)}
        known = [v for v in verdicts if kind.get((v.source_id, v.turn), -1) >= 0]
        if known:
            targets = [kind[v.source_id, v.turn] for v in known]
            lesson = _with_verdicts(lesson, known, targets, embedder, mask_capitals=mask)
        enough = len(lesson.targets) >= FEW_EXAMPLES and len(kinds.names) > 1
        return cls(
            names=kinds.names,
            exemplars=quoted.choose(
                examples, kinds.of, vectors, n_kinds=len(kinds.names), mask_capitals=mask
            ),
            softmax=train(lesson, len(kinds.names)) if enough else None,
            embedder_name=embedder.name,
            mask_capitals=mask,
            by_label=kinds.by_label,
            n_examples=n_given if n_stored is None else n_stored,
        )

    def predict(self, turns: Sequence[Turn], vector: Floats | None) -> list[tuple[str, float]]:
        """Every kind of reply with its likelihood, most likely first."""
        return [(self.names[i], p) for i, p in self._ranked(turns, vector)]

    def suggest(
        self,
        conversation: Conversation,
        vector: Floats | None,
        fetch: Fetch,
        *,
        k: int = 3,
        customer_name: str | None = None,
    ) -> list[ReplyCandidate]:
        """Up to `k` distinct next replies. `vector` is the embedding of `situation(turns)`.

        `fetch` gives the present text of stored replies by chunk id; one that is gone is not
        offered, so a deletion counts at once, before the model is trained again.
        """
        if k <= 0 or not self.exemplars.rows:
            return []
        ranked = self._ranked(conversation.turns, vector)[: k + SPARE_KINDS]
        near = [(p, self.exemplars.nearest(kind, vector, PER_KIND)) for kind, p in ranked]
        texts = fetch([row.chunk_id for _, rows in near for row, _ in rows])
        name = customer_name or own_name(conversation.turns)
        found: list[ReplyCandidate] = []
        said: set[tuple[str, ...]] = set()
        for likelihood, rows in near:
            for row, worth in rows:
                if row.chunk_id not in texts:
                    continue
                reply = fill(texts[row.chunk_id], row.foreign, conversation.turns, name=name)
                if words(reply) in said:
                    continue
                said.add(words(reply))
                found.append(self._candidate(row, reply, likelihood, worth - row.bonus))
                break
            if len(found) == k:
                break
        return found

    def _candidate(
        self, row: Exemplar, reply: str, likelihood: float, likeness: float
    ) -> ReplyCandidate:
        label = self.names[row.kind]
        place = (row.source_id, row.turn, row.chunk_id)
        return ReplyCandidate(*place, label, reply, likelihood, round(likeness, 4))

    def _ranked(self, turns: Sequence[Turn], vector: Floats | None) -> list[tuple[int, float]]:
        if self.softmax is not None:
            features = hashed(turns, mask_capitals=self.mask_capitals)
            likely = self.softmax.probabilities(features, vector)
        elif vector is not None and len(self.names):
            likely = self.exemplars.vote(vector, len(self.names))
        else:
            likely = np.diff(self.exemplars.starts).astype(np.float32)
            likely /= max(1.0, float(likely.sum()))
        return [(int(i), float(likely[i])) for i in np.argsort(-likely, kind="stable")]


def _lesson(
    examples: Sequence[ReplyExample], vectors: Floats, kinds: Kinds, *, mask_capitals: bool
) -> Lesson:
    known = np.flatnonzero(kinds.of >= 0)
    groups = np.array(groups_of(examples), dtype=np.int64)
    return Lesson(
        features=[hashed(examples[int(i)].before, mask_capitals=mask_capitals) for i in known],
        vectors=vectors[known],
        targets=kinds.of[known],
        weights=np.ones(len(known), np.float32),
        groups=groups[known],
    )


def _with_verdicts(
    lesson: Lesson,
    verdicts: Sequence[Verdicted],
    targets: Sequence[int],
    embedder: Embedder,
    *,
    mask_capitals: bool,
) -> Lesson:
    """The lesson, and what agents made of suggestions whose source is still there."""
    vectors = embedder.embed([situation(v.before) for v in verdicts])
    weights = np.array([VERDICT_WEIGHT[v.verdict] for v in verdicts], np.float32)
    first = int(lesson.groups.max(initial=-1)) + 1
    return Lesson(
        features=[
            *lesson.features,
            *(hashed(v.before, mask_capitals=mask_capitals) for v in verdicts),
        ],
        vectors=None if lesson.vectors is None else np.vstack([lesson.vectors, vectors]),
        targets=np.append(lesson.targets, targets),
        weights=np.append(lesson.weights, weights),
        groups=np.append(lesson.groups, _numbers(verdicts, first)),
    )


def _numbers(verdicts: Sequence[Verdicted], first: int) -> list[int]:
    numbers: dict[str, int] = {}
    return [
        first + numbers.setdefault(v.conversation or f"#{i}", len(numbers))
        for i, v in enumerate(verdicts)
    ]
