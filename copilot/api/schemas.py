"""The bodies of the HTTP surface: strict in, stable out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic.config import JsonDict

from copilot.domain import SOURCE_KINDS, Conversation, Hit, Origin, SourceKind, Suggestion, Turn

MAX_TURNS = 2_000
Name = Annotated[str, StringConstraints(max_length=256)]


def _readable(text: str) -> str:
    """Refuses lone surrogates: they are no text and no store can hold them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("is not valid Unicode: it contains a lone surrogate") from None
    return text


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TurnIn(_In):
    """One utterance."""

    id: Name | None = None
    speaker: Literal["customer", "agent", "bot", "system", "third_party"]
    role: Literal["sales", "service"] | None = None
    text: Annotated[str, StringConstraints(max_length=100_000)]
    at: datetime | None = None
    visibility: Literal["public", "internal"] = "public"

    _text = field_validator("text")(_readable)


class ConversationIn(_In):
    """A conversation in progress, oldest turn first."""

    id: Name | None = None
    channel: Name = "chat"
    customer_id: Name | None = None
    turns: Annotated[list[TurnIn], Field(min_length=1, max_length=MAX_TURNS)]

    @field_validator("turns")
    @classmethod
    def _said(cls, turns: list[TurnIn]) -> list[TurnIn]:
        """Refuses a conversation without the words to answer; empty turns before them may stand."""
        last = max((n for n, turn in enumerate(turns) if turn.speaker == "customer"), default=None)
        if last is not None and not turns[last].text.strip():
            raise ValueError(
                f"end without words to answer: the customer's last turn, number {last + 1} of "
                f"{len(turns)}, has no text"
            )
        if not any(turn.text.strip() for turn in turns):
            raise ValueError("hold no words: not one turn has any text")
        return turns

    def domain(self) -> Conversation:
        """As the core's noun."""
        turns = tuple(
            Turn(t.speaker, t.text, id=t.id, role=t.role, at=t.at, visibility=t.visibility)
            for t in self.turns
        )
        return Conversation(turns, self.id, self.channel, self.customer_id)


_CONVERSATION: JsonDict = {
    "id": "conv-1",
    "channel": "chat",
    "customer_id": "C-1001",
    "turns": [
        {"speaker": "customer", "text": "My booking page shows error E42 since this morning."}
    ],
}


class SuggestionIn(_In):
    """What to suggest for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"conversation": _CONVERSATION, "alternatives": 3, "generator": "auto"}]
        },
    )

    conversation: ConversationIn
    alternatives: Annotated[int, Field(strict=True, ge=0, le=5)] = 0
    generator: Literal["auto", "llm", "extractive"] = "auto"
    stream: bool = False


class SearchIn(_In):
    """A query or a conversation; one of the two."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"query": "how do I cancel an add-on", "k": 5, "kinds": ["document"]}]
        },
    )

    query: Annotated[str, StringConstraints(max_length=100_000)] | None = None
    conversation: ConversationIn | None = None
    k: Annotated[int, Field(strict=True, ge=1, le=100)] = 10  # true is no number
    kinds: Annotated[list[SourceKind], Field(min_length=1, max_length=2)] = Field(
        default_factory=lambda: list(SOURCE_KINDS)
    )

    @field_validator("query")
    @classmethod
    def _query(cls, value: str | None) -> str | None:
        return _readable(value) if value is not None else None


class ResultOut(BaseModel):
    """One source that was found. No scores: they would tell what else is stored."""

    rank: int
    kind: SourceKind
    source_id: str
    title: str
    quote: str
    turn: int | None = None
    url: str | None = None
    visibility: str = "public"


class SearchOut(BaseModel):
    """Sources, best first, one row each; `note` says why where there are none."""

    results: list[ResultOut]
    note: str | None = None


