"""Which contract a message wants to end, and which of its questions are about that alone."""

from __future__ import annotations

import re

from copilot.domain import Entitlement
from copilot.extractive.hearing.asking import Ask
from copilot.extractive.hearing.clauses import SENTENCE
from copilot.extractive.hearing.sorts import names_sum
from copilot.extractive.language.words import stem, stems
from copilot.extractive.records.products import named
from copilot.extractive.records.record import spoken_of
from copilot.extractive.worked.told import Desk
from copilot.guardrails.days import MONTHS

# "cancel my internet", "get out of the contract", "end my plan": a contract, no visit or order.
_CONTRACT = (
    r"(?:contract|plan|internet|broadband|subscription|membership|policy|service|account|line"
    r"|tariff|agreement|rental|hire|lease|everything|it all)"
)
_HIRED = r"(?:machine|device|appliance|equipment|instrument|unit)"  # that is no order or visit
_LEFT = r"(?:contract|plan|subscription|membership|agreement|tariff|policy)"
_WHOSE = r"(?:my|our|the|this|your)"
_NO_MORE = r"(?! (?:from |being )?\w+ing\b)"  # "stop my internet dropping"
LEAVES = re.compile(
    r"\b(?P<verb>cancel\w*|terminat\w+|end(?:ing)?|quit|stop|close|give up|get(?:ting)? out of"
    r"|give notice"
    r"|leav(?:e|ing))\b(?P<what>[^.?!;\n]{0,60})",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"\b(?:i|we)(?:['’]d| would)? (?:want|like|need|have|am going|['’]m going)(?: to)? "
    r"(?:cancel|leave|quit)\b(?! (?:a|an|the|my|our|this|that|it|feedback|room|home|message"
    r"|you|for|behind|with|town|work|from)\b)"
    r"|\bif (?:i|we) (?:cancel|leave|quit)\b(?! (?:a|an|the|my|our|this|that) )"
    r"|\bcan (?:i|we) (?:still )?(?:cancel|leave)\b(?! (?:a|an|the|my|our|this|that) )"
    r"|\bleav(?:e|ing) you\b(?! (?:a|an|the|my|with|to)\b)"
    r"|\bcosts? (?:me |us )?to (?:get out|leave|cancel|quit)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:order|appointment|visit|booking|slot|delivery|parcel|payment|direct debit|engineer"
    r"|meeting|call|trip|flight|reservation|request|complaint|offer|withdraw\w*)\b",
    re.IGNORECASE,
)
_NOT_NOW = re.compile(
    r"\b(?:do(?:es)?(?:n['’]t| not) want to|not (?:going to )?(?:cancel|leave)"
    r"|already (?:cancelled|left)"
    r"|cancelled (?:in|on|last)|keep (?:my|the|it)|instead of cancel\w*|renew\w*)\b",
    re.IGNORECASE,
)
_ABOUT_IT = frozenset(
    stems(
        """cost costs pay owe owed charge charged fee price money notice when long soon earliest
        early end ends cancel cancelled cancelling leave leaving quit terminate stop close contract
        term minimum plan internet broadband line subscription membership service policy account
        anything nothing month day date penalty exit bound tied free still get period damage kindly
        confirm know let last today out machine rental over"""
    )
)


_MONTH_ALONE = re.compile(rf"\bin (?:early |late |mid[- ])?(?:{'|'.join(MONTHS)})\b", re.I)


def month_of_leaving(text: str) -> str:
    """A month without a day, where they say it of leaving: "I sent it in May" names no end."""
    parts = [part for part in SENTENCE.split(text) if LEAVES.search(part)]
    return next((m[0] for part in parts if (m := _MONTH_ALONE.search(part))), "")


def speaks_of_leaving(text: str, desk: Desk) -> bool:
    """Whether a message is about ending a contract they have, and no order or appointment."""
    if _NOT_NOW.search(text):
        return False
    names = tuple(e.name for e in desk.record.held) or desk.names
    for match in LEAVES.finditer(text):
        what = match["what"]
        if _OTHER.search(what.split(",")[0][:40]) or re.match(
            r" \w+ing\b", what
        ):  # "stop taking money from …"
            continue
        is_left = match["verb"].lower().startswith("leav")  # feedback, or the internet on
        things, between = (_LEFT, "") if is_left else (_CONTRACT, r"(?:[\w-]+ ){0,2}?")
        if re.match(rf" {between}{_WHOSE} (?:[\w-]+ ){{0,2}}?{things}\b{_NO_MORE}", what, re.I):
            return True
        if match["verb"].lower().startswith(("cancel", "terminat")) and re.match(
            rf" {_WHOSE} {_HIRED}\b(?!['’\-]| (?:order|delivery|visit|booking|repair))", what, re.I
        ):
            return True
        if things is _CONTRACT and re.match(r" (?:everything|it all)\b", what, re.I):
            return True
        if re.match(rf" {_WHOSE} ", what, re.I) and spoken_of(what, names):
            return True
        if any(re.match(rf" {re.escape(name)}\b", what, re.I) for name in names):
            return True
    return bool(_ALONE.search(text))


def not_theirs(desk: Desk, text: str) -> tuple[str, ...]:
    """What they want to end by its name, and do not have: "cancel my backup line" ends no plan."""
    held = tuple(e.name for e in desk.record.held)
    ended = " ".join(match["what"] for match in LEAVES.finditer(text))
    have = {name.lower() for name in held} | set(spoken_of(ended, held))
    return tuple(name for name in named(ended, desk.names) if name not in have)


def which(desk: Desk, text: str) -> Entitlement | None:
    """The one contract that is meant: the one they name, else the only one with a term."""
    bound = [e for e in desk.record.held if e.limits.get("term_months")]
    names = tuple(e.name for e in desk.record.held)
    spoken = {n for m in LEAVES.finditer(text) for n in spoken_of(m["what"], names)}
    spoken = spoken or {n for n in spoken_of(text, names) if n in {e.name.lower() for e in bound}}
    meant = [e for e in desk.record.held if e.name.lower() in spoken]
    meant = [e for e in meant if e in bound]
    if spoken and not meant:
        return None
    found = meant or bound
    return found[0] if len(found) == 1 else None


def is_settled(ask: Ask, own: Entitlement) -> bool:
    """A question that the day and the sum answer: nothing else is asked about in it."""
    sorts = ("cost", "time", "request", "problem", "whether", "what", "count")
    return ask.sort in sorts and is_about(ask, own)


def is_about(ask: Ask, own: Entitlement) -> bool:
    if names_sum(ask.text):  # "does the £22 go on?": of a price of theirs
        return False
    named = _ABOUT_IT | {stem(w) for w in own.name.split()}
    words = {w for w, weight in ask.words.items() if weight == 1.0 and w.isalpha()}
    words -= {stem(m) for m in MONTHS} | {stem(m[:3]) for m in MONTHS}
    if ask.sort in ("cost", "time"):
        return words <= named
    return words <= named | frozenset(stems("want please possible shop home fibre"))
