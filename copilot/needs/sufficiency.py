"""Whether products meet a constraint, by the words of their texts; amounts are added up by code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.ledger.language import plain, stem, words
from copilot.needs.catalogue import PIECES, Offering, a_month, owned_amount, packed, used_up
from copilot.needs.eligibility import Verdict
from copilot.needs.proposal import Candidate, Constraint, Fit
from copilot.needs.scene import Scene

SIZES = frozenset(
    stem(w)
    for w in """cm mm m metre metres meter inch inches kw watt watts mbps gbps mp kg kilo kilos
    litre litres liter liters volt amp db degrees""".split()
) | {"cm long", "cm wide", "cm high", "cm deep"}
UNPROVEN = "not confirmed by any product text"


def line(item: Offering) -> str:
    return f"{item.product.name}: {item.product.features}".strip(": ")[:160]


def meets(
    scene: Scene,
    candidate: Candidate,
    place: int,
    constraint: Constraint,
    items: Sequence[Offering],
) -> Verdict:
    if candidate.read_by_model:
        read = _read(scene, candidate, place, constraint, items)
        if read is not None:
            return read
    if constraint.kind == "quantity" and constraint.amount is not None:
        return _enough(scene, constraint, items)
    if constraint.kind == "budget" and constraint.amount is not None:
        return _affordable(constraint, items)
    if constraint.kind == "period":
        wrong = [i for i in items if not i.product.period.startswith(constraint.unit)]
        return (
            Verdict("unmet")
            if wrong
            else Verdict("met", f"paid per {constraint.unit}", items[0].sku)
        )
    if constraint.kind == "compatibility":
        return _compatible(constraint, items)
    if constraint.kind == "feature":
        held = [i for i in items if constraint.words <= i.words]
        return Verdict("met", line(held[0]), held[0].sku) if held else Verdict("unknown")
    return Verdict("met", "noted; no product fact speaks against it", items[0].sku)


def _read(
    scene: Scene,
    candidate: Candidate,
    place: int,
    constraint: Constraint,
    items: Sequence[Offering],
) -> Verdict | None:
    """A model's reading of this constraint in these products; None leaves it to code."""
    skus = {i.sku for i in items}
    fits = [f for f in candidate.verdicts if f.constraint == place and f.sku in skus]
    if constraint.kind == "quantity":
        given = _read_amounts(constraint, items, fits)
        if given:
            return _reached(scene, constraint, given)
        if any(i.provides(constraint.unit) or i.endless(constraint.unit) for i in items):
            return None
        return _by_reading(candidate, place, fits)
    if constraint.kind in ("budget", "period"):
        return None
    return _by_reading(candidate, place, fits)


def _by_reading(candidate: Candidate, place: int, fits: Sequence[Fit]) -> Verdict:
    met = next((f for f in fits if f.verdict == "met"), None)
    if met:
        return Verdict("met", met.fact or "no product text speaks against it", met.sku)
    if any(f.verdict == "unmet" for f in fits):
        return Verdict("unmet")
    kind = candidate.constraints[place].kind
    told = any(f.verdict != "unknown" for f in candidate.verdicts if f.constraint == place)
    if kind == "compatibility" or told:
        return Verdict("unknown")
    # No product text decides it: it does not tell the options apart, and is named as unproven.
    return Verdict("met", UNPROVEN, "")


def _enough(scene: Scene, constraint: Constraint, items: Sequence[Offering]) -> Verdict:
    """The amounts of a bundle added up as the product texts say: on top, or in total."""
    items = [i for i in items if constraint.words <= i.name_words]
    if not items:
        return Verdict("unmet")
    need = constraint.amount or 0.0
    if constraint.unit == PIECES:
        kind, many = _most_of_a_kind(items)
        text = f"{len(kind)} x {line(kind[0])}"
        return Verdict("met", text, kind[0].sku) if many >= need else Verdict("unmet")
    source = next((i for i in items if i.endless(constraint.unit)), None)
    if source is not None:
        return Verdict("met", line(source), source.sku)
    given = [
        Given(i, a.value, adds=a.extra or i.product.period == "once" or _is_single(i, a.value))
        for i in items
        if (a := i.provides(constraint.unit))
    ]
    return _reached(scene, constraint, given) if given else Verdict("unmet")


