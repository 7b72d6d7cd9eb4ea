"""Whether two written names can be one person's."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Fit = Literal["same", "maybe", "other"]
_TITLES = {
    "mr": "m", "herr": "m", "sir": "m", "monsieur": "m", "sr": "m", "señor": "m",
    "mrs": "f", "ms": "f", "miss": "f", "frau": "f", "madame": "f", "mme": "f", "sra": "f",
    "dr": "", "prof": "", "mx": "",
}  # fmt: skip
_GENERATIONS = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii"}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa"})


def fit(left: str | None, right: str | None) -> Fit:
    """`same` when both name one person, `maybe` when one says too little, else `other`."""
    one, two = _read(left or ""), _read(right or "")
    if not one[0] or not two[0]:
        return "maybe"
    if one[1] and two[1] and one[1] != two[1]:  # Mr and Mrs, or junior and senior
        return "other"
    if one[2] != two[2]:
        return "other"
    return _words_fit(one[0], two[0])


def name_words(name: str) -> list[str]:
    """The words of a name without accents and titles, as they are compared."""
    return _read(name)[0]


def _words_fit(left: list[str], right: list[str]) -> Fit:
    if set(left) == set(right):
        return "same" if len(left) > 1 else "maybe"
    if len(left) == 1 or len(right) == 1:
        alone, full = (left[0], right) if len(left) == 1 else (right[0], left)
        return "maybe" if alone in (full[0], full[-1]) else "other"
    if left[-1] != right[-1]:
        return "other"
    if left[0] == right[0]:  # a middle name more or less
        return "same"
    initial = min(left[0], right[0], key=len)
    longer = max(left[0], right[0], key=len)
    return "maybe" if len(initial) == 1 and longer.startswith(initial) else "other"


def _read(name: str) -> tuple[list[str], str, str]:
    """The words of a name in order, without accents, its title's gender and its generation."""
    family, comma, given = name.partition(",")
    ordered = f"{given} {family}" if comma and len(_words(given)) < 3 else name
    words = _words(ordered)
    gender = generation = ""
    while len(words) > 1 and words[0] in _TITLES:
        gender = _TITLES[words.pop(0)] or gender
    if len(words) > 1 and words[-1] in _GENERATIONS:
        generation = _GENERATIONS[words.pop()]
    return words, gender, generation


def _words(name: str) -> list[str]:
    lower = name.casefold().translate(_UMLAUTS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))
    return re.findall(r"[^\W\d_]+", bare)
