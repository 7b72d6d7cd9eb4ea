"""How a reply begins and ends: a plain human word for what the customer is facing, no invention."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.domain import Turn
from copilot.extractive.guards.robbed import told_of_theft
from copilot.extractive.hearing.clauses import INDIRECT, REQUEST
from copilot.extractive.hearing.parting import Ending, ending
from copilot.facing import facing

_OPENINGS = {
    "death": "I am very sorry for your loss.",
    "safety": "I am sorry that you have to deal with this; your safety comes first.",
    "hardship": "I am sorry that things are hard at the moment; let us look at what helps.",
}
_WORRIED = re.compile(
    r"\b(?:lie awake|losing sleep|can(?:no|['’])?t sleep|worri(?:ed|es) (?:me|sick|about)|i worry"
    r"|so worried|anxious|at my wits|desperate|keeps me up|(?:scared|afraid) (?:of losing|that))\b",
    re.IGNORECASE,
)
WORRY = "I understand that this worries you."
NOBODY_CAME = "I am sorry that nobody came as agreed."
_TROUBLE = re.compile(
    r"\b(?:broken|not work\w*|doesn['’]t work|won['’]t|stopped|fault\w*|error"
    r"|no (?:heat|signal|internet|dial tone|connection)|cold|offline|slow"
    r"|never (?:came|turned up|arrived)|missed|dropped"
    r"|shows [A-Z]{1,3}\d|code [A-Z]{1,3}\d|says [A-Z]{1,3}\d)",
    re.IGNORECASE,
)
_HAPPY = re.compile(
    r"\b(?:at last|(?:good|great|happy|lovely) news|delighted|so (?:happy|glad|pleased)|thank god"
    r"|works? (?:now|again)|wonderful|congratulations|just (?:married|engaged)|new baby)\b",
    re.IGNORECASE,
)
# "One moment", and what is said to it: neither answers the question before them.
_HOLDING = re.compile(
    r"\b(?:let me (?:just |quickly )?(?:see|check|look|find|have a look)|(?:one|a|just a) (?:moment"
    r"|second|minute|sec)\b|bear with me|hold on|(?:i|we)(?:['’]ll| will)? (?:just )?(?:check"
    r"|look (?:it|that|this|into)|find out|have a look)|looking into (?:it|that|this))",
    re.IGNORECASE,
)
_SHORT_HOLD = 12  # words: more than these may hold an answer
_PATIENT = re.compile(
    r"\b(?:there['’]?s )?no (?:hurry|rush|worries|problem|stress)\b|\btake your time\b"
    r"|\bwhen(?:ever)? you (?:can|have (?:a (?:moment|minute|second)|time))\b"
    r"|\bi(?:['’]ll| will| can) wait\b|\b(?:waiting|still here|bye|sure|alright)\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(r"\b(?:the|my|is|it|you|what|how|and|can|please)\b", re.IGNORECASE)


def opening(turns: list[Turn]) -> str | None:
    """A sentence of sympathy where one is due, once in a conversation."""
    said = [t.text for t in turns if t.speaker == "customer"]
    last_ours = max((n for n, t in enumerate(turns) if t.speaker == "agent"), default=-1)
    now = [t.text for t in turns[last_ours + 1 :] if t.speaker == "customer"]
    before = {m.name for m in facing(text for text in said if text not in now)}
    for matter in facing(now):
        if matter.name in _OPENINGS and matter.name not in before:
            return _OPENINGS[matter.name]
    if any(_HAPPY.search(text) for text in now):
        return None
    if any(_WORRIED.search(text) for text in now):
        return WORRY
    if any(m.name == "missed" for m in facing(now)) and "missed" not in before:
        return NOBODY_CAME
    if last_ours < 0 and any(_is_trouble(text) for text in now):
        return "I am sorry about the trouble."
    return None


def _is_trouble(text: str) -> bool:
    """Something does not work; what was broken into is no fault that steps could mend."""
    return bool(_TROUBLE.search(text)) and not told_of_theft(text)


def still_asked(turns: list[Turn]) -> list[Turn]:
    """The conversation up to the question that is still open.

    Thanks, "no hurry" or a goodbye after our "let me see" leave the question before them open.
    """
    last = max((n for n, t in enumerate(turns) if t.speaker == "agent"), default=-1)
    after, before = turns[last + 1 :], turns[:last]
    if last < 1 or not after or "?" in turns[last].text or not _asks(before[-1]):
        return turns
    ours = turns[last].text
    is_hold = _HOLDING.search(ours) and len(ours.split()) <= _SHORT_HOLD
    return still_asked(before) if is_hold and all(_is_courtesy(t.text) for t in after) else turns


def _asks(turn: Turn) -> bool:
    text = turn.text
    return turn.speaker != "agent" and bool(
        "?" in text or INDIRECT.search(text) or REQUEST.search(text)
    )


def _is_courtesy(text: str) -> bool:
    """Whether a message is polite and says nothing else."""
    return ending(_PATIENT.sub(" ", f"thanks {text}"), "") is not None


def parts(said: str, turns: Sequence[Turn]) -> Ending | None:
    """How a message ends the talk: it thanks, says that there is time or goodbye, no more."""
    ours = next((t.text for t in reversed(turns) if t.speaker == "agent"), "")
    return ending(said, ours) or ending(_PATIENT.sub(" ", said), ours)


def is_care(sentence: str | None) -> bool:
    """Whether an opening speaks to somebody in need, so that it is said even alone."""
    return sentence in _OPENINGS.values()


_CANNOT_READ = re.compile(r"\bcan(?:no|['’])?t (?:\w+ )?(?:read|see) (?:it|that|this|the)\b", re.I)
READ_OUT = "Shall I read it to you now?"


def closing(turns: list[Turn], *, has_steps: bool, channel: str = "chat") -> str | None:
    """What to do if the steps do not help; on the phone, what they cannot read is read to them."""
    is_first = not any(t.speaker == "agent" for t in turns)
    said = " ".join(t.text for t in turns if t.speaker == "customer")
    if channel in ("phone", "voice", "call") and is_first and _CANNOT_READ.search(said):
        return READ_OUT
    if not has_steps or not _ENGLISH.search(said):
        return None
    if facing([said]) and facing([said])[0].name in ("hardship", "death", "safety"):
        return "Tell me what suits you, and we take it from there."
    if _is_trouble(said):
        return "If that does not help, tell me what you see, and we take it from there."
    return None


def greets(turns: list[Turn], channel: str) -> bool:
    """A letter is always greeted; a talk only once."""
    return channel == "email" or not any(t.speaker == "agent" for t in turns)
