"""Measures next-reply suggestion on held-back dialogues: `copilot eval next-reply FILE`.

accept@k: among k alternatives one quotes a past turn with the label that the agent picked.
Asked is every labelled agent turn of the held-back fifth, with the turns before it and no labels.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from copilot.config import Settings
from copilot.domain import Conversation, Interaction, Outcome, Turn
from copilot.embedder import Embedder, build_embedder
from copilot.errors import InvalidInput
from copilot.retriever.next_reply import (
    ReplyExample,
    ReplyModel,
    Verdicted,
    examples_of,
    save,
    situation,
)
from eval.progress import Meter
from eval.retrieval.bootstrap import clustered

FOLDS = 5
MANY = 500  # texts or questions that take long enough to show how far it is
SHAPE = (
    '{"id": "1", "turns": [{"speaker": "customer", "text": "…"}, {"speaker": "agent", "text": '
    '"…", "label": "the saved reply that was picked"}]}'
)
INDEX_SIZES = (30, 100, 300, 1000, 3000)
LESSONS = 1_000


@dataclass(frozen=True, slots=True)
class Question:
    """A moment of a held-back dialogue and the label the agent picked then."""

    dialogue: str
    before: tuple[Turn, ...]
    picked: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Per question: was the first alternative, was any of three, what the agent picked."""

    first: tuple[float, ...]
    any_of_three: tuple[float, ...]
    dialogues: tuple[str, ...]
    seconds: tuple[float, ...]

    def line(self, name: str) -> str:
        """One row of the report."""
        one, three = (clustered(v, self.dialogues) for v in (self.first, self.any_of_three))
        ms = np.percentile(np.array(self.seconds) * 1e3, [50, 95])
        return (
            f"{name:34} accept@1 {one}  accept@3 {three}  n={len(self.first)}"
            f"  p50 {ms[0]:.1f} ms p95 {ms[1]:.1f} ms"
        )


class Vectors:
    """An embedder that keeps what it embedded, so that every arm pays once."""

    def __init__(self, embedder: Embedder, cache: Path | None) -> None:
        self.embedder, self.name, self.dim = embedder, embedder.name, embedder.dim
        self._cache, self._known = cache, dict[str, np.ndarray]()
        if cache and cache.exists():
            with np.load(cache) as file:
                self._known = dict(zip(file["texts"].tolist(), file["vectors"], strict=True))

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> np.ndarray:
        new = [t for t in dict.fromkeys(texts) if t not in self._known]
        if new:
            with Meter("texts to embed", len(new)) if len(new) >= MANY else nullcontext() as meter:
                made = self.embedder.embed(new, progress=progress or meter).astype(np.float16)
            self._known.update(zip(new, made, strict=True))
        return np.array([self._known[t] for t in texts], np.float32).reshape(-1, self.dim)

    def embed_query(self, text: str) -> np.ndarray:
        return np.asarray(self.embed([text])[0])

    def keep(self) -> None:
        """Writes the vectors for the next run."""
        if self._cache:
            texts = np.array(list(self._known))
            np.savez(self._cache, texts=texts, vectors=np.array(list(self._known.values())))


