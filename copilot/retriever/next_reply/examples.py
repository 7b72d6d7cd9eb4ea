"""What is learned from: past replies with what came before them, and what agents made of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from copilot.domain import Interaction, Turn

Verdict = Literal["accepted", "edited", "dismissed"]
# An edit says "nearly", a dismissal only that something was better: neither weighs like a yes.
VERDICT_WEIGHT: Mapping[Verdict, float] = {"accepted": 1.0, "edited": 0.5, "dismissed": -0.3}


@dataclass(frozen=True, slots=True)
class ReplyExample:
    """One past reply of an agent: where it stands, what it answered, how the case ended."""

    source_id: str
    turn: int
    before: tuple[Turn, ...]
    reply: str
    label: str | None = None
    resolved: bool | None = None
    chunk_id: int = 0
    subject: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdicted:
    """A suggestion an agent accepted, edited or dismissed: the turns then, and its source turn."""

    before: tuple[Turn, ...]
    source_id: str
    turn: int
    verdict: Verdict
    conversation: str = ""  # verdicts of one conversation count as one dialogue


def examples_of(
    interactions: Iterable[Interaction], chunk_ids: Mapping[tuple[str, int], int] | None = None
) -> list[ReplyExample]:
    """Every public reply of a human agent. An unsolved case is left out: it teaches no reply.

    With `chunk_ids` only replies that are stored as a chunk count.
    """
    found: list[ReplyExample] = []
    for interaction in interactions:
        if interaction.outcome.resolved is False or interaction.outcome.reopened:
            continue
        for index, turn in enumerate(interaction.turns):
            if turn.speaker != "agent" or turn.visibility != "public" or not turn.text.strip():
                continue
            if chunk_ids is not None and (interaction.source_id, index) not in chunk_ids:
                continue
            found.append(_example(interaction, index, turn, chunk_ids or {}))
    return found


def _example(
    interaction: Interaction, index: int, turn: Turn, chunk_ids: Mapping[tuple[str, int], int]
) -> ReplyExample:
    return ReplyExample(
        source_id=interaction.source_id,
        turn=index,
        before=interaction.turns[:index],
        reply=turn.text,
        label=turn.label,
        resolved=interaction.outcome.resolved,
        chunk_id=chunk_ids.get((interaction.source_id, index), 0),
        subject=interaction.subject,
        at=turn.at or interaction.at,
    )


def groups_of(examples: Sequence[ReplyExample]) -> list[int]:
    """A number per example, the same for replies of one conversation."""
    numbers: dict[str, int] = {}
    return [numbers.setdefault(e.source_id, len(numbers)) for e in examples]
