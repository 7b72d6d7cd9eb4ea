"""Finds words that push, shame, flatter, blame or hide, and words that belong to our house only."""

from __future__ import annotations

from copilot.guardrails.finding import Finding
from copilot.guardrails.rulebook import lowered, rules


def check_wording(text: str) -> list[Finding]:
    """Places that push, shame, flatter, blame, obstruct, hide the way out or speak our jargon."""
    lower = lowered(text)
    found = [
        Finding(rule.name, text[slice(*match.span())], match.start(), rule.why)
        for rule in rules("wording.txt").values()
        for match in rule.pattern.finditer(lower)
    ]
    return sorted(found, key=lambda finding: (finding.start, finding.rule))