class FeedbackIn(_In):
    """What the agent did with a suggestion."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"suggestion_id": "9f0c…", "event": "edited", "sent_text": "Hello Ana, …"},
                {"suggestion_id": "9f0c…", "event": "dismissed", "reason": "wrong_fit"},
            ]
        },
    )

    suggestion_id: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    event: Literal["shown", "inserted", "edited", "dismissed"]
    alternative: Annotated[int, Field(ge=0, le=4)] | None = None
    sent_text: Annotated[str, StringConstraints(max_length=20_000)] | None = None
    reason: (
        Literal[
            "not_said", "not_now", "has_it", "wrong_fit", "customer_upset", "wrong", "incomplete",
            "unsupported", "tone", "language", "other",
        ]
        | None
    ) = None  # fmt: skip


class GeneratorOut(BaseModel):
    """What produced the reply."""

    kind: Literal["llm", "extractive", "fallback"]
    model: str | None = None
    reason: str | None = None


class SegmentOut(BaseModel):
    """A sentence with the numbers of its citations."""

    text: str
    citations: list[int]
    supported: bool


class ReplyOut(BaseModel):
    """The suggested reply."""

    text: str
    segments: list[SegmentOut]
    abstained: bool
    missing: list[str]
    warnings: list[str] = []


class AlternativeOut(BaseModel):
    """A reply that was given in such a situation before."""

    text: str
    source: dict[str, Any]


class CitationOut(BaseModel):
    """Numbered evidence."""

    n: int
    kind: SourceKind
    source_id: str
    title: str
    quote: str
    turn: int | None = None
    url: str | None = None
    visibility: str = "public"
    origin: Origin = "article"


class NearestOut(BaseModel):
    """A passage to read where a question stays open; it is no answer, and not in the reply."""

    source_id: str
    title: str
    heading: str
    quote: str
    url: str | None = None
    visibility: str = "public"


class WarningOut(BaseModel):
    """Something about the request that does not stop the answer."""

    code: Literal["unknown_customer"]
    detail: str


class SuggestionOut(BaseModel):
    """The answer of `POST /v1/suggestions`."""

    id: str
    generator: GeneratorOut
    reply: ReplyOut
    alternatives: list[AlternativeOut]
    citations: list[CitationOut]
    nearest: list[NearestOut] = []
    assessment: dict[str, Any]
    usage: dict[str, Any]
    timings_ms: dict[str, float]
    warnings: list[WarningOut] = []


def results_of(hits: list[Hit]) -> list[ResultOut]:
    """Hits as search results."""
    return [
        ResultOut(
            rank=n,
            kind=hit.chunk.kind,
            source_id=hit.chunk.source_id,
            title=hit.title,
            quote=hit.chunk.text[:600],
            turn=hit.chunk.turn,
            url=hit.url,
            visibility=hit.visibility,
        )
        for n, hit in enumerate(hits, start=1)
    ]


def wire(suggestion: Suggestion) -> dict[str, Any]:
    """A suggestion in the stable shape, as plain JSON values.

    That nobody knows the customer is also among the warnings of the reply: every page shows those.
    """
    told = [suggestion.stranger] if suggestion.stranger else []
    return {
        "id": suggestion.id,
        "generator": asdict(suggestion.generator),
        "reply": {
            "text": suggestion.text,
            "segments": [
                {"text": s.text, "citations": list(s.citations), "supported": s.supported}
                for s in suggestion.segments
            ],
            "abstained": suggestion.abstained,
            "missing": list(suggestion.missing),
            "warnings": [*told, *suggestion.warnings],
        },
        "alternatives": [
            {
                "text": a.text,
                "source": {"kind": a.kind, "source_id": a.source_id, "turn": a.turn},
            }
            for a in suggestion.alternatives
        ],
        "citations": [asdict(c) for c in suggestion.citations],
        "nearest": [asdict(n) for n in suggestion.nearest],
        "assessment": dict(suggestion.assessment),
        "usage": asdict(suggestion.usage),
        "timings_ms": dict(suggestion.timings_ms),
        "warnings": [{"code": "unknown_customer", "detail": detail} for detail in told],
    }
