"""What the agent does for the customer: a sentence that is true once it is done, and a note for it.

No sentence says that something was done without a note that it must be done first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.domain import Segment, Turn
from copilot.extractive.hearing.asking import Heard
from copilot.extractive.hearing.settling import DO_FIRST, ORDER, PERSON, YES, wants_person
from copilot.extractive.hearing.wishes import done, instructions_in, is_wish
from copilot.extractive.worked import Worked, agreed_end
from copilot.extractive.worked.contracts import speaks_of_leaving
from copilot.extractive.worked.having import Order
from copilot.extractive.worked.items import Item, counted, joined
from copilot.extractive.worked.told import Desk

_IN_WRITING = re.compile(r"\bconfirm\w*(?: \w+){0,3} in writing\b", re.IGNORECASE)
MOST_DEEDS = 2
WISHED = "they would like this, see what it needs (day, price, stock) before you say it is done"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Sentences for the customer, and what the agent must do for them to be true."""

    segments: tuple[Segment, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.segments)


def to_person(text: str) -> Confirmed:
    """Somebody asks for a human being: who sends this is one."""
    if not wants_person(text):
        return Confirmed()
    note = "they ask for a person: say who you are, or hand over to the colleague they need"
    return Confirmed((Segment(PERSON),), (note,))


def agreement(desk: Desk, turns: Sequence[Turn]) -> tuple[Segment, ...]:
    """Our answer to a yes, with what was agreed where it can be worked out."""
    before = [t.text for t in turns[:-1] if t.speaker == "customer"]
    end = agreed_end(desk, before, turns[-1].text)
    return (Segment(YES), *end, *(_in_writing(desk) if end else ()))


def _in_writing(desk: Desk) -> tuple[Segment, ...]:
    """That it is confirmed in writing, where the article on leaving says so."""
    cited = {rule.n for rule in desk.rules if rule.kind == "notice"}
    units = [u for a in desk.articles if a.n in cited for u in a.units]
    return tuple(Segment(u.text, (u.n,)) for u in units if _IN_WRITING.search(u.text))[:1]


def confirmed(desk: Desk, worked: Worked, *, is_answered: bool) -> Confirmed:
    """What they tell us to do: orders that the record allows, and plain changes."""
    orders = _of_orders(desk, worked.orders)
    if worked.orders or speaks_of_leaving(desk.heard.open_text, desk):
        return orders
    segments: list[Segment] = []
    notes: list[str] = []
    is_open = _asks_its_terms(desk.heard)
    for deed in instructions_in(desk.heard.open_text)[:MOST_DEEDS]:
        is_told = is_answered and not is_open
        told = done(deed) if is_told else None
        segments += [Segment(told)] if told else []
        is_theirs = is_open or is_wish(deed)
        lead = WISHED if is_theirs else DO_FIRST if is_answered else "they tell you to"
        notes.append(f"{lead}: “{deed[:160]}”")
    return Confirmed(tuple(segments), tuple(notes))


def _asks_its_terms(heard: Heard) -> bool:
    """Whether they ask how it is done, or what it costs: "Please move it to the 5th. How?" """
    return any(
        (ask.refers or ask.is_bare) and ask.sort not in ("problem", "request") for ask in heard.asks
    )


def _of_orders(desk: Desk, orders: Sequence[Order]) -> Confirmed:
    """Confirmed is what nothing on file speaks against; of the rest the agent is told why."""
    known = bool(desk.record.held)
    sure = [o for o in orders if o.is_possible and o.count and (known or not o.product.requires)]
    if any(o not in sure and not o.owned for o in orders):
        sure = []  # the one may be wanted only for the other, which cannot be had
    notes = [f"they order {_item(o)}: {_why(o, known=known)}" for o in orders if o not in sure]
    if not sure:
        return Confirmed((), tuple(notes))
    names = joined([_item(o) for o in sure])
    notes.insert(0, f"{DO_FIRST}: they order {names}")
    cited = tuple(n for o in sure for n in desk.fact_of(o.product.name))
    return Confirmed((Segment(f"{ORDER}: {names}.", cited),), tuple(notes))


def _item(order: Order) -> str:
    return counted(Item(order.product, order.count or 1))


def _why(order: Order, *, known: bool) -> str:
    """Why an order is not confirmed."""
    if order.owned:
        return "they have it already"
    if not order.is_sold:
        return "it is not on sale"
    if order.lacks:
        needed = joined([p.name for p in order.lacks])
        where = "is not on their record" if known else "nobody knows whether they have"
        return f"it needs {needed}, which {where}"
    if order.bars:
        return f"it does not go with their {joined(order.bars)}"
    if order.count is None:
        return "ask how many they want"
    return "check what they have, then do it"
