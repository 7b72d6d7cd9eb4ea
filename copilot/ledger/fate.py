"""What became of a promise that nobody reports on: let down customers say so, content ones do not.

A promise whose day is past counts as overdue where there is a sign that it was broken: the customer
asks again, complains, or an open case speaks of it. Without a sign it is presumed kept, but only
where the source says that the contact was resolved, and a later contact or a long time has passed.
A call leaves no trace of itself: it counts as made only where somebody speaks of it, our side rings
on the matter, or the matter was resolved. Policy can switch the presumption off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from copilot.ledger.complaints import (
    SAME_MATTER,
    SOON,
    Later,
    Word,
    absent,
    complained_of,
    complains,
    sums,
)
from copilot.ledger.cues import may_show
from copilot.ledger.language import plain, sentences, stems, topic
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Said, Timeline, local_day

Fate = Literal["open", "kept", "overdue"]
GRACE = timedelta(days=10)  # how long a promise without a day may take
PRESUMED = "taken as kept"  # begins the ground where nobody has said that it was: no evidence
SETTLED = 3  # words that a contact shares with the one in which something was promised


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
        # What comes every month until a day has months before it in which it may be missing, and
        # what was to be on the next bill is late once that bill is there without it.
        may_be_late = word.recurs or _is_lacking(timeline, place, word)
        late = may_be_late and complained_of(word, complaints_after(timeline, place))
        return ("overdue" if late else "open"), None
    if _missed(timeline, place, word):
        return "overdue", None
    if pattern("promise_calls").search(plain(word.quote)):
        ground = _was_called(timeline, place, day) or _settled(timeline, place, word)
        return ("kept", ground) if ground else ("overdue" if past else "open", None)
    later = _contacts_after(timeline, place, day)
    if (resolved or unasked) and later:
        return "kept", f"{PRESUMED}: no complaint in {_counted(later, 'later contact')}"
    if resolved and _after(day + timedelta(days=patience.days), as_of, timeline):
        return "kept", f"{PRESUMED}: no word for {_counted(patience.days, 'day')} since"
    if not resolved and (ground := _settled(timeline, place, word)):
        return "kept", ground
    return ("overdue" if past else "open"), None


def _counted(many: int, what: str) -> str:
    return f"{many} {what}{'s' if many != 1 else ''}"


def _after(day: date, as_of: datetime, timeline: Timeline) -> bool:
    here = as_of.astimezone(timeline.zone) if timeline.zone and as_of.tzinfo else as_of
    return here.date() > day


def _missed(timeline: Timeline, place: int, word: Word) -> bool:
    """A later turn of the customer, or an open case, says that it did not come about."""
    enough = min(SAME_MATTER, len(word.about)) or 1
    if any(len(word.about & stems(case)) >= enough for case in timeline.open_cases):
        return True
    return complained_of(word, complaints_after(timeline, place))


def _is_lacking(timeline: Timeline, place: int, word: Word) -> bool:
    """They say that the sum we promised is not there."""
    money = sums(word.quote)
    return bool(money) and any(
        turn.speaker == "customer" and not money.isdisjoint(absent(turn.text))
        for turn in timeline.turns[place + 1 :]
    )


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


def _was_called(timeline: Timeline, place: int, day: date) -> str | None:
    """The first turn of a later contact that our side began, or theirs that speaks of a call.

    Ours must be on what was spoken of, theirs on what they had asked, or soon after the day.
    """
    own = begun = timeline.turns[place].conversation_id
    spoken, asked = _spoken(timeline.turns, own), _matter(timeline, place)
    for turn in timeline.turns[place + 1 :]:
        begins, begun = turn.conversation_id != begun, turn.conversation_id
        if turn.conversation_id == own or turn.at is None:
            continue
        if turn.ours and begins and len(spoken & topic(turn.text)) >= SAME_MATTER:
            return turn.id
        if turn.speaker != "customer" or not _speaks_of_call(turn.text):
            continue
        if turn.at.date() - day <= SOON or not asked.isdisjoint(topic(turn.text)):
            return turn.id
    return None


@lru_cache(maxsize=8192)
def _speaks_of_call(text: str) -> bool:
    """It says that somebody rang; not that somebody should have."""
    if not may_show(_CALLED, plain(text)):
        return False
    return any(
        pattern("promise_called").search(s.lower)
        and not pattern("promise_not_called").search(s.lower)
        for s in sentences(text)
    )


_CALLED = ("promise_called",)


def _settled(timeline: Timeline, place: int, word: Word) -> str | None:
    """A later contact on the very same matter was resolved.

    It must speak of what was promised, or of what a promised call was to be about: what comes up
    in every contact, a name, a priority number, is no matter.
    """
    calls = pattern("promise_calls").search(plain(word.quote))
    core = _matter(timeline, place) if calls else word.about
    own = timeline.turns[place].conversation_id
    core -= _names(timeline.turns, own)
    matter = core | _spoken(timeline.turns, own)
    by_contact: dict[str, set[str]] = {}
    for turn in timeline.turns[place + 1 :]:
        if turn.conversation_id != own and timeline.resolved.get(turn.conversation_id):
            by_contact.setdefault(turn.conversation_id, set()).update(topic(turn.text))
    enough = min(SAME_MATTER, len(core)) or SAME_MATTER
    for said in by_contact.values():
        if len(core & said) >= enough and (calls or len(matter & said) >= SETTLED):
            return "a later contact on the same matter was resolved"
    return None


def _names(turns: Sequence[Said], contact: str) -> frozenset[str]:
    """How people are addressed in a contact: "Mrs Hale"."""
    texts = (turn.text for turn in turns if turn.conversation_id == contact)
    return frozenset[str]().union(*map(topic, (n for text in texts for n in _NAME.findall(text))))


_NAME = re.compile(r"\b(?:Mrs?|Ms|Miss|Dr|Prof|Sir|Madam)\.? [A-Z][\w'-]+")


def _matter(timeline: Timeline, place: int) -> frozenset[str]:
    """What the customer had asked, with substance, when our side gave its word."""
    own = timeline.turns[place].conversation_id
    asked = (
        topic(turn.text)
        for turn in reversed(timeline.turns[:place])
        if turn.conversation_id == own and turn.speaker == "customer"
    )
    return next(filter(None, asked), frozenset())


def _spoken(turns: Sequence[Said], contact: str) -> frozenset[str]:
    spoken = [topic(t.text) for t in turns if t.conversation_id == contact]
    return frozenset().union(*spoken)


def outcomes(resolved: Mapping[str, bool | None]) -> dict[str, bool]:
    """The contacts whose outcome the source gives."""
    return {contact: known for contact, known in resolved.items() if known is not None}
