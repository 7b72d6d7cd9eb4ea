"""How like a past situation is to this one: by meaning, by words, by the codes that are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.domain import Turn
from copilot.extractive import ALIKE, stems
from copilot.guardrails.facts import hard_facts

FEW_WORDS = 3  # of meaning in the last turn: below, the turns before it tell what is meant
FOLLOWS_ON = 8  # … and so few may lean on the customer's turn before
# Cosine of what the two customers said from which it is one matter: with no word of meaning
# that they share, with one, with more.
MATTER_BY_WORDS = (0.6, 0.43, 0.39)
SAME_QUESTION = 0.7  # … from which a reply need not echo it
ANSWERS = 0.45  # cosine of a reply and what it is to answer, from which no word need be shared
LEAST_ANSWERS = 0.33  # … and the least, where the questions are no more than near
TOGETHER = 0.83  # of both: a question like it, and a reply that speaks to it
SAYS_LITTLE = 3  # words of meaning: "Which ones did you put in?" fits anything
SAME_STEP = 0.3  # cosine of two situations, below which a learned step belongs to another story

CODE_DIGITS = 3  # of a fault or a model; more are somebody's order or contract

Near = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Likeness:
    """What the customer says now, to be held against what another one said then."""

    now: tuple[str, ...]  # the open message; where it leans on others, with them
    heard: frozenset[str]  # its stems, and words that are used for the same
    codes: frozenset[str]
    near: Near  # cosine of two texts

    @classmethod
    def of(cls, turns: Sequence[Turn], near: Near) -> Likeness:
        """Of a conversation in progress."""
        said = [t.text for t in turns if t.speaker == "customer"]
        last = "\n".join(_open(turns)) or "\n".join(said[-1:])
        before = [text for text in said if text not in last]
        leans = bool(before) and len(stems(last)) <= FOLLOWS_ON
        told = ["\n".join([*before[-1:], last]), "\n".join(said)] if leans else []
        return cls(
            now=tuple(dict.fromkeys([last, *told])),
            heard=widened(open_words(turns)),
            codes=_codes("\n".join(said)),
            near=near,
        )

    def holds(self, answered: str, reply: str) -> bool:
        """Whether a reply to what another customer said would answer this one."""
        if not answered.strip() or self._is_other_code(answered, reply):
            return False
        said = set(stems(reply))
        echoed = self.heard & said
        least = MATTER_BY_WORDS[min(2, len(echoed | self.heard.intersection(stems(answered))))]
        for now in self.now:
            asked = self.near(now, answered)
            if asked < least:
                continue
            answers = self.near(now, reply)
            says_much = asked >= SAME_QUESTION and len(said) > SAYS_LITTLE
            speaks_to_it = echoed or answers >= ANSWERS or says_much
            is_alike = answers >= LEAST_ANSWERS or asked >= MATTER_BY_WORDS[0]
            if speaks_to_it and is_alike and asked + answers >= TOGETHER:
                return True
        return False

    def _is_other_code(self, answered: str, reply: str) -> bool:
        """A fault code, a model: one that only one of them names makes it another matter."""
        then = _codes(answered)
        if then - self.codes:
            return True
        return bool(self.codes) and self.codes.isdisjoint(then | _codes(reply))


def open_words(turns: Sequence[Turn]) -> set[str]:
    """Stems of what the customer said since our last word, or of all where that is little."""
    last = _stems(_open(turns))
    return last if len(last) >= FEW_WORDS else _stems([t.text for t in turns if _is_theirs(t)])


def widened(found: Sequence[str] | set[str]) -> frozenset[str]:
    """Stems, with the words that are used for the same."""
    return frozenset(word for stem in found for word in (stem, *ALIKE.get(stem, ())))


def _open(turns: Sequence[Turn]) -> list[str]:
    ours = max((n for n, turn in enumerate(turns) if turn.speaker in ("agent", "bot")), default=-1)
    return [turn.text for turn in turns[ours + 1 :] if _is_theirs(turn)]


def _is_theirs(turn: Turn) -> bool:
    return turn.speaker == "customer"


def _stems(texts: Sequence[str]) -> set[str]:
    return {stem for text in texts for stem in stems(text)}


def _codes(text: str) -> frozenset[str]:
    return frozenset(
        fact.value
        for fact in hard_facts(text)
        if fact.kind == "code" and sum(map(str.isdigit, fact.value)) <= CODE_DIGITS
    )
