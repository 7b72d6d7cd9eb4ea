"""The open-loop ledger: what a customer asked and a later turn of ours passed over."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from copilot.ledger.answers import LATER_TURNS, answered, closes_late, ours_here, settled
from copilot.ledger.asks import FEW_WORDS, Ask, asks, times_said, wants_paper
from copilot.ledger.contacts import PerContact
from copilot.ledger.language import sentences
from copilot.ledger.timeline import Said, Timeline

LoopStatus = Literal["open", "answered", "declined_with_reason"]
Asked = Literal["sales", "service", "bot", "company"]


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """A request with its exact words, how often it was made, and where it was answered."""

    conversation_id: str
    turn: str
    quote: str
    what: str
    asked_of: Asked
    first_asked_at: datetime | None
    status: LoopStatus
    times_asked: int
    answer_turn: str | None = None

    @property
    def loop_id(self) -> str:
        """Stable for the same words in the same turn."""
        return f"{self.conversation_id}/{self.turn}/{len(self.quote)}"


@dataclass
class _Matter:
    """All asks for one thing, first to last."""

    asks: list[Ask] = field(default_factory=list)

    @property
    def times(self) -> int:
        first, *again = self.asks
        places = {ask.place for ask in again} - {first.place}
        return max([first.times + len(places), *(ask.times for ask in again)])

    @property
    def is_pressed(self) -> bool:
        """Asked more than once, or long due: only the thing itself closes it."""
        return self.times > 1 or any(ask.is_pressed for ask in self.asks)

    def has(self, ask: Ask, similar: float) -> bool:
        """It reminds of the first ask, or of the latest: the words for a thing change over time."""
        first, last = self.asks[0], self.asks[-1]
        return _same(first, ask, similar) or (last is not first and _same(last, ask, similar))

    @property
    def on_paper(self) -> bool:
        """Once asked for in writing, in whatever words they remind us of it."""
        return any(map(wants_paper, self.asks))


def open_loops(timeline: Timeline, *, similar: float = 0.5) -> list[OpenLoop]:
    """Requests that a turn of ours passed over: open today, or answered in a later contact."""
    turns = timeline.turns
    asked = [ask.at(contact.start) for contact in timeline.contacts for ask in _asked(contact)]
    matters = _matters(turns, asked, similar)
    ours = [place for place, turn in enumerate(turns) if turn.ours]
    found: list[OpenLoop] = []
    for matter in matters:
        if _is_open(turns, ours, matter):
            found.append(_loop(turns, matter))
        elif later := _answered_later(turns, ours, matter):
            answered = _loop(turns, matter)
            found.append(replace(answered, status="answered", answer_turn=later))
    return found


def _read(turns: Sequence[Said]) -> tuple[Ask, ...]:
    """The asks of a contact, and which of them it settles itself."""
    return tuple(
        replace(ask, settled=settled(turns, ask, ours_here(turns, ask))) for ask in asks(turns)
    )


_asked = PerContact(_read)


def _ours_after(turns: Sequence[Said], ours: Sequence[int], place: int) -> list[Said]:
    """Our turns that follow a place; `ours` are the places of all of them."""
    first, end = bisect_right(ours, place), bisect_right(ours, place + LATER_TURNS)
    return [turns[n] for n in ours[first:end]]


def _answered_later(turns: Sequence[Said], ours: Sequence[int], matter: _Matter) -> str | None:
    """The turn of a later contact that took up what the first contact had passed over."""
    ask = matter.asks[0]
    asked = turns[ask.place]
    later = _ours_after(turns, ours, ask.place)
    own = asked.conversation_id
    here = any(t.conversation_id == own for t in later)
    came_back = len({turns[again.place].conversation_id for again in matter.asks}) > 1
    if not came_back and (not here or ask.settled):
        return None
    return next((t.id for t in later if t.conversation_id != own and closes_late(ask, t)), None)


def loop_from(timeline: Timeline, turn: Said, quote: str, what: str, times: int) -> OpenLoop | None:
    """A request that a closer reader found; None where no later turn of ours could answer it."""
    place = timeline.turns.index(turn)
    if not any(t.ours for t in timeline.turns[place + 1 :]):
        return None
    start = turn.text.find(quote)
    sentence = next((s for s in sentences(turn.text) if s.start <= start < s.end), None)
    counted = max(times, times_said(sentence) if sentence else 1, 1)
    asked_of = _asked_of(timeline.turns, place)
    return OpenLoop(
        turn.conversation_id, turn.id, quote[:240], what, asked_of, turn.at, "open", counted
    )


def _matters(turns: Sequence[Said], asks: Sequence[Ask], similar: float) -> list[_Matter]:
    """Asks for the same thing joined, looked up by their words: long timelines stay fast.

    What was answered where it was asked is closed: a like question later is one of its own.
    """
    matters: list[_Matter] = []
    by_word: dict[str, set[int]] = {}
    for ask in asks:
        near = sorted(set[int]().union(*(by_word[w] for w in ask.about if w in by_word)))
        place = next(
            (
                n
                for n in near
                if matters[n].has(ask, similar) and not _closed(turns, matters[n], ask)
            ),
            None,
        )
        if place is None:
            place = len(matters)
            matters.append(_Matter())
        for word in ask.about:
            by_word.setdefault(word, set()).add(place)
        matters[place].asks.append(ask)
    return matters


def _closed(turns: Sequence[Said], matter: _Matter, again: Ask) -> bool:
    last = matter.asks[-1]
    if turns[last.place].conversation_id == turns[again.place].conversation_id:
        return False  # asked again at once: the answer was none
    return not matter.is_pressed and last.settled


def _same(first: Ask, again: Ask, similar: float) -> bool:
    """The same thing is asked for: a word in common is enough for a reminder of it.

    "…and the batteries?" and "They never came" remind; "How do I put the batteries in?" is new.
    """
    shared = len(first.about & again.about)
    if shared < max(1, similar * min(len(first.about), len(again.about))):
        return False
    return shared >= FEW_WORDS or again.is_pressed or again.about <= first.about


def _is_open(turns: Sequence[Said], ours: Sequence[int], matter: _Matter) -> bool:
    last = matter.asks[-1]
    later = _ours_after(turns, ours, last.place)
    if matter.is_pressed:
        passed = any(turns[n].ours for n in range(matter.asks[0].place + 1, last.place + 1))
        return bool(later or passed) and not answered(turns, last, later, on_paper=matter.on_paper)
    return bool(later) and not last.settled and not _settled_late(turns, last, later)


def _settled_late(turns: Sequence[Said], ask: Ask, later: Sequence[Said]) -> bool:
    """Taken up in a later contact."""
    own = turns[ask.place].conversation_id
    return any(closes_late(ask, turn) for turn in later if turn.conversation_id != own)


def _other_words(matter: _Matter) -> Ask:
    """A reminder that says what it is in other words ("my price letter"); else the first ask."""
    first, *again = matter.asks
    other = (ask for ask in again if len(ask.about - first.about) >= FEW_WORDS)
    return next(other, first)


def _loop(turns: Sequence[Said], matter: _Matter) -> OpenLoop:
    ask = matter.asks[0]
    turn = turns[ask.place]
    return OpenLoop(
        turn.conversation_id,
        turn.id,
        ask.quote.text[:240].rstrip(".!"),
        " ".join(_other_words(matter).quote.text.split())[:120],
        _asked_of(turns, ask.place),
        turn.at,
        "open",
        matter.times,
    )


def _asked_of(turns: Sequence[Said], place: int) -> Asked:
    for turn in turns[place + 1 : place + 1 + LATER_TURNS]:
        if turn.ours and turn.conversation_id == turns[place].conversation_id:
            if turn.speaker == "bot":
                return "bot"
            return (
                "sales"
                if turn.role == "sales"
                else "service"
                if turn.role == "service"
                else "company"
            )
    return "company"
