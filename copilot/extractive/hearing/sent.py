"""What customers say they have sent, and advice without the call to send it again."""

from __future__ import annotations

import re
from functools import lru_cache

from copilot.extractive.language.words import stems

_DEED = (
    r"(?:sent|attach(?:ed)?|enclosed?|uploaded|e-?mailed|posted|handed in|forwarded|submitted"
    r"|showed|faxed)"
)
_DID = re.compile(
    r"(?<!do )(?<!did )(?<!can )(?<!must )(?<!may )(?<!should )(?<!could )(?<!if )(?<!shall )"
    r"(?<!when )(?<!would )(?<!once )"
    r"\b(?:i|we)(?:['’]ve| have| had)?(?: already| also| just| now)* "
    rf"{_DEED}\b([^.;!?,\n]{{0,80}})",
    re.IGNORECASE,
)
_IS = re.compile(
    r"([^.;!?,\n]{3,80})\b(?:is|are|was|were|has been|have been) (?:already |also |now )?"
    r"(?:attached|enclosed|sent|uploaded|submitted)\b",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"(?:^|[.;!?,\n])\W*(?:attached|enclosed|here)(?: is| are|['’]s|:)([^.;!?,\n]{3,80})", re.I
)
_IT = re.compile(r"\b(?:it|them|that|this|both|these|those)\b", re.IGNORECASE)
_BEFORE = 80  # characters before "I attach it": what it is
_NO = re.compile(r"\b(?:not|never|n['’]t|will|if|when|should|must|needs? to)\b", re.IGNORECASE)
_CALLS = re.compile(
    r"^(?:(?:so|then|and|also|now|just|please|kindly|first),? )*(?:send|attach|enclose|upload|show"
    r"|e-?mail|post|forward|submit|fax|hand in)\b(?: (?:us|me|in|it to us))?(?P<what>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ALSO = re.compile(r", and | and |, (?=(?:the|an?|your|any|proof|copies)\b)", re.IGNORECASE)
_OF_IT = re.compile(r"\b(?:that|which|who|where|with|so that)\b", re.IGNORECASE)
_PIECE = re.compile(r"(?<=;)\s+|(?<=[^;]:)\s+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
LONG = 4  # letters of a word that names a paper


@lru_cache(maxsize=2_048)
def sent_in(text: str) -> frozenset[str]:
    """Stems of the things a customer says they sent: "the grant has arrived, I attach it"."""
    found: set[str] = set()
    for match in _DID.finditer(text):
        what = match[1]
        if _IT.search(what):
            what = text[max(0, match.start() - _BEFORE) : match.start()]
            what = _SENTENCE.split(what)[-1]
        found.update(stems(what))
    for pattern in (_IS, _HERE):
        for match in pattern.finditer(text):
            found.update(() if _NO.search(match[1]) else stems(match[1]))
    return frozenset(w for w in found if len(w) >= LONG)


def unasked(advice: str, sent: frozenset[str]) -> str | None:
    """A sentence without its call for what was sent; None where nothing else is left of it."""
    if not sent:
        return advice
    first, *more = _PIECE.split(advice, maxsplit=1)
    call = _CALLS.match(first)
    if call is None:
        return advice
    things = _things(call["what"])
    kept = [thing for thing in things if sent.isdisjoint(stems(thing))]
    if len(kept) == len(things):
        return advice
    if not kept:
        return more[0] if more else None
    if kept == things[: len(kept)]:  # the last ones are here: the sentence ends before them
        end = first.index(kept[-1], call.start("what")) + len(kept[-1])
        return " ".join([first[:end].rstrip(" ,") + (";" if more else "."), *more])
    return advice


def _things(what: str) -> list[str]:
    """What is called for, one by one; what is said of a thing stays with it."""
    of_it = _OF_IT.search(what)
    head, tail = (what[: of_it.start()], what[of_it.start() :]) if of_it else (what, "")
    things = [part for part in _ALSO.split(head) if part.strip(" .")]
    return [*things[:-1], things[-1] + tail] if things else [what]


def asks_again(text: str, sent: frozenset[str]) -> bool:
    """Whether a reply calls for what was sent."""
    return any(unasked(part, sent) != part for s in _SENTENCE.split(text) for part in _calls(s))


def _calls(sentence: str) -> list[str]:
    """A sentence and what it says after a colon or semicolon, for a call may stand there."""
    return [sentence, *_PIECE.split(sentence)[1:]]
