"""What the rest of the product knows of a language model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel

JsonSchema = Mapping[str, Any]
Schema = type[BaseModel] | JsonSchema
Reason = Literal[
    "timeout",
    "rate_limited",
    "unauthorised",
    "upstream_error",
    "malformed",
    "truncated",
    "empty",
    "unreachable",
    "refused",
]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer. `parsed` is set when a schema was asked for, and then obeys it."""

    text: str
    parsed: Any
    prompt_tokens: int
    completion_tokens: int
    model: str
    estimated: bool = False  # the server gave no token counts, they are ours


class ChatModel(Protocol):
    """A language model that answers within a deadline or raises `ModelError`."""

    @property
    def name(self) -> str:
        """The model's name as configured."""

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: Schema | None = None,
        max_tokens: int = 700,
        deadline_s: float = 8.0,
        temperature: float | None = None,
    ) -> Completion:
        """The whole answer, obeying `schema` where one is given."""

    def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: Schema | None = None,
        max_tokens: int = 700,
        deadline_s: float = 8.0,
        idle_s: float = 4.0,
        temperature: float | None = None,
    ) -> AsyncIterator[str]:
        """The answer piece by piece; ends normally only if the answer is whole."""

    async def aclose(self) -> None:
        """Give the connections back."""
