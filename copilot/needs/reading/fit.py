"""A model's reading of product texts, kept only where its facts stand in those texts."""

from __future__ import annotations

import re
from typing import cast

from copilot.ledger.language import digits, stems, words
from copilot.needs.catalogue import Met, Offering
from copilot.needs.proposal import Candidate, Fit, Held
from copilot.needs.reading.page import product_line
from copilot.needs.reading.wire import FitSaid, ProductSaid
from copilot.needs.scene import Scene

UNLIMITED = 1_000_000


def fits(scene: Scene, candidate: Candidate, said: FitSaid) -> tuple[Fit, ...]:
    """Verdicts per product and constraint; `met` without the words of the text is unknown."""
    by_sku = {i.sku: i for i in scene.items}
    found: list[Fit] = []
    for product in said.products:
        item = by_sku.get(product.sku)
        if item is None or product.serves != "yes":
            continue
        found.append(Fit(item.sku, -1, "met", item.product.name))
        found += _checks(candidate, item, product)
    return tuple(found)


def _checks(candidate: Candidate, item: Offering, product: ProductSaid) -> list[Fit]:
    found: list[Fit] = []
    for check in product.checks:
        if not 0 <= check.constraint < len(candidate.constraints):
            continue
        constraint = candidate.constraints[check.constraint]
        fact = check.fact.strip().strip('"')
        proven = stands(fact, product_line(item))
        silent = not fact and constraint.kind in ("deadline", "scope", "other")
        verdict = check.verdict if check.verdict in ("met", "unmet") else "unknown"
        if verdict == "met" and not (proven or silent):
            verdict = "unknown"
        amount = _amount(product, item) if constraint.kind == "quantity" else None
        found.append(
            Fit(item.sku, check.constraint, cast("Met", verdict), fact[:160], amount, product.adds)
        )
    return found


def _amount(product: ProductSaid, item: Offering) -> float | None:
    """How much one unit gives: believed only if that number stands in the product's line.

    A product is one of itself, whether or not its line says so.
    """
    if product.provides >= UNLIMITED:
        return float("inf") if item.unlimited else None
    given = f"{product.provides:g}"
    told = re.search(rf"(?<![\d.]){re.escape(given)}(?![\d]|\.\d)", digits(product_line(item)))
    return product.provides if product.provides == 1 or (product.provides and told) else None


def stands(fact: str, text: str) -> bool:
    """The words of the fact stand in the text; marks between them do not count.

    In another order, or with a word of grammar more, all its figures and words of substance do.
    """
    told, shown = words(digits(fact)), words(digits(text))
    if not told:
        return False
    if f" {' '.join(told)} " in f" {' '.join(shown)} ":
        return True
    figures = {w for w in told if w.isdigit()}
    substance = stems(fact)
    return len(substance) >= 2 and substance <= stems(text) and figures <= set(shown)


def conditions(scene: Scene, said: FitSaid) -> tuple[Held, ...]:
    """What a product requires, held against the file: believed only with words that stand there."""
    texts = {e.id: f"{e.name} {' '.join(e.includes)}" for e in scene.case.customer.entitlements}
    texts |= {f"customer.facts[{n}]": f for n, f in enumerate(scene.case.customer.facts)}
    texts |= {t.id: t.text for t in scene.timeline.turns if t.speaker == "customer"}
    texts |= {k.id: k.text for k in scene.case.knowledge}
    texts["customer.segment"] = scene.case.customer.segment
    found = []
    for product in said.products:
        held = product.conditions
        fact = held.fact.strip()
        source = texts.get(
            held.source.rpartition("/")[2] if "/" in held.source else held.source, ""
        )
        proven = stands(fact, source)
        if held.verdict in ("met", "unmet") and proven:
            found.append(Held(product.sku, cast("Met", held.verdict), fact[:160], held.source))
    return tuple(found)
