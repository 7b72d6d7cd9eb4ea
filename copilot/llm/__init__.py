"""The language model behind one protocol: deadline, retries, breaker and checked answers."""

from __future__ import annotations

from copilot.llm.answers import (
    DraftStream,
    draft_schema,
    parse_draft,
    parse_queries,
    queries_schema,
)
from copilot.llm.build import build_chat_model
from copilot.llm.protocol import ChatModel, Completion, Message, Schema

__all__ = [
    "ChatModel",
    "Completion",
    "DraftStream",
    "Message",
    "Schema",
    "build_chat_model",
    "draft_schema",
    "parse_draft",
    "parse_queries",
    "queries_schema",
]
