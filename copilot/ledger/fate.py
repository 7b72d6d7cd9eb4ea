"""What became of a promise that nobody reports on: let down customers say so, content ones do not.

A promise whose day is past counts as overdue where there is a sign that it was broken: the customer
asks again, complains, or an open case speaks of it. Without a sign it is presumed kept, but only
where the source says that the contact was resolved, and a later contact or a long time has passed.
Policy can switch the presumption off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from copilot.ledger.language import plain, sentences, stems, topic
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Said, Timeline

Fate = Literal["open", "kept", "overdue"]
GRACE = timedelta(days=10)  # how long a promise without a day may take
SAME_MATTER = 2  # words that a reproach must share with the promise it is about


@dataclass(frozen=True, slots=True)
class Patience:
    """What is presumed of promises nobody speaks of, and after how long."""

    presume_kept: bool
    days: int


def fate(
    timeline: Timeline, place: int, about: frozenset[str], due: date | None, as_of: datetime,
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
        return "open", None
    if _missed(timeline, place, about):
        return "overdue", None
    later = _contacts_after(timeline, place, day)
    if (resolved or unasked) and later:
        return "kept", f"no complaint in {later} later contact{'s' if later > 1 else ''}"
    if resolved and _after(day + timedelta(days=patience.days), as_of, timeline):
        return "kept", f"resolved, and nothing heard for {patience.days} days"
    if not resolved and _settled_later(timeline, place, about):
        return "kept", "a later contact on the same matter was resolved"
    return ("overdue" if past else "open"), None


def _after(day: date, as_of: datetime, timeline: Timeline) -> bool:
    here = as_of.astimezone(timeline.zone) if timeline.zone and as_of.tzinfo else as_of
    return here.date() > day


def _missed(timeline: Timeline, place: int, about: frozenset[str]) -> bool:
    """A later turn of the customer, or an open case, says that it did not come about."""
    enough = min(SAME_MATTER, len(about)) or 1
    if any(len(about & stems(case)) >= enough for case in timeline.open_cases):
        return True
    later = (turn.text for turn in timeline.turns[place + 1 :] if turn.speaker == "customer")
    return _reproached(about, later)


def reproached(promise: str, later: Iterable[str]) -> bool:
    """The customer has since said that what these words promise did not come about."""
    return _reproached(stems(promise), later)


def _reproached(about: frozenset[str], later: Iterable[str]) -> bool:
    enough = min(SAME_MATTER, len(about)) or 1
    return any(len(about & _reproach(text)) >= enough for text in later)


@lru_cache(maxsize=8192)
def _reproach(text: str) -> frozenset[str]:
    """The words of the sentences that say something did not happen, with the one before each."""
    found: frozenset[str] = frozenset()
    said = sentences(text)
    for number, sentence in enumerate(said):
        if pattern("fate_missed").search(plain(sentence.text)):
            found |= stems(sentence.text)
            if number:
                found |= stems(said[number - 1].text)
    return found


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
