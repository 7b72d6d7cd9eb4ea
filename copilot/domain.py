"""The nouns of the product: what flows between the rooms, frozen and free of any vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

Speaker = Literal["customer", "agent", "bot", "system", "third_party"]
Role = Literal["sales", "service"]
Visibility = Literal["public", "internal"]
SourceKind = Literal["document", "interaction"]
Origin = Literal["article", "record", "catalogue", "conversation"]
ItemKind = Literal["document", "interaction", "product", "customer"]
GeneratorKind = Literal["llm", "extractive", "fallback"]
# For how many months one payment is made; "4 weeks" is so many, "once" is paid a single time.
PERIODS: Mapping[str, float] = {
    "day": 12 / 365, "week": 12 / 52, "month": 1, "quarter": 3, "year": 12,
}  # fmt: skip
# How a sum is written, with its sign before it.
CURRENCY_SIGNS: Mapping[str, str] = {"GBP": "£", "EUR": "€", "USD": "$"}
SOURCE_KINDS: tuple[SourceKind, ...] = ("document", "interaction")


def months_of(period: str) -> float:
    """For how many months a price is paid; nought where it is paid once, or nobody knows."""
    count, _, unit = period.partition(" ")
    if count.isdigit():
        return int(count) * PERIODS.get(unit.removesuffix("s"), 0.0)
    return next((months for name, months in PERIODS.items() if period.startswith(name)), 0.0)


def every(period: str) -> str:
    """How a period is said behind a price: "a month", "every 4 weeks"; once is not said."""
    if period[:1].isdigit():
        return f"every {period}"
    return f"a {period}" if period in PERIODS else ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance. `label` is the saved reply or macro the agent picked, where known."""

    speaker: Speaker
    text: str
    id: str | None = None
    role: Role | None = None
    at: datetime | None = None
    visibility: Visibility = "public"
    author: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation in progress: what the agent has on the screen now."""

    turns: tuple[Turn, ...]
    id: str | None = None
    channel: str = "chat"
    customer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a past conversation ended; None means the source did not say."""

    resolved: bool | None = None
    reopened: bool | None = None
    rating: float | None = None  # 1 (bad) to 5 (good)
    status: str | None = None  # the source system's own word
    order_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interaction:
    """A past conversation with its outcome. `origin` names the system or file it came from."""

    source_id: str
    turns: tuple[Turn, ...]
    channel: str = "unknown"
    customer_id: str | None = None
    subject: str | None = None
    at: datetime | None = None
    outcome: Outcome = Outcome()
    tags: tuple[str, ...] = ()
    language: str | None = None
    url: str | None = None
    updated_at: datetime | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """An article or policy. `text` is Markdown: headings become the path of each chunk."""

    source_id: str
    title: str
    text: str
    url: str | None = None
    visibility: Visibility = "public"
    updated_at: datetime | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Product:
    """Something we sell. `limits` maps a measure to its cap, e.g. {"seats": 10}."""

    sku: str
    name: str
    price: Decimal | None
    currency: str | None
    period: str = "month"  # one of PERIODS, several ("4 weeks"), or once
    description: str = ""
    features: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    status: str = "available"  # available | limited | roadmap | withdrawn | known_issue
    valid_from: date | None = None
    valid_to: date | None = None
    url: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a customer owns or may use, with its limits and how much of them is used."""

    id: str
    name: str
    includes: tuple[str, ...] = ()
    sku: str | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    used: Mapping[str, float] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A person or account we serve. `care` holds codes only, never details."""

    customer_id: str
    name: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    external_ids: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None
    segment: str | None = None
    language: str | None = None
    timezone: str | None = None
    facts: tuple[str, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()
    consent: Mapping[str, Any] = field(default_factory=dict)  # {"marketing": bool, ...}
    do_not_sell: bool = False
    care: tuple[str, ...] = ()
    open_cases: tuple[str, ...] = ()
    recent_offers: tuple[Mapping[str, Any], ...] = ()
    orders: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


Item = Document | Interaction | Product | Customer


@dataclass(frozen=True, slots=True)
class Failure:
    """One record that did not come in: which file, where in it, and why (for the report)."""

    path: str
    reason: str
    line: int | None = None
    record_id: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a source with its own vector.

    Of a document: a passage; `text` is what is quoted. Of an interaction: one agent reply;
    `text` is the reply, `context` the situation it answered, and `turn` its zero-based index.
    What is embedded is `embed_text`.
    """

    id: str
    kind: SourceKind
    source_id: str
    ordinal: int
    text: str
    context: str = ""
    heading_path: tuple[str, ...] = ()
    turn: int | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found, with what a reader needs to cite it. Scores stay inside."""

    chunk: Chunk
    title: str
    rank: int
    score: float
    url: str | None = None
    visibility: Visibility = "public"
    resolved: bool | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """Numbered evidence under a reply: the source and the sentence that supports it."""

    n: int
    kind: SourceKind
    source_id: str
    title: str
    quote: str
    turn: int | None = None
    url: str | None = None
    visibility: Visibility = "public"
    origin: Origin = "article"  # what the source is called: a record is a document and no article


@dataclass(frozen=True, slots=True)
class Nearest:
    """A passage that is nearest to a question that stays open: to read, not to send."""

    source_id: str
    title: str
    heading: str  # where in the article, its headings joined by " › "; "" at its top
    quote: str
    url: str | None = None
    visibility: Visibility = "public"


@dataclass(frozen=True, slots=True)
class Working:
    """One step by which a figure was worked out, its parts and result as they are written.

    What is `given` is the customer's to decide, a day or a number they named, and its own result.
    The `end of …` a day's month, quarter or year is its last day; `months after` a day are counted
    from the next one.
    """

    how: Literal[
        "times", "plus", "minus", "after", "months", "months after", "given",
        "end of month", "end of next month", "end of quarter", "end of year",
    ]  # fmt: skip
    parts: tuple[str, ...]
    result: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence of a reply, the citations it rests on, and whether they carry it.

    `workings` are how figures came about that stand in no source: the gate works them out again.
    """

    text: str
    citations: tuple[int, ...] = ()
    supported: bool = True
    workings: tuple[Working, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A raw answer before the checks; citations are 1-based numbers of the hits that were sent."""

    segments: tuple[Segment, ...]
    abstained: bool = False
    missing: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()  # the customer's own words of each question that stays open


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reply an experienced agent gave in this situation, with where it came from."""

    text: str
    kind: SourceKind
    source_id: str
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class GeneratorInfo:
    """What produced a reply; `reason` says why a fallback was taken."""

    kind: GeneratorKind
    model: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one suggestion; `estimated` when no exact vocabulary was at hand."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = True


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the agent sees."""

    id: str
    generator: GeneratorInfo
    segments: tuple[Segment, ...]
    abstained: bool
    missing: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    citations: tuple[Citation, ...]
    assessment: Mapping[str, Any]
    usage: Usage
    timings_ms: Mapping[str, float]
    warnings: tuple[str, ...] = ()
    nearest: tuple[Nearest, ...] = ()  # where to read on while a question is open
    stranger: str | None = None  # what to say of a customer whom nobody knows

    @property
    def text(self) -> str:
        """The reply as one text, sentences joined by a blank; a greeting has a line of its own."""
        text = ""
        for segment in self.segments:
            text += ("\n\n" if text.endswith(",") else " " if text else "") + segment.text
        return text
