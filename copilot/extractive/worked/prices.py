"""What one plan costs more or less than another, and what several things come to in all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from copilot.domain import Product, Segment, Working, every, months_of
from copilot.extractive.hearing.asking import Ask
from copilot.extractive.hearing.wishes import instructions_in, orders_in
from copilot.extractive.records.facts import priced
from copilot.extractive.records.products import named
from copilot.extractive.records.record import siblings_in, spoken_of
from copilot.extractive.worked.having import orders, wants_more, yours
from copilot.extractive.worked.items import (
    Item,
    count_of,
    counted,
    counts_each,
    joined,
    single_of_each,
)
from copilot.extractive.worked.told import Desk, Told

_DIFFERENCE = re.compile(
    r"\b(?:save|saving|cheaper|dearer|less|difference|how much more|more than|extra a month|more a"
    r" month|go (?:down|up)|move (?:down|up)|mov(?:e|ing) (?:down|up)|going (?:down|up)"
    r"|went (?:down|up)"
    r"|switch\w*|chang(?:e|ing) (?:from|to)|upgrad\w+|downgrad\w+)\b",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(
    r"\b(?:sav(?:e|ing)|how much (?:more|less|cheaper|dearer)|difference|more than|less than)\b",
    re.I,
)
_TOTAL = re.compile(
    r"\b(?:altogether|all together|in all|in total|total|come to|comes to|add up|sum)\b", re.I
)
OWN_PRICE = re.compile(
    r"\bpays? (?:only |just |still |a )?(?:\d+(?!\s*(?:st|nd|rd|th)\b)|less|half|nothing)"
    r"|\b(?:price|discount|pounds?|free until|reduced)\b|[£$€]",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"\b(?:order|buy|want|need|take|get|add|would like|['’]d like|with|interested)\b", re.IGNORECASE
)
_IF = re.compile(r"\b(?:if|when|unless)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def difference(desk: Desk) -> Told:
    """Two plans of one kind that are compared, one of which they may have."""
    for ask in desk.heard.asks:
        if ask.sort in ("how", "problem", "place", "time") or not _DIFFERENCE.search(ask.text):
            continue
        pair = _pair(desk, ask)
        if pair is None:
            continue
        old, new = pair
        if any(OWN_PRICE.search(n) for n in desk.record.notes) and desk.record.has(old):
            return Told(
                gaps=(f"the record notes a price of their own: check what {old.name} costs",)
            )
        told = _compared(desk, old, new)
        if told is not None:
            is_all = _is_only_price(ask)
            return Told((told,), (ask,) if is_all else (), partly=() if is_all else (ask,))
    return Told()


def _is_only_price(ask: Ask) -> bool:
    """Whether the difference is all that is asked; "what it costs to go down" may have a fee."""
    return bool(_HOW_MUCH.search(ask.text)) and ask.sort in ("cost", "what", "choice", "count")


def _pair(desk: Desk, ask: Ask) -> tuple[Product, Product] | None:
    """From which plan to which: the two that are named, or theirs and the one that is named."""
    catalogue = desk.record.catalogue
    found = [catalogue[n] for n in dict.fromkeys(named(ask.text, desk.names)) if n in catalogue]
    if not found:
        return None
    if len(found) == 1:
        found = _completed(desk, ask, found[0])
    if len(found) != 2 or not _same_kind(*found):
        return None
    old, new = found
    if desk.record.has(new) and not desk.record.has(old):
        old, new = new, old
    return old, new


def _completed(desk: Desk, ask: Ask, one: Product) -> list[Product]:
    """The other plan of a pair of which one is named whole."""
    others = [desk.record.catalogue[n] for n in siblings_in(ask.text, desk.names)]
    if len(others) == 1:
        first = ask.text.lower().find(one.name.lower())
        last = ask.text.lower().rfind(others[0].name.lower().rpartition(" ")[2])
        return [one, others[0]] if first < last else [others[0], one]
    theirs = [p for e in desk.record.held if (p := desk.record.product(e)) and _same_kind(p, one)]
    theirs = [p for p in theirs if p.sku != one.sku]
    return [theirs[0], one] if len(theirs) == 1 and not desk.record.has(one) else [one]


def _same_kind(one: Product, other: Product) -> bool:
    """Plans of one family: paid in one rhythm, and one instead of the other."""
    if one.period != other.period or one.period == "once" or one.sku == other.sku:
        return False
    excluded = other.sku in one.excludes or one.sku in other.excludes
    family = one.name.split()[0].lower() == other.name.split()[0].lower()
    return (excluded and family) or (family and set(one.limits) == set(other.limits))


def _compared(desk: Desk, old: Product, new: Product) -> Segment | None:
    was, now = priced(old), priced(new)
    if was is None or now is None or old.currency != new.currency or old.price == new.price:
        return None
    assert old.price is not None
    assert new.price is not None
    gap = abs(old.price - new.price)
    figure = _like(now, gap)
    high, low = (was, now) if old.price > new.price else (now, was)
    cited = (*desk.fact_of(old.name), *desk.fact_of(new.name))
    if len(cited) < 2:
        return None
    step = Working("minus", (high, low), figure)
    word = "less" if new.price < old.price else "more"
    each = _each(new.period)
    text = (
        f"{new.name} costs {now}{each} and {old.name} costs {was}{each}: that is {figure} {word}."
    )
    return Segment(text, cited, workings=(_per(step, each),))


def _each(period: str) -> str:
    """ " a month", " every 4 weeks"; of what is paid once " once"."""
    return f" {every(period) or period}"


def _rhythms(items: Sequence[Item]) -> list[str]:
    """How often the things are paid: what is paid once comes first, then the shortest."""
    return sorted({i.product.period for i in items}, key=lambda p: (months_of(p), p))


def _per(step: Working, each: str) -> Working:
    """The same with each amount for its period: what is told for a month is proven for one."""
    return Working(step.how, tuple(f"{p}{each}" for p in step.parts), f"{step.result}{each}")


def _like(written: str, amount: Decimal) -> str:
    """An amount written as another one is: the coin before or after it."""
    match = re.search(r"\d[\d,]*(?:\.\d+)?", written)
    assert match is not None
    shown = f"{amount:.2f}".removesuffix(".00")
    return f"{written[: match.start()]}{shown}{written[match.end() :]}"


def total(desk: Desk) -> Told:
    """What the things they want come to, what is paid once and what every month apart."""
    asks = tuple(a for a in desk.heard.asks if _TOTAL.search(a.text))
    if not asks:
        return Told()
    items, gap = _items(desk)
    if gap:
        return Told(gaps=(gap,))
    theirs = [i for i in items if _is_theirs(desk, i, items)]
    items = [i for i in items if i not in theirs]
    if not items or any(priced(i.product) is None for i in items):
        return Told()
    segments = [s for period in _rhythms(items) if (s := summed(desk, items, period))]
    if not segments:
        return Told()
    segments = [
        *(yours(desk, i.product, own) for i in theirs if (own := desk.record.has(i.product))),
        *segments,
    ]
    # By its last word alone, "with valves", a thing may be one part of what is asked.
    is_all = bool(named(desk.heard.said_text, desk.names)) or len(asks) < 2
    return Told(tuple(segments), asks if is_all else tuple(a for a in asks if a.words))


def _is_theirs(desk: Desk, item: Item, items: Sequence[Item]) -> bool:
    """Whether they have it and a second one makes no sense, by the record."""
    if item.count != 1 or desk.record.has(item.product) is None:
        return False
    if item.product.period != "once":
        return True
    wanted = [i.product for i in items]
    return not wants_more(desk, item.product, wanted, desk.heard.said_text)


def _items(desk: Desk) -> tuple[list[Item], str]:
    """What they want: in the open message, else in what they said before."""
    texts = [desk.heard.open_text]
    if not named(texts[0], desk.names):
        texts += [t for t in reversed(desk.heard.said_text.split("\n")) if _WANTS.search(t)]
    counts = counts_each(desk.heard.said_text)
    for text in texts:
        spoken = [n for n in spoken_of(text, desk.names) if n in desk.record.catalogue]
        products = single_of_each([desk.record.catalogue[n] for n in spoken])
        if not products:
            continue
        found: list[Item] = []
        for product in {p.sku: p for p in products}.values():
            count = count_of(product, text, counts)
            if count is None:
                return [], f"how many of {product.name} they want: no total can be worked out"
            found.append(Item(product, count))
        return found, ""
    return [], ""


def summed(desk: Desk, items: Sequence[Item], period: str) -> Segment | None:
    """What the things of one rhythm cost together; None where a price is unknown or uncited."""
    some = [i for i in items if i.product.period == period]
    if not some or len({i.product.currency for i in some}) > 1:
        return None
    if any(priced(i.product) is None for i in some):
        return None  # a price that is not known, or in doubt, is none to tell
    each = _each(period)
    steps: list[Working] = []
    terms: list[str] = []
    sums: list[str] = []
    for item in some:
        price = priced(item.product)
        assert price is not None
        assert item.product.price is not None
        amount = price
        if item.count > 1:
            amount = _like(price, item.product.price * item.count)
            count = str(item.count)
            steps.append(Working("given", (count,), count))
            steps.append(Working("times", (count, price), amount))
        sums.append(amount)
        terms.append(f"{item.count} x {price} = {amount}" if item.count > 1 else amount)
    names = joined([counted(i) for i in some])
    cited = tuple(n for i in some for n in desk.fact_of(i.product.name))
    if len(cited) < len(some):
        return None
    is_one = len(some) == 1 and some[0].count == 1
    verb = "costs" if is_one else "cost"
    if len(some) == 1:
        text = f"{_capital(names)} {verb} {terms[0]}{each}."
    else:
        whole = sum((i.product.price or Decimal(0)) * i.count for i in some)
        shown = _like(sums[0], Decimal(whole))
        steps.append(Working("plus", tuple(sums), shown))
        text = f"{_capital(names)} cost {' + '.join(terms)}, together {shown}{each}."
    return Segment(text, cited, workings=tuple(steps))


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def ordered(desk: Desk) -> Told:
    """What is ordered and can be had: its price, in place of all that articles say of it."""
    wanted = [o for o in orders(desk) if not o.owned]
    items = [Item(o.product, o.count) for o in wanted if o.is_possible and o.count]
    if len(items) < len(wanted):
        return Told()
    segments = [s for period in _rhythms(items) if (s := summed(desk, items, period))]
    if not segments:
        return Told()
    asks = tuple(
        a
        for a in desk.heard.asks
        if a.sort == "request" and (orders_in(a.text) or instructions_in(a.text))
    )
    return Told(tuple(segments), asks)


def of_it(desk: Desk) -> Told:
    """ "What does it cost, the unlimited one?": the price of the one product they speak of."""
    asks = tuple(
        a
        for a in desk.heard.asks
        if a.sort == "cost" and a.is_bare and a.refers and not _IF.search(a.text)
    )
    text = next(
        (s for s in _SENTENCE.split(desk.heard.open_text) if asks and asks[0].text in s), ""
    )
    spoken = () if named(text, desk.names) else spoken_of(text, desk.names)
    found = [desk.record.catalogue[n] for n in spoken if n in desk.record.catalogue]
    if not asks or len(found) != 1 or desk.record.has(found[0]):
        return Told()
    segment = summed(desk, [Item(found[0], 1)], found[0].period)
    return Told((segment,), asks) if segment else Told()
