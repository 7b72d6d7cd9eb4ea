"""Which past replies are learned from where there are more than enough: the latest, rare ones too.

How many are enough grows with the kinds of reply to tell apart (dialogues of star drawn at random):
with 12 kinds 9,000 replies teach what 12,000 do and 6,000 lose .014 of accept@1; with 165 kinds
21,000 of 28,000 lose .010 of accept@3, 14,000 lose .023 of accept@1.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from copilot.retriever.next_reply.kinds import ENOUGH_LABELS, MAX_KINDS, MIN_CASES

AT_LEAST = 9_000
PER_KIND = 200
MOST = 60_000  # more does not fit a small server's memory while training
RARE = 96  # of a kind; so many may be quoted


class PastReply(NamedTuple):
    """Where a stored reply stands, and the label an agent gave it."""

    source_id: str
    turn: int
    chunk_id: int
    label: str | None


def mostly_labelled(replies: Sequence[PastReply]) -> bool:
    """Whether labels say which replies are of one kind."""
    return sum(r.label is not None for r in replies) >= ENOUGH_LABELS * len(replies)


def enough(names: Iterable[tuple[str, str]], *, by_label: bool) -> int:
    """How many replies to learn from; `names` are pairs of conversation and kind."""
    cases: dict[str, set[str]] = defaultdict(set)
    for conversation, kind in names:
        cases[kind].add(conversation)
    least = 1 if by_label else MIN_CASES
    kinds = sum(len(of) >= least for of in cases.values())
    return min(MOST, max(AT_LEAST, PER_KIND * min(kinds, MAX_KINDS)))


def sample(
    replies: Sequence[PastReply], oldest_first: Sequence[str], n: int, *, also: Collection[str] = ()
) -> list[str]:
    """Whole conversations, oldest first, with at least `n` replies if there are so many.

    The latest ones and those in `also`; then, for a label that is still rare, the latest with it.
    """
    of: dict[str, list[PastReply]] = defaultdict(list)
    for reply in replies:
        of[reply.source_id].append(reply)
    common = {
        label for label, _ in Counter(r.label for r in replies if r.label).most_common(MAX_KINDS)
    }
    chosen: set[str] = set()
    seen: Counter[str | None] = Counter()
    latest = [name for name in reversed(oldest_first) if name in of]
    for name in sorted(latest, key=lambda name: name not in also):
        rare = any(r.label in common and seen[r.label] < RARE for r in of[name])
        if rare or seen.total() < n or name in also:
            chosen.add(name)
            seen.update(r.label for r in of[name])
    return [name for name in oldest_first if name in chosen]
