"""The cheapest bundle that truly suffices: one cited fact per constraint, unknown is not enough."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement

from copilot.ledger.language import plain
from copilot.needs.catalogue import PHRASE, PIECES, Offering, a_month, linked, named, packed
from copilot.needs.eligibility import Verdict, allowed, owns
from copilot.needs.output import RejectedOption, Sufficiency
from copilot.needs.proposal import Candidate
from copilot.needs.rejections import rejections
from copilot.needs.scene import Scene
from copilot.needs.sufficiency import SIZES, line, meets

_TIME = re.compile(
    r"\b(?:same day|next day|within [\w ]{2,20}|\d+ (?:hours?|days?|weeks?)|express)\b"
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Products together, with their price over the horizon and what they prove."""

    items: tuple[Offering, ...]
    cost: float
    proofs: tuple[Sufficiency, ...]

    @property
    def skus(self) -> tuple[str, ...]:
        """The product numbers, repeats kept."""
        return tuple(i.sku for i in self.items)


@dataclass(frozen=True, slots=True)
class Search:
    """The outcome: the bundle, or why there is none."""

    best: Bundle | None
    rejected: tuple[RejectedOption, ...] = ()
    blocked_by: str = ""
    blocked_source: str = ""
    unknown: str = ""
    considered: tuple[str, ...] = ()
    priced: bool = True
    owned: bool = False


def search(scene: Scene, candidate: Candidate) -> Search:
    """All bundles of at most three products on sale, repeats allowed, cheapest first."""
    everything = scene.items
    relevant = relevant_to(candidate, everything)
    if not relevant:
        return Search(None, considered=tuple(i.sku for i in everything))
    theirs = [i for i in relevant if _has_once(scene, candidate, i)]
    relevant = [i for i in relevant if i not in theirs]
    if _best_link(candidate, theirs) > _best_link(candidate, relevant):
        return Search(None, considered=tuple(i.sku for i in everything), owned=True)
    fits = {i.sku: allowed(scene, candidate, i, everything) for i in relevant}
    able = [i for i in relevant if i.available and fits[i.sku].met == "met" and i.cost is not None]
    able = _one_currency(able)
    barred = _only_unavailable(candidate, relevant, able)
    if barred:
        why = f"{barred.product.name} is {barred.product.status}"
        rejected = rejections(relevant, fits, None, [])
        return Search(None, rejected, why, barred.sku, considered=tuple(i.sku for i in relevant))
    best, short = _cheapest(scene, candidate, able, everything)
    rejected = rejections(relevant, fits, best, short)
    considered = tuple(i.sku for i in relevant)
    if best:
        return Search(best, rejected, considered=considered)
    return _why_none(scene, candidate, relevant, fits, rejected, considered, able)


def _best_link(candidate: Candidate, items: Sequence[Offering]) -> int:
    """How much of the need the best of these speaks of; a phrase says more than a word."""
    links = (linked(candidate.about, i) for i in items)
    return max((len(told) + sum(w.startswith(PHRASE) for w in told) for told in links), default=-1)


def _has_once(scene: Scene, candidate: Candidate, item: Offering) -> bool:
    """A plan of theirs is not sold to them again, unless they ask for one more or for another."""
    if candidate.read_by_model or candidate.another or candidate.for_other:
        return False
    counted = any(c.kind == "quantity" and c.unit != PIECES for c in candidate.constraints)
    counted = counted and not candidate.for_less
    return not counted and a_month(item.product.period) > 0 and owns(scene, item)


def _only_unavailable(
    candidate: Candidate, relevant: Sequence[Offering], able: Sequence[Offering]
) -> Offering | None:
    """The product that alone answers the words of the need, where it is not on sale."""
    if candidate.read_by_model:
        return None
    best = frozenset().union(*(linked(candidate.about, i) for i in able)) if able else frozenset()
    for item in relevant:
        if not item.available and linked(candidate.about, item) - best:
            return item
    return None


def _why_none(
    scene: Scene,
    candidate: Candidate,
    relevant: Sequence[Offering],
    fits: dict[str, Verdict],
    rejected: tuple[RejectedOption, ...],
    considered: tuple[str, ...],
    able: Sequence[Offering],
) -> Search:
    """An obstacle that is known blocks; one that is not known asks."""
    on_sale = [i for i in relevant if i.available]
    unpriced = [i for i in on_sale if i.cost is None]
    if unpriced and not able:
        return Search(
            None,
            rejected,
            unknown=f"no price on file for {unpriced[0].sku}",
            considered=considered,
            priced=False,
        )
    doubts = [fits[i.sku] for i in on_sale if fits[i.sku].met == "unknown"]
    if doubts:
        return Search(None, rejected, unknown=doubts[0].why, considered=considered)
    for item in able:
        whole = _completed(scene, (item,), scene.items, limit=_room(scene, (item,)))
        if whole and (other := _priced_apart(whole)):
            why = f"{item.sku} requires {other.sku}, priced in another currency"
            return Search(None, rejected, unknown=why, considered=considered, priced=False)
    if not on_sale:
        first = relevant[0]
        return Search(
            None,
            rejected,
            f"{first.product.name} is {first.product.status}",
            first.sku,
            considered=considered,
        )
    barred = [(i, fits[i.sku]) for i in on_sale if fits[i.sku].met == "unmet"]
    if barred and len(barred) == len(on_sale):
        return Search(
            None,
            rejected,
            barred[0][1].why,
            barred[0][1].source or barred[0][0].sku,
            considered=considered,
        )
    stated = "; ".join(c.text for c in candidate.constraints) or "what was asked for"
    return Search(None, rejected, f"nothing on sale meets: {stated}", considered=considered)


