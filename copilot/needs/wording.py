"""The suggested line of an offer: price and way out named, no pressure."""

from __future__ import annotations

from copilot.domain import EVERY
from copilot.ledger.language import plain
from copilot.needs.bundle import Bundle
from copilot.needs.policy import Policy


def agent_line(policy: Policy, best: Bundle | None, disposition: str) -> str:
    """One plain sentence with price, or nothing where no offer is to be spoken now."""
    if best is None or disposition not in ("surface_now", "handoff_sales"):
        return ""
    parts = []
    for item in best.items:
        period = f" {EVERY[item.product.period]}" if item.product.period in EVERY else ""
        price = (
            f"{item.product.price:g} {item.product.currency or ''}".strip()
            if item.product.price is not None
            else ""
        )
        parts.append(f"{item.product.name} ({price}{period})" if price else item.product.name)
    named = " and ".join(dict.fromkeys(parts))
    line = f"For what you describe, {named} would be enough. {policy.wording.way_out}"
    return line if len(line) <= 280 else ""


def is_clean(text: str, policy: Policy) -> bool:
    """No pressure, shame, flattery or barrier among the words policy forbids."""
    lowered = plain(text)
    return not any(word in lowered for word in policy.wording.forbidden)
