"""The articles of one tenant as ranking sees them: names, audiences, places and links in memory.

Built when the articles change, from facts that are kept; never asked for texts.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copilot.retriever.facts import Facts, named
from copilot.retriever.fusion import NOTHING, Passages, Scores
from copilot.retriever.links import Links, build_links, information
from copilot.retriever.names import Name, Names
from copilot.retriever.spelling import Spelling
from copilot.retriever.words import is_phrase

MIN_SIBLINGS = 3  # collections under one path that make it a category
GENERIC_SHARE = 0.5  # a leading word of more collections than this names nothing
TITLES = 240  # titles that one query scores
MAX_POSTINGS = 12_000
_K1, _B = 1.2, 0.3  # titles are short: length says little


class Posting(NamedTuple):
    """Articles whose title holds a topic, and its weight there."""

    articles: NDArray[np.int64]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Library:
    """One state of a tenant's articles. Positions in `facts` are the articles' numbers."""

    facts: tuple[Facts, ...]
    position: Mapping[str, int]
    passages: tuple[tuple[int, ...], ...]  # chunk ids of each article, in reading order
    collection: NDArray[np.int64]  # number of each article's collection, -1 for none
    for_agents: NDArray[np.bool_]
    special: Special
    categories: Names
    collections: Names
    overviews: tuple[NDArray[np.int64], ...]  # of each category, ascending
    titles: Mapping[str, Posting]
    title_words: tuple[frozenset[str], ...]
    acronyms: frozenset[str]
    links: Links
    stands_for: NDArray[np.int64]  # of each article: itself, or the first of its equals
    owners: Passages
    valid: NDArray[np.int64]  # articles x 2: the first and the last day, as ordinals
    languages: tuple[str, ...]  # that articles state
    language: NDArray[np.int64]  # of each article, in `languages`; -1 for none stated
    spelling: Spelling  # of the words that articles are written in

    @classmethod
    def build(cls, facts: Iterable[Facts], passages: Mapping[str, Sequence[int]]) -> Library:
        """The library of these articles; `passages` maps source ids to chunk ids."""
        kept = tuple(sorted(facts, key=lambda fact: fact.source_id))
        shelves = _Shelves.of(kept)
        languages = tuple(sorted({fact.language for fact in kept if fact.language}))
        return cls(
            facts=kept,
            position={fact.source_id: i for i, fact in enumerate(kept)},
            passages=tuple(tuple(passages.get(fact.source_id, ())) for fact in kept),
            collection=np.array(shelves.collection, np.int64),
            for_agents=np.array([fact.is_for_agents for fact in kept], dtype=np.bool_),
            special=Special.of(_qualified(kept, shelves)),
            categories=Names(shelves.categories),
            collections=Names(shelves.names),
            overviews=shelves.overviews(),
            titles=_postings(kept),
            title_words=tuple(
                frozenset(topic for topic in fact.title if not is_phrase(topic)) for fact in kept
            ),
            acronyms=frozenset(short for fact in kept for short in fact.acronyms),
            links=build_links(kept, information(kept)),
            stands_for=_stands_for(kept),
            owners=Passages.of(
                {
                    chunk: article
                    for article, fact in enumerate(kept)
                    for chunk in passages.get(fact.source_id, ())
                }
            ),
            valid=_validity(kept),
            languages=languages,
            language=np.array(
                [languages.index(fact.language) if fact.language else -1 for fact in kept],
                np.int64,
            ),
            spelling=Spelling.of(word for fact in kept for word in fact.words),
        )

    def __len__(self) -> int:
        return len(self.facts)

    def are_valid(self, articles: NDArray[np.int64], on: date) -> NDArray[np.bool_]:
        """Which of these articles may be used on a day."""
        first, last = self.valid[articles].T
        day = on.toordinal()
        valid: NDArray[np.bool_] = (first <= day) & (day <= last)
        return valid

    def are_foreign(
        self, articles: NDArray[np.int64], language: str | None
    ) -> NDArray[np.bool_] | None:
        """Which of these articles state another language than this one; None where it is no matter,
        for none is in this one."""
        if language not in self.languages:
            return None
        stated = self.language[articles]
        foreign: NDArray[np.bool_] = (stated >= 0) & (stated != self.languages.index(language))
        return foreign

    def title_scores(self, topics: Iterable[str], n: int = TITLES) -> Scores:
        """BM25 of the titles, single words and phrases: the n best.

        Rare topics first; the commonest are left out once a query has scored enough postings.
        """
        held = [self.titles[topic] for topic in dict.fromkeys(topics) if topic in self.titles]
        if not held:
            return NOTHING
        held.sort(key=lambda posting: len(posting.articles))
        sizes = np.cumsum([len(posting.articles) for posting in held])
        held = held[: max(1, int(np.searchsorted(sizes, MAX_POSTINGS, side="right")))]
        scores = np.bincount(
            np.concatenate([posting.articles for posting in held]),
            weights=np.concatenate([posting.weights for posting in held]),
            minlength=len(self.facts),
        )
        found = np.flatnonzero(scores > 0)  # of booleans: eight times as fast as of numbers
        if len(found) > n:
            found = np.sort(found[np.argpartition(scores[found], -n)[-n:]])
        return Scores(found, scores[found].astype(np.float64, copy=False))


@dataclass(frozen=True, slots=True)
class Special:
    """The special words ("business") that articles are under."""

    sets: tuple[frozenset[str], ...]  # each once; the first is empty
    number: NDArray[np.int64]  # of each article's set

    @classmethod
    def of(cls, qualifiers: Sequence[frozenset[str]]) -> Special:
        """From each article's words."""
        places = {frozenset[str](): 0}
        number = [places.setdefault(words, len(places)) for words in qualifiers]
        return cls(tuple(places), np.array(number, np.int64))

    def unasked(self, articles: NDArray[np.int64], stems: Set[str]) -> NDArray[np.bool_]:
        """Which of these articles are on a special case that none of the words mentions."""
        is_unasked = np.array([bool(words) and not words & stems for words in self.sets])
        return is_unasked[self.number[articles]]


