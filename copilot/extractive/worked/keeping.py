"""Until when a device is under warranty, and until when it may be returned."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from copilot.domain import Entitlement, Segment, Working
from copilot.extractive.hearing.asking import Ask
from copilot.extractive.records.record import spoken_of
from copilot.extractive.worked.rules import Rule, the_rule
from copilot.extractive.worked.told import Desk, Told
from copilot.guardrails.days import MONTHS, after, written

_WARRANTY = re.compile(
    r"\b(?:warrant\w*|guarantee[d]?|covered|under cover|still cover\w*)\b", re.IGNORECASE
)
_RETURN = re.compile(
    r"\b(?:return(?:ed|ing)?|refund(?:ed)?|money back|(?:send|give|bring|take"
    r"|sent)\b[^.?!]{0,30}\bback)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:until|till|by) when\b|\bhow long\b|\bhow many (?:days|weeks|months)\b|\bstill\b|\bwhen\b"
    r"|\btoo late\b|\bin time\b|\bcan (?:i|we)\b|\bmay (?:i|we)\b|\bis (?:it|that|there|my|the)\b"
    r"|\bare (?:they|my|the)\b|\bdo(?:es)? (?:i|we|it|they|the|my)\b",
    re.IGNORECASE,
)
_HOW = re.compile(r"^\W*(?:and |so )?(?:how (?:do|can|does|would)|where)\b", re.IGNORECASE)
_SOMETHING_ELSE = re.compile(r"\b(?:when (?:do|will|would) (?:i|we) get|how much|cost)\b", re.I)
_REPLACED = re.compile(r"\b(?:replac|exchang|swapp)\w+\b", re.IGNORECASE)
_OWN_COVER = re.compile(
    r"\b(?:warrant\w*|guarantee\w*|years? of cover|cover\w*)\b[^.]{0,60}\b(?:until|in writing"
    r"|for)\b"
    r"|\b(?:extended|longer) (?:warranty|cover)\b",
    re.IGNORECASE,
)
_LOAN = re.compile(r"\b(?:on loan|rented|hired|leased)\b", re.IGNORECASE)
_IF = re.compile(r"\b(?:if|when) (?:it|they|this|that|the|one)\b", re.IGNORECASE)
MOST_DATES = 2


def kept(desk: Desk) -> Told:
    """What is worked out on warranty and returns of things they have."""
    settled: list[Ask] = []
    partly: list[Ask] = []
    segments: list[Segment] = []
    gaps: list[str] = []
    for kind, pattern in (("warranty", _WARRANTY), ("return", _RETURN)):
        is_spoken_of = False
        for ask in desk.heard.asks:
            if is_spoken_of and ask.is_short and ask.sort in ("time", "whether"):
                settled.append(ask)  # "is that still possible?"
            if not _is_asked(desk, ask, pattern, kind):
                continue
            told = _of_devices(desk, ask, kind)
            segments += [s for s in told.segments if s not in segments]
            gaps += told.gaps
            if told.segments:
                (partly if _IF.search(ask.text) else settled).append(ask)
            is_spoken_of = bool(told.segments)
    return Told(tuple(segments), tuple(settled), tuple(dict.fromkeys(gaps)), tuple(partly))


def _is_asked(desk: Desk, ask: Ask, pattern: re.Pattern[str], kind: str) -> bool:
    """Whether a question is on this; "is that still possible?" is, by what stands before it."""
    refers = ask.refers and (ask.is_short or ask.is_bare)
    if (
        not pattern.search(_up_to(ask, desk.heard.open_text) if refers else ask.text)
        or _HOW.search(ask.text)
        or _SOMETHING_ELSE.search(ask.text)
    ):
        return False
    if len(ask.text.split()) <= 2:  # "Warranty?"
        return True
    is_wish = kind == "return" and ask.sort == "request"
    return is_wish or bool(_WHEN.search(ask.text)) or ask.sort in ("time", "whether")


def _up_to(ask: Ask, message: str) -> str:
    """A message up to and with a question: what comes after, "it" does not stand for."""
    before, found, _ = message.partition(ask.text)
    return before + ask.text if found else message


def _of_devices(desk: Desk, ask: Ask, kind: str) -> Told:
    meant = _meant(desk, ask)
    if not meant:
        return Told()
    name = _thing(meant[0].name)
    if any(e.since is None for e in meant):
        return Told(gaps=(f"since when they have {name}: no {kind} date can be worked out",))
    if why_not := _barred(desk, meant, kind):
        return Told(gaps=(why_not,))
    rule = _rule(desk, kind, name)
    if rule is None:
        return Told(gaps=(f"no single rule on the {kind} of {name} that days can be counted by",))
    days = sorted({e.since for e in meant if e.since}, reverse=True)
    if len(days) > MOST_DATES:
        return Told(gaps=(f"they have {name} from {len(days)} dates: ask which one is meant",))
    tell = _warranty if kind == "warranty" else _return
    return Told(tuple(tell(desk, name, day, rule, is_one_of=len(days) > 1) for day in days))


def _rule(desk: Desk, kind: str, name: str) -> Rule | None:
    """The rule, but for returns none where an article has one of its own for this product."""
    if kind == "warranty":
        return the_rule(desk.rules, ("warranty",), name, desk.names, desk.heard.open_text)
    base = name.split(",")[0].lower()
    special = [
        u.text
        for a in desk.articles
        for u in a.units
        if base in u.text.lower() and _RETURN.search(u.text) and re.search(r"\d{4}", u.text)
    ]
    if special:
        return None
    return the_rule(desk.rules, ("return",), name, desk.names, desk.heard.open_text)


def _meant(desk: Desk, ask: Ask) -> list[Entitlement]:
    """The devices of theirs that a question names, or that "it" stands for."""
    devices = [e for e in desk.record.held if _is_device(desk, e)]
    names = tuple(dict.fromkeys(e.name for e in devices))
    texts = [ask.text]
    if ask.refers or ask.is_short or not spoken_of(ask.text, names):
        texts += [desk.heard.open_text, desk.heard.said_text]
    for text in texts:
        spoken = spoken_of(text, names)
        if spoken:
            bases = {n.split(",")[0] for n in spoken}
            if len(bases) > 1:
                return []
            return [e for e in devices if e.name.lower().split(",")[0] in bases]
    return []


def _is_device(desk: Desk, own: Entitlement) -> bool:
    product = desk.record.product(own)
    return product is not None and product.period == "once"


def _barred(desk: Desk, meant: Sequence[Entitlement], kind: str) -> str:
    """Why the dates on file do not decide: on loan, replaced, or covered by a word of ours."""
    name = base = _thing(meant[0].name)
    notes = [n for n in desk.record.notes if _speaks_of(n, base)]
    if desk.record.is_lent(base):
        return f"{name} is on loan by the record: no date of purchase counts"
    if any(_LOAN.search(n) for n in notes):
        return f"{name} is on loan by the record: no date of purchase counts"
    if kind == "warranty" and any(_OWN_COVER.search(n) for n in notes):
        return f"the record has a word of its own on the cover of {name}: read it"
    if any(_REPLACED.search(n) and _is_of_start(n, e) for n in notes for e in meant):
        return f"{name} replaced an older one: the first one's date is not on file"
    return ""


def _speaks_of(note: str, base: str) -> bool:
    return bool(spoken_of(note, (base,))) or base.lower() in note.lower()


def _is_of_start(note: str, own: Entitlement) -> bool:
    """Whether a note on a replacement is of the time from which they have it."""
    if own.since is None or str(own.since.year) not in note:
        return False
    return MONTHS[own.since.month - 1] in note.lower()


def _warranty(desk: Desk, name: str, since: date, rule: Rule, *, is_one_of: bool) -> Segment:
    last = after(since, rule.count, rule.unit)
    assert last is not None
    step = Working("after", (written(since), rule.figure), written(last))
    thing = f"{_thing(name)} from {written(since)}" if is_one_of else f"{_thing(name)}"
    have = "" if is_one_of else f" (yours since {written(since)})"
    span = f"{rule.count}-{rule.unit}"
    if last < desk.record.today:
        text = f"The {span} warranty of your {thing}{have} ended on {written(last)}."
    else:
        text = f"The {span} warranty of your {thing}{have} runs until {written(last)}."
    return Segment(text, (*desk.own, rule.n), workings=(step,))


def _return(desk: Desk, name: str, since: date, rule: Rule, *, is_one_of: bool) -> Segment:
    last = after(since, rule.count, rule.unit)
    assert last is not None
    step = Working("after", (written(since), rule.figure), written(last))
    thing = f"{_thing(name)} from {written(since)}" if is_one_of else _thing(name)
    if last < desk.record.today:
        text = f"The {rule.figure} in which you could return your {thing} ended on {written(last)}."
    else:
        text = f"You can return your {thing} until {written(last)}, {rule.figure} after you got it."
    return Segment(text, (*desk.own, rule.n), workings=(step,))


def _thing(name: str) -> str:
    return name.split(",")[0]
