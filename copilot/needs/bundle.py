"""The cheapest bundle that truly suffices: one cited fact per constraint, unknown is not enough."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Literal

from copilot.ledger.language import digits, plain, stem, words
from copilot.needs.catalogue import Met, Offering, linked, owned_amount
from copilot.needs.ages import age_of
from copilot.needs.output import RejectedOption, Sufficiency
from copilot.needs.proposal import Candidate, Constraint, Fit
from copilot.needs.scene import Scene

WhyNot = Literal[
    "dearer", "insufficient", "incompatible", "not_eligible", "unavailable", "worse_for_customer"
]
_AGE = re.compile(
    r"\b(?:age[ds]?|minimum age|over|at least)(?: of)? ?(\d{1,2})\b(?: ?(?:to|-|–) ?(\d{1,2}))?(?! ?(?:gb|users|years? old (?:boiler|car)))|\b(\d{1,2})\+|\b(\d{1,2}) (?:years )?(?:or|and) (?:over|older|above)"
)
_BOUND = re.compile(
    r"\b([a-z][\w-]+)(?: is| be| must be| age)? (under|below|less than|younger than|not older than|up to|over|above|at least|more than|older than|minimum|max(?:imum)?) (?:of )?(\d+(?:\.\d+)?) ?([a-z]+)?"
)
_UNDER = frozenset(
    {"under", "below", "less than", "younger than", "not older than", "up to", "max", "maximum"}
)
_FILLER = frozenset(
    stem(w)
    for w in "a an the any or and with have has having own owns owned plan active existing customer customers only needs need requires require fits fit for compatible model series device current valid account holder".split()
)
# Sizes do not add up: two covers of 120 cm are no cover of 240 cm.
SIZES = frozenset(
    stem(w)
    for w in "cm mm m metre metres meter inch inches kw watt watts mbps gbps mp kg kilo kilos litre litres liter liters volt db degrees".split()
)
UNPROVEN = "not confirmed by any product text"
_NOTHING = frozenset({"", "none", "-", "n/a", "nothing", "no"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Met, unmet or unknown, and by which words of which source."""

    met: Met
    why: str = ""
    source: str = ""


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


def search(scene: Scene, candidate: Candidate) -> Search:
    """All bundles of at most three products on sale, repeats allowed, cheapest first."""
    everything = scene.items
    relevant = relevant_to(candidate, everything)
    if not relevant:
        return Search(None, considered=tuple(i.sku for i in everything))
    fits = {i.sku: _allowed(scene, candidate, i, everything) for i in relevant}
    able = [i for i in relevant if i.available and fits[i.sku].met == "met" and i.cost is not None]
    able = _one_currency(able)
    barred = _only_unavailable(candidate, relevant, able)
    if barred:
        why = f"{barred.product.name} is {barred.product.status}"
        rejected = _rejections(relevant, fits, None, [])
        return Search(None, rejected, why, barred.sku, considered=tuple(i.sku for i in relevant))
    best, short = _cheapest(scene, candidate, able, everything)
    rejected = _rejections(relevant, fits, best, short)
    considered = tuple(i.sku for i in relevant)
    if best:
        return Search(best, rejected, considered=considered)
    return _why_none(candidate, relevant, fits, rejected, considered, able)


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
    units = {c.unit for c in candidate.constraints if c.kind == "quantity"}
    common = Counter(w for i in items for w in linked(candidate.about, i))
    weigh = {w: 1.0 + 1.0 / n for w, n in common.items()}
    scored = [(sum(weigh[w] for w in linked(candidate.about, i)), i) for i in items]
    by_unit = [i for _, i in scored if any(i.provides(u) for u in units) or (units and i.unlimited)]
    if by_unit:
        return by_unit
    top = max((s for s, _ in scored), default=0.0)
    return [i for s, i in scored if top and s >= 0.6 * top][:10]


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
    for size in range(1, scene.policy.bundle.max_items + 1 if repeats else 2):
        for items in combinations_with_replacement(able[:10], size):
            whole = with_required(scene, items, everything, limit=scene.policy.bundle.max_items)
            if whole is None:
                continue
            cost = sum(i.cost or 0.0 for i in whole)
            if best and not _better(cost, whole, best):
                continue
            proofs = _proofs(scene, candidate, whole, asked)
            if proofs is None:
                if size == 1:
                    short.append(tuple(i.sku for i in items))
                continue
            best = Bundle(whole, cost, tuple(proofs))
    return best, short


