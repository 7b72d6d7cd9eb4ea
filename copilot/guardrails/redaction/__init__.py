"""Personal data out of what is embedded and retrieved: typed placeholders, no model."""

from __future__ import annotations

from copilot.guardrails.redaction.known import KnownValues, known_values
from copilot.guardrails.redaction.network import is_role_address
from copilot.guardrails.redaction.phones import e164
from copilot.guardrails.redaction.redactor import (
    PLACEHOLDER,
    VERSION,
    PeopleRedactor,
    Redactor,
    redact_interaction,
)
from copilot.guardrails.redaction.span import Kind, Span

__all__ = [
    "PLACEHOLDER",
    "VERSION",
    "Kind",
    "KnownValues",
    "PeopleRedactor",
    "Redactor",
    "Span",
    "e164",
    "is_role_address",
    "known_values",
    "redact_interaction",
]
