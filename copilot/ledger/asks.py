"""What a customer asks for: the sentences, what they are about, how often it was asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from copilot.ledger.language import Sentence, digits, plain, sentences, stem, topic
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Said

BACK = 2  # sentences over which "it" may point: "I closed the shop. He never came. And now?"
FEW_WORDS = 2  # with a pronoun, an ask of so few words speaks of what stands beside it
# How a thing comes: two requests that share no more than this are for two things.
HANDLING = frozenset(
    stem(word)
    for word in "send sends sending sent post posts posted posting ship shipped deliver delivered "
    "forward forwarded provide provided hand handed".split()
)
_TIMES = {"once": 1, "twice": 2, "thrice": 3, "several": 3, "many": 3}
_NTH_TIME = re.compile(
    r"(?:this is )?(?:now )?(?:the |my )?(second|third|fourth|fifth|\d)\w* time(?: now)?\W*"
    r"(?P<rest>.*)"
)
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5}


@dataclass(frozen=True, slots=True)
class Ask:
    place: int
    quote: Sentence
    about: frozenset[str]
    times: int
    is_request: bool  # for something to be done or given; else a question
    is_pressed: bool = False  # put before, or long due: kind words alone do not close it
    settled: bool = False  # by what was said after it in its own contact

    def at(self, start: int) -> Ask:
        """The same ask on a timeline where its contact starts there."""
        place = start + self.place
        return Ask(
            place, self.quote, self.about, self.times, self.is_request, self.is_pressed,
            self.settled,
        )  # fmt: skip


def asks(turns: Sequence[Said]) -> list[Ask]:
    found: list[Ask] = []
    for place, turn in enumerate(turns):
        if turn.speaker == "customer":
            found.extend(_asks_of(place, turn))
    return found


def _asks_of(place: int, turn: Said) -> list[Ask]:
    found: list[Ask] = []
    again = 1  # "You have not answered.", "Third time now." speak of the ask after it
    for sentence in asking(turn.text):
        alone = _NTH_TIME.match(sentence.lower)
        if pattern("loop_unanswered").search(sentence.lower) or (alone and not alone["rest"]):
            again = times_said(sentence)
            continue
        about, times = objects(sentence.text), times_said(sentence)
        pressed = times > 1 or _is_reproach(sentence.lower)
        told = _told_before(turn, sentence) if _points_back(sentence, about) else None
        if told and found and _answers_reproach(found[-1], sentence, told):
            found[-1] = _put(found[-1], sentence, turn, place)
            continue
        if pressed and told and found and found[-1].quote.end >= told.end:
            quote = _joined(turn.text, found[-1].quote, sentence)
            times = max(found[-1].times, times)
            found[-1] = replace(found[-1], quote=quote, times=times, is_pressed=True)
            continue
        whole = _joined(turn.text, told, sentence) if told and pressed else sentence
        if told:
            about |= objects(told.text)
        if about:
            times, pressed = max(times, again), pressed or again > 1
            found.append(
                Ask(place, whole, about, times, _is_request(whole, pressed=pressed), pressed)
            )
            again = 1
    return found


def _answers_reproach(before: Ask, sentence: Sentence, told: Sentence) -> bool:
    """ "He never came. What will you do about it?": the question is what wants an answer.

    Where the reproach says what they had asked for, that is what is open: "Is it possible?" is not.
    """
    is_question = sentence.text.endswith("?") and "?" not in before.quote.text
    asked = _repeated(before.quote.lower)
    return is_question and not asked and before.is_pressed and before.quote.end >= told.end


def _put(before: Ask, sentence: Sentence, turn: Said, place: int) -> Ask:
    """The reproach and its question as one, in the question's words."""
    times = max(before.times, times_said(sentence))
    is_request = _is_request(_joined(turn.text, before.quote, sentence), pressed=True)
    about = before.about | objects(sentence.text)
    return Ask(place, sentence, about, times, is_request, is_pressed=True)


@lru_cache(maxsize=8192)
def objects(text: str) -> frozenset[str]:
    """What is asked for, in one wording; "send" is how it comes, not what it is."""
    lowered = plain(text)
    one = pattern("loop_large_print").sub("large print", lowered)
    one = pattern("loop_in_writing").sub("letter", one)
    about = topic(text if one == lowered else one)  # of the text as it stands it is known
    return about - HANDLING or about


def _is_reproach(lowered: str) -> bool:
    """ "It never came": it is due, though nobody says that it was asked for twice."""
    return bool(pattern("loop_missed").search(lowered))