def _better(cost: float, items: Sequence[Offering], best: Bundle) -> bool:
    """Cheaper; on a tie the shorter commitment, then fewer things to set up."""
    key = lambda c, its: (round(c, 2), sum(i.product.commitment_months for i in its), len(its))  # noqa: E731
    return bool(key(cost, items) < key(best.cost, best.items))


def _asked(candidate: Candidate, able: Sequence[Offering]) -> frozenset[str]:
    """The words of the need that at least one of the products uses: the one that covers all wins."""
    best: frozenset[str] = frozenset()
    for item in able:
        shared = linked(candidate.about, item)
        if len(shared) > len(best):
            best = shared
    return best


def _proofs(
    scene: Scene, candidate: Candidate, items: Sequence[Offering], asked: frozenset[str]
) -> list[Sufficiency] | None:
    """One cited fact per constraint, or None where one is unmet or unproven."""
    proofs: list[Sufficiency] = []
    for place, constraint in enumerate(candidate.constraints):
        verdict = _meets(scene, candidate, place, constraint, items)
        if verdict.met != "met":
            return None
        proofs.append(
            Sufficiency(constraint=constraint.text, met_by=verdict.why, source=verdict.source)
        )
    if not candidate.read_by_model and not _covers(candidate, items, asked):
        return None
    if not proofs:
        proofs.append(
            Sufficiency(
                constraint="what was asked for", met_by=_line(items[0]), source=items[0].sku
            )
        )
    return proofs


def _covers(candidate: Candidate, items: Sequence[Offering], asked: frozenset[str]) -> bool:
    covered = frozenset().union(*(linked(candidate.about, i) for i in items))
    if any(c.kind == "quantity" for c in candidate.constraints):
        return bool(covered or not asked)
    subject = {w for w in asked if w.startswith("~")} or asked
    return len(covered & asked) >= 0.75 * len(asked) and bool(covered & subject or not asked)


def _line(item: Offering) -> str:
    return f"{item.product.name}: {item.product.features}".strip(": ")[:160]


