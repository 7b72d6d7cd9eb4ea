"""What they have already, what they order, and whether the record lets it be done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from copilot.domain import Entitlement, Product, Segment, Working, every
from copilot.extractive.hearing.asking import Ask
from copilot.extractive.hearing.wishes import buying_asked, instructions_in, orders_in
from copilot.extractive.language.words import stems
from copilot.extractive.records.facts import priced
from copilot.extractive.records.products import named
from copilot.extractive.records.record import noun_of, spoken_of
from copilot.extractive.worked.items import count_of, kind_of, single_of_each
from copilot.extractive.worked.told import Desk, Told
from copilot.guardrails.days import written
from copilot.guardrails.wording import check_wording

_SOLD = ("available", "limited", "known_issue")
_ANOTHER = (
    r"\b(?:another|second|third|extra|new|spare|additional|replacement|more|two|three|four|five"
    r"|(?<![£$€.,])\d{1,3})(?: \w+)?? "
)
_USED = re.compile(
    r"\b(?:(?:have|['’]ve|did) (?:i|we) (?:already )?used?|(?:i|we) (?:have"
    r"|['’]ve) (?:already )?used"
    r"|(?:are|is|do (?:i|we) (?:still )?have) (?:there )?(?:any |some )?(?:\w+ )?left|left\b"
    r"|remain\w*"
    r"|used so far|used up)\b",
    re.IGNORECASE,
)
PLAN = re.compile(
    r"\b(?:which|what) (?:\w+ )?(?:plans?|package|products?|subscriptions?|contracts?|tariff)"
    r" (?:am i|are we|(?:do i|do we) (?:have|use)|have i|have we)\b|\bwhat (?:do|have) (?:i"
    r"|we) (?:have|got) with you\b"
    r"|\b(?:my|our) current (?:plan|package|contract|tariff)\b",
    re.IGNORECASE,
)
MOST_PLANS = 4


@dataclass(frozen=True, slots=True)
class Order:
    """What is ordered or asked for by name, and how the record stands to it."""

    product: Product
    owned: Entitlement | None
    lacks: tuple[Product, ...]  # what it needs and they have not
    bars: tuple[str, ...]  # what they have that it cannot go with
    is_sold: bool
    count: int | None = 1  # None where they want several and do not say how many

    @property
    def is_possible(self) -> bool:
        """Whether nothing on file speaks against it."""
        return self.is_sold and not (self.owned or self.lacks or self.bars)


def orders(desk: Desk) -> tuple[Order, ...]:
    """What the open message orders outright, or tells us to change them to."""
    catalogue, text = desk.record.catalogue, desk.heard.open_text
    said = orders_in(text)
    wanted = _meant(desk, [n for s in said for n in spoken_of(s, desk.names)])
    found = [p.name.lower() for p in wanted]
    one_by_one = [_order(desk, p, wanted, " ".join(said)) for p in wanted]
    for sentence in instructions_in(text):
        for name in spoken_of(sentence, desk.names):
            goal = rf"\b(?:to|on|onto) (?:(?:the|a|an|your) )?(?:{re.escape(name)}|(?:one|plan) w)"
            if name in catalogue and name not in found and re.search(goal, sentence, re.I):
                order = _order(desk, catalogue[name], (), sentence)
                one_by_one.append(replace(order, bars=()))  # it takes the place of what they have
    return tuple(one_by_one)


def _meant(desk: Desk, found: Sequence[str]) -> list[Product]:
    """Names said whole, and those said by their last word that can only be one product."""
    catalogue = desk.record.catalogue
    names = [n for n in dict.fromkeys(found) if n in catalogue]
    whole = set(named(desk.heard.open_text, desk.names))
    partly = single_of_each([catalogue[n] for n in names if n not in whole])
    kinds = [kind_of(p.name).lower() for p in partly]
    sure = {p.sku for p, kind in zip(partly, kinds, strict=True) if kinds.count(kind) == 1}
    return [catalogue[n] for n in names if n in whole or catalogue[n].sku in sure]


def _order(desk: Desk, product: Product, wanted: Sequence[Product], text: str) -> Order:
    record = desk.record
    own = record.has(product)
    if own and product.period == "once" and wants_more(desk, product, wanted, text):
        own = None
    by_sku = {p.sku: p for p in record.catalogue.values()}
    skus = {p.sku for p in wanted} | {e.sku for e in record.held}
    names = {e.name.lower() for e in record.held}
    lacks = tuple(
        by_sku[sku]
        for sku in product.requires
        if sku in by_sku and sku not in skus and by_sku[sku].name.lower() not in names
    )
    barred = {by_sku[sku].name.lower() for sku in product.excludes if sku in by_sku}
    bars = tuple(
        e.name for e in record.held if e.sku in product.excludes or e.name.lower() in barred
    )
    count = count_of(product, text, {})
    return Order(product, own, lacks, bars, product.status in _SOLD, count)


def wants_more(desk: Desk, product: Product, wanted: Sequence[Product], text: str) -> bool:
    """Whether a second one makes sense: of a valve it does, of the router that they need not."""
    kind = kind_of(product.name)
    thing = rf"(?:{re.escape(product.name)}|{re.escape(kind)})"
    if re.search(rf"{_ANOTHER}{thing}|\breplac\w+ (?:\w+ )?{thing}", text, re.I):
        return True
    needed = any(product.sku in p.requires for p in wanted)
    return not (needed or desk.record.is_lent(product.name))


def had(desk: Desk) -> Told:
    """What is asked for or ordered, and theirs already: told, and never priced."""
    text = desk.heard.open_text
    told: list[Segment] = []
    settled: list[Ask] = []
    mine: set[str] = set()
    for order in orders(desk):
        if order.owned:
            told.append(yours(desk, order.product, order.owned))
            mine.add(order.product.name.lower())
    everything = [
        desk.record.catalogue[n]
        for n in named(desk.heard.said_text, desk.names)
        if n in desk.record.catalogue
    ]
    for ask in desk.heard.asks:
        found = [n for n in named(ask.text, desk.names) if n in desk.record.catalogue]
        said = ask.text
        if not found and (ask.refers or ask.is_short or ask.is_bare):
            found = [n for n in named(text, desk.names) if n in desk.record.catalogue]
            said = text
        asked_price = ask.sort == "cost" or (
            ask.sort in ("whether", "request", "choice") and _buys(ask.text)
        )
        for name in found if asked_price else ():
            product = desk.record.catalogue[name]
            own = desk.record.has(product)
            if own is None or product.period != "once":
                continue
            if wants_more(desk, product, everything, said):
                continue
            if name not in mine:
                told.append(yours(desk, product, own))
            mine.add(name)
        if found and set(found) <= mine:
            settled.append(ask)
    if mine:
        told += _for_which(desk, mine, everything)
        settled += [a for a in desk.heard.asks if a not in settled and orders_in(a.text)]
    return Told(tuple(told), tuple(settled))


def _for_which(desk: Desk, mine: set[str], everything: Sequence[Product]) -> list[Segment]:
    """What the thing is for that they have already, and ask for as well: that is what they pay."""
    skus = {desk.record.catalogue[name].sku for name in mine}
    return [
        Segment(f"{p.name} costs {price} {every(p.period) or p.period}.", fact)
        for p in {p.sku: p for p in everything}.values()
        if not skus.isdisjoint(p.requires) and desk.record.has(p) is None
        if (price := priced(p)) and (fact := desk.fact_of(p.name))
    ]


def _buys(text: str) -> bool:
    return bool(re.search(r"\b(?:buy|order|need|get|have to|purchase|add)\b", text, re.I))


def yours(desk: Desk, product: Product, own: Entitlement) -> Segment:
    """That they have it, in place of a price."""
    since = f" (since {written(own.since)})" if own.since else ""
    todo = "buy" if product.period == "once" else "add"
    text = f"You already have the {own.name}{since}, so there is nothing to {todo}."
    return Segment(text, desk.own)


def bought(desk: Desk) -> Told:
    """Why something that is ordered, or asked for, cannot simply be had."""
    asks = [a for a in desk.heard.asks if buying_asked(a.text)]
    told: list[Segment] = []
    settled: list[Ask] = []
    found: list[tuple[Ask | None, Order]] = [(None, o) for o in orders(desk)]
    for ask in asks:
        is_it = ask.refers or ask.is_short or re.search(r"\bone\b", ask.text, re.I)
        names = named(ask.text, desk.names) or (
            named(desk.heard.open_text, desk.names) if is_it else ()
        )
        wanted = [desk.record.catalogue[n] for n in names if n in desk.record.catalogue]
        found += [(ask, _order(desk, p, (), ask.text)) for p in wanted]
    for asked, order in found:
        segments = _why_not(desk, order, asked.text if asked else desk.heard.open_text)
        told += [s for s in segments if s not in told]
        if segments and asked is not None and not _asks_more(asked):
            settled.append(asked)
    return Told(tuple(told), tuple(settled))


def _asks_more(ask: Ask) -> bool:
    return ask.sort in ("cost", "count", "how", "place")


def _why_not(desk: Desk, order: Order, asked: str) -> list[Segment]:
    """The sentences on what stands in the way, each with its source."""
    product = order.product
    fact = desk.fact_of(product.name)
    if order.owned or not fact:
        return []
    if not order.is_sold:
        reason = re.match(r"(?:not|no longer|withdrawn)\b.*", product.description, re.I | re.S)
        why = reason[0].strip().rstrip(".") if reason else "not on sale at the moment"
        return [Segment(f"{product.name} is {why[0].lower()}{why[1:]}.", fact)]
    if product.status == "limited":
        return [*_described(product, fact), *_sold_where(desk, product, asked)]
    if not desk.record.held:
        return []
    if order.lacks:
        needed = " and ".join(p.name for p in order.lacks)
        told = [
            Segment(
                f"{product.name} needs {needed}, which I do not see on your record.",
                (*fact, *desk.own),
            )
        ]
        return told + [
            Segment(f"{other.name} costs {price} once.", desk.fact_of(other.name))
            for other in order.lacks
            if (price := priced(other)) and other.period == "once"
        ]
    if order.bars:
        names = " or ".join(dict.fromkeys(order.bars))
        return [
            Segment(f"{product.name} cannot be combined with your {names}.", (*fact, *desk.own))
        ]
    return []


_SALE = re.compile(r"\b(?:sold|order(?:ed)?|buy|bought|on sale|available)\b", re.IGNORECASE)


def _sold_where(desk: Desk, product: Product, asked: str) -> list[Segment]:
    """What its own article says on how it is sold, nearest to what is asked."""
    name = frozenset(stems(product.name))
    words = frozenset(stems(asked)) - name
    found = [
        (len(words & u.said.stems), u)
        for a in desk.articles
        if name <= a.title and a.hit.visibility == "public" and not a.is_product
        for u in a.units
        if _SALE.search(u.text)
    ]
    best = max(found, key=lambda one: (one[0], -one[1].place), default=None)
    if best is None or not best[0]:
        return []
    # A clause that may not be said, "while stocks last", does not silence the other.
    said = next((c for c in (best[1].text, *best[1].text.split("; ")) if not check_wording(c)), "")
    text = f"{said[:1].upper()}{said[1:]}"
    return [Segment(text if text[-1] in ".!?" else f"{text}.", (best[1].n,))] if said else []


def _described(product: Product, fact: tuple[int, ...]) -> list[Segment]:
    text = product.description.strip().rstrip(".")
    return [Segment(f"{product.name}: {text[0].lower()}{text[1:]}.", fact)] if text else []


def used(desk: Desk) -> Told:
    """How much of a limit is used, where it is asked."""
    told: list[Segment] = []
    settled: list[Ask] = []
    for ask in desk.heard.asks:
        if ask.sort == "cost" or not _USED.search(ask.text):
            continue
        asked = frozenset(stems(ask.text))
        for own in desk.record.held:
            for measure, count in own.used.items():
                limit = own.limits.get(measure)
                noun = noun_of(measure)
                if limit is None or asked.isdisjoint(stems(noun)):
                    continue
                told += _usage(desk, own, noun, count, limit)
                settled.append(ask)
    return Told(tuple(told), tuple(settled))


def _usage(desk: Desk, own: Entitlement, noun: str, count: float, limit: float) -> list[Segment]:
    left = limit - count
    step = Working("minus", (f"{limit:g}", f"{count:g}"), f"{left:g}")
    text = f"By your record, {count:g} of the {limit:g} {noun} of your {own.name} are used"
    if left > 0:
        return [Segment(f"{text}, so {left:g} are left.", desk.own, workings=(step,))]
    return [Segment(f"{text}.", desk.own)]


def plans(desk: Desk) -> Told:
    """Which plans they have and since when, where it is asked."""
    asks = tuple(a for a in desk.heard.asks if PLAN.search(a.text))
    held = [e for e in desk.record.held if (p := desk.record.product(e)) and p.period != "once"]
    if not asks or not held or len(held) > MOST_PLANS:
        return Told()
    parts = [f"{e.name}{f' since {written(e.since)}' if e.since else ''}" for e in held]
    joined = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    also = tuple(
        a
        for a in desk.heard.asks
        if a not in asks and a.sort == "time" and (a.is_short or a.is_bare)
    )
    return Told((Segment(f"You have {joined}.", desk.own),), (*asks, *also))
