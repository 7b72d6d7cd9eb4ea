"""Finds words that push, shame, flatter, blame or hide, and words that belong to our house only."""

from __future__ import annotations

from functools import lru_cache

from copilot.guardrails.finding import Finding
from copilot.guardrails.rulebook import lowered, rules


def check_wording(text: str) -> list[Finding]:
    """Places that push, shame, flatter, blame, obstruct, hide the way out or speak our jargon."""
    return list(_found(text))


@lru_cache(maxsize=8_192)  # sentences of the same sources come back in draft after draft
def _found(text: str) -> tuple[Finding, ...]:
    lower = lowered(text)
    found = [
        Finding(rule.name, text[slice(*match.span())], match.start(), rule.why)
        for rule in rules("wording.txt").values()
        for match in rule.pattern.finditer(lower)
    ]
    return tuple(sorted(found, key=lambda finding: (finding.start, finding.rule)))
