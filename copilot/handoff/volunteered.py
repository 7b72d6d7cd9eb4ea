"""What the customer told by themselves that the receiver would have to ask for again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from copilot.handoff.matter import Matter, place_of
from copilot.handoff.when import answers_to_reaching, is_deadline, is_preferred_time
from copilot.ledger.calendar import WorkingCalendar, due
from copilot.ledger.language import digits, plain
from copilot.needs.scene import Words, shows

MOST = 3  # sentences of a kind
# Steps that the need engine's word list does not know: what they looked at or did to the thing.
_TRIED = re.compile(
    r"(?:\b(?:i|we)(?:'ve| have)?|^|\b(?:and|then)) (?:already |just |both |even |also )?"
    r"(?:(?:re)?checked(?! (?:with|in|out)\b)|looked (?:at|through|under|behind)|unplugged"
    r"|rebooted|unscrewed|swapped|re-?paired|cleared|updated|went through"
    r"|(?:turned|switched|set|plugged) (?:it|them|the \w+|that|this|my \w+|both) "
    r"(?:\w+ )?(?:off|on|in|back|to)|put (?:in )?(?:\w+ )?(?:new|fresh) \w+"
    r"|did (?:that|this|it|all|both|everything)\b)"
    r"|^(?:already )?did (?:that|this|it|all|both|everything)\b"
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


def volunteered(
    matter: Matter, keep: Callable[[str | None], str | None], consent_turn: str | None = None
) -> dict[str, Any]:
    """Tried steps, deadline, decider, budget, preferred time: in their words, or empty."""
    answers = answers_to_reaching(matter.scene.current, consent_turn)

    def is_limit(words: Words) -> bool:
        return is_deadline(words.text) and not is_preferred_time(
            words.text, words.turn.id in answers
        )

    def of(says: Callable[[Words], bool]) -> list[dict[str, Any]]:
        return list(_quotes(matter, says, keep))[-MOST:]

    return {
        "tried": of(lambda w: shows("tried", w.text) or bool(_TRIED.search(plain(w.text)))),
        "deadline": [{**q, "on": _day(matter, q)} for q in of(is_limit)],
        "decider": of(lambda w: bool(_DECIDER.search(w.sentence.lower))),
        "budget": of(lambda w: bool(_BUDGET.search(digits(w.text)))),
        "preferred_time": of(lambda w: is_preferred_time(w.text, w.turn.id in answers)),
    }


def _quotes(
    matter: Matter, says: Callable[[Words], bool], keep: Callable[[str | None], str | None]
) -> Iterator[dict[str, Any]]:
    for words in matter.scene.own_words:
        if says(words) and (quote := keep(words.text)):
            conversation, turn = place_of(words.turn.id)
            yield {"quote": quote, "conversation": conversation, "turn": turn}


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