def _is_single(item: Offering, value: float) -> bool:
    """One address more is bought again and again; a free plan for one door is had once."""
    return value == 1 and bool(item.cost)


def _most_of_a_kind(items: Sequence[Offering]) -> tuple[list[Offering], float]:
    """Of one kind of thing: a line and a plan are no two lines, a valve and a pack are valves."""
    kinds = {i.head: [o for o in items if o.head == i.head] for i in items}
    best = max(kinds.values(), key=lambda kind: sum(packed(i) for i in kind))
    return best, sum(packed(i) for i in best)


@dataclass(frozen=True, slots=True)
class Given:
    """So much of the unit comes with a product: on top of what is owned, or as a plan's total."""

    item: Offering
    value: float
    adds: bool


def _read_amounts(
    constraint: Constraint, items: Sequence[Offering], fits: Sequence[Fit]
) -> list[Given]:
    """Amounts a model read in the product texts, where code found them there and sees no other."""
    by_sku = {f.sku: f for f in fits if f.amount is not None}
    given = []
    for item in items:
        own, fit = item.provides(constraint.unit), by_sku.get(item.sku)
        if fit is None or fit.amount is None or (own and own.value != fit.amount):
            if own:
                return []
            continue
        given.append(Given(item, fit.amount, adds=fit.adds or bool(own and own.extra)))
    return given


def _reached(scene: Scene, constraint: Constraint, given: Sequence[Given]) -> Verdict:
    """Whether the amounts together are enough; another plan replaces the one they have."""
    need, first = constraint.amount or 0.0, given[0].item
    have = owned_amount(scene.case, constraint.unit)
    if constraint.basis == "at_most":
        fits = min(g.value for g in given) <= need
        return Verdict("met", line(first), first.sku) if fits else Verdict("unmet")
    smaller = False
    if constraint.unit in SIZES:
        reached, have = max(g.value for g in given), 0.0
    else:
        plans = [g.value for g in given if not g.adds]
        reached = max(plans, default=have) + sum(g.value for g in given if g.adds)
        smaller = any(p < have for p in plans)
    # Where products add to what is owned, a wish for no more than that can only mean on top.
    adds, full = any(g.adds for g in given), used_up(scene.case, constraint.unit)
    on_top = constraint.basis == "extra" or (need <= have and (adds or full))
    if reached + 1e-9 < (have + need if on_top else need) or (on_top and smaller):
        return Verdict("unmet")
    count = f"{len(given)} x " if len(given) > 1 else ""
    return Verdict("met", f"{count}{line(first)}", first.sku)


def _affordable(constraint: Constraint, items: Sequence[Offering]) -> Verdict:
    limit = constraint.amount or 0.0
    if constraint.unit == "month":
        price = sum((i.product.price or 0.0) * a_month(i.product.period) for i in items)
    else:
        price = sum(i.product.price or 0.0 for i in items)
    return Verdict("met", f"price {price:g}", items[0].sku) if price <= limit else Verdict("unmet")


def _compatible(constraint: Constraint, items: Sequence[Offering]) -> Verdict:
    wanted = constraint.words
    for item in items:
        text = plain(f"{item.product.requires} {item.product.name} {item.product.features}")
        said = set(words(text))
        if item.product.requires and wanted <= said:
            return Verdict("met", f"requires {item.product.requires}", item.sku)
        if wanted <= said:
            return Verdict("met", line(item), item.sku)
        if item.product.requires and any(w.isalpha() and w in said for w in wanted):
            return Verdict("unmet", f"made for {item.product.requires}", item.sku)
    return Verdict("met", "no product fact ties it to a model", items[0].sku)
