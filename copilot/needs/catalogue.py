"""The catalogue as the search reads it: words, amounts and conditions of each product."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from copilot.domain import months_of
from copilot.ledger.language import digits, plain, stem, stems, words
from copilot.ledger.lexicon import lexicon
from copilot.needs.case import Case, CaseProduct
from copilot.needs.records import in_force

Met = Literal["met", "unmet", "unknown"]
FAMILIES = Path(__file__).with_name("families.json")
PHRASES = Path(__file__).with_name("phrases.json")
PHRASE = "~~"  # begins the name of a subject that takes a phrase to be said, not a word
_AMOUNT = re.compile(r"(?<![\w.#-])(\d+(?:\.\d+)?)(k)? ?(?=([a-z][\w-]*)((?: [a-z][\w-]*){0,4}))")
_NO_LIMIT = re.compile(r"\b(?:unlimited|no limits?|limitless|any number of|without limit)\b")
_ENDLESS = re.compile(r"\b(?:unlimited|any number of|no limit on) ([a-z][\w-]+)")
_EXTRA = re.compile(
    r"\b(?:more|extra|additional|add(?:s|-?on|itional)?|another|on top|top-?up|boost\w*)\b"
)
_NOT_UNITS = frozenset(
    """g year month day week hour times percent st nd rd th am pm pound euro dollar gbp eur usd per
    off and or to of in on at for the a an with from by step steps clock january february march
    april may june july august september october november december""".split()
)
_SKIPPED = frozenset(
    """more extra additional new other further full big small hold of these those the my your
    our working""".split()
)
# "So all three work": what the three do, and no unit of which there are three.
_DO = frozenset(
    """work run go fit count open close start stop show pay get have need want come use play live
    share stay join match talk sleep sit stand can could will would do are is was were
    had""".split()
)
# Units of measure by any of their names: the one they are counted in, and how many of it.
_MEASURES: Mapping[str, tuple[str, float]] = {
    stem(name): (unit, scale)
    for unit, names in {
        "data": {"tb": 1000.0, "terabytes": 1000.0, "gb": 1.0, "gigabytes": 1.0, "gigs": 1.0,
                 "mb": 0.001, "megabytes": 0.001},
        "kg": {"kg": 1.0, "kilos": 1.0, "kilograms": 1.0, "kilogrammes": 1.0},
        "kw": {"kw": 1.0, "kilowatts": 1.0},
        "cm": {"cm": 1.0, "centimetres": 1.0, "metres": 100.0},
        "mbp": {"mbps": 1.0, "mbit": 1.0, "megabits": 1.0},
        "amp": {"amps": 1.0, "amperes": 1.0},
    }.items()
    for name, scale in names.items()
}  # fmt: skip
_SHORT = {"rad": "radiator"}
_COUNTED_APART = frozenset({"heating"})  # twenty heating devices are no twenty radiators
_ALONG = {
    "long": "long", "length": "long", "wide": "wide", "width": "wide", "deep": "deep",
    "depth": "deep", "high": "high", "tall": "high", "height": "high",
}  # fmt: skip
_THAN = re.compile(r"\b(long|wid|deep|high|tall)e?r than (?:about |roughly )?$")
_AT_MOST = re.compile(
    r"\b(?:no (?:\w+er|more) than|not (?:\w+er|over) than|at most|up to)(?: about)? $"
)
_AGENT = ("er", "ers")
PIECES = "#"  # how many of the thing itself: "two new ones"
_PIECES = re.compile(
    r"(?<![\w.:/£$€#-])(\d{1,2})(?: (?:more|new|extra|additional|further|other|single|spare))*? "
    r"(?:ones|more of the\b|more\b(?! (?:\w+ )?(?:day|week|month|year|hour|time)s?\b))"
    r"|\b(?:take|want|need|like|order|send|buy|add|get)(?: me| us)? (\d{1,2}) of "
    r"(?:them|these|those)\b"
)
_MORE = re.compile(
    r"(?<![\w.:/£$€#-])(\d{1,4}) (?:more|extra|additional|further)(?=[.?!,;]|$| please| for| on)"
)
_EACH = re.compile(
    r"\bfor (?:each|every one|either) of (?:my|our|the|these|those|his|her)? ?(\d{1,2})\b"
)
_OF_THESE = re.compile(
    r"(?<![\w.:/£$€#-])\d{1,2} (?:more |further |extra )?(?:of (?:the|those|these)|ones)\b"
)
_NEED_EACH = re.compile(
    r"(?<![\w.:/£$€#-])(\d{1,2}) (?:new |more )?[a-z]+\b[^.?!;]{0,60}?\b(?:each|both|all|every one)"
    r"(?: of (?:them|us))?(?:'ll|'d| will| would| must| also| should)* (?:needs?|wants?|requires?|"
    r"gets?|have|has|like) (?:a|an|one|(?:their|his|her|its|our) own)(?: new| own)? ([a-z][\w-]+)"
)
_WITH_EACH = re.compile(
    r"(?<![\w.:/£$€#-])(\d{1,2}) (?:new |more )?[a-z]+ (?:with|that have|which have) (?:a|an|one) "
    r"([a-z][\w-]+)(?: in)? each\b"
)
_PACK = re.compile(r"\b(?:pack|set|box|bundle|case) of (\d{1,3})\b")
_GENERIC = frozenset(
    stem(w)
    for w in """plan plus pro basic standard premium extra new small large medium big max mini lite
    starter business home personal service product package pack bundle set option add addon add-on
    monthly yearly annual free full account customer order item unit per pay price cost fee month
    year any all every version level card point online easy simple smart super total flexible
    difference including included include feature access people person family single
    available hour hours january february march april may june july august september
    october november december monday tuesday wednesday thursday friday saturday
    sunday""".split()
)


@lru_cache(maxsize=1)
def families() -> Mapping[str, str]:
    """Stems that name one subject, each mapped to the subject's name."""
    return {stem(word): name for name, members in _raw().items() for word in members}


