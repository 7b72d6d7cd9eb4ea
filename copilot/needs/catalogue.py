"""The catalogue as the search reads it: words, amounts and conditions of each product."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from copilot.ledger.language import digits, plain, stem, stems, words
from copilot.needs.case import Case, CaseProduct
from copilot.needs.records import in_force

Met = Literal["met", "unmet", "unknown"]
FAMILIES = Path(__file__).with_name("families.json")
_AMOUNT = re.compile(r"(?<![\w.#-])(\d+(?:\.\d+)?)(k)? ?(?=([a-z][\w-]*)((?: [a-z][\w-]*){0,4}))")
_NO_LIMIT = re.compile(r"\b(?:unlimited|no limits?|limitless|any number of|without limit)\b")
_EXTRA = re.compile(
    r"\b(?:more|extra|additional|add(?:s|-?on|itional)?|another|on top|top-?up|boost\w*)\b"
)
_NOT_UNITS = frozenset(
    """g year month day week hour times percent st nd rd th am pm pound euro dollar gbp eur usd per
    off     and or to of in on at for the a an with from by step steps clock""".split()
)
_SKIPPED = frozenset(
    """more extra additional new other further full big small hold of these those the my your
    our""".split()
)
_SCALE = {
    "tb": 1000.0,
    "terabyt": 1000.0,
    "mb": 0.001,
    "megabyt": 0.001,
    "gb": 1.0,
    "gigabyt": 1.0,
    "gig": 1.0,
}
_GENERIC = frozenset(
    stem(w)
    for w in """plan plus pro basic standard premium extra new small large medium big max mini lite
    starter business home personal service product package pack bundle set option add addon add-on
    monthly yearly annual free full account customer order item unit per pay price cost fee month
    year     any all every version level card online easy simple smart super total flexible
    difference including included include feature access people person family single
    available""".split()
)


@lru_cache(maxsize=1)
def families() -> Mapping[str, str]:
    """Stems that name one subject, each mapped to the subject's name."""
    raw: dict[str, list[str]] = json.loads(FAMILIES.read_text(encoding="utf-8"))
    return {stem(word): name for name, members in raw.items() for word in members}


@lru_cache(maxsize=4096)
def subjects(text: str) -> frozenset[str]:
    """The content words of a text and the subjects they name."""
    own = stems(text)
    known = families()
    return own | {f"~{known[s]}" for s in own if s in known}


def is_generic(word: str) -> bool:
    """A word that names no subject of its own, such as `plan` or `plus`."""
    return word in _GENERIC


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of a unit, on top of what is owned or in total."""

    unit: str
    value: float
    extra: bool


@lru_cache(maxsize=4096)
def amounts(text: str) -> tuple[Amount, ...]:
    """All amounts with their units that a text names."""
    lowered = digits(text)
    found: list[Amount] = []
    for match in _AMOUNT.finditer(lowered):
        value = float(match.group(1)) * (1000 if match.group(2) else 1)
        unit = _unit([match.group(3), *match.group(4).split()])
        if unit:
            name, scale = ("data", _SCALE[unit]) if unit in _SCALE else (unit, 1.0)
            window = lowered[max(0, match.start() - 14) : match.end(3) + 6]
            found.append(Amount(name, value * scale, bool(_EXTRA.search(window))))
    return tuple(found)


def _unit(following: list[str]) -> str:
    """The first of the following words that can be counted; number words in between are skipped."""
    for word in following:
        found = stem(word)
        if word in _SKIPPED:
            continue
        if found in _NOT_UNITS or word in _NOT_UNITS:
            return ""
        return found if found in _SCALE else families().get(found, found)
    return ""


@dataclass(frozen=True)
class Offering:
    """A product, read once."""

    product: CaseProduct
    words: frozenset[str]
    name_words: frozenset[str]
    amounts: tuple[Amount, ...]
    unlimited: bool
    cost: float | None

    @property
    def sku(self) -> str:
        """Its number in the catalogue."""
        return self.product.sku

    @property
    def available(self) -> bool:
        """On sale today."""
        return self.product.status in ("available", "limited")

    def provides(self, unit: str) -> Amount | None:
        """What it gives of a unit, if it says so."""
        return next((a for a in self.amounts if a.unit == unit), None)


@lru_cache(maxsize=2048)
def offering(
    product_key: tuple[str, str, str, str, float | None, tuple[tuple[str, float], ...]], months: int
) -> tuple[frozenset[str], frozenset[str], tuple[Amount, ...], bool, float | None]:
    """The reading of a product line; equal lines are read once per process."""
    name, features, period, sku, price, limits = product_key
    text = f"{name}. {features}"
    given = [Amount(families().get(stem(u), stem(u)), v, extra=False) for u, v in limits]
    read = list(amounts(features)) or list(amounts(name))
    cost = None if price is None else price * (months if period.startswith("month") else 1)
    del sku
    opens = frozenset({"~new-account"}) if "account" in plain(name) else frozenset()
    return (
        subjects(text) | opens,
        subjects(name) | opens,
        (*given, *read),
        bool(_NO_LIMIT.search(plain(text))),
        cost,
    )


def offerings(case: Case, months: int) -> list[Offering]:
    """All lines of a case's catalogue."""
    found = []
    for p in case.catalogue:
        key = (p.name, p.features, p.period, p.sku, p.price, tuple(sorted(p.limits.items())))
        found.append(Offering(p, *offering(key, months)))
    return found


def owned_amount(case: Case, unit: str) -> float:
    """How much of a unit the customer has today."""
    found = [
        a.value
        for item in in_force(case)
        for text in (*item.includes, item.name)
        for a in amounts(text)
        if a.unit == unit
    ]
    found += [
        v
        for item in in_force(case)
        for u, v in item.limits.items()
        if families().get(stem(u), stem(u)) == unit
    ]
    return max(found, default=0.0)


def linked(about: Iterable[str], item: Offering) -> frozenset[str]:
    """The words of a need that this product's line also uses; generic words do not link."""
    return frozenset(w for w in about if w in item.words and not is_generic(w))


def all_words(text: str) -> frozenset[str]:
    """Every word of a text as a stem, short and generic ones too."""
    return frozenset(stem(w) for w in words(text))
