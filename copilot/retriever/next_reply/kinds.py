"""Which replies are the same step: by the label an agent picked, else by what the texts share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.retriever.next_reply.examples import ReplyExample, groups_of
from copilot.retriever.next_reply.turns import template

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
MAX_KINDS = 400
MAX_TEMPLATES = 1_500  # so many different texts are compared; rarer ones only blur the kinds
ENOUGH_LABELS = 0.5  # share of labelled replies from which labels alone decide
SAME_STEP = 0.88  # cosine of two masked replies; below, "correct" and "incorrect" melt together
MIN_CASES = 3  # a kind seen in fewer conversations is no habit
FEW_EXAMPLES = 200


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of reply, and for each example its kind or -1."""

    names: tuple[str, ...]
    of: NDArray[np.int64]
    by_label: bool


def kinds_of(examples: Sequence[ReplyExample], embed: Embed, *, mask_capitals: bool) -> Kinds:
    """Labels where most replies have one; else groups of near-identical texts."""
    labelled = sum(e.label is not None for e in examples)
    by_label = labelled >= ENOUGH_LABELS * len(examples)
    if by_label:
        keys: list[str | None] = [e.label for e in examples]
    else:
        keys = list(_grouped(examples, embed, mask_capitals=mask_capitals))
    cases: dict[str, set[int]] = defaultdict(set)
    for key, group in zip(keys, groups_of(examples), strict=True):
        if key is not None:
            cases[key].add(group)
    least = 1 if by_label or len(examples) < FEW_EXAMPLES else MIN_CASES
    ranked = sorted(cases, key=lambda key: (-len(cases[key]), key))
    names = tuple(key for key in ranked[:MAX_KINDS] if len(cases[key]) >= least)
    number = {name: i for i, name in enumerate(names)}
    of = np.array([number.get(key, -1) if key else -1 for key in keys], dtype=np.int64)
    return Kinds(names, of, by_label)


def _grouped(
    examples: Sequence[ReplyExample], embed: Embed, *, mask_capitals: bool
) -> list[str | None]:
    """A name per example: that of the most frequent reply which says the same."""
    texts = [template(e.reply, mask_capitals=mask_capitals) for e in examples]
    frequent = [text for text, _ in Counter(texts).most_common(MAX_TEMPLATES)]
    leader = _leaders(embed([t.replace("#", "").replace("@", "") for t in frequent]))
    name = {text: f"like {leader[i]}" for i, text in enumerate(frequent)}
    return [name.get(text) for text in texts]


def _leaders(vectors: NDArray[np.float32]) -> list[int]:
    """For each text the first, hence most frequent, leader it is close to, or itself."""
    leaders: list[int] = []
    chosen: list[int] = []
    held = np.zeros_like(vectors)
    for i, vector in enumerate(vectors):
        near = held[: len(leaders)] @ vector
        best = int(near.argmax()) if leaders else -1
        if best >= 0 and near[best] >= SAME_STEP:
            chosen.append(leaders[best])
            continue
        held[len(leaders)] = vector
        leaders.append(i)
        chosen.append(i)
    return chosen
