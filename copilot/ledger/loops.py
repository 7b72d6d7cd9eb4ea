"""The open-loop ledger: what a customer asked and a later turn of ours passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Literal

from copilot.ledger.asks import FEW_WORDS, HANDLING, Ask, asks, questions, times_said
from copilot.ledger.contacts import PerContact
from copilot.ledger.language import Sentence, amounts, digits, plain, sentences, stems, topic
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Said, Timeline

LoopStatus = Literal["open", "answered", "declined_with_reason"]
Asked = Literal["sales", "service", "bot", "company"]
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


def open_loops(timeline: Timeline, *, similar: float = 0.5) -> list[OpenLoop]:
    """Requests that a turn of ours passed over: open today, or answered in a later contact."""
    turns = timeline.turns
    asked = [ask.at(contact.start) for contact in timeline.contacts for ask in _asked(contact)]
    matters = _matters(turns, asked, similar)
    found: list[OpenLoop] = []
    for matter in matters:
        if _is_open(turns, matter):
            found.append(_loop(turns, matter))
        elif later := _answered_later(turns, matter):
            answered = _loop(turns, matter)
            found.append(replace(answered, status="answered", answer_turn=later))
    return found


def _read(turns: Sequence[Said]) -> tuple[Ask, ...]:
    """The asks of a contact, and which of them it settles itself."""
    return tuple(
        replace(ask, settled=_settled(turns, ask, _ours_here(turns, ask))) for ask in asks(turns)
    )


_asked = PerContact(_read)


def _answered_later(turns: Sequence[Said], matter: _Matter) -> str | None:
    """The turn of a later contact that took up what the first contact had passed over."""
    ask = matter.asks[0]
    asked = turns[ask.place]
    later = [t for t in turns[ask.place + 1 : ask.place + 1 + LATER_TURNS] if t.ours]
    own = asked.conversation_id
    here = any(t.conversation_id == own for t in later)
    came_back = len({turns[again.place].conversation_id for again in matter.asks}) > 1
    if not came_back and (not here or ask.settled):
        return None
    return next((t.id for t in later if t.conversation_id != own and _closes_late(ask, t)), None)


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
    by_word: dict[str, list[int]] = {}
    for ask in asks:
        near = sorted({n for word in ask.about for n in by_word.get(word, ())})
        place = next(
            (
                n
                for n in near
                if _same(matters[n].asks[0], ask, similar) and not _closed(turns, matters[n], ask)
            ),
            None,
        )
        if place is None:
            place = len(matters)
            matters.append(_Matter())
            for word in ask.about:
                by_word.setdefault(word, []).append(place)
        matters[place].asks.append(ask)
    return matters


def _closed(turns: Sequence[Said], matter: _Matter, again: Ask) -> bool:
    last = matter.asks[-1]
    if turns[last.place].conversation_id == turns[again.place].conversation_id:
        return False  # asked again at once: the answer was none
    return not matter.is_pressed and last.settled


def _ours_here(turns: Sequence[Said], ask: Ask) -> list[Said]:
    """Our turns after an ask, in its own conversation."""
    own = turns[ask.place].conversation_id
    later = turns[ask.place + 1 : ask.place + 1 + LATER_TURNS]
    return [t for t in later if t.ours and t.conversation_id == own]


def _same(first: Ask, again: Ask, similar: float) -> bool:
    """The same thing is asked for: a word in common is enough for a reminder of it.

    "…and the batteries?" and "They never came" remind; "How do I put the batteries in?" is new.
    """
    shared = len(first.about & again.about)
    if shared < max(1, similar * min(len(first.about), len(again.about))):
        return False
    return shared >= FEW_WORDS or again.is_pressed or again.about <= first.about


def _is_open(turns: Sequence[Said], matter: _Matter) -> bool:
    last = matter.asks[-1]
    later = [t for t in turns[last.place + 1 : last.place + 1 + LATER_TURNS] if t.ours]
    if matter.is_pressed:
        passed = any(t.ours for t in turns[matter.asks[0].place + 1 : last.place + 1 + LATER_TURNS])
        return passed and not _answered(turns, last, later)
    return bool(later) and not last.settled and not _settled_late(turns, last, later)


def _settled_late(turns: Sequence[Said], ask: Ask, later: Sequence[Said]) -> bool:
    """Taken up in a later contact."""
    own = turns[ask.place].conversation_id
    return any(_closes_late(ask, turn) for turn in later if turn.conversation_id != own)


def _settled(turns: Sequence[Said], ask: Ask, here: Sequence[Said]) -> bool:
    """Answered, acted upon, refused with a reason, or being worked on at this very moment.

    All within the contact itself, `here` being our turns in it after the ask.
    """
    if any(_takes_up(ask, sentence) for turn in here for sentence in sentences(turn.text)):
        return True
    if not here:
        return False
    said = [s for s in sentences(here[0].text) if not _is_empty(ask, s)]
    if not said:
        return False
    if _takes_all(here[0]):
        return True
    if pattern("loop_opens_answer").search(said[0].lower):
        return not _answers_another(turns, ask, said[0])
    if _too_short(turns, ask, said):
        return False
    if any(pattern("loop_instructs").search(s.lower) for s in said):
        return True
    if _about_other(turns, ask, said):
        return False
    return not ask.is_request or _acts(said)


def _too_short(turns: Sequence[Said], ask: Ask, said: Sequence[Sentence]) -> bool:
    """One sentence for two questions: the one it does not name is passed over."""
    together = asks([turns[ask.place]])
    if len(said) >= len(together) or not ask.quote.text.endswith("?"):
        return False
    named = _words(ask.quote.text)
    return bool(topic(ask.quote.text)) and not any(named & _words(s.text) for s in said)


def _closes_late(ask: Ask, turn: Said) -> bool:
    """In a later contact it takes more than one word in common: half of what was asked."""
    return any(
        2 * len(ask.about & topic(sentence.text)) >= len(ask.about) and not _is_empty(ask, sentence)
        for sentence in sentences(turn.text)
    )


def _answers_another(turns: Sequence[Said], ask: Ask, opening: Sentence) -> bool:
    """ "Sure, the cover can come back": yes to the question about the cover alone."""
    others = [
        part
        for sentence in sentences(turns[ask.place].text)
        for part in questions(sentence)
        if part.text.endswith("?") and not _overlap(part, ask.quote)
    ]
    return any((_words(part.text) - ask.about) & _words(opening.text) for part in others)


def _overlap(one: Sentence, other: Sentence) -> bool:
    return one.start < other.end and other.start < one.end


def _takes_up(ask: Ask, sentence: Sentence) -> bool:
    """The sentence speaks of what was asked, and is no sales talk."""
    return bool(ask.about & topic(sentence.text)) and not _is_empty(ask, sentence)


def _is_empty(ask: Ask, sentence: Sentence) -> bool:
    """Thanks, sympathy, a good-bye, "nothing yet" or sales talk: whatever it mentions, no answer.

    Who asks for an offer is answered by one.
    """
    lowered = sentence.lower
    if pattern("loop_pleasantry").search(lowered) or pattern("loop_nothing_yet").search(lowered):
        return True
    return _pitches(lowered) and not _pitches(ask.quote.lower)


def _takes_all(reply: Said) -> bool:
    return bool(pattern("loop_all").search(sentences(reply.text)[0].lower))


def _acts(said: Sequence[Sentence]) -> bool:
    """Something is done, promised, refused or asked back."""
    return any(
        pattern("loop_action").search(s.lower)
        or (s.text.endswith("?") and pattern("loop_asks_back").search(s.lower))
        for s in said
    )


def _about_other(turns: Sequence[Said], ask: Ask, said: Sequence[Sentence]) -> bool:
    """The reply takes up something else: another sentence of the turn, or what we spoke of before.

    For a question only another question or wish counts: a reply may well repeat its circumstances.
    """
    spoken: frozenset[str] = frozenset().union(*(_words(s.text) for s in said))
    others = [_words(text) - ask.about for text in _beside(turns, ask)]
    return any(other & spoken for other in others)


def _beside(turns: Sequence[Said], ask: Ask) -> list[str]:
    """What else the turn says and, for a request, what we had said before it.

    Beside a question only other questions and wishes count, unless it is put as an aside.
    """
    asked, quote = turns[ask.place], ask.quote
    every = ask.is_request or bool(pattern("loop_aside").search(quote.lower))
    found = [
        part.text
        for sentence in sentences(asked.text)
        for part in questions(sentence)
        if not _overlap(part, quote) and (every or pattern("loop_wish").search(part.lower))
    ]
    before = turns[ask.place - 1] if ask.place else None
    if ask.is_request and before and before.conversation_id == asked.conversation_id:
        found.append(before.text)
    return found


def _words(text: str) -> frozenset[str]:
    """Content words, amounts and days; nobody's name in a greeting."""
    return (stems(pattern("loop_greeting").sub("", text)) - HANDLING) | amounts(text)


