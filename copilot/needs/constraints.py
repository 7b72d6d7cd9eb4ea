"""What a solution must meet, read from the customer's words and the facts on file."""

from __future__ import annotations

import re
from collections import Counter

from copilot.ledger.calendar import MONTHS, WorkingCalendar, due
from copilot.ledger.language import STOP, digits, plain, stem, words
from copilot.needs.ages import AGE
from copilot.needs.catalogue import (
    PIECES,
    Amount,
    Offering,
    amounts,
    counts_things,
    linked,
    measured,
    more_of,
    owned_amount,
    pieces,
    shared_out,
    subjects,
)
from copilot.needs.having import asked_part
from copilot.needs.limits import behind_code
from copilot.needs.places import places
from copilot.needs.proposal import Constraint
from copilot.needs.scene import Scene, Words
from copilot.needs.sufficiency import SIZES

_DOUBLE = re.compile(r"\b(?:double|twice (?:as much|the|that|my|what))\b")
_PER = re.compile(r"(\d+(?:\.\d+)?) ?([a-z]+)\b.{0,12}?\b(?:per|a|each|every) ([a-z]+)")
_USAGE = re.compile(r"(\d+(?:\.\d+)?) ?(?:of|out of|/) ?(\d+(?:\.\d+)?) ?([a-z]+)")
_USED_UP = re.compile(
    r"\b(?:used up|full|at (?:9\d|100) ?%|over (?:the )?(?:limit|quota)|(?:9\d|100) ?%|exceed\w*|"
    r"hit the (?:cap|limit))\b"
)
_BUDGET = re.compile(
    r"\b(?:under|below|less than|no more than|up to|max(?:imum)?(?: of)?|at most|not (?:more|"
    r"over)(?: than)?)\s*[£$€]?\s?(\d+(?:\.\d+)?)(?:\s?(?:pounds|euros|dollars|quid))?(?! ?(?:gb|"
    r"tb|mb|users?|people|days?|hours?|minutes?|pages|kg|miles|km|%))\b(.{0,14})"
)
_AT_MOST = re.compile(
    r"(\d+(?:\.\d+)?)(?:\s?(?:pounds|euros|dollars|quid))? (?:at most|at the most|max(?:imum)?|"
    r"or less|tops)\b(.{0,14})"
)
_MODEL = re.compile(r"\b([A-Z][\w-]+ [A-Z]?\d{2,4}[A-Za-z]?)\b")
_MANY = re.compile(
    r"(?<![\w.:/£$€#-])([2-9]|[1-9]\d) "
    r"((?:[a-z][\w-]*)(?: (?!for|of|in|on|at|and|or)[a-z][\w-]*){0,2})"
)
_KIND = re.compile(
    r"\b(?:an?|the) (?!second|third|fourth|fifth|other|next|first|last|same|right|wrong|whole|only)"
    r"([a-z][\w-]{3,}) ones?\b"
)
_HOURS_AT = re.compile(r"(\d+(?:\.\d+)?) hours? at (\d+(?:\.\d+)?) ?kw")
_BARE = re.compile(
    r"(?<![\w.:/£$€-])(\d{2,5}(?:\.\d+)?)(?![\w:/%.-]*\d)(?= (?:to print|to send|to store|on|"
    r"model|across|wide|long|high|tall|deep|would|is|should|will|max|at)\b|[,.?!]|$)"
)
_MONTHLY = re.compile(r"\b(?:each|per|a|every) month\b|\bmonthly\b")
# "Am I paying for it monthly?" asks how it is paid, and wishes nothing of it.
_PAID_HOW = re.compile(
    r"\b(?:am i|are we|do i|do we|is it|would i|will i) pa(?:y|id|ying)\b[^?.!]*"
)
_ONE_OFF = re.compile(
    r"\b(?:one[- ]off|just (?:the )?once|no subscription|not a subscription|"
    r"without a (?:contract|subscription))\b"
)
_FUTURE = re.compile(
    r"\b(?:in|from|after|until|till|by|before|next|at the (?:start|end|"
    rf"beginning) of) (?:the )?(?:{'|'.join(MONTHS)}|next (?:month|year|week|spring|summer|"
    rf"autumn|winter|term)|new year|\d{{1,2}}(?:st|nd|rd|th)?|summer|autumn|winter|spring|easter|"
    r"christmas|holidays|move|first pay|payday|term|budget|quarter)\b"
)


