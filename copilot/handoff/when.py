"""When: the day by which a customer needs something, and when they want to be reached."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from copilot.ledger import Said
from copilot.ledger.calendar import MONTHS
from copilot.ledger.language import digits, sentences

_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_TIME = (
    rf"(?:(?:on |any |every )?(?:{_DAYS})s?|week ?days?|week ?ends?|mornings?|afternoons?|evenings?"
    r"|lunch ?(?:time|break)?|noon|midday|tomorrow|tonight|today|next week|office hours"
    r"|(?:after|before|from|until|till|at|between|around|by|about) \d{1,2}(?:[:.]\d\d)?"
    r"(?: ?(?:am|pm|o'clock))?|after (?:work|school|hours)|during the (?:day|week)"
    r"|in the (?:morning|afternoon|evening))"
)
_REACH = (
    r"(?:call(?:s|ing| ?back)?|ring|phone|reach|contact|e-?mail|write|text|speak|talk|visit"
    r"|come (?:by|over|round)|(?:could|to|can) meet|meet (?:me|us)|get (?:me|us)|appointment)"
)
_SUITS = (
    r"(?:suits?|(?:is|are|would be|works?|work) (?:best|better|good|fine|easiest|ok(?:ay)?|me|for"
    r" (?:me|us))|(?:i'?m|i am|we'?re|we are) (?:\w+ )?(?:free|in|home|off|around|available"
    r"|reachable)"
    r"|(?:best|good) time|prefer\w*)"
)
_PREFERRED = re.compile(
    rf"\b{_REACH}\b.{{0,60}}?\b{_TIME}\b|\b{_TIME}\b.{{0,40}}?\b{_REACH}\b"
    rf"|\b{_TIME}\b.{{0,25}}?\b{_SUITS}\b|\b{_SUITS}\b.{{0,25}}?\b{_TIME}\b"
)
_SOME_TIME = re.compile(rf"\b{_TIME}\b")
# Our question to which "tomorrow after four" is a time to be reached.
_MAY_WE_REACH = re.compile(
    rf"\b{_REACH}\b|\bget in touch\b|\bpass (?:this|it|you|your)\b|\bhand (?:this|it|you)\b"
    r"|\bwhen (?:suits|would|can|could|shall|is)\b|\b(?:what|which) (?:time|day)\b"
)
_LIMIT = (
    r"(?:before|by|until|till|no later than|not later than|at the latest|in time for|ahead of"
    r"|within)"
)
_DAY = (
    rf"(?:(?:the )?(?:start|beginning|middle|end) of|(?:this|next|the coming|the) (?:{_DAYS}"
    rf"|week|weekend|month|year|season|bill)|{_DAYS}|(?:early |mid |late )?(?:{'|'.join(MONTHS)})"
    r"|(?:the )?\d{1,2}(?:st|nd|rd|th)\b|\d{1,2} (?:of )?(?:"
    rf"{'|'.join(MONTHS)})|\d{{1,2}}[./]\d{{1,2}}\b|\d{{4}}-\d\d-\d\d"
    r"|(?:a|\d+) (?:working )?(?:days?|weeks?|months?)|christmas|new year|easter|tomorrow|tonight"
    r"|today|summer|autumn|winter|spring)"
)
_UNTIL = r"(?:before|until|no later than|not later than|in time for|ahead of)"
_CLOCK = (  # "by post" and "the till people" set no limit
    r"(?:\d{1,2}(?:[:.]\d\d)?\b(?! ?(?:%|percent|pounds?|euros?|£))|noon|midday|midnight|lunch"
    r"|the (?:time|morning|evening|afternoon))"
)
_WITHIN = r"(?:today|tonight|tomorrow|this (?:week|weekend|month|year)|within \d+ \w+)"
_WANTS = (
    r"(?<!n't )(?<!not )\b(?:needs?|needed|wants?|must|has to|have to|should|please|requires?"
    r"|insist|expect|(?:'d| would) like|would need|hop(?:e|ing) to|plan(?:ning)? to|has got to"
    r"|have got to)\b"
)
_DEADLINE = re.compile(
    # a day that limits
    rf"\b{_LIMIT}(?: the)? {_DAY}|\b{_DAY}(?: \w+)? at the latest\b"
    r"|\b(?:my|our|the) deadline\b|\bdeadline is\b"
    # an event or an hour limits only what is wanted: "I freeze by four" tells how it is
    rf"|{_WANTS}.{{0,80}}?\b(?:{_UNTIL} (?!(?:me|us|you|him|her|them|then|that|now)\b)\w"
    rf"|{_LIMIT} {_CLOCK})"
    rf"|{_WANTS}.{{0,60}}?\b(?:(?:on|in|from) (?:the )?{_DAY}|{_WITHIN})\b"
    # "this week or I go"
    rf"|\b(?:{_WITHIN}|{_LIMIT} {_DAY})[,.]? (?:or (?:else|i|we)\b|otherwise\b)"
    # what happens on a day of its own
    rf"|\b(?:opens?|opening|starts?|moves?|moving|due)\b.{{0,60}}?"
    rf"\b(?:on|in|from) (?:the )?{_DAY}\b"
)
# What was, or happens every day, sets no day: "it worked until Monday", "we waited till June".
_TOLD = re.compile(
    r"\b(?:was|were|had|did|didn't|came|went|worked|waited|lasted|ran|rang|got|paid|bought|stopped"
    rf"|ended|broke|sat|kept|used to)\b(?:(?!{_WANTS})[^,;.!?]){{0,60}}\b{_LIMIT}\b"
)
_OF_OURS = re.compile(
    r"\b(?:you|they|he|she|somebody|someone|colleague|lady|man|engineer|sales)\b.{0,25}\b(?:said|"
    r"promised|told|assured|wrote|call(?:ed)?|rang|would)\b|\bwas (?:told|promised)\b"
    r"|\b(?:promised|assured|sold) (?:me|us)\b"
)
# What they will do themselves: "I'll ring you on Monday".
_THEIR_ACT = re.compile(
    r"\b(?:i|we)(?:'ll|'m going to|'re going to| will| shall)? (?:then )?(?:call|ring|phone|write"
    r"|e-?mail|tell|ask|let you know|(?:come|get) back)\b(?! (?:me|us)\b)"
)
_REACH_ME = re.compile(rf"\b{_REACH} (?:me|us)\b")
_PAST = re.compile(
    r"\b(?:i|we) (?:(?!need\b)\w+ed|was|were|had|did|rang|wrote|spoke|came|went)\b|\bago\b"
)
_FOR_ITSELF = re.compile(rf"{_WANTS}|\b(?:opens?|opening|starts?|moves?|moving|due|works?)\b")
_WISHED = re.compile(r"\b(?:can|could|would|may|shall|possible|okay?|all right)\b")
_POLITE = re.compile(r"\bplease\b")


def answers_to_reaching(said: Sequence[Said], consent: str | None) -> frozenset[str]:
    """The customer's turns that answer whether, or when, we may reach them."""
    found = {consent} if consent else set()
    for before, turn in pairwise(said):
        if turn.speaker == "customer" and before.ours and _asks_to_reach(before.text):
            found.add(turn.id)
    return frozenset(found)


def _asks_to_reach(text: str) -> bool:
    asked = (s.lower for s in sentences(text) if s.text.rstrip().endswith("?"))
    return any(_MAY_WE_REACH.search(one) for one in asked)


def is_preferred_time(text: str, is_answer: bool) -> bool:  # noqa: FBT001 - a property of the text
    """When to reach them: said with the call, or in answer to our asking whether we may."""
    said = digits(text)
    if _OF_OURS.search(said) or (_THEIR_ACT.search(said) and not _REACH_ME.search(said)):
        return False
    if _PREFERRED.search(said):
        return True
    if said.rstrip().endswith("?") and not _WISHED.search(said):
        return False
    apart = _FOR_ITSELF.search(_POLITE.sub("", said)) or _PAST.search(said)
    return is_answer and bool(_SOME_TIME.search(said)) and not apart


def is_deadline(text: str) -> bool:
    """A day by which they need something; not one that we had named, nor an hour of their day."""
    said = digits(text)
    return (
        bool(_DEADLINE.search(said))
        and not _OF_OURS.search(said)
        and not _TOLD.search(said)
        and not text.rstrip().endswith("?")
    )
