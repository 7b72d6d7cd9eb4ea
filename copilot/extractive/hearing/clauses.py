"""How a message is taken apart: its sentences, its clauses, and which of them ask or wish."""

from __future__ import annotations

import re
from collections.abc import Iterable

from copilot.extractive.hearing.insults import civil
from copilot.extractive.hearing.referring import VERB_FIRST

SENTENCE = re.compile(r"(?<=[.!?…])[\"')\]”]*\s+|\n+")
OPENER = (
    r"(?:from |until |since |at |by |for |in )?(?:how|what|when|where|who|whom|why|which|whether)\b"
    r"|have(?:n['’]t)? (?:i|we|you|they)\b|any chance\b"
    r"|(?:can|could|do|does|did|is|are|will|would|may|must|shall|should|has)"
    r"(?:n['’]t)? (?:i|we|you|it|that|this|they|he|she|there|my|our|your|the|any|some\w*|a)\b"
)
WISH = r"(?:please|tell me|(?:i|we)(?:['’]d| would) like|(?:i|we) (?:want|need))\b"
CLAUSE = re.compile(
    rf"[;,]?\s+(?:and|or|but|also|plus|then)\s+(?:also\s+|then\s+)?(?=(?:{OPENER}|{WISH}))"
    rf"|[;:,]\s+(?=(?:{OPENER}))|;\s+(?:and\s+)?",
    re.IGNORECASE,
)
# In a question any subject may follow: "and can both lines run …".
CLAUSE_ASKED = re.compile(
    rf"{CLAUSE.pattern}|[;,]?\s+(?:and|or|but)\s+(?=(?:can|could|do|does|is|are|will|would|may)"
    r" (?:\w+ ){1,3}\w+)",
    re.IGNORECASE,
)
OPENS = re.compile(rf"^\W*(?:(?:so|and|but|also|or|then|ok(?:ay)?|well)\W+)*(?:{OPENER})", re.I)
# The verb first, as other languages ask, or both sides of it: "Goes my price up or not".
TURNED = (
    r"^\W*(?:goes|comes|costs|gets|needs|takes|works|stays|ends|starts|runs|counts|keeps|changes"
    r"|rises) (?:my|our|your|the|it|this|that|he|she|they)\b|\bor (?:not|no)\W*$"
)
ASKS = re.compile(
    rf"{OPENS.pattern}|^\W*(?:can|could|do|does|is|are|will|would|may)\b|{TURNED}", re.IGNORECASE
)
INDIRECT = re.compile(rf"{OPENS.pattern}|{TURNED}|{VERB_FIRST}", re.IGNORECASE)
REQUEST = re.compile(
    r"\b(?:please|can you|could you|would you|tell me|let me know|i(?:['’]d| would) like|i want"
    r"|i need|i(?:['’]m| am) (?:looking|trying)|we(?:['’]d| would) like|we want|we need|i have to"
    r"|(?:wanted|want|need|like) to (?:know|ask|cancel|change|move|leave))\b",
    re.IGNORECASE,
)
GREETING = re.compile(
    r"^\W*(?:(?:hi|hello|hey|dear \w+|good (?:morning|afternoon|evening|day)|thanks|thank you)"
    r"(?: there| team| all| again| so much| very much)?\W+)+",
    re.IGNORECASE,
)
# "What do I need, I have three valves": what is said beside a question is no word of it.
ASIDE = re.compile(
    r",\s+(?=(?:i|we|they|he|she|it|my|our)(?:['’]\w+)? (?!can\b|could\b|do\b|must\b|would\b)\w"
    r"|(?:got|had|been|bought|having)\b)",
    re.IGNORECASE,
)
# "Are you still there?", "Hello?": a call that asks nothing of its own.
STILL_THERE = re.compile(
    r"^\W*(?:(?:hello|hi|hey|sorry|so|and|ok(?:ay)?)\W+)*(?:(?:are|r) (?:you|u) (?:still )?(?:there"
    r"|here|with me|listening|on the line)|(?:is )?any(?:one|body) (?:still )?(?:there|here|home)"
    r"|can you hear me|still there|hello)\W*$",
    re.IGNORECASE,
)


def lines_of(texts: Iterable[str]) -> list[str]:
    """The sentences that may ask or tell: no insult, and no mere "hello?" beside another."""
    lines = [s for text in texts for s in SENTENCE.split(civil(text)) if re.search(r"\w", s)]
    return [line for line in lines if not STILL_THERE.match(line)] or lines