@lru_cache(maxsize=1)
def _agents() -> Mapping[str, frozenset[bool]]:
    """Of each stem of a family, whether its words end like "booster", like "boost" or both ways."""
    said = [word for members in _raw().values() for word in members]
    return {
        stem(w): frozenset(o.endswith(_AGENT) for o in said if stem(o) == stem(w)) for w in said
    }


def _raw() -> dict[str, list[str]]:
    read: dict[str, list[str]] = json.loads(FAMILIES.read_text(encoding="utf-8"))
    return read


@lru_cache(maxsize=4096)
def subjects(text: str) -> frozenset[str]:
    """The content words of a text and the subjects they name."""
    own = frozenset(_SHORT.get(word, word) for word in stems(text))
    known = families()
    told = {s for w in words(text) if (s := stem(w)) in own and s in known and _is_form(w, s)}
    told |= own & set(_SHORT.values()) & set(known)
    return own | {f"~{known[s]}" for s in told} | _phrased(text)


def _is_form(word: str, root: str) -> bool:
    """A boost is no booster: the stem is that of a family's word, and the word another one."""
    return word.endswith(_AGENT) in _agents()[root]


def _phrased(text: str) -> frozenset[str]:
    """Subjects that no single word names: "keeps going when the line is down"."""
    lowered = plain(text)
    return frozenset(f"{PHRASE}{n}" for n, said in lexicon(PHRASES).items() if said.search(lowered))


def is_generic(word: str) -> bool:
    """A word that names no subject of its own, such as `plan` or `plus`."""
    return word in _GENERIC


def specific(spoken: Iterable[str]) -> frozenset[str]:
    """Words and subjects without those that name no subject of their own."""
    return frozenset(w for w in spoken if w not in _GENERIC)


