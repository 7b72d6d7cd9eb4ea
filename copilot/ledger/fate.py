"""What became of a promise that nobody reports on: let down customers say so, content ones do not.

A promise whose day is past counts as overdue where there is a sign that it was broken: the customer
asks again, complains, or an open case speaks of it. Without a sign it is presumed kept, but only
where the source says that the contact was resolved, and a later contact or a long time has passed.
Policy can switch the presumption off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from copilot.ledger.complaints import SAME_MATTER, Later, Word, complained_of, complains
from copilot.ledger.language import stems, topic
from copilot.ledger.timeline import Said, Timeline, local_day

Fate = Literal["open", "kept", "overdue"]
GRACE = timedelta(days=10)  # how long a promise without a day may take


@dataclass(frozen=True, slots=True)
class Patience:
    """What is presumed of promises nobody speaks of, and after how long."""

    presume_kept: bool
    days: int


def fate(
    timeline: Timeline, place: int, word: Word, due: date | None, as_of: datetime,
    patience: Patience, *, unasked: bool = False,
) -> tuple[Fate, str | None]:  # fmt: skip
    """How a promise stands that no later turn reports as done, and on what ground.

    What comes `unasked`, as a line on the next bill does, hangs on nobody's memory: a later contact
    without a complaint is enough there, whatever became of the contact in which it was said.
    """
    turn = timeline.turns[place]
    past = due is not None and _after(due, as_of, timeline)
    resolved = timeline.resolved.get(turn.conversation_id)
    if turn.at is None or not patience.presume_kept or (resolved is None and not unasked):
        return ("overdue" if past else "open"), None
    day = due or (turn.at + GRACE).date()
    if not _after(day, as_of, timeline):
        # What comes every month until a day has months before it in which it may be missing.
        late = word.recurs and complained_of(word, complaints_after(timeline, place))
        return ("overdue" if late else "open"), None
    if _missed(timeline, place, word):
        return "overdue", None
    later = _contacts_after(timeline, place, day)
    if (resolved or unasked) and later:
        return "kept", f"no complaint in {later} later contact{'s' if later > 1 else ''}"
    if resolved and _after(day + timedelta(days=patience.days), as_of, timeline):
        return "kept", f"resolved, and nothing heard for {patience.days} days"
    if not resolved and _settled_later(timeline, place, word.about):
        return "kept", "a later contact on the same matter was resolved"
    return ("overdue" if past else "open"), None


def _after(day: date, as_of: datetime, timeline: Timeline) -> bool:
    here = as_of.astimezone(timeline.zone) if timeline.zone and as_of.tzinfo else as_of
    return here.date() > day


def _missed(timeline: Timeline, place: int, word: Word) -> bool:
    """A later turn of the customer, or an open case, says that it did not come about."""
    enough = min(SAME_MATTER, len(word.about)) or 1
    if any(len(word.about & stems(case)) >= enough for case in timeline.open_cases):
        return True
    return complained_of(word, complaints_after(timeline, place))


def complaints_after(timeline: Timeline, place: int) -> list[Later]:
    """What the customer complained of after a turn, with the day of it where they live."""
    return [
        (turn.text, local_day(turn.at, timeline.zone))
        for turn in timeline.turns[place + 1 :]
        if turn.speaker == "customer" and complains(turn.text)
    ]


def _contacts_after(timeline: Timeline, place: int, day: date) -> int:
    own = timeline.turns[place].conversation_id
    return len(
        {
            t.conversation_id
            for t in timeline.turns[place + 1 :]
            if t.conversation_id != own and t.speaker == "customer" and t.at and t.at.date() >= day
        }
    )


def _settled_later(timeline: Timeline, place: int, about: frozenset[str]) -> bool:
    own = timeline.turns[place].conversation_id
    by_contact: dict[str, list[Said]] = {}
    for turn in timeline.turns[place + 1 :]:
        if turn.conversation_id != own and timeline.resolved.get(turn.conversation_id):
            by_contact.setdefault(turn.conversation_id, []).append(turn)
    matter = about | _spoken(timeline.turns, own)
    return any(_shared(turns, matter) for turns in by_contact.values())


def _spoken(turns: Sequence[Said], contact: str) -> frozenset[str]:
    spoken = [topic(t.text) for t in turns if t.conversation_id == contact]
    return frozenset().union(*spoken)


def _shared(turns: Sequence[Said], matter: frozenset[str]) -> bool:
    return len(matter & frozenset().union(*(topic(t.text) for t in turns))) >= 3


def outcomes(resolved: Mapping[str, bool | None]) -> dict[str, bool]:
    """The contacts whose outcome the source gives."""
    return {contact: known for contact, known in resolved.items() if known is not None}