def relevant_to(candidate: Candidate, items: Sequence[Offering]) -> list[Offering]:
    """The products that speak of the need: those that share most of its words, or its units."""
    if candidate.read_by_model:
        named = {f.sku for f in candidate.verdicts if f.constraint == -1}
        return [i for i in items if i.sku in named]
    items = [i for i in items if i.sku not in candidate.theirs]
    if candidate.called:
        return [i for i in items if i.sku in candidate.called]
    units = {c.unit for c in candidate.constraints if c.kind == "quantity"} - {PIECES}
    common = Counter(w for i in items for w in linked(candidate.about, i))
    weigh = {w: 1.0 + 1.0 / n for w, n in common.items()}
    scored = [(sum(weigh[w] for w in linked(candidate.about, i)), i) for i in items]
    by_unit = [i for _, i in scored if any(i.provides(u) or i.endless(u) for u in units)]
    if by_unit:
        return by_unit
    top = max((s for s, _ in scored), default=0.0)
    near = [i for s, i in scored if top and s >= 0.6 * top][:10]
    meant = candidate.named or frozenset()
    return [i for i in near if i.sku in meant] or near


def changes_choice(scene: Scene, candidate: Candidate) -> bool:
    """Whether what a model misses tells the products apart; the rules have looked already."""
    if not candidate.read_by_model:
        return True
    options = [i for i in relevant_to(candidate, scene.items) if i.available]
    if candidate.missing_slot == "quantity":
        told = any(c.kind == "quantity" for c in candidate.constraints)
        return not told and len({i.amounts for i in options}) > 1
    if candidate.missing_slot == "compatibility":
        told = any(c.kind == "compatibility" for c in candidate.constraints)
        return not told and len({plain(i.product.requires) for i in options}) > 1
    return len({tuple(_TIME.findall(plain(i.product.features))) for i in options}) > 1


def _one_currency(items: list[Offering]) -> list[Offering]:
    """Prices in different currencies are not compared: only the commonest currency is kept."""
    counts = Counter(i.product.currency or "" for i in items)
    if len(counts) <= 1:
        return items
    common = max(counts, key=lambda c: (counts[c], c))
    return [i for i in items if (i.product.currency or "") == common]


def _cheapest(
    scene: Scene, candidate: Candidate, able: Sequence[Offering], everything: Sequence[Offering]
) -> tuple[Bundle | None, list[tuple[str, ...]]]:
    best: Bundle | None = None
    short: list[tuple[str, ...]] = []
    repeats = any(c.kind == "quantity" for c in candidate.constraints)
    asked = _asked(candidate, able)
    for items in _choices(scene, candidate, able[:10], repeats=repeats):
        if best and sum(i.cost or 0.0 for i in items) > best.cost:
            continue
        whole = with_required(scene, items, everything, limit=_room(scene, items))
        if whole is None:
            continue
        cost = sum(i.cost or 0.0 for i in whole)
        if best and not _better(cost, whole, best):
            continue
        proofs = _proofs(scene, candidate, whole, asked, able)
        if proofs is None:
            if len(items) == 1:
                short.append(tuple(i.sku for i in items))
            continue
        best = Bundle(whole, cost, tuple(proofs))
    return best, short


def _choices(
    scene: Scene, candidate: Candidate, able: Sequence[Offering], *, repeats: bool
) -> Iterator[tuple[Offering, ...]]:
    """Few products first; then those of which more are counted than a bundle has products."""
    bounds = scene.policy.bundle
    for size in range(1, bounds.max_items + 1 if repeats else 2):
        yield from combinations_with_replacement(able, size)
    copies = {i.sku: _copies(candidate, i, bounds.max_pieces) for i in able} if repeats else {}
    for size in range(1, bounds.max_items + 1 if max(copies.values(), default=1) > 1 else 1):
        for items in combinations(able, size):
            for one in items:
                for more in range(bounds.max_items - size + 1, copies[one.sku]):
                    yield tuple(i for i in items for _ in range(1 + more * (i is one)))