def read(path: Path) -> list[Interaction]:
    """The dialogues of a file, one a line. Raises InvalidInput."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as file:
            found = [_read(line, n) for n, line in enumerate(file, start=1) if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{str(path)!r} cannot be read as text: {error}.") from error
    if sum(bool(turn.label) for dialogue in found for turn in dialogue.turns) < FOLDS:
        raise InvalidInput(
            f"{str(path)!r} has no dialogues whose agent turns carry a label, by which it would be "
            f"judged whether a suggestion is the reply that was picked. A line is {SHAPE}"
        )
    return found


def _read(line: str, number: int) -> Interaction:
    try:
        return _interaction(json.loads(line))
    except (ValueError, LookupError, TypeError, AttributeError):
        raise InvalidInput(f"Line {number} is no dialogue. A line is {SHAPE}") from None


def _interaction(row: Mapping[str, Any]) -> Interaction:
    outcome = row.get("outcome") or {}
    resolved = row["completion"] == "Complete" if "completion" in row else outcome.get("resolved")
    return Interaction(
        str(row["id"]),
        tuple(
            Turn(t["speaker"], t["text"], label=t.get("label") or t.get("action"))
            for t in row["turns"]
        ),
        outcome=Outcome(resolved=resolved),
    )


def fold_of(dialogue: str) -> int:
    """By the id alone, so that no reply of a dialogue is on both sides."""
    return fold_key(dialogue) % FOLDS


def fold_key(dialogue: str) -> int:
    """A number that depends on the id alone."""
    return int(hashlib.sha256(dialogue.encode()).hexdigest(), 16)


def unlabelled(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """What a host sends: who said what."""
    return tuple(replace(turn, label=None) for turn in turns)


def questions(dialogues: Sequence[Interaction]) -> list[Question]:
    """Every labelled agent turn that something was said before."""
    return [
        Question(d.source_id, unlabelled(d.turns[:i]), turn.label)
        for d in dialogues
        for i, turn in enumerate(d.turns)
        if i and turn.speaker == "agent" and turn.label
    ]


@dataclass(frozen=True, slots=True)
class Index:
    """Past dialogues as a store would hold them: an id per reply, its text, its label."""

    examples: list[ReplyExample]
    texts: dict[int, str]
    labels: dict[tuple[str, int], str | None]

    @classmethod
    def of(cls, dialogues: Sequence[Interaction], *, with_labels: bool) -> Index:
        """Labels are always known to the judge, to the index only if asked for."""
        shown = (
            dialogues if with_labels else [replace(d, turns=unlabelled(d.turns)) for d in dialogues]
        )
        at = [(d.source_id, i) for d in dialogues for i in range(len(d.turns))]
        examples = examples_of(shown, {place: n for n, place in enumerate(at)})
        labels = {(d.source_id, i): t.label for d in dialogues for i, t in enumerate(d.turns)}
        return cls(examples, {e.chunk_id: e.reply for e in examples}, labels)

    def fetch(self, ids: Sequence[int]) -> dict[int, str]:
        """The stored replies that still exist."""
        return {i: self.texts[i] for i in ids if i in self.texts}


def ask(model: ReplyModel, index: Index, vectors: Vectors, asked: Sequence[Question]) -> Answers:
    """Three alternatives per question, judged by the label of the turn each one quotes."""
    first, any_of_three, seconds = [], [], []
    for question in _counted(asked):
        vector = vectors.embed_query(situation(question.before))
        start = time.perf_counter()
        offered = model.suggest(Conversation(question.before), vector, index.fetch, k=3)
        seconds.append(time.perf_counter() - start)
        got = [index.labels[c.source_id, c.turn] for c in offered]
        first.append(float(got[:1] == [question.picked]))
        any_of_three.append(float(question.picked in got))
    dialogues = tuple(q.dialogue for q in asked)
    return Answers(tuple(first), tuple(any_of_three), dialogues, tuple(seconds))


def _counted(asked: Sequence[Question]) -> Iterator[Question]:
    """The questions one by one, with how far it is where they are many."""
    with Meter("moments to ask", len(asked)) if len(asked) >= MANY else nullcontext() as meter:
        for question in asked:
            yield question
            if meter:
                meter()


def vote(index: Index, vectors: Vectors, asked: Sequence[Question]) -> Answers:
    """The floor: the labels of the 30 nearest situations, counted."""
    known = [e for e in index.examples if e.label]
    table = vectors.embed([situation(e.before) for e in known])
    labels = np.array([e.label for e in known])
    first, any_of_three, seconds = [], [], []
    for question in asked:
        vector = vectors.embed_query(situation(question.before))
        start = time.perf_counter()
        near = np.argpartition(-(table @ vector), 30)[:30]
        names, counts = np.unique(labels[near], return_counts=True)
        got = names[np.argsort(-counts, kind="stable")[:3]].tolist()
        seconds.append(time.perf_counter() - start)
        first.append(float(got[:1] == [question.picked]))
        any_of_three.append(float(question.picked in got))
    dialogues = tuple(q.dialogue for q in asked)
    return Answers(tuple(first), tuple(any_of_three), dialogues, tuple(seconds))


def accepted(
    model: ReplyModel, index: Index, vectors: Vectors, moments: Sequence[Question], wanted: int
) -> list[Verdicted]:
    """What agents would have accepted: of three alternatives the first with their own label."""
    found: list[Verdicted] = []
    for moment in moments:
        vector = vectors.embed_query(situation(moment.before))
        for c in model.suggest(Conversation(moment.before), vector, index.fetch, k=3):
            if index.labels[c.source_id, c.turn] == moment.picked:
                at = (c.source_id, c.turn)
                found.append(Verdicted(moment.before, *at, "accepted", moment.dialogue))
                break
        if len(found) == wanted:
            break
    return found


def latency(model: ReplyModel, index: Index, embedder: Embedder, asked: Sequence[Question]) -> str:
    """One client, every query embedded afresh."""
    seconds = []
    for question in asked[:: max(1, len(asked) // 300)]:
        start = time.perf_counter()
        vector = embedder.embed_query(situation(question.before))
        model.suggest(Conversation(question.before), vector, index.fetch, k=3)
        seconds.append(time.perf_counter() - start)
    ms = np.percentile(np.array(seconds) * 1e3, [50, 95])
    return f"with the embedding: p50 {ms[0]:.1f} ms, p95 {ms[1]:.1f} ms, n={len(seconds)}"


def learning_curve(
    past: Sequence[Interaction], held: Sequence[Question], vectors: Vectors, *, with_labels: bool
) -> None:
    """accept@1 on unseen dialogues before and after 1,000 accepted replies, by size of index."""
    past = sorted(past, key=lambda d: hashlib.sha256(d.source_id.encode()).hexdigest()[::-1])
    teaching = questions(past[-500:])  # dialogues that no index below holds
    for size in (n for n in INDEX_SIZES if n <= len(past) - 500):
        index = Index.of(past[:size], with_labels=with_labels)
        before = ReplyModel.fit(index.examples, vectors)
        lessons = accepted(before, index, vectors, teaching, LESSONS)
        after = ReplyModel.fit(index.examples, vectors, verdicts=lessons)
        old, new = (ask(model, index, vectors, held) for model in (before, after))
        change = clustered(np.subtract(new.first, old.first).tolist(), old.dialogues)
        say(
            f"{size:5} dialogues, {len(lessons)} accepted: accept@1 "
            f"{np.mean(old.first):.3f} -> {np.mean(new.first):.3f}, change {change}; accept@3 "
            f"{np.mean(old.any_of_three):.3f} -> {np.mean(new.any_of_three):.3f}  n={len(held)}"
        )


def report(
    name: str, index: Index, vectors: Vectors, asked: Sequence[Question]
) -> tuple[ReplyModel, Answers]:
    """Trains, asks, prints."""
    start = time.perf_counter()
    model = ReplyModel.fit(index.examples, vectors)
    took = time.perf_counter() - start
    answers = ask(model, index, vectors, asked)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "replies.npz"
        save(model, path, tenant="eval")
        size = path.stat().st_size / 1e6
    say(answers.line(name))
    say(
        f"{'':34} trained in {took:.0f} s on {model.n_examples} replies, {len(model.names)} kinds,"
        f" {size:.0f} MB"
    )
    return model, answers


def main() -> None:
    """Prints accept@1 and accept@3 with 95 % intervals over dialogues."""
    options = _options()
    try:
        dialogues = read(options.data)
    except InvalidInput as error:
        sys.stderr.write(f"error {error.detail}\n")
        sys.exit(2)
    if options.limit:
        dialogues = sorted(dialogues, key=lambda d: fold_key(d.source_id))[: options.limit]
    vectors = Vectors(build_embedder(Settings()), options.cache)
    say(f"embedder {vectors.name}")
    for number in range(FOLDS) if options.all_folds else (options.fold,):
        past = [d for d in dialogues if fold_of(d.source_id) != number]
        held = questions([d for d in dialogues if fold_of(d.source_id) == number])
        say(f"fifth {number}: {len(past)} dialogues indexed, {len(held)} moments asked")
        if options.learning_curve:
            learning_curve(past, held, vectors, with_labels=not options.no_labels)
        else:
            compare(past, held, vectors, only_ours=options.all_folds)
    vectors.keep()
    say(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def compare(
    past: Sequence[Interaction], held: Sequence[Question], vectors: Vectors, *, only_ours: bool
) -> None:
    """Ours with labels; unless told otherwise also without, and the floor."""
    index = Index.of(past, with_labels=True)
    model, answers = report("next reply, labels known", index, vectors, held)
    if only_ours:
        return
    say(f"{'':34} {latency(model, index, vectors.embedder, held)}")
    floor = vote(index, vectors, held)
    say(floor.line("30 nearest situations vote"))
    gain = clustered(np.subtract(answers.first, floor.first).tolist(), answers.dialogues)
    say(f"{'':34} gain over the vote {gain}")
    report("next reply, no labels", Index.of(past, with_labels=False), vectors, held)


def say(line: str) -> None:
    """One line of the report, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help=f"dialogues, a line: {SHAPE}")
    parser.add_argument("--limit", type=int, help="so many dialogues only, to have it sooner")
    parser.add_argument("--fold", type=int, default=0, help="which fifth is held back")
    parser.add_argument("--cache", type=Path, help="a file that keeps vectors between runs")
    parser.add_argument("--all-folds", action="store_true", help="each fifth in turn")
    parser.add_argument("--learning-curve", action="store_true", help="before and after 1,000")
    parser.add_argument("--no-labels", action="store_true", help="the curve without labels")
    return parser.parse_args()


if __name__ == "__main__":
    main()
