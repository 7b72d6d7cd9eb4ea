"""The suggested line of an offer: price and way out named, no pressure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from copilot.domain import CURRENCY_SIGNS, every
from copilot.ledger.language import plain
from copilot.needs.bundle import Bundle
from copilot.needs.case import CaseProduct
from copilot.needs.catalogue import Offering
from copilot.needs.policy import Policy

_NUMBERS = ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def agent_line(policy: Policy, best: Bundle | None, disposition: str) -> str:
    """One plain sentence with price, or nothing where no offer is to be spoken now."""
    if best is None or disposition not in ("surface_now", "handoff_sales"):
        return ""
    parts = []
    for item, many in _counted(best.items):
        cost = cost_of(item.product, many)
        named = _several(item.product.name, many) if many > 1 else item.product.name
        parts.append(f"{named} ({cost})" if cost else named)
    line = f"For what you describe, {' and '.join(parts)} would be enough. {policy.wording.way_out}"
    return line if len(line) <= 280 else ""


def cost_of(product: CaseProduct, many: int = 1) -> str:
    """What so many of it cost: "3 × £45 = £135 once"; empty without a price."""
    if product.price is None:
        return ""
    sums = f"{many} × {money(product.price, product.currency)} = " if many > 1 else ""
    period = every(product.period) or product.period
    return f"{sums}{money(many * product.price, product.currency)} {period}".strip()


def money(amount: float, currency: str | None) -> str:
    """With its sign before it, as the articles write it; whole sums without pence."""
    figure = f"{amount:.2f}".removesuffix(".00")
    sign = CURRENCY_SIGNS.get(currency or "")
    return f"{sign}{figure}" if sign else f"{figure} {currency or ''}".strip()


def total_of(items: Sequence[Offering]) -> float | None:
    """What all cost together; None where money of different periods would be one figure."""
    if len({(i.product.period, i.product.currency) for i in items if i.product.price}) > 1:
        return None
    return round(sum(i.product.price or 0.0 for i in items), 2)


def _counted(items: Sequence[Offering]) -> list[tuple[Offering, int]]:
    counts = Counter(i.sku for i in items)
    return [(i, counts[i.sku]) for i in {i.sku: i for i in items}.values()]


def _several(name: str, many: int) -> str:
    """ "Three Radiator Valves"; a name that takes no plural is counted."""
    if not name[-1:].isalpha() or name.endswith(("s", "x", "y")) or "," in name:
        return f"{many} × {name}"
    return f"{_NUMBERS[many] if many < len(_NUMBERS) else many} {name}s"


def is_clean(text: str, policy: Policy) -> bool:
    """No pressure, shame, flattery or barrier among the words policy forbids."""
    lowered = plain(text)
    return not any(word in lowered for word in policy.wording.forbidden)