def named(spoken: Iterable[str]) -> frozenset[str]:
    """Words alone, without subjects and without those that name none."""
    return frozenset(w for w in specific(spoken) if not w.startswith("~"))


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of a unit, on top of what is owned or in total."""

    unit: str
    value: float
    extra: bool
    at_most: bool = False


@lru_cache(maxsize=4096)
def amounts(text: str) -> tuple[Amount, ...]:
    """All amounts with their units that a text names."""
    lowered = digits(text)
    found: list[Amount] = []
    for match in _AMOUNT.finditer(lowered):
        value = float(match.group(1)) * (1000 if match.group(2) else 1)
        window = lowered[max(0, match.start() - 14) : match.end(3) + 10]
        before, after = lowered[: match.start()], [match.group(3), *match.group(4).split()]
        for unit, scale in _units(after):
            name = _dimension(before, after) if unit == "cm" else unit
            extra, most = bool(_EXTRA.search(window)), bool(_AT_MOST.search(before))
            found.append(Amount(name, value * scale, extra, most))
    return tuple(found)


def _units(following: list[str]) -> list[tuple[str, float]]:
    """The first of the following words that can be counted, and another one after "or"."""
    for place, word in enumerate(following):
        if word in _SKIPPED:
            continue
        if word in _DO:
            return []
        named = [word]
        if following[place + 1 : place + 2] == ["or"] and len(following) > place + 2:
            named.append(following[place + 2])
        known = [n for n in named if stem(n) not in _NOT_UNITS and n not in _NOT_UNITS]
        return [_measure(_SHORT.get(stem(n), stem(n))) for n in known] if named[0] in known else []
    return []


def _dimension(before: str, after: list[str]) -> str:
    """Lengths and widths are not one unit; without a word for it they may be any."""
    along = next((_ALONG[w] for w in after[1:3] if w in _ALONG), None)
    than = _THAN.search(before)
    along = along or (_ALONG.get(than.group(1), "wide") if than else None)
    return f"cm {along}" if along else "cm"


def _measure(unit: str) -> tuple[str, float]:
    kind = families().get(unit, unit)
    return _MEASURES.get(unit, (unit if kind in _COUNTED_APART else kind, 1.0))


def measured(name: str) -> tuple[str, float]:
    """A unit as it is named ("kilos", "GB a month") in the words amounts are kept in."""
    said = [w for w in words(name) if w.isalpha()]
    return _measure(_SHORT.get(stem(said[0]), stem(said[0]))) if said else ("", 1.0)


@lru_cache(maxsize=4096)
def pieces(text: str) -> float | None:
    """How many of the thing they want: "two new ones", "a pot for each of my two girls"."""
    lowered = digits(text)
    match = _EACH.search(lowered) or _PIECES.search(lowered)
    return float(next(g for g in match.groups() if g)) if match else None


def counts_things(text: str) -> bool:
    """ "Four more of the oak chairs": the number is of things, not of a unit called oak."""
    return bool(_OF_THESE.search(digits(text)))


@lru_cache(maxsize=4096)
def shared_out(text: str, *, wished: bool) -> tuple[Amount, ...]:
    """One for each is as many: two drivers who "each need a SIM" wish for two.

    What they merely have is counted alike: "three rooms with a radiator each".
    """
    pattern = _NEED_EACH if wished else _WITH_EACH
    return tuple(
        Amount(_measure(stem(m.group(2)))[0], float(m.group(1)), extra=True)
        for m in pattern.finditer(digits(text))
    )


def more_of(text: str, units: Iterable[str]) -> Amount | None:
    """ "Down to the last gigabyte. Could she have five more?": five of the unit spoken of."""
    lowered = digits(text)
    match = _MORE.search(lowered)
    spoken = {_measure(stem(w))[0] for w in words(lowered)}
    named = sorted(spoken & frozenset(units))
    return (
        Amount(named[0], float(match.group(1)), extra=True) if match and len(named) == 1 else None
    )


def packed(item: Offering) -> float:
    """How many of the thing one of this product is."""
    match = _PACK.search(digits(f"{item.product.name} {item.product.features}"))
    if match:
        return float(match.group(1))
    sizes = {unit for unit, _ in _MEASURES.values()}
    return next(
        (a.value for a in item.amounts if a.unit in item.name_words and a.unit not in sizes), 1.0
    )


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
    def head(self) -> str:
        """What kind of thing it is: the last word of its name that is no figure."""
        told = [w for w in words(self.product.name.split(",")[0]) if w.isalpha()]
        return stem(told[-1]) if told else ""

    @property
    def available(self) -> bool:
        """On sale today."""
        return self.product.status in ("available", "limited")

    def endless(self, unit: str) -> bool:
        """It has no limit in this unit: unlimited minutes are no end of gigabytes."""
        if not self.unlimited:
            return False
        text = plain(f"{self.product.name}. {self.product.features}")
        of = {_measure(stem(noun))[0] for noun in _ENDLESS.findall(text)}
        return not of or unit in of

    def named_in(self, spoken: frozenset[str]) -> bool:
        """All words of its name that say something are among these."""
        own = named(self.name_words)
        return bool(own) and own <= spoken

    def provides(self, unit: str) -> Amount | None:
        """What it gives of a unit, if it says so; a bare length may be any of its lengths."""
        own = next((a for a in self.amounts if a.unit == unit), None)
        if own or not unit.startswith("cm"):
            return own
        near = [a for a in self.amounts if a.unit.startswith("cm") and "cm" in (a.unit, unit)]
        return max(near, key=lambda a: a.value, default=None)


def a_month(period: str) -> float:
    """How often a price is paid in a month; nought where it is paid once, or nobody knows."""
    months = months_of(period)
    return 1 / months if months else 0.0


@lru_cache(maxsize=2048)
def offering(
    product_key: tuple[str, str, str, str, float | None, tuple[tuple[str, float], ...]], months: int
) -> tuple[frozenset[str], frozenset[str], tuple[Amount, ...], bool, float | None]:
    """The reading of a product line; equal lines are read once per process."""
    name, features, period, sku, price, limits = product_key
    text = f"{name}. {features}"
    read = list(amounts(features)) or list(amounts(name))
    on_top = {a.unit for a in read if a.extra}
    units = [(families().get(stem(u), stem(u)), v) for u, v in limits]
    given = [Amount(u, v, extra=u in on_top) for u, v in units]
    cost = None if price is None else price * (a_month(period) * months or 1)
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
    skus = {item.sku for item in in_force(case)} - {None, ""}
    told = (p.features for p in case.catalogue if p.sku in skus)
    found += [a.value for text in told for a in amounts(text) if a.unit == unit and not a.extra]
    return max(found, default=0.0)


def used_up(case: Case, unit: str) -> bool:
    """On file, all they have of a unit is in use."""
    for item in in_force(case):
        limits = {_measure(stem(u))[0]: v for u, v in item.limits.items()}
        used = {_measure(stem(u))[0]: v for u, v in item.used.items()}
        if limits.get(unit) and used.get(unit, 0.0) >= limits[unit]:
            return True
    return False


def linked(about: Iterable[str], item: Offering) -> frozenset[str]:
    """The words of a need that this product's line also uses.

    Generic words do not link, but where a name has no other ("Business card") all of it does.
    """
    spoken = frozenset(about)
    own = frozenset(w for w in spoken if w in item.words and not is_generic(w))
    name = {w for w in item.name_words if not w.startswith("~")}
    plain_name = len(name) > 1 and name <= spoken and all(is_generic(w) for w in name)
    return own | name if plain_name else own
