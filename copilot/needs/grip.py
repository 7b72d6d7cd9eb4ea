"""How firmly a customer's words hold on to a product: its own name, not a word of its name."""

from __future__ import annotations

import re
from itertools import pairwise

from copilot.ledger.language import STOP, plain, stem, words
from copilot.needs.catalogue import PHRASE, PIECES, Offering, families, is_generic, linked
from copilot.needs.proposal import Constraint

_PHRASES = re.compile(r"[^\w\s'-]")
_FORMS = frozenset(
    stem(w)
    for w in """pass tariff ticket connection card plan pack kit service
    subscription membership contract line offer deal licence add-on day hour month kw kwh gb tb
    mbps cm mm kg""".split()
)


def grips_of(
    about: frozenset[str],
    constraints: list[Constraint],
    items: list[Offering],
    *,
    limited: bool,
    text: str = "",
) -> dict[str, int]:
    """How firmly the words hold on to each product: its words, whole name, amount or period.

    One word of its description alone is no grip at all; a limit they reached is a firm one.
    """
    units = {c.unit for c in constraints if c.kind == "quantity"} - {PIECES}
    periods = [c.unit for c in constraints if c.kind == "period"]
    counted = any(c.unit == PIECES for c in constraints)
    followed = _followed(text)
    return {
        i.sku: _grip(
            about - _of_other_things(followed, i),
            i, units, periods, limited=limited, counted=counted,
        )
        for i in items
    }  # fmt: skip


def _followed(text: str) -> dict[str, set[str]]:
    """Each content word of the text with the words that stand right after it; "" ends a phrase."""
    found: dict[str, set[str]] = {}
    for phrase in _PHRASES.split(plain(text)):
        told = [*words(phrase), ""]
        for word, after in pairwise(told):
            found.setdefault(stem(word), set()).add("" if after in STOP else stem(after))
    return found


def _of_other_things(followed: dict[str, set[str]], item: Offering) -> frozenset[str]:
    """Last words of its name that only tell another thing apart: "till" of a "till drawer"."""
    own = [stem(w) for w in words(item.product.name.split(",")[0]) if w.isalpha() and w not in STOP]
    told = [w for w in own if w not in _FORMS and not is_generic(w) and w != "second"][-1:]
    return frozenset(
        w
        for w in told
        if (after := followed.get(w))
        and not any(a in ("", *item.words) for a in after)
        and not any(a in _FORMS or is_generic(a) for a in after)
    )


def _grip(
    about: frozenset[str],
    item: Offering,
    units: set[str],
    periods: list[str],
    *,
    limited: bool,
    counted: bool,
) -> int:
    known = linked(about, item)
    shared = {w for w in known if not w.startswith("~")} - units
    shared -= {part for w in shared if "-" in w for part in w.split("-")}  # "Wi-Fi" is one word
    tags = known & item.name_words - shared
    name = {w for w in item.name_words if not w.startswith("~") and not is_generic(w)}
    grip = len(shared) + (bool(name) and name <= about) + ("~new-account" in tags)
    phrased = any(w.startswith(PHRASE) for w in known)  # several words of theirs say what it does
    grip += 2 * phrased
    grip += bool(tags - {f"~{families().get(w, '')}" for w in shared})
    if any(item.provides(u) or item.endless(u) for u in units):
        grip += 1 + (limited and not shared)
    paid = any(item.product.period.startswith(p) for p in periods)
    grip += paid + (counted and bool(shared & name))
    if not (limited or paid or phrased or _names_it(about, item, units)):
        grip = min(grip, 1)  # "a party" is no wish for a party photographer
    if shared & name or tags or units or phrased:
        return grip
    return max(0, len(shared) - 1)  # only its description speaks of it


def _names_it(about: frozenset[str], item: Offering, units: set[str]) -> bool:
    """They speak of the thing itself: the last word of its name, its subject, or its measure."""
    own = [stem(w) for w in words(item.product.name.split(",")[0]) if w not in STOP]
    told = [w for w in own if w.isalpha() and w not in _FORMS and not is_generic(w)]
    if not told or told[-1] in about or f"~{families().get(told[-1], '')}" in about:
        return True
    tags = {w for w in item.name_words & about if w.startswith("~")}
    return bool(units & item.name_words or "~new-account" in tags or (tags and units))
