"""The open-loop ledger: what a customer asked and a later turn of ours passed over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from copilot.ledger.commitments import ACCEPTED
from copilot.ledger.language import Sentence, digits, plain, sentences, stems
from copilot.ledger.timeline import Said, Timeline

LoopStatus = Literal["open", "answered", "declined_with_reason"]
Asked = Literal["sales", "service", "bot", "company"]

_ASK = re.compile(
    r"\b(?:can|could|would|will) (?:you|someone|somebody|anyone)\b|\bplease\b|\bremind(?:er|ing)? (?:me|us)\b|\blet me know\b|\bwanted to ask\b|\b(?:still )?waiting (?:for|on)\b"
)
_REPEATED = re.compile(
    r"\b(?:asked|requested|chased|called|rang|written|wrote|emailed|mentioned|told you|said|raised)\b[^.?!]{0,40}?\b(?:(\d+|once|twice|thrice|several|many)(?: times)?|before|already|again|last (?:week|month|time))\b"
    r"|\b(?:(\d)(?:nd|rd|th)|second|third|fourth|fifth) time\b|\b(?:already|again|still) (?:asked|asking|waiting|no (?:answer|reply))\b|\bnobody (?:has )?(?:answered|replied|came back)\b|\b(?:no one|nobody) (?:ever )?(?:answers|answered|replies|replied)\b|\bstill (?:haven't|hasn't|not) (?:heard|had|received|got)\b"
)
_TIMES = {
    "once": 1,
    "twice": 2,
    "thrice": 3,
    "several": 3,
    "many": 3,
    "second": 1,
    "third": 2,
    "fourth": 3,
    "fifth": 4,
}
_CHATTER = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening))\b.{0,30}|how are you.{0,12}|(?:are|is) (?:you|anyone|someone) there.{0,10}|can you help(?: me)?(?: with .{0,30})?\??|could you help(?: me)?.{0,30}|right|ok(?:ay)?|really|haha.{0,20}|you know|isn't it|don't you think)\W*$"
)
_ACTION = re.compile(
    r"\b(?:i've|i'm|we're|we've|i have|we have|done|that's (?:done|sorted|booked|cancelled|changed)|i'll|we'll|i will|sure|of course|certainly|yes|no problem|let me)\b|^(?:no|yes)\b"
)
_OPENS_ANSWER = re.compile(
    r"^(?:that's|that is|it's|it is|this is|yes|no|you can|because|of course|sure|certainly|let me|i'll check|i'm checking|one moment|both|all|everything)\b"
)
_ALL = re.compile(r"\b(?:both|all (?:of (?:that|it|them)|done|three)|everything)\b")
_BUYING = re.compile(
    r"\b(?:buy|order|add|book|upgrade|sell|offer|have a|get a|get an|another|need (?:a|an|two|three|more)|want|like|recommend|anything|something)\b"
)
_RHETORICAL = re.compile(
    r"^(?:isn't|aren't|don't|doesn't|who|really|is that|how (?:hard|difficult))\b.{0,25}$"
)
_DATED = re.compile(
    r"\b(?:by|on|within|before|today|tomorrow|next|this) ?(?:the )?(?:\d|an?\b|mon|tue|wed|thu|fri|sat|sun|today|tomorrow|end|week|hour|morning|afternoon|evening|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|one|two|three|four|five)"
)
_PITCH = re.compile(
    r"\b(?:offer|deal|upgrade|discount|special|premium|package|bundle|interested in|have you (?:considered|thought|seen)|would you like to (?:add|try|hear|upgrade)|while i have you|great news|promotion|save \d+|quote|sign (?:you )?up)\b"
)


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


def open_loops(timeline: Timeline, *, similar: float = 0.5) -> list[OpenLoop]:
    """Requests that at least one later turn of ours passed over, unanswered to this day."""
    turns = timeline.turns
    loops: list[tuple[_Ask, OpenLoop]] = []
    for ask in _asks(turns):
        earlier = next(
            (i for i, (a, _) in enumerate(loops) if _same(a.about, ask.about, similar)), None
        )
        if earlier is not None:
            first, loop = loops[earlier]
            loops[earlier] = (
                first,
                replace(loop, times_asked=max(loop.times_asked + 1, ask.times)),
            )
            if ask.place == first.place:
                loops[earlier] = (first, loop)
            continue
        loop = _loop(timeline, ask)
        if loop:
            loops.append((ask, loop))
    return [loop for _, loop in loops if loop.status == "open"]


def loop_from(timeline: Timeline, turn: Said, quote: str, what: str, times: int) -> OpenLoop | None:
    """A request that a closer reader found; None where no later turn of ours could answer it."""
    place = timeline.turns.index(turn)
    if not any(t.ours for t in timeline.turns[place + 1 :]):
        return None
    start = turn.text.find(quote)
    sentence = next((s for s in sentences(turn.text) if s.start <= start < s.end), None)
    counted = max(times, _times(sentence) if sentence else 1, 1)
    return OpenLoop(
        turn.conversation_id,
        turn.id,
        quote[:240],
        what,
        _asked_of(timeline.turns, place),
        turn.at,
        "open",
        counted,
    )


def _asks(turns: Sequence[Said]) -> list[_Ask]:
    found: list[_Ask] = []
    for place, turn in enumerate(turns):
        if turn.speaker != "customer":
            continue
        spoken = [s for s in sentences(turn.text) if _is_ask(s)]
        for sentence in spoken:
            about = stems(sentence.text)
            if about:
                found.append(_Ask(place, sentence, about, len(spoken) == 1, _times(sentence)))
    return found


def _is_ask(sentence: Sentence) -> bool:
    lowered = sentence.lower
    if _CHATTER.match(lowered) or _RHETORICAL.match(lowered) or len(lowered.split()) < 3:
        return False
    if _REPEATED.search(digits(lowered)):
        return True
    if _BUYING.search(lowered) and not re.search(
        r"\b(?:invoice|receipt|refund|copy|answer|reply)\b", lowered
    ):
        return False
    return lowered.endswith("?") or bool(_ASK.search(lowered))


def _times(sentence: Sentence) -> int:
    """ "I've asked twice" is two earlier times and this one."""
    match = _REPEATED.search(digits(sentence.lower))
    if not match:
        return 1
    word = match.group(1) or match.group(2)
    if match.group(2):
        return int(match.group(2))
    if word:
        return 1 + (int(word) if word.isdigit() else _TIMES.get(word, 1))
    for name, count in _TIMES.items():
        if f"{name} time" in match.group():
            return 1 + count
    return 2


def _same(a: frozenset[str], b: frozenset[str], similar: float) -> bool:
    return bool(a and b) and len(a & b) >= max(1, similar * min(len(a), len(b)))


def _loop(timeline: Timeline, ask: _Ask) -> OpenLoop | None:
    turns = timeline.turns
    turn = turns[ask.place]
    later = [t for t in turns[ask.place + 1 :] if t.ours]
    if not later or _settled(turns, ask, later):
        return None
    return OpenLoop(
        turn.conversation_id,
        turn.id,
        ask.sentence.text[:240].rstrip(".!"),
        " ".join(ask.sentence.text.split())[:120],
        _asked_of(turns, ask.place),
        turn.at,
        "open",
        ask.times,
    )


def _settled(turns: Sequence[Said], ask: _Ask, later: Sequence[Said]) -> bool:
    """Answered, acted upon, refused with a reason, or being worked on at this very moment."""
    if ask.times >= 2:
        return _delivered(turns, ask)
    if any(ask.about & stems(s.text) and _takes_up(s) for t in later for s in sentences(t.text)):
        return True
    reply = later[0]
    if reply.conversation_id != turns[ask.place].conversation_id:
        return False
    lowered = plain(reply.text)
    if _PITCH.search(lowered) and not _ACTION.search(lowered):
        return False
    return not _about_other(turns[ask.place], ask, reply)


def _about_other(asked: Said, ask: _Ask, reply: Said) -> bool:
    """The reply takes up another sentence of the same turn and leaves this one."""
    opening = sentences(reply.text)[0].lower if sentences(reply.text) else ""
    if _OPENS_ANSWER.search(opening) or _ALL.search(plain(reply.text)):
        return False
    others = [
        s for s in sentences(asked.text) if s is not ask.sentence and s.start != ask.sentence.start
    ]
    spoken = stems(reply.text)
    return any(stems(s.text) & spoken for s in others)


def _takes_up(sentence: Sentence) -> bool:
    return not _PITCH.search(sentence.lower)


def _delivered(turns: Sequence[Said], ask: _Ask) -> bool:
    """A repeated request is closed by the thing itself or a dated commitment, not by `I'll see`."""
    done = re.compile(
        r"\b(?:attached|here (?:is|are)|i've (?:sent|emailed|posted|uploaded)|has been (?:sent|issued)|received|got (?:it|the))\b"
    )
    for turn in turns[ask.place + 1 :]:
        if not (turn.ours or turn.speaker == "customer"):
            continue
        for sentence in sentences(turn.text):
            lowered = sentence.lower
            dated = (
                turn.ours
                and _DATED.search(lowered)
                and re.search(r"(?:'ll| will| is | are )", lowered)
            )
            if done.search(lowered) and ask.about & stems(sentence.text):
                return True
            if dated and (
                ask.about & stems(sentence.text)
                or turn.conversation_id == turns[ask.place].conversation_id
            ):
                return True
    return False


def _asked_of(turns: Sequence[Said], place: int) -> Asked:
    for turn in turns[place + 1 :]:
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


def is_acceptance(text: str) -> bool:
    """The customer says yes."""
    return bool(ACCEPTED.search(plain(text)))