def constraints_of(scene: Scene, near: list[Words], items: list[Offering]) -> list[Constraint]:
    spoken = " ".join(w.text for w in near)
    counted = _quantities(scene, spoken, near, items)
    full = behind_code(scene, near[0], items) if near else []
    if full and all(c.unit != full[0].unit for c in counted):
        counted = full
    found = [
        *counted,
        *_compatibility(spoken, items),
        *_kinds(spoken, items),
        *_limits(scene, spoken),
    ]
    return list({(c.kind, c.unit or c.text): c for c in reversed(found)}.values())[::-1]


def _quantities(
    scene: Scene, spoken: str, near: list[Words], items: list[Offering]
) -> list[Constraint]:
    units = {a.unit for i in items for a in i.amounts}
    bare = {f"cm {w}" for w in ("long", "wide", "high", "deep")} if "cm" in units else set()

    def unit_of(a: Amount) -> str:
        other = scene.same_units.get(a.unit, a.unit)
        return other if other in units else a.unit

    def most(a: Amount) -> bool:
        return a.at_most and a.unit in SIZES

    found = [
        Constraint(
            "quantity",
            f"{'at most ' if most(a) else ''}{a.value:g} {_as_said(a.unit, w.text)}",
            unit_of(a),
            a.value,
            "at_most" if most(a) else "extra" if a.extra else "total",
        )
        for w in near
        for a in (*shared_out(w.text, wished=True), *_measured(w.text))
        if unit_of(a) in units | bare
        and (a.extra or a.value != owned_amount(scene.case, unit_of(a)))
    ]
    if not found and (more := more_of(spoken, units)):
        text = f"{more.value:g} {_readable(more.unit)}"
        found = [Constraint("quantity", text, more.unit, more.value, "extra")]
    if all(c.unit in SIZES for c in found):
        found = [*found, *_pieces(scene, near, items)]
    found = found or _bare_number(scene, spoken, items)
    found = found or _energy(spoken, units)
    if found:
        return found[:3]
    if _DOUBLE.search(plain(spoken)):
        return _doubled(scene, units)
    return _projected(scene, near, units) or _next_step(scene, near, units)


def _measured(text: str) -> tuple[Amount, ...]:
    """The amounts of a text, without a number that counts the things themselves."""
    many = pieces(text) if counts_things(text) else None
    return tuple(a for a in amounts(text) if a.value != many)


def told_before(scene: Scene, seed: Words, items: list[Offering]) -> list[Constraint]:
    """The one amount in a unit of these products that they gave in the turns before."""
    place = scene.position.get(seed.turn.id, 0)
    said = [
        w
        for w in scene.own_words
        if scene.position.get(w.turn.id, 0) < place and not w.text.endswith("?")
    ]
    found = [c for c in _quantities(scene, "", said, items) if c.unit != PIECES]
    return (
        found
        if len(found) == 1
        and len(
            {
                a.value
                for w in said
                for a in amounts(w.text)
                if scene.same_units.get(a.unit, a.unit) == found[0].unit
            }
        )
        == 1
        else []
    )


def _pieces(scene: Scene, near: list[Words], items: list[Offering]) -> list[Constraint]:
    """Of the thing itself, so many: they say how many and not of what unit."""
    many = next((n for w in near if (n := pieces(w.text) or _per_place(scene, w))), None)
    if not many and near and scene.reads("strong_want", near[0].text):
        many = _of_kind(near[0].text, items)
    return [Constraint("quantity", f"{many:g} of them", PIECES, many, "total")] if many else []


def _per_place(scene: Scene, words: Words) -> float | None:
    """One for each place, where they ask to buy it or what it costs for all of them."""
    asks = any(scene.reads(name, words.text) for name in ("want", "asks_for", "price_probe"))
    return places(words.text) if asks or "what's it" in plain(words.text) else None


