"""What is asked for when a case is handed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from copilot.domain import Conversation


@dataclass(frozen=True, slots=True)
class Request:
    """Who is handed to whom, on what words of theirs, in which conversation."""

    customer_id: str
    to_role: Literal["sales", "service"]
    need_id: str | None = None
    consent_quote: str | None = None
    conversation: Conversation | None = None
    note: str | None = None
    conversation_id: str | None = None  # where its turns are not sent along
