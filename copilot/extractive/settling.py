"""Messages that ask nothing but settle something: a yes to what we offered, or an order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.domain import Turn
from copilot.extractive.products import named

MAX_WORDS = 14  # a yes is short; more holds a wish of its own

_YES = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|yes|yep|yeah|sure|fine|perfect|great|agreed|deal|alright|all right"
    r"|go ahead|please do|do (?:it|that)|book it|let['’]?s do|that works|sounds good)\b)"
    r"|\b(?:go ahead|please do so|book (?:it|that)|that works for me|i agree|i confirm)\b",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\?|\b(?:no|not|n['’]t|don['’]t|but|unless|if|before|until|how|what|when|why|still|instead)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"(?:\bplease|\b(?:i|we)(?:['’]d| would) like to|\b(?:i|we) (?:want|need) to|\bcan (?:i|you)"
    r"|\bcould you)\b[^.?!]{0,30}\b(?:order|book|buy|add|sign (?:me|us) up)\b",
    re.IGNORECASE,
)
_NO_ORDER = re.compile(
    r"\b(?:cancel\w*|return\w*|my order|the order|how|where|whether|track\w*|chang\w+)\b", re.I
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")

YES = "Thank you, I go ahead with that as we agreed."
ORDER = "Thank you, I will see to your order."


def nothing_new(turns: Sequence[Turn]) -> str | None:
    """Why there is nothing to answer: our side spoke last, or the last message is empty."""
    public = [t for t in turns if t.visibility == "public"]
    if not public:
        return None
    if not public[-1].text.strip():
        return "nothing new was asked: the last message is empty"
    if public[-1].speaker == "agent":
        return "nothing new was asked: our side spoke last"
    return None


def agreed(turns: Sequence[Turn]) -> str | None:
    """What the agent is to do where the customer says yes to our last message."""
    if len(turns) < 2 or turns[-1].speaker != "customer" or turns[-2].speaker != "agent":
        return None
    said = " ".join(turns[-1].text.split())
    if len(said.split()) > MAX_WORDS or not _YES.search(said) or _UNSURE.search(said):
        return None
    offer = _SENTENCE.split(" ".join(turns[-2].text.split()))[-1][:160]
    return f"they confirm “{said}” after our “{offer}”: carry it out and say so"


def ordered(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The products that a message orders outright."""
    found: list[str] = []
    for sentence in _SENTENCE.split(text):
        if _ORDER.search(sentence) and not _NO_ORDER.search(sentence):
            found += named(sentence, names)
    return tuple(dict.fromkeys(found))