def _of_kind(text: str, items: list[Offering]) -> float | None:
    """ "Two valves, please" where valves are sold one by one; not the two that they have."""
    heads = {i.head for i in items} - SIZES
    for many, rest in _MANY.findall(digits(asked_part(text))):
        said = {stem(word) for word in rest.split()}
        if said & heads and not said & SIZES:  # a 20 cm pot is one pot
            return float(many)
    return None


def open_amount(
    spoken: str, constraints: list[Constraint], about: frozenset[str], items: list[Offering]
) -> str | None:
    """They gave a figure, the products differ in one, and the two cannot be matched: ask."""
    if any(c.kind in ("quantity", "budget", "age") for c in constraints):
        return None
    near = [i for i in items if i.available and linked(about, i)]
    sizes = {
        a.unit: {b.value for i in near for b in i.amounts if b.unit == a.unit}
        for i in near
        for a in i.amounts
    }
    given = [a for a in amounts(spoken) if a.value > 1]
    return "quantity" if given and any(len(v) > 1 for v in sizes.values()) else None


def _energy(spoken: str, units: set[str]) -> list[Constraint]:
    """ "Four hours at 2 kW" are 8 kWh."""
    match = _HOURS_AT.search(digits(spoken))
    if not match or not units & {"kwh", "power"}:
        return []
    amount = float(match.group(1)) * float(match.group(2))
    unit = "kwh" if "kwh" in units else "power"
    return [Constraint("quantity", f"{amount:g} kWh", unit, amount, "total")]


def _bare_number(scene: Scene, spoken: str, items: list[Offering]) -> list[Constraint]:
    """ "150 across" where the products differ in centimetres: the only unit it can mean."""
    linked_items = [i for i in items if linked(subjects(spoken), i)]
    sizes = Counter(a.unit for i in linked_items for a in i.amounts)
    units = [u for u, n in sizes.items() if n >= 2]
    limited = scene.reads("limit", spoken)
    own = {
        a.value
        for e in scene.case.customer.entitlements
        for t in (e.name, *e.includes)
        for a in amounts(t)
        if limited
    }
    numbers = [n for m in _BARE.finditer(digits(spoken)) if (n := float(m.group(1))) not in own]
    numbers = numbers or [
        a.value
        for a in amounts(spoken)
        if a.value not in own and a.value >= 10 and not _has_own_unit(a, spoken)
    ]
    if len(units) != 1 or len(set(numbers)) != 1:
        return []
    given = [a.value for i in linked_items for a in i.amounts if a.unit == units[0]]
    if not min(given) / 3 <= numbers[0] <= max(given):
        return []
    return [
        Constraint(
            "quantity", f"{numbers[0]:g} {_readable(units[0])}", units[0], numbers[0], "total"
        )
    ]


def _readable(unit: str) -> str:
    known = {"data": "GB", "pag": "pages", "seat": "users", "mbp": "Mbit/s", "kw": "kW"}
    return known.get(unit, unit)


def _has_own_unit(amount: Amount, spoken: str) -> bool:
    """ "24 degrees" are no megabits; "60 as well" is no measure at all."""
    word = re.search(rf"(?<![\w.]){amount.value:g} ([a-z]+)", digits(spoken))
    return amount.unit in SIZES or bool(word and word.group(1) in STOP)


def _as_said(unit: str, text: str) -> str:
    """The unit by the word they used for it: "rooms" and not its stem."""
    said = (w for w in words(text) if w.isalpha() and measured(w)[0] == unit)
    readable = _readable(unit)
    return readable if readable != unit else next(said, unit)


def _doubled(scene: Scene, units: set[str]) -> list[Constraint]:
    for unit in sorted(units):
        have = owned_amount(scene.case, unit)
        if have:
            return [Constraint("quantity", f"{2 * have:g} {_readable(unit)}", unit, have, "extra")]
    return []


