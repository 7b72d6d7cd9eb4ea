"""How a question leans on what was said: "it", "a second one", "cancel now", "why", verb first."""

from __future__ import annotations

import re

from copilot.extractive.language.words import stems

_ONE = (
    r"\b(?:a|an|the|another|second|third|sell|need|get|buy|have|do|want|use|order) one\b(?!\s+(?!if"
    r"|when|for|in|from|to|and|or|at|with|that|by|on|now|too|as|please|then|yet|today)\w)"
)
# "Do I pay if I cancel now?": what would be cancelled was said before.
_OBJECTLESS = (
    r"\b(?:cancel|change|postpone|reschedule|return|exchange)(?= (?:now|today|tomorrow|then|again)"
    r"|\W*$)"
)
REFERS = re.compile(
    rf"\b(?:it|that|this|they|them|those|these)\b|{_ONE}|{_OBJECTLESS}", re.IGNORECASE
)
# "Do you sell one?" names no thing: what it stands for was said before. "A second one" is no time.
TRADE = frozenset(stems("sell buy order offer stock need"))
NAMELESS_TRADE = re.compile(
    rf"{_ONE}|\bwhat (?:do|must|should|would) (?:i|we) (?:need|have) to \w+\b", re.IGNORECASE
)
# Words of a question that no answer has to say: how it is to be told, and "a second one".
BESIDE = re.compile(
    r"\b(?:second|third|further) (?=ones?\b)|\b(?:step by step|one by one|in (?:more )?detail"
    r"|in (?:plain|simple|easy|normal) (?:words|english|terms)|for dummies|in a nutshell"
    r"|from (?:the start|the beginning|scratch|a to z)|all in all|to be (?:exact|precise|honest)"
    r"|exactly|precisely|roughly|basically|properly|correctly|these days)\b",
    re.IGNORECASE,
)
JUST_WHY = re.compile(
    r"^\W*(?:and |so |but )?(?:why|how come)(?: (?:is|was) (?:that|it|this)| does (?:it|that)"
    r"(?: (?:do|happen)(?: that)?)?)?\W*$",
    re.IGNORECASE,
)
# "is sunday ok": a verb before its subject asks; "will do" and "is fine" leave theirs out.
VERB_FIRST = (
    r"^\W*(?:is|are|does|did|will|would|can|could)(?! (?:be|do|not|fine|ok|okay|good|great|still"
    r"|now|only|just|also|always|never)\b) [\w'’]+ \w+"
)
IF = re.compile(r"^\W*(?:(?:and|but|or|so|even|what) )?(?:if|when|once)\b[^?]*$", re.IGNORECASE)
# "How do I fix it?", "What now?": an answer is whatever helps with what was said.
_MEND = "fix solve sort cure clear stop repair resolve remedy undo"
REMEDIES = frozenset(
    stems(f"{_MEND} get rid back work go run online try idea tip advice suggest suggestion")
)
REMEDY = re.compile(
    r"\bhow (?:do|can|could|should|would|to|might) (?:(?:i|we|you) )?(?:best |please )?"
    rf"(?:(?:{'|'.join(_MEND.split())}) (?:it|this|that|them)"
    r"|get (?:it|this|that|them|things) (?:back|working|to work|going|running|fixed|sorted|online)"
    r"|get rid of (?:it|this|that|them))\b"
    r"|\bwhat (?:now|next)\b|\bwhat (?:do|can|could|should|must) (?:i|we) (?:do|try)\b"
    r"|\bany (?:ideas?|tips?|advice|suggestions?)\b",
    re.IGNORECASE,
)