@dataclass(frozen=True, slots=True)
class _Shelves:
    """Collections and categories, from the paths in the articles' ids."""

    collection: tuple[int, ...]
    category: tuple[int, ...]
    names: tuple[Name, ...]  # of a collection within its category: "gold reward card"
    categories: tuple[Name, ...]
    is_overview: NDArray[np.bool_]

    @classmethod
    def of(cls, facts: Sequence[Facts]) -> _Shelves:
        paths = _shared_paths(facts)
        number = {path: i for i, path in enumerate(paths)}
        collection = tuple(number.get(fact.collection, -1) for fact in facts)
        parents = _parents(paths)
        distinct = sorted(set(parents.values()))
        category_number = {path: i for i, path in enumerate(distinct)}
        generic = _generic(paths)
        category = tuple(
            category_number[parents[fact.collection]] if place >= 0 else -1
            for fact, place in zip(facts, collection, strict=True)
        )
        names = tuple(_within(path, parents[path], generic) for path in paths)
        categories = tuple(named(_shown(path, generic)) for path in distinct)
        return cls(collection, category, names, categories, _overviews(facts, collection))

    def overviews(self) -> tuple[NDArray[np.int64], ...]:
        """The overview articles of each category."""
        found: list[list[int]] = [[] for _ in self.categories]
        for article in np.flatnonzero(self.is_overview).tolist():
            found[self.category[article]].append(article)
        return tuple(np.array(articles, np.int64) for articles in found)


def _shared_paths(facts: Sequence[Facts]) -> list[Name]:
    held = Counter(fact.collection for fact in facts if fact.collection)
    return sorted(path for path, n in held.items() if n >= 2)


def _parents(paths: Sequence[Name]) -> dict[Name, Name]:
    """The category of each collection: the longest path that it shares with enough others."""
    shared = Counter(path[:n] for path in paths for n in range(1, len(path) + 1))
    return {
        path: next(
            (path[:n] for n in range(len(path), 1, -1) if shared[path[:n]] >= MIN_SIBLINGS), path
        )
        for path in paths
    }


def _generic(paths: Sequence[Name]) -> int:
    """How many leading words ("doc", "kb") most collections have in common."""
    depth = 0
    while paths:
        leading = Counter(path[: depth + 1] for path in paths if len(path) > depth + 1)
        if not leading or leading.most_common(1)[0][1] <= GENERIC_SHARE * len(paths):
            break
        depth += 1
    return depth if len(paths) >= MIN_SIBLINGS else 0


def _shown(path: Name, generic: int) -> Name:
    return path[generic:] or path


def _within(path: Name, parent: Name, generic: int) -> Name:
    """A collection's own name, without its category's."""
    return named(path[len(parent) :]) or named(_shown(path, generic))


def _overviews(facts: Sequence[Facts], collection: Sequence[int]) -> NDArray[np.bool_]:
    """The first of a numbered series, or the entry page of a folder."""
    first: dict[int, int] = {}
    for i, (fact, place) in enumerate(zip(facts, collection, strict=True)):
        if place < 0 or (fact.number is None and not fact.is_entry):
            continue
        if place not in first or (fact.number or 0) < (facts[first[place]].number or 0):
            first[place] = i
    chosen = np.zeros(len(facts), dtype=np.bool_)
    chosen[list(first.values())] = True
    return chosen


def _qualified(facts: Sequence[Facts], shelves: _Shelves) -> tuple[frozenset[str], ...]:
    """The special words of each article: what sets "business accounts" apart from "accounts"."""
    special = frozenset(_special(shelves.categories))
    found = []
    for fact, place in zip(facts, shelves.category, strict=True):
        own = set(fact.title)
        if place >= 0:
            own.update(shelves.categories[place])
        found.append(frozenset(own & special))
    return tuple(found)


def _special(categories: Sequence[Name]) -> Iterator[str]:
    for name in categories:
        for plain in categories:
            if len(plain) >= 2 and set(plain) < set(name):
                yield from set(name) - set(plain)


def _postings(facts: Sequence[Facts]) -> dict[str, Posting]:
    held: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for i, fact in enumerate(facts):
        for topic, times in Counter(fact.title).items():
            held[topic].append((i, times, len(fact.title)))
    n = len(facts)
    mean = sum(len(fact.title) for fact in facts) / max(n, 1)
    return {topic: _posting(rows, n, mean) for topic, rows in held.items()}


def _posting(rows: Sequence[tuple[int, int, int]], n: int, mean: float) -> Posting:
    idf = math.log(1 + (n - len(rows) + 0.5) / (len(rows) + 0.5))
    weights = [
        idf * times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * length / mean))
        for _, times, length in rows
    ]
    return Posting(np.array([i for i, _, _ in rows], dtype=np.int64), np.array(weights))


def _stands_for(facts: Sequence[Facts]) -> NDArray[np.int64]:
    first: dict[bytes, int] = {}
    return np.array([first.setdefault(fact.digest, i) for i, fact in enumerate(facts)], np.int64)


def _validity(facts: Sequence[Facts]) -> NDArray[np.int64]:
    days = [
        ((fact.valid_from or date.min).toordinal(), (fact.valid_to or date.max).toordinal())
        for fact in facts
    ]
    return np.array(days, np.int64).reshape(-1, 2)
