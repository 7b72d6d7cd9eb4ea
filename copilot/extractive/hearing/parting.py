"""Messages that end a talk and ask nothing: thanks, "that did it", "noted, see you then"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.extractive.hearing.settling import WELCOME, is_pleasant, only_thanks

NOTED = "Thank you for letting us know. If anything else comes up, just write."
_NOTHING = "nothing to answer: they"

_SOLVED = re.compile(
    r"\b(?:that|it|this|which)(?:['’]s| has)? (?:just |really |finally |totally )?"
    r"(?:did|done|does|solved|fixed|cracked) (?:it|the (?:trick|job))\b"
    r"|\b(?:did|does|done) the (?:trick|job)\b"
    r"|\b(?:(?:it|that|this|everything)(?:['’]s| is)? (?:all )?)?"
    r"(?:works?|worked|working|fixed|solved)"
    r"(?: (?:now(?! and)|again|fine|perfectly|like a charm|a treat))+\b"
    r"|\b(?:it|that|this|everything|all)(?:['’]s| is) (?:all )?(?:working|fixed|solved|sorted)\b"
    r"|\b(?:that|it) (?:has )?worked\b|\bgot it (?:working|to work)\b"
    r"|\b(?:problem|issue) (?:is )?(?:solved|sorted|gone)\b",
    re.IGNORECASE,
)
_TIME = (
    r"(?:on|at|in|the|about|around|then|there|again|soon|later|tomorrow|tonight|next|this|week"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|morning|afternoon|evening|noon|half past"
    r"|\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\b)?|o['’]clock)"
)
_MEETS = re.compile(
    rf"\b(?:see|speak to|talk to|catch) (?:you|ya|u)(?: all| both)?(?: {_TIME})+(?!\w)",
    re.IGNORECASE,
)
_LEAVES = re.compile(
    rf"{_MEETS.pattern}|\b(?:un)?till?(?: {_TIME})+(?!\w)"
    r"|\b(?:see|speak to|talk to|catch) (?:you|ya|u)\b"
    r"|\b(?:good ?)?bye(?: for now)?\b|\btake care\b"
    r"|\b(?:have|enjoy) an? (?:\w+ )?(?:one|day|evening|weekend)\b"
    r"|\b(?:duly )?noted\b|\bwill do\b|\bunderstood\b|\bgot it\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Ending:
    """What is said to a message that only ends the talk, and why the agent need not answer."""

    reply: str
    note: str


def ending(said: str, ours: str) -> Ending | None:
    """How a message ends the talk, or nothing where a word of it says or asks something more.

    `ours` is our last message: after a question of ours a day or "got it" is its answer.
    """
    if only_thanks(said):
        return Ending(WELCOME, f"{_NOTHING} only say thanks")
    rest = _LEAVES.sub(" ", _SOLVED.sub(" ", said))
    if "?" in said or rest == said or not is_pleasant(rest):
        return None
    if _SOLVED.search(said):
        return Ending(WELCOME, f"{_NOTHING} say that it is solved")
    if ours.rstrip().endswith("?"):
        return None
    if (met := _MEETS.search(said)) and re.search(r"day\b|\d|morrow|week|tonight", met[0]):
        return Ending(NOTED, f"{_NOTHING} take their leave, and count on “{met[0]}”")
    return Ending(NOTED, f"{_NOTHING} only take their leave")
