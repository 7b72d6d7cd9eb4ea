"""Slips of the pen, told from words that are meant: "novemeber" is "november", "stove" is "stove".

A word is taken for a slip only where no article and no list of common words has it, and where one
word alone lies near enough to be the one that was meant.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from copilot.embedder.tokens import common_words
from copilot.retriever.words import stem

SHORTEST = 5  # of a shorter word too many others are near
TWICE = 9  # letters of a word that may hold two slips
ROOT = 4  # letters of a stem that tells something: "mar" of "maried" does not
COMMONER = 4  # times: of two near words, the one that everybody writes
MOST_KEPT = 4_000  # words, and texts
_BUILT = ("er", "ers", "est", "ed", "ing", "ish", "ful", "less", "ness", "y")
_DOUBLE = re.compile(r"(.)\1")
_LONG = re.compile(r"(?<![\w'’])[a-z]{4,24}(?![\w'’])")

ByLetter = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of one tenant's articles, and what was meant by those that are none."""

    words: frozenset[str]
    _stems: frozenset[str]
    _by_letter: ByLetter
    _meant: dict[str, str | None] = field(default_factory=dict)
    # Texts that were spelled out by it: how they read, and what was changed in them.
    read: dict[str, tuple[str, tuple[tuple[int, int, str], ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, words: Iterable[str]) -> Spelling:
        """The spelling of these words; their order does not matter."""
        known = frozenset(words)
        return cls(known, frozenset(map(stem, known)), _by_letter(known))

    def holds(self, word: str) -> bool:
        """Whether an article has the word, in any form."""
        return word in self.words or stem(word) in self._stems

    def meant(self, word: str) -> str | None:
        """The word that was meant by one that nobody writes, in small letters; else None."""
        if len(word) < SHORTEST or not word.isascii() or not word.isalpha():
            return None
        if word not in self._meant:
            if len(self._meant) > MOST_KEPT:
                self._meant.clear()
            self._meant[word] = self._nearest(word)
        return self._meant[word]

    def _nearest(self, word: str) -> str | None:
        if not common_words() or self._is_word(word):
            return None
        if word.endswith("in") and self._is_word(f"{word}g"):  # "movin"
            return f"{word}g"
        is_built = any(map(self._is_word, _bases(word)))
        for known in (self._by_letter, _common_by_letter()):
            found = [w for w in _near(word, known, 1) if word not in _bases(w)]
            doubled = [w for w in found if _single(w) == _single(word)]
            if doubled or (found and not is_built):
                return _one_of(doubled or found)
        if is_built:
            return None
        mixed = [w for w in _near(word, _common_by_letter(), 2) if word not in _bases(w)]
        if mixed := [w for w in mixed if _same_letters(word, w)]:
            return _one_of(mixed)
        if len(word) < TWICE:
            return None
        far = _near(word, self._by_letter, 2)
        return far[0] if len(far) == 1 else None

    def _is_word(self, word: str) -> bool:
        """Whether it is a word of the articles or of anybody, or a form of one."""
        if word in self.words or word in common_words():
            return True
        root = stem(word)
        return len(root) >= ROOT and (root in self._stems or root in _common_stems())


def written(text: str) -> tuple[str, ...]:
    """The words of a text that may be taken for others, each once."""
    return tuple(map(sys.intern, dict.fromkeys(_LONG.findall(text.lower()))))


def may_be_held(word: str) -> bool:
    """Whether it is of the words that are kept of articles: a number or "pin" is not."""
    return _LONG.fullmatch(word) is not None


def _near(word: str, words: ByLetter, most: int) -> list[str]:
    """The words so many slips away; nobody slips in the first letter."""
    some = words.get(word[0], ())
    found = process.extract(word, some, scorer=OSA.distance, score_cutoff=most, limit=5)
    return [near for near, *_ in found]


def _bases(word: str) -> Iterator[str]:
    """What a word may be built of: "plugged" of "plug", "dearer" of "dear", "closer" of "close"."""
    for ending in _BUILT:
        base = word.removesuffix(ending)
        if base == word or len(base) < 3:
            continue
        yield base
        yield f"{base}e"
        if base.endswith("i"):
            yield f"{base[:-1]}y"
        if base[-1] == base[-2]:
            yield base[:-1]


def _one_of(near: Sequence[str]) -> str | None:
    """The only one, forms of one word being one, or the one that is far commoner."""
    common = common_words()
    ranked = sorted(near, key=lambda w: (common.get(w, len(common) * 2), w))
    first, others = ranked[0], [w for w in ranked[1:] if stem(w) != stem(ranked[0])]
    if not others:
        return first
    far = common.get(others[0], len(common) * 2)
    return first if common.get(first, far) * COMMONER <= far else None


def _same_letters(one: str, other: str) -> bool:
    """Whether two words have the same letters but for one: "dauther" and "daughter"."""
    here, there = Counter(one), Counter(other)
    return len(one) >= SHORTEST + 1 and ((here - there) | (there - here)).total() <= 1


def _single(word: str) -> str:
    return _DOUBLE.sub(r"\1", word)


def _by_letter(words: Iterable[str]) -> ByLetter:
    found: dict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        found[word[0]].append(word)
    return dict(found)


@cache
def _common_by_letter() -> ByLetter:
    return _by_letter(w for w in common_words() if len(w) >= SHORTEST and w.isascii())


@cache
def _common_stems() -> frozenset[str]:
    return frozenset(map(stem, common_words()))
