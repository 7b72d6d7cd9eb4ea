"""What the catalogue says of a product, as a source that a plain question is answered from.

Only for products that the customer names, and never as an offer: no question, no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from copilot.domain import CURRENCY_SIGNS, Chunk, Hit, Product, every
from copilot.extractive.records.products import named

MAX_PRODUCTS = 4
SCORE = 0.5  # it was asked for by its name: as near as an article that is close by meaning
_ON_SALE = ("available", "limited", "known_issue")
# A limit's name that carries its unit, "down_mbps", is no noun; the features say it in words.
_UNIT = re.compile(
    r"(?:^|_)(?:[kmg]?bps|mbps|gb|mb|tb|days?|weeks?|months?|years?|hours?|minutes?)$"
)


def facts_of(products: Sequence[Product]) -> Mapping[str, Hit]:
    """One source for each product, by its name in small letters."""
    names = {product.sku: product.name for product in products}
    return {p.name.lower(): _fact(p, names) for p in products if p.name}


def facts_named(facts: Mapping[str, Hit], texts: Sequence[str]) -> tuple[Hit, ...]:
    """The sources on products that a customer names, the last named first."""
    names = tuple(facts)
    found = [name for text in reversed(texts) for name in named(text, names)]
    return tuple(facts[name] for name in dict.fromkeys(found))[:MAX_PRODUCTS]


def priced(product: Product) -> str | None:
    """A price as it is written: "£39", "£4 a month"; None where none is in force."""
    if product.price is None or product.status not in _ON_SALE:
        return None
    amount = f"{product.price:.2f}".removesuffix(".00")
    sign = CURRENCY_SIGNS.get(product.currency or "")
    if sign is None and not product.currency:
        return None
    return f"{sign}{amount}" if sign else f"{amount} {product.currency}"


def _fact(product: Product, names: Mapping[str, str]) -> Hit:
    text = "\n\n".join(f"{sentence.rstrip('.')}." for sentence in _sentences(product, names))
    chunk = Chunk(f"{product.sku}#fact", "document", product.sku, 0, text)
    return Hit(chunk, product.name, 2, SCORE, url=product.url)


def _sentences(product: Product, names: Mapping[str, str]) -> Iterator[str]:
    name = product.name
    if price := priced(product):
        yield f"{name} costs {price} {every(product.period)}".rstrip()
    for measure, limit in product.limits.items():
        noun = measure.removeprefix("max_").replace("_", " ").strip()
        if noun and not _UNIT.search(measure):
            one = noun.removesuffix("s") if limit == 1 else noun
            yield f"{name}: up to {limit:g} {one}"
    for feature in product.features:
        yield f"{name}: {feature}"
    needed = [names.get(sku, sku) for sku in product.requires]
    if needed:
        yield f"{name} needs {' and '.join(needed)}"
    if product.description:
        yield f"{name}: {product.description}"
