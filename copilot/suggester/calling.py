"""Which product customers mean by "the 300 one" or "the £9 one": by its number or its price."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from copilot.domain import Product

_PRICE = re.compile(r"^[£$€](\d+(?:\.\d\d?)?)$")
_UNSOLD = ("withdrawn", "roadmap")


def called_by(
    products: Sequence[Product], owned: Sequence[str], said: str
) -> Callable[[str], str | None]:
    """Names the one product that a number or a price can mean here.

    Of several it is the one of a family that they have, or that they speak of: who has a Home
    Phone 300 and writes of minutes means no line.
    """
    theirs = {_family(name) for name in owned}
    words = frozenset(re.findall(r"[a-z]+", said.lower()))

    def called(what: str) -> str | None:
        meant = [p.name for p in products if p.status not in _UNSOLD and _is_called(p, what)]
        for some in (
            meant,
            [n for n in meant if _family(n) in theirs],
            [n for n in meant if _family(n) in theirs and words & set(_family(n).split())],
            [n for n in meant if words & set(_family(n).split())],
        ):
            if len(some) == 1:
                return some[0]
        return None

    return called


def _is_called(product: Product, what: str) -> bool:
    if price := _PRICE.match(what):
        return product.period != "once" and product.price == Decimal(price[1])
    last = product.name.lower().split()[-1]
    return last == what.lower() and len(product.name.split()) > 1


def _family(name: str) -> str:
    return name.lower().rpartition(" ")[0]
