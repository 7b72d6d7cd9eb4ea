"""Whether a turn of ours answers what was asked: with the thing, an act or a reason."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from copilot.ledger.asks import FEW_WORDS, HANDLING, Ask, asks, objects, questions, wants_paper
from copilot.ledger.commitments import commitments
from copilot.ledger.language import Sentence, amounts, digits, plain, sentences, stems, topic
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Said

LATER_TURNS = 40


def ours_here(turns: Sequence[Said], ask: Ask) -> list[Said]:
    """Our turns after an ask, in its own conversation."""
    own = turns[ask.place].conversation_id
    later = turns[ask.place + 1 : ask.place + 1 + LATER_TURNS]
    return [t for t in later if t.ours and t.conversation_id == own]


def settled(turns: Sequence[Said], ask: Ask, here: Sequence[Said]) -> bool:
    """Answered, acted upon, refused with a reason, or being worked on at this very moment.

    All within the contact itself, `here` being our turns in it after the ask.
    """
    if wants_paper(ask) and not any(map(_gives_paper, here)):
        return False
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


def _gives_paper(reply: Said) -> bool:
    """It is sent, promised, refused or corrected: not merely told by word of mouth."""
    return any(pattern("loop_paper_given").search(s.lower) for s in sentences(reply.text))


def _too_short(turns: Sequence[Said], ask: Ask, said: Sequence[Sentence]) -> bool:
    """One sentence for two questions: the one it does not name is passed over."""
    together = asks([turns[ask.place]])
    if len(said) >= len(together) or not ask.quote.text.endswith("?"):
        return False
    named = _words(ask.quote.text)
    return bool(topic(ask.quote.text)) and not any(named & _words(s.text) for s in said)


def closes_late(ask: Ask, turn: Said) -> bool:
    """In a later contact it takes more than one word in common: half of what was asked."""
    return any(
        2 * len(ask.about & _speaks(sentence.text)) >= len(ask.about)
        and not _is_empty(ask, sentence)
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
    return bool(ask.about & _speaks(sentence.text)) and not _is_empty(ask, sentence)


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
        or commitments(s.text, sales=False)
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
    same = before and before.conversation_id == asked.conversation_id
    if ask.is_request and before and same and not _chooses(ask, before):
        found.append(before.text)
    return found


def _chooses(ask: Ask, before: Said) -> bool:
    """ "A new bag, please", where ours had asked "a credit or a new bag?": one matter, not two."""
    put = (s for s in sentences(before.text) if before.ours and s.text.endswith("?"))
    return any(ask.about & _words(s.text) for s in put)


def _words(text: str) -> frozenset[str]:
    """Content words, amounts and days; nobody's name in a greeting."""
    return (stems(pattern("loop_greeting").sub("", text)) - HANDLING) | amounts(text)


def answered(
    turns: Sequence[Said], ask: Ask, later: Sequence[Said], *, on_paper: bool = False
) -> bool:
    """A repeated request is closed by the thing itself or a dated commitment, not by `I'll see`."""
    own = turns[ask.place].conversation_id
    for turn in later:
        here = turn.conversation_id == own
        for sentence in sentences(turn.text):
            lowered, shared = sentence.lower, len(ask.about & _speaks(sentence.text))
            sent = here and pattern("loop_underway").search(lowered)
            about = shared >= (1 if sent else min(2, len(ask.about)))
            if not (about or here) or _is_empty(ask, sentence):
                continue
            dated = bool(pattern("say_when").search(digits(lowered)))
            if about and (dated or not pattern("loop_vague").search(lowered)):
                return True
            if on_paper and not pattern("loop_paper_given").search(lowered):
                continue  # "Somebody rings you on Monday" puts nothing in writing
            pledged = dated and pattern("loop_pledge").search(lowered)
            if pledged and here and _only_matter(turns, ask, sentence):
                return True
    return (not on_paper and _answered_at_once(turns, ask)) or _received(turns, ask)


def _only_matter(turns: Sequence[Said], ask: Ask, sentence: Sentence) -> bool:
    """A dated commitment that names something else of a turn with several matters is not for it."""
    others = [text for text in _beside(turns, ask) if len(_words(text) - ask.about) >= FEW_WORDS]
    return len(others) < FEW_WORDS and not _about_other(turns, ask, [sentence])


def _answered_at_once(turns: Sequence[Said], ask: Ask) -> bool:
    """A question put again and answered in other words: "That was 1 March." """
    if ask.is_request or "?" not in ask.quote.text:
        return False
    here = ours_here(turns, ask)
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
    return _speaks(text) if came else frozenset()


@lru_cache(maxsize=8192)
def _speaks(text: str) -> frozenset[str]:
    """What a sentence is about, in its own words and in those in which things are asked for."""
    return topic(text) | objects(text)


def _pitches(lowered: str) -> bool:
    return bool(pattern("loop_pitch").search(lowered))
