"""More of a thing by the piece: a pack is a need only where it costs less than what they have.

Who is over a limit pays for each further piece, or does not; 110 of them at 6 cents are less than
a pack at €20. Where they are over it already and no source says what each costs, which way is the
cheapest nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from copilot.domain import CURRENCY_SIGNS
from copilot.ledger.language import digits, plain, stem, stems
from copilot.needs.catalogue import PIECES, Offering, a_month, owned_amount
from copilot.needs.free import valid
from copilot.needs.proposal import Candidate, Constraint
from copilot.needs.records import in_force
from copilot.needs.scene import Scene
from copilot.needs.statements import statements
from copilot.needs.wording import cost_of, money

_SIGN = "".join(map(re.escape, CURRENCY_SIGNS.values()))
_SUM = (
    rf"(?:[{_SIGN}] ?(?P<a>\d+(?:\.\d+)?)"
    r"|(?P<b>\d+(?:\.\d+)?) ?(?P<u>euros?|pounds?|dollars?|cents?|pence|p|c)\b)"
)
_MORE = r"(?:further|extra|additional|more|other)"
_BETWEEN = rf"[^.;,\d{_SIGN}]{{0,30}}"
_EACH = re.compile(
    rf"\b(?:each|every|per|any|an?) {_MORE} (?P<thing>[a-z]{{2,}})\b{_BETWEEN}{_SUM}"
)
_FOR_EACH = re.compile(rf"{_SUM} (?:for )?(?:each|every|per|an?) {_MORE} (?P<thing>[a-z]{{2,}})")
_APIECE = re.compile(
    rf"\b{_MORE} (?P<thing>[a-z]{{2,}})\b{_BETWEEN}{_SUM} (?:each|apiece|a piece|per [a-z]+)\b"
)
_EVERY = re.compile(r"\b(?:a|an|per|each|every) (?P<every>day|week|quarter|year)\b")
_TIMES = {"day": 365 / 12, "week": 52 / 12, "quarter": 1 / 3, "year": 1 / 12}
_HUNDREDTHS = ("cent", "pence", "p", "c")


class Chosen(Protocol):
    """The bundle that was found."""

    @property
    def items(self) -> tuple[Offering, ...]:
        """Its products."""


@dataclass(frozen=True, slots=True)
class ByPiece:
    """What the same amount costs without anything new; no sum where no source tells the price."""

    text: str
    source: str
    known: bool


@dataclass(frozen=True, slots=True)
class _Rate:
    price: float
    source: str


def not_cheaper(scene: Scene, candidate: Candidate, chosen: Chosen) -> ByPiece | None:
    """Why a pack or a plan is no saving, or may be none; None where it saves or cannot be had."""
    for wish in candidate.constraints:
        more = _beyond(scene, wish) * _a_month_has(candidate)
        if not more or not any(i.provides(wish.unit) or i.endless(wish.unit) for i in chosen.items):
            continue
        if any(_is_the_piece(item, wish.unit) for item in chosen.items):
            continue
        called = _counted(candidate, wish)
        rate = next(_rates(scene, called), None)
        if rate is None and _is_over(scene, called):
            why = f"when it is known what {wish.text} more cost them as it is"[:160]
            return ByPiece(why, "", known=False)
        if rate and rate.price * more <= _dearer_by(scene, chosen.items, wish):
            return ByPiece(_told(more, wish, rate, chosen.items)[:160], rate.source, known=True)
    return None


def _beyond(scene: Scene, wish: Constraint) -> float:
    """How many they want on top of what they have; nought where they have none of it."""
    have = owned_amount(scene.case, wish.unit)
    if wish.kind != "quantity" or wish.unit == PIECES or not have or wish.basis == "at_most":
        return 0.0
    return max(0.0, (wish.amount or 0.0) - (0.0 if wish.basis == "extra" else have))


def _a_month_has(candidate: Candidate) -> float:
    """ "Three more a week" are thirteen a month; what is said of no time is a month's."""
    said = " ".join(quote.text for quote in candidate.quotes)
    match = _EVERY.search(plain(said))
    return _TIMES[match["every"]] if match else 1.0


