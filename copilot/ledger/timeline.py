"""One customer's turns in one order, whatever channel or department they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import cached_property
from hashlib import blake2b
from itertools import groupby
from typing import Literal

Who = Literal["customer", "agent", "bot", "system", "third_party"]


@dataclass(frozen=True, slots=True)
class Said:
    """A turn in its place: which conversation, when, by whom; `at` is None where no source says."""

    id: str
    conversation_id: str
    speaker: Who
    text: str
    at: datetime | None = None
    role: str | None = None
    name: str | None = None
    channel: str = "unknown"
    order: int = 0

    @property
    def ours(self) -> bool:
        """Spoken by our side: a person or a bot."""
        return self.speaker in ("agent", "bot")


@dataclass(frozen=True, slots=True)
class Fact:
    """What is true of our products: knowledge text or a catalogue line, with its validity."""

    id: str
    text: str
    kind: Literal["knowledge", "product", "entitlement", "customer"] = "knowledge"
    status: str = "available"
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A stretch of the timeline that holds all turns of its conversations."""

    start: int
    turns: tuple[Said, ...]
    digest: bytes


@dataclass(frozen=True)
class Timeline:
    """All turns of a customer, oldest first, and the facts that promises are held against."""

    turns: tuple[Said, ...]
    facts: tuple[Fact, ...] = ()
    zone: tzinfo | None = None
    customer: str = "customer"
    current: str | None = None
    resolved: Mapping[str, bool] = field(default_factory=dict)  # contacts of known outcome
    open_cases: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @cached_property
    def contacts(self) -> tuple[Contact, ...]:
        """The stretches that are read by themselves, in order."""
        return contacts(self.turns)


def local_day(moment: datetime | None, zone: tzinfo | None) -> date | None:
    """The calendar day on which something was said, where the customer lives."""
    if moment is None:
        return None
    return (moment.astimezone(zone) if zone and moment.tzinfo else moment).date()


def in_order(turns: Sequence[Said]) -> tuple[Said, ...]:
    """Turns of one conversation by time; as given where any time is missing."""
    if all(turn.at is not None for turn in turns):
        return tuple(sorted(turns, key=lambda turn: turn.at.timestamp() if turn.at else 0.0))
    return tuple(turns)


def joined(conversations: Iterable[tuple[datetime | None, Sequence[Said]]]) -> tuple[Said, ...]:
    """Conversations by their first known time, each kept whole; unknown times keep their place."""
    blocks: list[tuple[float, int, tuple[Said, ...]]] = []
    last = float("-inf")
    for place, (start, turns) in enumerate(conversations):
        ordered = in_order(turns)
        known = [turn.at for turn in ordered if turn.at is not None]
        if len(known) == len(ordered):
            known = known[:1]  # they are in order
        times = [at.timestamp() for at in known]
        begin = min(times) if times else (start.timestamp() if start else last)
        last = begin
        blocks.append((begin, place, ordered))
    blocks.sort(key=lambda block: (block[0], block[1]))
    return tuple(turn for _, _, block in blocks for turn in block)


def contacts(turns: Sequence[Said]) -> tuple[Contact, ...]:
    """The contacts in order; one stretch where a source gave two of them the same id."""
    runs = [tuple(run) for _, run in groupby(turns, key=lambda turn: turn.conversation_id)]
    if len({run[0].conversation_id for run in runs}) < len(runs):
        runs = [tuple(turns)]
    found: list[Contact] = []
    start = 0
    for run in runs:
        found.append(Contact(start, run, _digest(run)))
        start += len(run)
    return tuple(found)


def _digest(turns: Sequence[Said]) -> bytes:
    names: dict[str, int] = {}
    told = [
        (names.setdefault(t.conversation_id, len(names)), t.speaker, t.role, t.text) for t in turns
    ]
    return blake2b(repr(told).encode("utf-8", "surrogatepass"), digest_size=16).digest()
