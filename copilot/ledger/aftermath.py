"""What later turns and the file say became of promises: done, or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.ledger.asks import FEW_WORDS
from copilot.ledger.conflicts import Shelf, shelf
from copilot.ledger.language import Sentence, plain, sentences, topic
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Said, Timeline


@dataclass(frozen=True)
class Aftermath:
    """What later turns and the file say has happened or was taken back; read once per timeline."""

    done: tuple[tuple[int, frozenset[str], str], ...]
    taken_back: tuple[tuple[int, frozenset[str], str], ...]
    on_file: tuple[tuple[frozenset[str], str], ...]
    facts: Shelf

    @classmethod
    def of(cls, timeline: Timeline) -> Aftermath:
        """Read all turns and facts for words of completion and withdrawal."""
        done: list[tuple[int, frozenset[str], str]] = []
        taken: list[tuple[int, frozenset[str], str]] = []
        for place, turn in enumerate(timeline.turns):
            if turn.speaker == "third_party":
                continue
            sorry = turn.ours and bool(pattern("promise_sorry").search(plain(turn.text)))
            for sentence in sentences(turn.text):
                done += [
                    (place, _meant(words, sentence, timeline.turns, place), turn.id)
                    for words in _done(sentence.lower)
                ]
                if sorry and pattern("promise_taken_back").search(sentence.lower):
                    taken.append((place, topic(sentence.text), turn.id))
        facts = [
            (topic(f.text), f.id)
            for f in timeline.facts
            if f.kind == "customer" and any(_done(plain(f.text)))
        ]
        return cls(tuple(done), tuple(taken), tuple(facts), shelf(timeline.facts))

    def kept(self, place: int, about: frozenset[str]) -> str | None:
        """The later turn, or the fact on file, that says it has happened. Thanks do not."""
        later = next((t for n, words, t in self.done if n > place and about & words), None)
        return later or next((f for words, f in self.on_file if len(about & words) >= 2), None)

    def withdrawn(self, place: int, about: frozenset[str]) -> str | None:
        """The later turn of ours that takes it back with an apology."""
        return next((t for n, words, t in self.taken_back if n > place and about & words), None)


@lru_cache(maxsize=8192)
def _done(lowered: str) -> tuple[frozenset[str], ...]:
    """What each clause that reports a thing done is about; nothing for "Sent."

    By the clause: "The card came, but it doesn't work" says that it came.
    """
    return tuple(
        topic(clause) if len(clause.split()) > FEW_WORDS else frozenset()
        for clause in pattern("promise_clause").split(lowered)
        if pattern("promise_done").search(clause) and not pattern("promise_not_done").search(clause)
    )


def _meant(
    words: frozenset[str], sentence: Sentence, turns: Sequence[Said], place: int
) -> frozenset[str]:
    """ "It was mailed last night": what was mailed stands in the turn before."""
    pronoun = len(words) <= FEW_WORDS and pattern("loop_pronoun").search(sentence.lower)
    return words | _spoken_before(turns, place) if pronoun or not words else words


def _spoken_before(turns: Sequence[Said], place: int) -> frozenset[str]:
    """What "They went out this morning" answers: the turn before it in the conversation."""
    before = turns[place - 1] if place else None
    same = before and before.conversation_id == turns[place].conversation_id
    return topic(before.text) if before and same else frozenset()
