"""What the customer told by themselves that the receiver would have to ask for again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from copilot.handoff.matter import Matter, place_of
from copilot.ledger.calendar import MONTHS, WorkingCalendar, due
from copilot.ledger.language import digits
from copilot.needs.scene import Words, shows

MOST = 3  # sentences of a kind
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
_DEADLINE = re.compile(
    r"\b(?:before|by|until|till|no later than|not later than|in time for|latest|deadline|ahead of|"
    rf"(?:need\w*|want\w*|must|has to|have to|opens?|opening|starts?|moves?|moving|due)\b.{{0,60}}?"
    rf"\b(?:on|in|from) (?:the )?(?:\d+|{'|'.join(MONTHS)}|{_DAYS}|next))\b"
)
_MONEY = r"[£$€]?\s?\d[\d.,]*\s?(?:k\b|[£$€]|pounds?|euros?|dollars?|quid|gbp|eur|usd)?"
_SUM = r"(?:[£$€]\s?\d|\d[\d.,]*\s?(?:[£$€]|pounds?|euros?|dollars?|quid|(?:a|per) (?:month|year)))"
_BUDGET = re.compile(
    rf"\bbudget\w*\b.{{0,40}}?{_MONEY}|{_MONEY}.{{0,30}}?\bbudget"
    r"|\b(?:(?:can|could|would)(?:n't|'t|not)?|(?:want|willing|happy|prepared|ready|like) "
    r"to|have|had|not) (?:only |really |just |rather not )?(?:spend|pay|afford|stretch to"
    rf"|go (?:up to|to|higher than|over)|set aside|put aside)\b.{{0,25}}?{_SUM}"
    rf"|\b(?:should|must|may|can)(?:n't|'t| not) (?:cost|be|come to) (?:any )?more than {_SUM}"
    r"|\b(?:under|below|less than|no(?:t)? more than|up to|at most|max(?:imum)?(?: of)?)\s?"
    rf"{_SUM}"
)
_ROLE = (
    r"(?:husband|wife|partner|spouse|boyfriend|girlfriend|flatmates?|housemates?|landlord|landlady"
    r"|parents?|mum|mother|dad|father|son|daughter|boss|manager|director|owner|chief|head|board"
    r"|committee|council|trustees?|treasurer|accountant|bookkeeper|finance\w*|procurement"
    r"|purchasing|it(?: team| department)?|head office|management|co-?founder|ceo|cfo|cto"
    r"|business partner|family|team|association|agency|insurer)"
)
_DECIDES = (
    r"(?:(?:makes?|takes?) (?:\w+ ){0,2}decisions?"
    r"|decid\w+|approv\w+|agree\w*|sign\w* (?:it )?off|sign\w*|okay\w*|ok'?s?|authori[sz]\w+"
    r"|(?:has|have|gets?) (?:the (?:last|final) )?(?:say|word))"
)
_DECIDER = re.compile(
    rf"\b(?:my|our|the|a) (?:[\w-]+ )?{_ROLE}\b(?! (?:told|said|says))"
    rf"[^.;!?]{{0,40}}?\b{_DECIDES}\b"
    rf"|\b(?:ask|check with|speak (?:to|with)|talk (?:to|with)|consult|clear (?:it|this) with"
    rf"|run (?:it|this|that) (?:by|past)|discuss (?:it|this|that) with|approval (?:of|from|by)"
    rf"|sign-?off (?:of|from|by)|up to|decided by|depends on) "
    rf"(?:it )?(?:with )?(?:my|our|the) (?:[\w-]+ )?{_ROLE}\b"
    r"|\b(?:i|we) (?:alone )?(?:decide|make the decisions?|can decide|sign(?: it)? off)\b"
    r"|\b(?:decision|choice) is (?:mine|ours|my own)\b|\bup to me\b"
    r"|\b(?:it's|it is|that's|that is) (?:my|our) (?:own )?(?:decision|choice)\b"
)
_OF_OURS = re.compile(
    r"\b(?:you|they|he|she|somebody|someone|colleague|lady|man|engineer|sales)\b.{0,25}\b(?:said|"
    r"promised|told|assured|wrote|call(?:ed)?|rang|would)\b|\bwas (?:told|promised)\b"
)


def volunteered(matter: Matter, keep: Callable[[str | None], str | None]) -> dict[str, Any]:
    """Tried steps, deadline, decider, budget, preferred time: in their words, or empty."""

    def of(says: Callable[[Words], bool]) -> list[dict[str, Any]]:
        return list(_quotes(matter, says, keep))[-MOST:]

    return {
        "tried": of(lambda w: shows("tried", w.text)),
        "deadline": [{**q, "on": _day(matter, q)} for q in of(_is_deadline)],
        "decider": of(lambda w: bool(_DECIDER.search(w.sentence.lower))),
        "budget": of(lambda w: bool(_BUDGET.search(digits(w.text)))),
        "preferred_time": of(
            lambda w: (
                bool(_PREFERRED.search(digits(w.text))) and not _OF_OURS.search(digits(w.text))
            )
        ),
    }


def _quotes(
    matter: Matter, says: Callable[[Words], bool], keep: Callable[[str | None], str | None]
) -> Iterator[dict[str, Any]]:
    for words in matter.scene.own_words:
        if says(words) and (quote := keep(words.text)):
            conversation, turn = place_of(words.turn.id)
            yield {"quote": quote, "conversation": conversation, "turn": turn}


def _is_deadline(words: Words) -> bool:
    """A day by which they need something; not one that we had named, nor when to call them."""
    said = digits(words.text)
    return (
        bool(_DEADLINE.search(said))
        and not _OF_OURS.search(said)
        and not _PREFERRED.search(said)
        and not words.text.rstrip().endswith("?")
    )


def _day(matter: Matter, quote: dict[str, Any]) -> str | None:
    """The day in figures, seen from the day it was said."""
    said = next(
        (
            w.turn.at
            for w in matter.scene.own_words
            if place_of(w.turn.id) == (quote["conversation"], quote["turn"])
        ),
        None,
    )
    on = due(quote["quote"], (said or matter.scene.as_of).date(), WorkingCalendar()).on
    return on.isoformat() if on else None
