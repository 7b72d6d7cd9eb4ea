"""The open-loop ledger: what a customer asked and a later turn of ours passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Literal

from copilot.ledger.language import Sentence, digits, plain, sentences, stems
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Said, Timeline

LoopStatus = Literal["open", "answered", "declined_with_reason"]
Asked = Literal["sales", "service", "bot", "company"]
_TIMES = {"once": 1, "twice": 2, "thrice": 3, "several": 3, "many": 3}
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5}
LATER_TURNS = 40


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


@dataclass(frozen=True, slots=True)
class _Ask:
    place: int
    sentence: Sentence
    about: frozenset[str]
    alone: bool
    times: int


@dataclass
class _Matter:
    """All asks for one thing, first to last."""

    asks: list[_Ask] = field(default_factory=list)

    @property
    def times(self) -> int:
        first, *again = self.asks
        places = {ask.place for ask in again} - {first.place}
        return max([first.times + len(places), *(ask.times for ask in again)])


def open_loops(timeline: Timeline, *, similar: float = 0.5) -> list[OpenLoop]:
    """Requests that a turn of ours passed over: open today, or answered in a later contact."""
    turns = timeline.turns
    matters = _matters(_asks(turns), similar)
    found: list[OpenLoop] = []
    for matter in matters:
        if _is_open(turns, matter):
            found.append(_loop(turns, matter))
        elif later := _answered_later(turns, matter):
            answered = _loop(turns, matter)
            found.append(replace(answered, status="answered", answer_turn=later))
    return found


def _answered_later(turns: Sequence[Said], matter: _Matter) -> str | None:
    """The turn of a later contact that took up what the first contact had passed over."""
    ask = matter.asks[0]
    asked = turns[ask.place]
    later = [t for t in turns[ask.place + 1 : ask.place + 1 + LATER_TURNS] if t.ours]
    here = [t for t in later if t.conversation_id == asked.conversation_id]
    came_back = len({turns[again.place].conversation_id for again in matter.asks}) > 1
    if not came_back and (not here or _settled(asked, ask, here)):
        return None
    return next((t.id for t in later if t not in here and ask.about & stems(t.text)), None)


def loop_from(timeline: Timeline, turn: Said, quote: str, what: str, times: int) -> OpenLoop | None:
    """A request that a closer reader found; None where no later turn of ours could answer it."""
    place = timeline.turns.index(turn)
    if not any(t.ours for t in timeline.turns[place + 1 :]):
        return None
    start = turn.text.find(quote)
    sentence = next((s for s in sentences(turn.text) if s.start <= start < s.end), None)
    counted = max(times, _times(sentence) if sentence else 1, 1)
    asked_of = _asked_of(timeline.turns, place)
    return OpenLoop(
        turn.conversation_id, turn.id, quote[:240], what, asked_of, turn.at, "open", counted
    )


def _matters(asks: Sequence[_Ask], similar: float) -> list[_Matter]:
    """Asks for the same thing joined, looked up by their words: long timelines stay fast."""
    matters: list[_Matter] = []
    by_word: dict[str, list[int]] = {}
    for ask in asks:
        near = dict.fromkeys(n for word in ask.about for n in by_word.get(word, ()))
        place = next((n for n in near if _same(matters[n].asks[0].about, ask.about, similar)), None)
        if place is None:
            place = len(matters)
            matters.append(_Matter())
            for word in ask.about:
                by_word.setdefault(word, []).append(place)
        matters[place].asks.append(ask)
    return matters


def _same(a: frozenset[str], b: frozenset[str], similar: float) -> bool:
    return len(a & b) >= max(1, similar * min(len(a), len(b)))


def _asks(turns: Sequence[Said]) -> list[_Ask]:
    found: list[_Ask] = []
    for place, turn in enumerate(turns):
        if turn.speaker == "customer":
            found.extend(_asks_of(place, turn))
    return found


def _asks_of(place: int, turn: Said) -> list[_Ask]:
    found: list[_Ask] = []
    spoken = _asking(turn.text)
    for sentence in spoken:
        about, times = stems(sentence.text), _times(sentence)
        if times > 1 and len(about) <= 2 and found:  # "I asked that on Monday too."
            found[-1] = replace(found[-1], times=max(found[-1].times, times))
        elif times > 1 and len(about) <= 2 and (told := _told_before(turn, sentence)):
            found.append(_Ask(place, told, stems(told.text), len(spoken) == 1, times))
        elif about:
            found.append(_Ask(place, sentence, about, len(spoken) == 1, times))
    return found


def _told_before(turn: Said, sentence: Sentence) -> Sentence | None:
    """What "Nothing came." is about: the sentence before it, if that says something."""
    before = [s for s in sentences(turn.text) if s.end <= sentence.start]
    return before[-1] if before and len(stems(before[-1].text)) >= 2 else None


@lru_cache(maxsize=8192)
def _asking(text: str) -> tuple[Sentence, ...]:
    """The sentences of a turn that ask for something."""
    return tuple(s for s in sentences(text) if _is_ask(s))


def _is_ask(sentence: Sentence) -> bool:
    lowered = sentence.lower
    if pattern("loop_repeated").search(digits(lowered)):
        return True
    if pattern("loop_chatter").match(lowered) or pattern("loop_rhetorical").match(lowered):
        return False
    if len(lowered.split()) < 3:
        return False
    buying = pattern("loop_buying").search(lowered)
    if buying and not pattern("loop_paper").search(lowered):
        return False
    return lowered.endswith("?") or bool(pattern("loop_ask").search(lowered))


def _times(sentence: Sentence) -> int:
    """ "I've asked twice" is two earlier times and this one."""
    match = pattern("loop_repeated").search(digits(sentence.lower))
    if not match:
        return 1
    if match.group("nth"):
        nth = match.group("nth")
        return int(nth[0]) if nth[0].isdigit() else _ORDINALS.get(nth, 2)
    if match.group("count"):
        first = match.group("count").split()[0]
        return 1 + (int(first) if first.isdigit() else _TIMES.get(first, 1))
    return 2


def _is_open(turns: Sequence[Said], matter: _Matter) -> bool:
    last = matter.asks[-1]
    later = [t for t in turns[last.place + 1 : last.place + 1 + LATER_TURNS] if t.ours]
    if matter.times >= 2:
        passed = any(t.ours for t in turns[matter.asks[0].place + 1 : last.place + 1 + LATER_TURNS])
        return passed and not _answered(turns, last, later)
    return bool(later) and not _settled(turns[last.place], last, later)


def _settled(asked: Said, ask: _Ask, later: Sequence[Said]) -> bool:
    """Answered, acted upon, refused with a reason, or being worked on at this very moment."""
    for turn in later:
        if any(ask.about & stems(s.text) and not _pitches(s.lower) for s in sentences(turn.text)):
            return True
    reply = later[0]
    if reply.conversation_id != asked.conversation_id:
        return False
    lowered = plain(reply.text)
    if _pitches(lowered) and not pattern("loop_action").search(lowered):
        return False
    if _to_be_done(ask) and not lowered.endswith("?"):
        return bool(pattern("loop_action").search(lowered)) and not _about_other(asked, ask, reply)
    return not _about_other(asked, ask, reply)


def _to_be_done(ask: _Ask) -> bool:
    """A request for an act, not for information: a reply that does not take it up passes over."""
    return bool(pattern("loop_must").search(ask.sentence.lower))


def _about_other(asked: Said, ask: _Ask, reply: Said) -> bool:
    """The reply takes up another sentence of the same turn and leaves this one."""
    lowered = plain(reply.text)
    opening = sentences(reply.text)[0].lower if reply.text.strip() else ""
    if pattern("loop_opens_answer").search(lowered) or pattern("loop_all").search(opening):
        return False
    spoken = stems(reply.text)
    return any(
        stems(s.text) & spoken
        for s in sentences(asked.text)
        if s.start != ask.sentence.start
        and len(s.text.split()) >= 3
        and pattern("loop_wish").search(s.lower)
    )


def _answered(turns: Sequence[Said], ask: _Ask, later: Sequence[Said]) -> bool:
    """A repeated request is closed by the thing itself or a dated commitment, not by `I'll see`."""
    conversation = turns[ask.place].conversation_id
    for turn in later:
        for sentence in sentences(turn.text):
            lowered = sentence.lower
            dated = bool(pattern("loop_dated").search(lowered))
            about = len(ask.about & stems(sentence.text)) >= min(2, len(ask.about))
            if about and (dated or not pattern("loop_vague").search(lowered)):
                return not _pitches(lowered)
            if (
                dated
                and pattern("loop_pledge").search(lowered)
                and turn.conversation_id == conversation
            ):
                return True
    received = turns[ask.place + 1 : ask.place + 1 + LATER_TURNS]
    return any(
        pattern("loop_received").search(plain(t.text)) and ask.about & stems(t.text)
        for t in received
        if t.speaker == "customer"
    )


def _pitches(lowered: str) -> bool:
    return bool(pattern("loop_pitch").search(lowered))


def _loop(turns: Sequence[Said], matter: _Matter) -> OpenLoop:
    ask = matter.asks[0]
    turn = turns[ask.place]
    return OpenLoop(
        turn.conversation_id,
        turn.id,
        ask.sentence.text[:240].rstrip(".!"),
        " ".join(ask.sentence.text.split())[:120],
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