def _counted(candidate: Candidate, wish: Constraint) -> frozenset[str]:
    """What they count, in their word: how many minutes three more calls have nobody knows."""
    said = digits(" ".join(quote.text for quote in candidate.quotes))
    things = re.findall(rf"(?<![\d.]){wish.amount:g} (?:(?:{_MORE}|new) )*([a-z]{{2,}})", said)
    return frozenset(map(stem, things))


def _is_the_piece(item: Offering, unit: str) -> bool:
    """A seat sold by the seat is the further piece itself, and no pack in place of it."""
    given = item.provides(unit)
    return given is not None and given.extra and given.value == 1


def _is_over(scene: Scene, called: frozenset[str]) -> bool:
    """On file they use more than their limit: there is a way to have more without a pack."""
    return any(
        bool(stems(name) & called) and used > own.limits.get(name, used)
        for own in in_force(scene.case)
        for name, used in own.used.items()
    )


def _dearer_by(scene: Scene, items: Sequence[Offering], wish: Constraint) -> float:
    """What it adds to their bill; of a plan that takes the place of theirs, the difference."""
    total = sum((i.product.price or 0.0) * (a_month(i.product.period) or 1) for i in items)
    given = [a for i in items if (a := i.provides(wish.unit))]
    if given and all(a.extra for a in given):
        return total
    skus = {own.sku for own in in_force(scene.case)}
    replaced = [i for i in scene.items if i.sku in skus and i.provides(wish.unit)]
    return total - max(((i.product.price or 0.0) for i in replaced), default=0.0)


def _rates(scene: Scene, called: frozenset[str]) -> Iterator[_Rate]:
    """What one more of a thing costs on their plan: by what they own, its line, or our articles."""
    mine = in_force(scene.case)
    skus = {own.sku for own in mine} - {None, ""}
    for own in mine:
        yield from _read(own.id, [*own.includes, own.name], called)
    for item in scene.items:
        if item.sku in skus:
            yield from _read(item.sku, [item.product.features], called)
    for n, fact in enumerate(scene.case.customer.facts):
        yield from _read(f"customer.facts[{n}]", [fact], called)
    for known in scene.case.knowledge:
        if known.visibility != "internal" and valid(scene, known):
            told = [s for s in statements(known.text) if _on_theirs(scene, s, skus)]
            yield from _read(known.id, told, called)


def _on_theirs(scene: Scene, statement: str, skus: set[str | None]) -> bool:
    """A row on another plan tells nothing of theirs; one that names none is of all."""
    head = statement.partition(":")[0]
    named = {i.sku for i in scene.items if i.product.name.casefold() == head.strip().casefold()}
    named |= scene.called(statement)
    return not named or bool(named & skus)


def _read(source: str, texts: Sequence[str], called: frozenset[str]) -> Iterator[_Rate]:
    for text in texts:
        for thing, price in _prices(text):
            if stem(thing) in called:
                yield _Rate(price, source)


@lru_cache(maxsize=4096)
def _prices(text: str) -> tuple[tuple[str, float], ...]:
    """What one more of each thing costs, as a text says it."""
    told = digits(text)
    found = (m for pattern in (_EACH, _FOR_EACH, _APIECE) for m in pattern.finditer(told))
    return tuple((m["thing"], _price(m)) for m in found)


def _price(match: re.Match[str]) -> float:
    small = (match["u"] or "").removesuffix("s") in _HUNDREDTHS or match["u"] == "pence"
    return float(match["a"] or match["b"]) * (0.01 if small else 1.0)


def _told(more: float, wish: Constraint, rate: _Rate, items: Sequence[Offering]) -> str:
    currency = items[0].product.currency
    count = wish.text if wish.basis == "extra" else f"{more:g} beyond what they have"
    total = f"{money(rate.price * more, currency)} at {money(rate.price, currency)} each"
    names = " and ".join(f"{i.product.name} ({cost_of(i.product)})" for i in items)
    return f"{count}: {total}, no more than {names}."
