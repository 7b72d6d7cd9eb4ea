"""What their own record says, where they ask for it: what they pay, have and get, and since when.

An article tells what holds for anybody: "The restriction ends within 4 hours" is no answer to
"When does my contract end?". Where the record does not say it, that is named to the agent.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from copilot.domain import Entitlement, Product, Segment
from copilot.extractive.hearing.asking import Ask
from copilot.extractive.hearing.referring import JUST_WHY
from copilot.extractive.language.words import stems
from copilot.extractive.records.facts import priced
from copilot.extractive.records.products import named
from copilot.extractive.records.record import spoken_of
from copilot.extractive.worked.having import PLAN
from copilot.extractive.worked.items import Item, joined
from copilot.extractive.worked.prices import OWN_PRICE, summed
from copilot.extractive.worked.told import Desk, Told
from copilot.guardrails.days import written

_I, _MY = r"(?:i|we)", r"(?:my|our)"
_EACH = r"(?:(?:a|an|per|each|every) (?:month|week|quarter|year)|monthly|weekly|yearly)"
_NOW = r"(?:now|right now|currently|at the moment|at present|these days)"
_DEAL = r"(?:contract|plan|membership|subscription|package|tariff|policy|account|agreement)"
_PAYS = re.compile(
    rf"\b(?:what|how much)(?: do| am| are) {_I} (?:currently |actually |really )?(?:paying|pay"
    rf"(?=.*(?:{_EACH}|{_NOW}|everything|it all|{_DEAL})))"
    rf"(?: you| you guys)?(?: for (?:everything|it all|{_MY} (?:\w+ )?{_DEAL}))?"
    rf"(?: (?:{_EACH}|{_NOW}|in total|altogether|all in all|all in|in all|all told)){{0,3}}\W*$"
    rf"|\b(?:what|how much)(?:['’]s| is| are| does)? {_MY} (?:\w+ )?(?:{_DEAL}|bill|payments?|fees?"
    rf"|direct debit)(?: cost(?:ing)?| come to)?(?: (?:{_EACH}|{_NOW}|me|us)){{1,3}}\W*$"
    rf"|\b(?:what|how much)(?:['’]s| is| are) {_MY} (?:current )?(?:monthly|weekly|yearly|regular)"
    r" (?:bill|payments?|fees?|costs?|charges?|price|rate)\b",
    re.IGNORECASE,
)
_PAYS_FOR_IT = re.compile(rf"^\W*(?:and |n )?(?:what|how much) do {_I} pay(?: for it)?\W*$", re.I)
_HAVE = re.compile(
    rf"\b(?:do|have) {_I} (?:(?:still|already|currently|actually|even) )?(?:have|got)\b(?! to\b)"
    rf"|\b(?:am|are) {_I} (?:still |already |currently )?(?:on|with|signed up (?:for|to))\b"
    rf"|^\W*is (?:the |a |an )?[\w -]{{2,40}} (?:still |already )?(?:on|part of|included in|in)"
    rf" {_MY} {_DEAL}\b",
    re.IGNORECASE,
)
_GET = re.compile(
    rf"\bwhat(?:['’]s| is| comes| all is)? (?:all )?(?:included |part |there )?(?:in|with|of|for)"
    rf" {_MY} (?:\w+ )?{_DEAL}\b"
    rf"|\bwhat (?:all )?(?:does|do) {_MY} (?:\w+ )?{_DEAL} (?:\w+ )?(?:include|cover|have|come)\b"
    rf"|\bwhat (?:do|can) {_I} get (?:with|for|in|on) {_MY} (?:\w+ )?{_DEAL}\b",
    re.IGNORECASE,
)
_ENDS = re.compile(
    rf"\bwhen (?:does|do|will|is|are) {_MY} (?:\w+ )?{_DEAL}s? (?:\w+ )?(?:end|run out|expire"
    r"|finish|be over|up|over|due|renew)\w*"
    rf"|\b(?:how long|until when|till when) (?:does|do|is|am|are|have) (?:{_MY}|{_I}) (?:\w+ )?"
    rf"(?:{_DEAL}|(?:still )?(?:tied|bound|locked|committed|in contract))\b",
    re.IGNORECASE,
)
_BEGAN = re.compile(
    rf"\b(?:since when|how long) (?:have|am|are) {_I} (?:been )?(?:a (?:customer|member)"
    r"|(?:customers|members)|with you)\b"
    rf"|\bwhen did {_I} (?:join|sign up|become a (?:customer|member)|start with you)\b",
    re.IGNORECASE,
)
_SAID_BEFORE = re.compile(
    rf"^\W*(?:so |and |but )?(?:what|when)(?: was it)?(?: did| have)? (?:{_I}|you)(?: guys| lot)?"
    rf"(?: last)? (?:agree|say|said|tell|told|promise|discuss|talk|speak|contact|call)\w*"
    rf"(?: (?:me|us|to|with|on|about|you|last|the other|time|week|month|call|before|yesterday"
    rf"|again|then|{_MY}))*(?: (?:mon|tues|wednes|thurs|fri|satur|sun)day)?\W*$",
    re.IGNORECASE,
)
_BILL = r"(?:bill|invoice|statement|payment|direct debit|premium)s?"
_DEARER = re.compile(
    rf"\b{_BILL} (?:has |have |is |was |did |just |suddenly |all )*(?:gone|went|go|going|goes|shot"
    r"|jumped|crept) (?:right |way |so |much )*up\b"
    rf"|\b{_BILL} (?:has |have |just )*(?:doubled|risen)\b"
    rf"|\b(?:bigger|higher|larger|more expensive|dearer) {_BILL}\b"
    rf"|\b{_BILL} (?:is |was |so |much |suddenly |this month )+(?:high|higher|more|bigger|larger"
    r"|dearer)\b"
    r"|\bcharg(?:ed|ing)(?: me| us)? (?:more|extra|too much)(?= *(?:[,.?!]|$|this|than|again))",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\bfirst\b|\bif\b", re.IGNORECASE)
_CHANGES = frozenset(stems("change higher differ rise vary up more"))
_AMOUNT = frozenset(stems("bill invoice amount payment price"))
FEW = 5  # rows of what may change a bill
_WHERE_IS = re.compile(
    rf"^\W*(?:so |and |but |hi,? )?where(?:['’]?s| is| are)(?: on earth| the hell)? (?:{_MY}|the) "
    r"(?:\w+ ){0,2}?(?P<what>orders?|parcels?|packages?|deliver(?:y|ies)|refunds?|money|engineer"
    r"|technician|replacement|letter|invoice|confirmation)\b",
    re.IGNORECASE,
)
_ON_ITS_WAY = frozenset(stems("track tracking arrive late lost missing status"))
MOST = 4  # things that a sentence may list and still be read
LIST_ONLY = "what they are really billed may differ from the price list: check their bill"


def account(desk: Desk) -> Told:
    """All that the record answers by itself; what it alone could say and does not, is a gap."""
    found = [_one(desk, ask) for ask in desk.heard.asks]
    return Told(
        tuple(s for told in found for s in told.segments),
        tuple(a for told in found for a in told.settles),
        tuple(dict.fromkeys(g for told in found for g in told.gaps)),
    )


def _one(desk: Desk, ask: Ask) -> Told:
    text = ask.text
    if _SAID_BEFORE.search(text):
        gap = f"what was said before, which they ask for (“{text[:80]}”): see their timeline"
        return Told(settles=(ask,), gaps=(gap,))
    of_plan = any(PLAN.search(a.text) or _ENDS.search(a.text) for a in desk.heard.asks)
    if _PAYS.search(text) or (of_plan and _PAYS_FOR_IT.search(text)):
        return _pays(desk, ask)
    if _GET.search(text):
        return _gets(desk, ask)
    if _ENDS.search(text):
        return _ends(desk, ask)
    if _BEGAN.search(text):
        return _began(desk, ask)
    why = desk.heard.open_text if JUST_WHY.match(text) else text
    if _DEARER.search(why) and not _FIRST.search(why):
        return _dearer(desk, ask)
    if where := _WHERE_IS.match(text):
        return _where(desk, ask, where["what"])
    return _has(desk, ask) if _HAVE.search(text) else Told()


def _unknown(ask: Ask, what: str) -> Told:
    return Told(settles=(ask,), gaps=(f"{what}: it stands in their record, not in an article",))


def _running(desk: Desk, text: str) -> list[tuple[Entitlement, Product]]:
    """What they pay for again and again, of that what a text names."""
    rows = [(e, p) for e in desk.record.held if (p := desk.record.product(e))]
    rows = [(e, p) for e, p in rows if p.period != "once"]
    spoken = set(spoken_of(text, tuple(e.name for e, _ in rows)))
    return [row for row in rows if row[0].name.lower() in spoken] or rows


def _pays(desk: Desk, ask: Ask) -> Told:
    if set(named(ask.text, desk.names)) - {e.name.lower() for e in desk.record.held}:
        return Told()  # of a thing they do not have, the price is asked
    rows = _running(desk, ask.text)
    if not rows:
        return _unknown(ask, "what they pay")
    if any(OWN_PRICE.search(note) for note in desk.record.notes):
        return Told(settles=(ask,), gaps=("the record notes a price of their own: tell that one",))
    counts = Counter(p.sku for _, p in rows)
    items = [Item(p, counts[p.sku]) for p in {p.sku: p for _, p in rows}.values()]
    if unpriced := [i.product.name for i in items if priced(i.product) is None]:
        return _unknown(ask, f"what {joined(unpriced)} costs them")
    periods = dict.fromkeys(i.product.period for i in items)
    sums = [s for period in periods if (s := summed(desk, items, period))]
    if len(sums) < len(periods):
        return _unknown(ask, "what they pay")
    told = tuple(replace(s, text=f"By our price list, your {s.text}") for s in sums)
    return Told(told, (ask,), (LIST_ONLY,))


def _gets(desk: Desk, ask: Ask) -> Told:
    rows = [row for row in _running(desk, ask.text) if row[0].includes]
    if not rows or len(rows) > MOST:
        return _unknown(ask, "what their plan includes")
    told = [f"Your {e.name} includes {joined(e.includes)}." for e, _ in rows]
    return Told(tuple(Segment(text, desk.own) for text in dict.fromkeys(told)), (ask,))


def _ends(desk: Desk, ask: Ask) -> Told:
    if any(e.limits.get("term_months") for e, _ in _running(desk, ask.text)):
        return Told()  # worked out from its term
    told = [
        Segment(f"Your {e.name} runs until {written(e.until)}.", desk.own)
        for e, _ in _running(desk, ask.text)
        if e.until
    ]
    return Told(tuple(told), (ask,)) if told else _unknown(ask, "when their contract ends")


def _began(desk: Desk, ask: Ask) -> Told:
    first = min((e for e in desk.record.held if e.since), key=_since, default=None)
    if first is None or first.since is None:
        return _unknown(ask, "since when they are with us")
    text = f"The oldest thing on your record is your {first.name}, since {written(first.since)}."
    return Told((Segment(text, desk.own),), (ask,))


def _since(own: Entitlement) -> int:
    return own.since.toordinal() if own.since else 0


def _dearer(desk: Desk, ask: Ask) -> Told:
    """What may change a bill, where an article lists it; which it was, their bill alone says."""
    found = [
        Segment(u.text if u.text[-1] in ".!?" else f"{u.text}.", (u.n,))
        for a in desk.articles
        if a.hit.visibility == "public" and a.hit.chunk.kind == "document"
        for u in a.units
        if not u.said.is_first and u.said.kind in ("row", "bullet")
        if u.said.heading & _CHANGES and (u.said.heading | a.title) & _AMOUNT
    ]
    same = [s for s in found if s.citations == found[0].citations][:FEW]
    return Told(tuple(same), (ask,), ("what changed on their bill: look at its lines",))


def _where(desk: Desk, ask: Ask, what: str) -> Told:
    """Where a thing of theirs is, nobody's article knows; how it is followed, some do."""
    thing = frozenset(stems(what))
    told = (u for a in desk.articles if a.hit.visibility == "public" for u in a.units)
    if any(u.said.stems & thing and u.said.stems & _ON_ITS_WAY for u in told):
        return Told()
    return Told(settles=(ask,), gaps=(f"where their {what.lower()} is: look it up",))


def _has(desk: Desk, ask: Ask) -> Told:
    names = [n for n in named(ask.text, desk.names) if n in desk.record.catalogue]
    if not desk.record.held or not names or len(names) > MOST:
        return Told()
    told = [_theirs(desk, desk.record.catalogue[name]) for name in names]
    return Told(tuple(told), (ask,))


def _theirs(desk: Desk, product: Product) -> Segment:
    own = desk.record.has(product)
    if own is None:
        return Segment(f"I do not see {product.name} on your record.", desk.own)
    since = f" since {written(own.since)}" if own.since else ""
    return Segment(f"You have {own.name}{since}.", desk.own)