def _copies(candidate: Candidate, item: Offering, most: int) -> int:
    """How many of one product the counts could ask for, where their words name it.

    Five guests are no wish for five of whatever is sold by the guest; centimetres count nothing.
    """
    found = 1
    if not named(candidate.about) & item.name_words:
        return found
    for constraint in candidate.constraints:
        if constraint.kind != "quantity" or not constraint.amount or constraint.unit in SIZES:
            continue
        given = item.provides(constraint.unit)
        one = packed(item) if constraint.unit == PIECES else given.value if given else 0.0
        needed = math.ceil(constraint.amount / one) if one else 1
        found = max(found, needed if needed <= most else 1)
    return found


def _room(scene: Scene, items: Sequence[Offering]) -> int:
    """How many pieces a bundle may hold with what its parts require."""
    bounds = scene.policy.bundle
    return max(bounds.max_items, min(bounds.max_pieces, len(items) + bounds.max_items - 1))


def _better(cost: float, items: Sequence[Offering], best: Bundle) -> bool:
    """Cheaper; on a tie the shorter commitment, then fewer things to set up."""
    return _rank(cost, items) < _rank(best.cost, best.items)


def _rank(cost: float, items: Sequence[Offering]) -> tuple[float, int, int]:
    return round(cost, 2), sum(i.product.commitment_months for i in items), len(items)


def _asked(candidate: Candidate, able: Sequence[Offering]) -> frozenset[str]:
    """The words of the need that at least one of the products uses: all must be met."""
    best: frozenset[str] = frozenset()
    for item in able:
        shared = linked(candidate.about, item)
        if len(shared) > len(best):
            best = shared
    return best


def _proofs(
    scene: Scene,
    candidate: Candidate,
    items: Sequence[Offering],
    asked: frozenset[str],
    able: Sequence[Offering],
) -> list[Sufficiency] | None:
    """One cited fact per constraint, or None where one is unmet or unproven."""
    proofs: list[Sufficiency] = []
    for place, constraint in enumerate(candidate.constraints):
        verdict = meets(scene, candidate, place, constraint, items)
        if verdict.met != "met":
            return None
        proofs.append(
            Sufficiency(constraint=constraint.text, met_by=verdict.why, source=verdict.source)
        )
    if not candidate.read_by_model and not _covers(candidate, items, asked, able):
        return None
    if not proofs:
        proofs.append(
            Sufficiency(constraint="what was asked for", met_by=line(items[0]), source=items[0].sku)
        )
    return proofs


def _named(asked: frozenset[str], able: Sequence[Offering]) -> frozenset[str]:
    """Words of the need that tell the products' names apart."""
    names = [i.name_words for i in able]
    return frozenset(
        w for w in asked if not w.startswith("~") and 0 < sum(w in n for n in names) < len(names)
    )


def _covers(
    candidate: Candidate,
    items: Sequence[Offering],
    asked: frozenset[str],
    able: Sequence[Offering],
) -> bool:
    covered = frozenset().union(*(linked(candidate.about, i) for i in items))
    units = {c.unit for c in candidate.constraints if c.kind == "quantity"} - {PIECES}
    if units:
        measured = any(i.provides(u) or i.endless(u) for u in units for i in items)
        return bool(covered or not asked or measured)
    if _named(asked, able) - covered:
        return False  # a three-seater is not a two-seater, however cheap
    subject = {w for w in asked if w.startswith("~")} or asked
    return len(covered & asked) >= 0.75 * len(asked) and bool(covered & subject or not asked)


def with_required(
    scene: Scene, items: Sequence[Offering], everything: Sequence[Offering], *, limit: int
) -> tuple[Offering, ...] | None:
    """The bundle with what its parts require and the customer lacks; None if that cannot be had.

    A part in another currency cannot: the sum would be no price.
    """
    whole = _completed(scene, items, everything, limit=limit)
    return None if whole is None or _priced_apart(whole) else whole


def _completed(
    scene: Scene, items: Sequence[Offering], everything: Sequence[Offering], *, limit: int
) -> tuple[Offering, ...] | None:
    """A circle of requirements closes once all its members are in the bundle."""
    whole = list(items)
    pending = list(items)
    while pending:
        for needed in _required(pending.pop(), everything):
            if needed in whole or owns(scene, needed):
                continue
            if not needed.available or needed.cost is None or len(whole) >= limit:
                return None
            whole.append(needed)
            pending.append(needed)
    return tuple(whole)


def _priced_apart(items: Sequence[Offering]) -> Offering | None:
    """The first that costs something in another currency than those before it."""
    paid = [i for i in items if i.cost]
    return next((i for i in paid if i.product.currency != paid[0].product.currency), None)


def _required(item: Offering, everything: Sequence[Offering]) -> list[Offering]:
    """The products a line names as required, by number or name; words on file are not products."""
    parts = [plain(p).strip() for p in re.split(r";|,| and ", item.product.requires)]
    wanted = {p for p in parts if p}
    return [
        i
        for i in everything
        if i is not item and (i.sku.lower() in wanted or plain(i.product.name) in wanted)
    ]
