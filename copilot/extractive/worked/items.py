"""How many of which product a text speaks of: "the pack and three single valves"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.domain import Product
from copilot.extractive.language.words import stem

_NUMERALS = {
    w: n for n, w in enumerate("one two three four five six seven eight nine ten".split(), 1)
}
_EACH = re.compile(
    rf"\b({'|'.join(_NUMERALS)}|\d{{1,3}}) (?:\w+ )?\w+ with (?:an?|one) (\w+) each\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """A product, and how many of it."""

    product: Product
    count: int


def kind_of(name: str) -> str:
    """What a product is: the last word of its name that is no number, "Hub" of "Hub 2"."""
    words = [w for w in name.split(",")[0].split() if not any(c.isdigit() for c in w)]
    return words[-1] if words else name


def single_of_each(products: Sequence[Product]) -> list[Product]:
    """Of a thing and a pack of it, the thing: how many packs are cheaper is another matter."""
    bases = {p.name.lower() for p in products}
    return [p for p in products if not ("," in p.name and p.name.split(",")[0].lower() in bases)]


def counts_each(said: str) -> dict[str, int]:
    """ "three rooms with a radiator each": three radiators."""
    found: dict[str, int] = {}
    for number, thing in _EACH.findall(said):
        found[stem(thing)] = _NUMERALS.get(number.lower()) or int(number)
    return found


def count_of(product: Product, text: str, counts: dict[str, int]) -> int | None:
    """How many they want; None where they speak of several and nobody knows how many."""
    kind = kind_of(product.name)
    name = re.escape(product.name.split(",")[0])
    pattern = re.compile(
        rf"\b(?:(\w+) (?:more |new |single |extra )?)?(?:{name}|{re.escape(kind)})(s?)\b", re.I
    )
    for number, plural in pattern.findall(text):
        word = number.lower()
        if word in _NUMERALS or word.isdigit():
            return _NUMERALS.get(word) or int(word)
        if plural and not product.name.lower().endswith("s"):
            parts = " ".join((*product.features, product.description))
            for thing in re.findall(r"\bone (\w+)", parts):
                if stem(thing) in counts:
                    return counts[stem(thing)]
            return None
    return 1


def counted(item: Item) -> str:
    """ "three Radiator Valves", in words, for a figure needs a source."""
    name = item.product.name
    if item.count == 1:
        return name
    number = {n: w for w, n in _NUMERALS.items()}.get(item.count, str(item.count))
    is_noun = name[-1].isalpha() and not name.endswith("s") and "," not in name
    return f"{number} {name}s" if is_noun else f"{number} of {name}"


def joined(names: Sequence[str]) -> str:
    """Names in a row."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
