"""Why the products that also speak of a need were not taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, Protocol

from copilot.ledger.language import plain
from copilot.needs.catalogue import Offering
from copilot.needs.eligibility import Verdict
from copilot.needs.output import RejectedOption

WhyNot = Literal[
    "dearer", "insufficient", "incompatible", "not_eligible", "unavailable", "worse_for_customer"
]


class Chosen(Protocol):
    """The bundle that was taken."""

    @property
    def skus(self) -> tuple[str, ...]:
        """Its product numbers."""


def rejections(
    relevant: Sequence[Offering],
    fits: dict[str, Verdict],
    best: Chosen | None,
    short: list[tuple[str, ...]],
) -> tuple[RejectedOption, ...]:
    """Every product that speaks of the need and is not in the bundle, each with its reason."""
    found: list[RejectedOption] = []
    lacking = {s[0] for s in short if len(s) == 1}
    for item in relevant:
        if best and item.sku in best.skus:
            continue
        found.append(
            RejectedOption(skus=(item.sku,), why_not=_why_not(item, fits[item.sku], lacking))
        )
    return tuple(found)


def _why_not(item: Offering, fit: Verdict, lacking: set[str]) -> WhyNot:
    if not item.available or item.cost is None:
        return "unavailable"
    if fit.met != "met":
        return (
            "not_eligible"
            if re.search(r"\b(?:age[ds]?|under|over|customers?)\b", plain(item.product.requires))
            else "incompatible"
        )
    return "insufficient" if item.sku in lacking else "dearer"