def _answered(turns: Sequence[Said], ask: Ask, later: Sequence[Said]) -> bool:
    """A repeated request is closed by the thing itself or a dated commitment, not by `I'll see`."""
    own = turns[ask.place].conversation_id
    for turn in later:
        here = turn.conversation_id == own
        for sentence in sentences(turn.text):
            lowered, shared = sentence.lower, len(ask.about & topic(sentence.text))
            sent = here and pattern("loop_underway").search(lowered)
            about = shared >= (1 if sent else min(2, len(ask.about)))
            if not (about or here) or _is_empty(ask, sentence):
                continue
            dated = bool(pattern("say_when").search(digits(lowered)))
            if about and (dated or not pattern("loop_vague").search(lowered)):
                return True
            pledged = dated and pattern("loop_pledge").search(lowered)
            if pledged and here and _only_matter(turns, ask, sentence):
                return True
    return _answered_at_once(turns, ask) or _received(turns, ask)


def _only_matter(turns: Sequence[Said], ask: Ask, sentence: Sentence) -> bool:
    """A dated commitment that names something else of a turn with several matters is not for it."""
    others = [text for text in _beside(turns, ask) if len(_words(text) - ask.about) >= FEW_WORDS]
    return len(others) < FEW_WORDS and not _about_other(turns, ask, [sentence])


def _answered_at_once(turns: Sequence[Said], ask: Ask) -> bool:
    """A question put again and answered in other words: "That was 1 March." """
    if ask.is_request or "?" not in ask.quote.text:
        return False
    here = _ours_here(turns, ask)
    return bool(here and pattern("loop_opens_answer").search(plain(here[0].text)))


def _received(turns: Sequence[Said], ask: Ask) -> bool:
    return any(
        ask.about & _receipt(t.text)
        for t in turns[ask.place + 1 : ask.place + 1 + LATER_TURNS]
        if t.speaker == "customer"
    )


@lru_cache(maxsize=8192)
def _receipt(text: str) -> frozenset[str]:
    """What a turn that says something came is about."""
    came = pattern("loop_received").search(plain(text))
    return topic(text) if came else frozenset()


def _pitches(lowered: str) -> bool:
    return bool(pattern("loop_pitch").search(lowered))


def _loop(turns: Sequence[Said], matter: _Matter) -> OpenLoop:
    ask = matter.asks[0]
    turn = turns[ask.place]
    return OpenLoop(
        turn.conversation_id,
        turn.id,
        ask.quote.text[:240].rstrip(".!"),
        " ".join(ask.quote.text.split())[:120],
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
