"""Finds questions in a draft that the customer has already answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from copilot.domain import Turn
from copilot.guardrails.slots import Slot, slots, step_done, step_question

MAX_TURN_CHARS = 4_000
SAME_QUESTION = "same question"  # the slot of a question that asks for nothing we know by name
_BARE_CHARS = 80
_SAME_QUESTION = 0.6  # shared words of two questions, as a part of all their words
_STOP = frozenset(
    """a an and are as at be but by can could did do does for from had has have how i if in is it
    its just let may me my of on or our please so that the them then there this to us was we were
    what when where which who will with would you your kindly tell know give provide send share
    thanks thank sorry""".split()
)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A question whose answer is known. `turn` is None where the customer's file knows it."""

    question: str
    slot: str
    answer: str
    turn: int | None = None


def repeated_questions(
    draft_text: str, turns: Sequence[Turn], known: Mapping[str, str] | None = None
) -> list[Repeat]:
    """The draft's questions that the conversation or `known` (slot: value) already answers.

    A question that says the answer itself ("is it still jo@example.org?") confirms, and passes.
    """
    heard = _Heard(turns, known or {})
    found = (heard.answer(question) for question in questions(draft_text))
    return [repeat for repeat in found if repeat is not None]


def questions(text: str) -> list[str]:
    """The sentences of a text that ask for something."""
    return [s.strip() for s in _sentence().findall(text) if "?" in s or _request().search(s)]


class _Heard:
    """What was said so far, read once per draft and only as far as a question needs it."""

    def __init__(self, turns: Sequence[Turn], known: Mapping[str, str]) -> None:
        self._turns = [
            (n, turn.speaker, turn.text[:MAX_TURN_CHARS]) for n, turn in enumerate(turns)
        ]
        self._known = {name.lower(): value for name, value in known.items() if value}

    def answer(self, question: str) -> Repeat | None:
        """The answer to a question, if it was given."""
        if _asks_again().search(question):
            return None
        slot = next((s for s in slots() if s.question.search(question)), None)
        if slot is not None:
            return self._of_slot(question, slot) or self._of_step(question)
        return self._of_step(question) or self._of_same_question(question)

    def _of_slot(self, question: str, slot: Slot) -> Repeat | None:
        if slot.name in self._known:
            return _unless_confirming(Repeat(question, slot.name, self._known[slot.name]))
        for n, speaker, text in reversed(self._turns):
            told = slot.told(text) if speaker == "customer" else None
            if told is not None and _same_matter(slot, question, text):
                return _unless_confirming(Repeat(question, slot.name, told, n))
        return self._of_reply(question, slot)

    def _of_reply(self, question: str, slot: Slot) -> Repeat | None:
        """A bare answer: 'Your order number?' and then '88121'."""
        for n, asked, text in self._replies():
            if (
                slot.question.search(asked)
                and _same_matter(slot, question, asked)
                and _is_answer(text)
                and _fits(slot, text)
            ):
                return _unless_confirming(Repeat(question, slot.name, _short(text), n))
        return None

    def _of_step(self, question: str) -> Repeat | None:
        asked = step_question().search(question)
        if asked is None:
            return None
        step = (asked["step"] or asked["step2"]).lower()
        for n, speaker, text in self._turns:
            if speaker != "customer":
                continue
            for done in step_done().finditer(text):
                if done["step"].lower() == step and (
                    step != "try" or _shares_topic(question, text)
                ):
                    return Repeat(question, "step", _short(done.group()), n)
        return None

    def _of_same_question(self, question: str) -> Repeat | None:
        words = _content(question)
        for n, asked, text in self._replies():
            for earlier in questions(asked):
                if _alike(words, _content(earlier)) >= _SAME_QUESTION and _is_answer(text):
                    return Repeat(question, SAME_QUESTION, _short(text), n)
        return None

    def _replies(self) -> Iterator[tuple[int, str, str]]:
        """Customers' turns with the question of ours that they follow, latest first."""
        for (_, before, asked), (n, speaker, text) in reversed(
            list(zip(self._turns, self._turns[1:], strict=False))
        ):
            if speaker == "customer" and before in {"agent", "bot"} and "?" in asked + _mark(asked):
                yield n, asked, text


def _mark(text: str) -> str:
    return "?" if _request().search(text) else ""


def _unless_confirming(repeat: Repeat) -> Repeat | None:
    plain = re.sub(r"\W", "", repeat.answer).lower()
    return None if plain and plain in re.sub(r"\W", "", repeat.question).lower() else repeat


def _is_answer(text: str) -> bool:
    """Whether a reply gives what was asked, rather than not knowing or asking back."""
    return bool(text.strip()) and not _no_answer().search(text)


def _fits(slot: Slot, text: str) -> bool:
    """Whether a bare reply can be the thing: an address has an @, a number a digit."""
    if slot.name == "e-mail address":
        return "@" in text
    if slot.name in {"name", "plan", "device model", "date", "address"}:
        return len(text) <= _BARE_CHARS
    return len(text) <= _BARE_CHARS and bool(re.search(r"\d", re.sub(r"\S+@\S+", "", text)))


def _short(text: str) -> str:
    return " ".join(text.split())[:120]


def _same_matter(slot: Slot, question: str, text: str) -> bool:
    """A date answers only a question about the same thing; a name or number always does."""
    return slot.name not in {"date", "amount"} or _shares_topic(question, text)


def _shares_topic(one: str, other: str) -> bool:
    return bool(_content(one) & _content(other))


def _content(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return frozenset(_stem(word) for word in words if word not in _STOP and len(word) > 1)


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if len(one) > 1 and other else 0.0


@cache
def _sentence() -> re.Pattern[str]:
    return re.compile(r"[^.?!\n]+(?:[.](?=\S)[^.?!\n]+)*[.?!]*")


@cache
def _request() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:please|kindly|could you|can you|would you)(?: also| please)?"
        r" (?:provide|send|share|give|tell|confirm|let (?:me|us) know|state|enter|type|supply"
        r"|write|repeat)\b|\bi(?:['’]ll| will)? (?:just )?need your\b|\bwhat(?:['’]s| is) your\b",
        re.IGNORECASE,
    )


@cache
def _asks_again() -> re.Pattern[str]:
    """What was given did not fit: asking for it again is the next step, and says so."""
    return re.compile(
        r"\b(?:again|once more|double-?check|re-?check|verify"
        r"|check (?:the|your) (?:last|first|digits)"
        r"|(?:last|first) (?:\w+ )?digits)\b",
        re.IGNORECASE,
    )


@cache
def _no_answer() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:(?:do(?:n['’]t| not)|can(?:['’]t|not)) (?:know|have|find|remember|recall|see)"
        r"|not sure|no idea|where (?:do|can|is)|why do you|what do you mean|hold on|one moment"
        r"|let me (?:look|check|find))\b",
        re.IGNORECASE,
    )