def _is_request(quote: Sentence, *, pressed: bool) -> bool:
    """Something to be done or given; else a question."""
    lowered = quote.lower
    if lowered.endswith("?") and pattern("loop_wh").search(lowered):
        return bool(
            pattern("loop_please").search(lowered)
        )  # "Which screws do I need?" wants to know
    told = pressed and not lowered.endswith("?")
    return told or bool(pattern("loop_request").search(lowered))


def _points_back(sentence: Sentence, about: frozenset[str]) -> bool:
    """It names nothing of its own: "Nothing came.", "Can that be ordered?" """
    return not about or (len(about) <= FEW_WORDS and _has_pronoun(sentence.lower))


def _has_pronoun(lowered: str) -> bool:
    """ "Is that so?" points at something; "What do I do with that pin?" names it."""
    return any(
        match.group() not in ("that", "this", "those", "these")
        or not pattern("loop_noun_next").match(lowered, match.end())
        or not topic(lowered[match.end() :].split()[0])
        for match in pattern("loop_pronoun").finditer(lowered)
    )


def _told_before(turn: Said, sentence: Sentence) -> Sentence | None:
    """What "Nothing came." is about: the sentence before it, if that says something."""
    before = [s for s in sentences(turn.text) if s.end <= sentence.start][-BACK:]
    telling = next((s for s in reversed(before) if topic(s.text)), None)
    if telling is None or all(_is_reproach(s.lower) for s in before if s.start > telling.start):
        return telling
    return None


def _joined(text: str, first: Sentence, last: Sentence) -> Sentence:
    """Two neighbours as one quote."""
    return Sentence(text[first.start : last.end], first.start, last.end)


@lru_cache(maxsize=8192)
def asking(text: str) -> tuple[Sentence, ...]:
    """The sentences of a turn that ask for something; two questions in one are two."""
    return tuple(
        part for sentence in sentences(text) for part in questions(sentence) if _is_ask(part.lower)
    )


def questions(sentence: Sentence) -> list[Sentence]:
    """ "What is it for, and has it come?" asks two things."""
    cut = pattern("loop_and").search(sentence.lower) if sentence.text.endswith("?") else None
    if not cut:
        return [sentence]
    start, at = sentence.start, cut.end()
    first = sentence.text[: cut.start()]
    return [
        Sentence(first + "?", start, start + len(first)),
        Sentence(sentence.text[at:], start + at, sentence.end),
    ]


@lru_cache(maxsize=8192)
def _is_ask(lowered: str) -> bool:
    """Put to us as a question or a request, due, or said to be asked before; nothing in passing.

    Most sentences ask nothing: what tells that stands first.
    """
    asks_now = lowered.endswith("?") or bool(pattern("loop_ask").search(lowered))
    is_ask = (
        (asks_now and not _in_passing(lowered)) or bool(_repeated(lowered)) or _is_reproach(lowered)
    )
    # "…, and you ring me to sell me one?" asks for nothing
    return is_ask and not pattern("loop_mocks").search(lowered)


def _in_passing(lowered: str) -> bool:
    """Chatter, a mere "please", or what somebody wants to buy."""
    if len(lowered.split()) < (2 if "please" in lowered else 3):
        return True
    if pattern("loop_chatter").match(lowered) or pattern("loop_rhetorical").match(lowered):
        return True
    buying = pattern("loop_buying").search(lowered)
    return bool(buying) and not pattern("loop_paper").search(lowered)


def wants_paper(ask: Ask) -> bool:
    """Something in writing is to be given: to be told it, or rung about it, is not that."""
    return ask.is_request and bool(pattern("loop_wants_paper").search(ask.quote.lower))


@lru_cache(maxsize=8192)  # it is the dearest of all patterns, and asked for more than once
def _repeated(lowered: str) -> re.Match[str] | None:
    """Where a sentence says that its matter was raised before."""
    return pattern("loop_repeated").search(digits(lowered))


def times_said(sentence: Sentence) -> int:
    """ "I've asked twice" is two earlier times and this one."""
    match = _repeated(sentence.lower)
    if not match:
        return 1
    lowered = digits(sentence.lower)
    if match.group("nth"):
        nth = match.group("nth")
        return int(nth[0]) if nth[0].isdigit() else _ORDINALS.get(nth, 2)
    if match.group("count"):
        first = match.group("count").split()[0]
        return 1 + (int(first) if first.isdigit() else _TIMES.get(first, 1))
    if nth := _NTH_TIME.match(lowered):
        return int(nth[1]) if nth[1].isdigit() else _ORDINALS[nth[1]]
    told = len(pattern("loop_asked").findall(lowered)) + lowered.count("and again ")
    return 1 + max(1, told)
