"""Whether what a product requires holds for this customer: met, unmet or unknown, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.ledger.language import digits, plain, stem, words
from copilot.needs.ages import age_of
from copilot.needs.catalogue import Met, Offering
from copilot.needs.proposal import Candidate
from copilot.needs.records import in_force
from copilot.needs.scene import Scene

_AGE = re.compile(
    r"\b(?:age[ds]?|minimum age|over|at least)(?: of)? ?(\d{1,2})\b(?: ?(?:to|-|"
    r"–) ?(\d{1,2}))?(?! ?(?:gb|users|years? old (?:boiler|car)))|\b(\d{1,2})\+|"
    r"\b(\d{1,2}) (?:years )?(?:or|and) (?:over|older|above)"
)
_BOUND = re.compile(
    r"\b([a-z][\w-]+)(?: is| be| must be| age)? (under|below|less than|younger than|"
    r"not older than|up to|over|above|at least|more than|older than|minimum|"
    r"max(?:imum)?) (?:of )?(\d+(?:\.\d+)?) ?([a-z]+)?"
)
_UNDER = frozenset(
    {"under", "below", "less than", "younger than", "not older than", "up to", "max", "maximum"}
)
_FILLER = frozenset(
    stem(w)
    for w in """a an the any or and with have has having own owns owned plan active existing
    customer customers only needs need requires require fits fit for compatible model series device
    current valid account holder households families people persons those anyone that who which on
    receive receiving in receipt of qualifying""".split()
)
# "For households that receive a benefit": a condition, though it stands in the description.
_FOR_WHOM = re.compile(
    r"\bfor ((?:households|families|people|persons|customers|those|anyone|companies|businesses) "
    r"(?:that|who|which|with|on|receiving|in receipt of) [^,.;]{3,60})"
)
_NOTHING = frozenset({"", "none", "-", "n/a", "nothing", "no"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Met, unmet or unknown, and by which words of which source."""

    met: Met
    why: str = ""
    source: str = ""


def owns(scene: Scene, item: Offering) -> bool:
    """The customer has this very product."""
    name = plain(item.product.name)
    return any(
        e.sku == item.sku or e.id == item.sku or plain(e.name) == name for e in in_force(scene.case)
    )


def allowed(
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
    if not _in_season(scene, item):
        return Verdict("unmet", f"{item.product.name} is not on sale today", item.sku)
    whom = _FOR_WHOM.search(plain(item.product.features))
    if whom and (proof := _on_file(scene, candidate, whom.group(1), item)).met != "met":
        return proof
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


def _in_season(scene: Scene, item: Offering) -> bool:
    """Today lies within the dates of the product line."""
    today, product = scene.as_of.date(), item.product
    begun = product.valid_from is None or product.valid_from <= today
    return begun and (product.valid_to is None or today <= product.valid_to)


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
        (e.id, f"{e.name} {' '.join(e.includes)} {e.sku or ''}") for e in in_force(scene.case)
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