def _projected(scene: Scene, near: list[Words], units: set[str]) -> list[Constraint]:
    """ "Ten weddings" and, on file, "15 GB per wedding" make 150 GB."""
    for fact in scene.case.customer.facts:
        for match in _PER.finditer(digits(fact)):
            rate = next((a for a in amounts(match.group()) if a.unit in units), None)
            thing = stem(match.group(3))
            count = next((a.value for w in near for a in amounts(w.text) if a.unit == thing), None)
            if rate and count:
                text = f"about {rate.value * count:g} {_readable(rate.unit)}"
                return [Constraint("quantity", text, rate.unit, rate.value * count, "extra")]
    return []


def _next_step(scene: Scene, near: list[Words], units: set[str]) -> list[Constraint]:
    """A limit that is reached on file, and words that complain of it: more of that unit."""
    if not any(scene.reads("limit", w.text) for w in near):
        return []
    for text in scene.case.customer.facts:
        lowered = digits(text)
        match = _USAGE.search(lowered)
        near_limit = match and float(match.group(1)) >= 0.9 * float(match.group(2))
        if near_limit or _USED_UP.search(lowered):
            unit = next((a.unit for a in amounts(text) if a.unit in units), None)
            if unit:
                return [
                    Constraint("quantity", f"more {_readable(unit)} than today", unit, 1.0, "extra")
                ]
    return []


def _compatibility(spoken: str, items: list[Offering]) -> list[Constraint]:
    """A model the customer names, where any product depends on a model."""
    del items
    return [
        Constraint(
            "compatibility", f"fits {m.group(1)}", words=frozenset(plain(m.group(1)).split())
        )
        for m in _MODEL.finditer(spoken)
    ][:1]


def _kinds(spoken: str, items: list[Offering]) -> list[Constraint]:
    """ "A cordless one": of what is on sale, the kind they name, where not all are of it."""
    near = [i for i in items if linked(subjects(spoken), i)]
    said = [(word, stem(word)) for word in _KIND.findall(plain(spoken))]
    return [
        Constraint("feature", word, words=frozenset({kind}))
        for word, kind in said
        if any(kind in i.words for i in near) and not all(kind in i.words for i in near)
    ][:1]


def _limits(scene: Scene, spoken: str) -> list[Constraint]:
    lowered = digits(spoken)
    found: list[Constraint] = []
    if match := _BUDGET.search(lowered) or _AT_MOST.search(lowered):
        monthly = "month" in match.group(2)
        found.append(
            Constraint(
                "budget",
                match.group().strip(),
                "month" if monthly else "total",
                float(match.group(1)),
            )
        )
    if match := AGE.search(lowered):
        age = float(next(g for g in match.groups() if g))
        found.append(Constraint("age", f"age {age:g}", "age", age))
    if _MONTHLY.search(told := _PAID_HOW.sub(" ", lowered)) and re.search(
        r"\b(?:pay|rather|spread|instal)\w*", told
    ):
        found.append(Constraint("period", "paid monthly", "month"))
    if _ONE_OFF.search(lowered):
        found.append(Constraint("period", "paid once", "once"))
    if match := re.search(r"\b(?:before|by) ([a-z0-9 ]{3,20})", lowered):
        on = due(match.group(), scene.as_of.date(), WorkingCalendar()).on
        if on:
            found.append(
                Constraint("deadline", match.group().strip(), amount=float(on.toordinal()))
            )
    if re.search(r"\b(?:only|just) (?:ever )?(?:the|my|for the|one)\b", lowered):
        found.append(Constraint("scope", "no more than what was named"))
    return found


def condition_of(scene: Scene, near: list[Words]) -> str | None:
    for said in near:
        if scene.reads("condition", said.text):
            return f"when the customer confirms: {said.text.strip(' .!')}"[:160]
    return None


def hold_of(scene: Scene, near: list[Words]) -> str | None:
    """The customer's own date, where they say not now; no date of ours."""
    if not any(scene.reads("defer", w.text) for w in near):
        return None
    for said in near:
        match = _FUTURE.search(digits(said.text))
        if match:
            return f"{match.group().strip()}, or earlier if the customer asks"
    return "when the customer comes back to it"
