"""Marks the sentences of a reply whose hard facts do not stand in what they cite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from copilot.domain import Segment
from copilot.guardrails.days import days_named
from copilot.guardrails.facts import Fact, hard_facts
from copilot.guardrails.periods import ways_to_say
from copilot.guardrails.workings import follow

# What a customer says may be repeated to them, but is no source for what we charge or do.
_REPEATABLE = {"code", "email", "phone"}
_REFERENCE_DIGITS = 5
_PERIOD_WORDS = {
    "month": ("month",), "year": ("year", "annual", "annum"), "week": ("week",),
    "quarter": ("quarter",), "day": ("day", "daily"), "hour": ("hour",), "user": ("user", "person"),
    "seat": ("seat", "licen"), "device": ("device",), "line": ("line",),
}  # fmt: skip
# "For four weeks, not for a calendar month" names no price by the month.
_DENIED = re.compile(
    r"\b(?:not|never|no longer|rather than|instead of) (?:(?:for|per|by|a|an|the|each|every) )*"
    r"(?:calendar |full |whole )?(?:day|week|month|quarter|year)s?\b"
)


@dataclass(frozen=True)
class _Proof:
    """Everything some texts prove."""

    values: frozenset[tuple[str, str]]
    text: str

    @classmethod
    def of(cls, texts: Iterable[str]) -> _Proof:
        held = list(texts)
        values = {pair for text in held for fact in hard_facts(text) for pair in _proves(fact)}
        return cls(frozenset(values), _DENIED.sub(" ", "\n".join(held).lower()))

    def also(self, facts: Iterable[Fact]) -> _Proof:
        """The same, and what was worked out from it."""
        more = frozenset(pair for fact in facts for pair in _proves(fact))
        return replace(self, values=self.values | more)

    def holds(self, fact: Fact) -> bool:
        """Whether one of the fact's readings is proven."""
        return any(self._holds(fact.kind, value) for value in (fact.value, *fact.readings))

    def _holds(self, kind: str, value: str) -> bool:
        if (kind, value) in self.values:
            return True
        if kind == "money":
            return self._holds_price(value)
        if kind == "number":
            return (kind, f"{value} in words") in self.values
        return False

    def _holds_price(self, value: str) -> bool:
        """A price without a period, in a text that names the period elsewhere (a table)."""
        amount, _, periods = value.partition("/")
        return ("bare money", amount) in self.values and all(
            any(word in self.text for word in _PERIOD_WORDS.get(period) or ways_to_say(period))
            for period in periods.split("/")
            if period
        )


def _proves(fact: Fact) -> Iterable[tuple[str, str]]:
    for value in (fact.value, *fact.readings):
        yield fact.kind, value
        if fact.kind == "date" and not value.startswith("--"):
            yield "date", f"--{value[5:]}"
        elif fact.kind == "money":
            amount, _, periods = value.partition("/")
            yield "money", amount
            if not periods:
                yield "bare money", amount
        elif fact.kind == "quantity":
            yield "number", value.partition(" ")[0]
        elif fact.kind == "number":
            yield "number", value


def unsupported_facts(sentence: str, evidence_texts: Iterable[str]) -> list[Fact]:
    """The hard facts of a sentence that stand in none of the texts, in a stable order."""
    return _unproven(sentence, _Proof.of(evidence_texts), frozenset())


def check_segments(
    segments: Iterable[Segment],
    sources: Sequence[str],
    *,
    known: Iterable[str] = (),
    today: date | None = None,
) -> tuple[Segment, ...]:
    """The segments, with `supported` False where a hard fact stands in no cited source.

    `sources[n - 1]` is the text of citation n. `known` are texts of this customer (file,
    conversation): references in them may be repeated, prices and promises may not. A figure that
    was worked out counts where its parts stand in what is cited; a part may also be the day of
    the conversation, or a day or a number of things that the customer names.
    """
    told = list(known)
    repeatable = frozenset(
        (fact.kind, fact.value) for text in told for fact in hard_facts(text) if _is_reference(fact)
    )
    wished = _wishes(told, today)
    return tuple(_checked(segment, sources, repeatable, wished) for segment in segments)


def _wishes(told: Iterable[str], today: date | None) -> frozenset[tuple[str, str]]:
    """What a customer may decide, and a working may start from: how many, and on which day."""
    if today is None:
        return frozenset()
    found = {("date", today.isoformat())}
    for text in told:
        found |= {("date", named.day.isoformat()) for named in days_named(text, today)}
        for fact in hard_facts(text):
            if fact.kind == "number":
                found.add(("number", fact.value.removesuffix(" in words")))
    return frozenset(found)


def _checked(
    segment: Segment,
    sources: Sequence[str],
    repeatable: frozenset[tuple[str, str]],
    wished: frozenset[tuple[str, str]],
) -> Segment:
    cited = [sources[n - 1] for n in segment.citations if 1 <= n <= len(sources)]
    unknown = len(cited) < len(segment.citations)
    proof = _Proof.of(cited)
    if segment.workings:
        start = replace(proof, values=proof.values | wished)
        proof = proof.also(follow(segment.workings, start.holds))
    if unknown or _unproven(segment.text, proof, repeatable):
        return replace(segment, supported=False)
    return segment


def _unproven(sentence: str, proof: _Proof, repeatable: frozenset[tuple[str, str]]) -> list[Fact]:
    facts = (fact for fact in hard_facts(sentence) if not fact.value.endswith(" in words"))
    missing = [f for f in facts if (f.kind, f.value) not in repeatable and not proof.holds(f)]
    return sorted(missing, key=lambda fact: (sentence.find(fact.text), fact.kind, fact.value))


def _is_reference(fact: Fact) -> bool:
    return fact.kind in _REPEATABLE or (
        fact.kind == "number" and len(fact.value.replace(".", "")) >= _REFERENCE_DIGITS
    )