def _meets(
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
        return Verdict("met", _line(held[0]), held[0].sku) if held else Verdict("unknown")
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
        if any(i.provides(constraint.unit) or i.unlimited for i in items):
            return None
        return _enough_read(scene, constraint, items, fits) or _by_reading(candidate, place, fits)
    if constraint.kind in ("budget", "period"):
        return None
    return _by_reading(candidate, place, fits)


def _enough_read(
    scene: Scene, constraint: Constraint, items: Sequence[Offering], fits: Sequence[Fit]
) -> Verdict | None:
    """Amounts a model read in the product texts (and code found there), added up by code."""
    by_sku = {f.sku: f for f in fits if f.amount is not None}
    if not by_sku or constraint.amount is None:
        return None
    given = [by_sku[i.sku] for i in items if i.sku in by_sku]
    amounts = [f.amount or 0.0 for f in given]
    sized = constraint.unit in SIZES
    reached = max(amounts) if sized or not all(f.adds for f in given) else sum(amounts)
    have = owned_amount(scene.case, constraint.unit)
    target = constraint.amount
    if constraint.basis == "extra" and not all(f.adds for f in given):
        target += have
    met: Met = "met" if reached + 1e-9 >= target else "unmet"
    return Verdict(met, given[0].fact, given[0].sku)


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
    need = constraint.amount or 0.0
    if any(i.unlimited for i in items):
        source = next(i for i in items if i.unlimited)
        return Verdict("met", _line(source), source.sku)
    have = owned_amount(scene.case, constraint.unit)
    given = [(i, a) for i in items if (a := i.provides(constraint.unit))]
    if not given:
        return Verdict("unmet")
    if constraint.unit in SIZES:
        reached, have = max(a.value for _, a in given), 0.0
    else:
        added = sum(a.value for i, a in given if a.extra or i.product.period == "once")
        plans = [a.value for i, a in given if not a.extra and i.product.period != "once"]
        reached = max([have, *plans]) + added
    target = have + need if constraint.basis == "extra" else need
    if reached + 1e-9 < target:
        return Verdict("unmet")
    source = given[0][0]
    count = f"{len(given)} x " if len(given) > 1 else ""
    return Verdict("met", f"{count}{_line(source)}", source.sku)


def _affordable(constraint: Constraint, items: Sequence[Offering]) -> Verdict:
    limit = constraint.amount or 0.0
    if constraint.unit == "month":
        price = sum(i.product.price or 0.0 for i in items if i.product.period.startswith("month"))
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
            return Verdict("met", _line(item), item.sku)
        if item.product.requires and any(w.isalpha() and w in said for w in wanted):
            return Verdict("unmet", f"made for {item.product.requires}", item.sku)
    return Verdict("met", "no product fact ties it to a model", items[0].sku)


def with_required(
    scene: Scene, items: Sequence[Offering], everything: Sequence[Offering], *, limit: int
) -> tuple[Offering, ...] | None:
    """The bundle with what its parts require and the customer lacks; None if that cannot be had."""
    whole = list(items)
    pending = list(items)
    by_sku = {i.sku.lower(): i for i in everything}
    while pending:
        item = pending.pop()
        needed = by_sku.get(item.product.requires.strip().lower()) or _named(
            item.product.requires, everything
        )
        if needed is None or needed is item or needed in whole or owns(scene, needed):
            continue
        if not needed.available or needed.cost is None or len(whole) >= limit:
            return None
        whole.append(needed)
        pending.append(needed)
    return tuple(whole)


def _named(requirement: str, everything: Sequence[Offering]) -> Offering | None:
    wanted = plain(requirement).strip()
    return next((i for i in everything if wanted and plain(i.product.name) == wanted), None)


def owns(scene: Scene, item: Offering) -> bool:
    """The customer has this very product."""
    name = plain(item.product.name)
    return any(
        e.sku == item.sku or e.id == item.sku or plain(e.name) == name
        for e in scene.case.customer.entitlements
    )


def _allowed(
    scene: Scene, candidate: Candidate, item: Offering, everything: Sequence[Offering]
) -> Verdict:
    """Code's own reading of the conditions; where it cannot tell, the proven one of a model."""
    own = eligibility(scene, candidate, item, everything)
    held = next((h for h in candidate.conditions if h.sku == item.sku), None)
    if own.met == "unknown" and held is not None:
        return Verdict(held.verdict, held.fact or own.why, held.source)
    return own


def eligibility(
    scene: Scene, candidate: Candidate, item: Offering, everything: Sequence[Offering]
) -> Verdict:
    """Whether what the product requires holds: every part must; `or` needs one."""
    if not item.available:
        return Verdict("unmet", f"{item.product.name} is {item.product.status}", item.sku)
    requirement = item.product.requires.strip()
    if plain(requirement) in _NOTHING:
        return _age_range(candidate, item)
    verdicts = []
    for part in re.split(r";|,(?! ?\d)| and ", requirement):
        options = [
            _holds(scene, candidate, option.strip(), item, everything)
            for option in part.split(" or ")
            if option.strip()
        ]
        verdicts.append(
            next((v for v in options if v.met == "met"), options[0] if options else Verdict("met"))
        )
    for state in ("unmet", "unknown"):
        found = next((v for v in verdicts if v.met == state), None)
        if found:
            return found
    return _age_range(candidate, item)


def _age_range(candidate: Candidate, item: Offering) -> Verdict:
    """ "Ages 13 to 17" in the product text against an age the customer gave."""
    age = next((c.amount for c in candidate.constraints if c.kind == "age"), None)
    match = re.search(
        r"\bages? (\d{1,2})(?: ?(?:to|-|–) ?(\d{1,2}))?", digits(item.product.features)
    )
    if age is None or not match:
        return Verdict("met", "nothing is required", item.sku)
    low, high = float(match.group(1)), float(match.group(2) or 200)
    if low <= age <= high:
        return Verdict("met", match.group(), item.sku)
    return Verdict("unmet", f"{item.product.name} is for {match.group()}", item.sku)


def _holds(
    scene: Scene, candidate: Candidate, part: str, item: Offering, everything: Sequence[Offering]
) -> Verdict:
    lowered = digits(part)
    age = (
        _AGE.search(lowered)
        if re.search(r"\bage|\+|years? (?:or|and)|or over|and over", lowered)
        and "boiler" not in lowered
        else None
    )
    bound = _BOUND.search(lowered)
    if age and not (bound and stem(bound.group(1)) not in ("ag", "aged", "minimum")):
        return _old_enough(scene, candidate, age, part, item)
    if bound:
        return _within(scene, candidate, bound, part, item)
    needed = next(
        (
            i
            for i in everything
            if i.sku.lower() == part.lower() or plain(i.product.name) == plain(part)
        ),
        None,
    )
    if needed is not None:
        if owns(scene, needed) or (needed.available and needed is not item):
            return Verdict("met", f"{needed.product.name} is owned or added", needed.sku)
        return Verdict(
            "unmet", f"needs {needed.product.name}, which is {needed.product.status}", needed.sku
        )
    return _on_file(scene, candidate, part, item)


def _old_enough(
    scene: Scene, candidate: Candidate, match: re.Match[str], part: str, item: Offering
) -> Verdict:
    low = float(next(g for i, g in enumerate(match.groups()) if g and i != 1))
    high = float(match.group(2)) if match.group(2) else 200.0
    said = next((c.amount for c in candidate.constraints if c.kind == "age"), None)
    if said is None:
        said = next((a for f in scene.case.customer.facts if (a := age_of(f))), None)
    if said is None:
        return Verdict("unknown", f"age not known, required: {part}", item.sku)
    if low <= said <= high:
        return Verdict("met", f"{part}, and the age is {said:g}", item.sku)
    return Verdict("unmet", f"{item.product.name} requires {part}; the age is {said:g}", item.sku)


def _within(
    scene: Scene, candidate: Candidate, match: re.Match[str], part: str, item: Offering
) -> Verdict:
    """ "Boiler under 12 years" against "boiler 9 years old" on file or in the quotes."""
    thing, how, limit, unit = (
        match.group(1),
        match.group(2),
        float(match.group(3)),
        match.group(4) or "",
    )
    sources = [(f"customer.facts[{i}]", f) for i, f in enumerate(scene.case.customer.facts)]
    sources += [(q.turn, q.text) for q in candidate.quotes]
    for source, text in sources:
        lowered = digits(text)
        if stem(thing) not in {stem(w) for w in words(lowered)}:
            continue
        value = re.search(
            rf"(\d+(?:\.\d+)?)[ -]?{re.escape(unit[:4])}" if unit else r"(\d+(?:\.\d+)?)", lowered
        )
        if value:
            ok = float(value.group(1)) < limit if how in _UNDER else float(value.group(1)) >= limit
            return Verdict("met" if ok else "unmet", f"{part}: on file {value.group()}", source)
    return Verdict("unknown", f"not known: {part}", item.sku)


def _on_file(scene: Scene, candidate: Candidate, part: str, item: Offering) -> Verdict:
    """A requirement in words: all of it in what they own, in a fact on file or in their words."""
    wanted = {stem(w) for w in words(part)} - _FILLER
    if not wanted:
        return Verdict("met", part, item.sku)
    sources = [
        (e.id, f"{e.name} {' '.join(e.includes)} {e.sku or ''}")
        for e in scene.case.customer.entitlements
    ]
    sources += [(f"customer.facts[{i}]", f) for i, f in enumerate(scene.case.customer.facts)]
    sources += [(q.turn, q.text) for q in candidate.quotes]
    sources.append(("customer.segment", scene.case.customer.segment))
    partly = False
    for source, text in sources:
        have = {stem(w) for w in words(text)}
        if wanted <= have:
            return Verdict("met", f"requires {part}", source)
        partly = partly or bool(wanted & have)
    if partly:
        return Verdict("unmet", f"{item.product.name} requires {part}", item.sku)
    return Verdict("unknown", f"not known whether they have: {part}", item.sku)


def _rejections(
    relevant: Sequence[Offering],
    fits: dict[str, Verdict],
    best: Bundle | None,
    short: list[tuple[str, ...]],
) -> tuple[RejectedOption, ...]:
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
            if re.search(r"\bage|under|over|customer", plain(item.product.requires))
            else "incompatible"
        )
    return "insufficient" if item.sku in lacking else "dearer"
