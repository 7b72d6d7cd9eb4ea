"""Which procedure leads to which: links from what articles mention, built at index time.

A procedure that says "no pending disputes" needs the article "Checking the dispute history"; two
that use the same tool or field belong together. Only what is rare counts.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from copilot.retriever.facts import Facts
from copilot.retriever.words import is_phrase

LINKS = 8  # per article
MAX_NODES = 4_000  # more procedures than this are linked by identifiers only
FULL_MENTION = 8.0  # information (nats) a mention must carry to count in full
RARE = 6  # an identifier in more articles than this links nothing
IDENTIFIER_WEIGHT = 0.5
BACK = 0.5  # a mention also leads back: "used when closing accounts" is of use when closing one
_RAREST = 2  # a mention must contain one of a title's rarest words


class Links:
    """A sparse graph: for each article its neighbours and how much it leads to each."""

    __slots__ = ("_neighbours", "_weights")

    def __init__(self, edges: Mapping[int, Mapping[int, float]]) -> None:
        self._neighbours: dict[int, NDArray[np.int64]] = {}
        self._weights: dict[int, NDArray[np.float64]] = {}
        for node, targets in edges.items():
            best = sorted(targets.items(), key=lambda pair: (-pair[1], pair[0]))[:LINKS]
            weights = np.array([weight for _, weight in best])
            self._neighbours[node] = np.array([target for target, _ in best], dtype=np.int64)
            self._weights[node] = weights / weights.sum()

    @property
    def count(self) -> int:
        """How many links there are."""
        return sum(len(targets) for targets in self._neighbours.values())

    def of(self, node: int) -> list[tuple[int, float]]:
        """The neighbours of one article, strongest first; the weights of all sum to 1."""
        if node not in self._neighbours:
            return []
        targets, weights = self._neighbours[node], self._weights[node]
        return list(zip(targets.tolist(), weights.tolist(), strict=True))

    def pushed(self, seeds: Mapping[int, float]) -> dict[int, float]:
        """What the seeds pass on, the strongest receiver scaled to 1."""
        total: dict[int, float] = defaultdict(float)
        for node, strength in seeds.items():
            for target, weight in self.of(node):
                total[target] += strength * weight
        top = max(total.values(), default=0.0)
        return {node: value / top for node, value in total.items()} if top > 0 else {}


def build_links(facts: Sequence[Facts], idf: Mapping[str, float]) -> Links:
    """Links between the articles for agents; articles for customers neither give nor take."""
    nodes = [i for i, fact in enumerate(facts) if fact.is_for_agents]
    edges: dict[int, dict[int, float]] = {i: defaultdict(float) for i in nodes}
    if len(nodes) <= MAX_NODES:
        _mentions(facts, nodes, idf, edges)
        _both_ways(edges)
    _shared_identifiers(facts, nodes, edges)
    return Links({node: targets for node, targets in edges.items() if targets})


def _mentions(
    facts: Sequence[Facts],
    nodes: Sequence[int],
    idf: Mapping[str, float],
    edges: Mapping[int, dict[int, float]],
) -> None:
    titles = {i: frozenset(t for t in facts[i].title if not is_phrase(t)) for i in nodes}
    mass = {i: sum(idf.get(word, 0.0) for word in title) for i, title in titles.items()}
    by_word: dict[str, list[int]] = defaultdict(list)
    for i, title in titles.items():
        for word in sorted(title, key=lambda word: (-idf.get(word, 0.0), word))[:_RAREST]:
            by_word[word].append(i)
    for i in nodes:
        for sentence in facts[i].sentences:
            candidates = {j for word in sentence for j in by_word.get(word, ()) if j != i}
            for j in candidates:
                told = sum(idf.get(word, 0.0) for word in titles[j] if word in sentence)
                weight = told / max(mass[j], FULL_MENTION)
                if weight > edges[i][j]:
                    edges[i][j] = weight


def _both_ways(edges: Mapping[int, dict[int, float]]) -> None:
    for i, j, weight in [(i, j, w) for i, targets in edges.items() for j, w in targets.items()]:
        edges[j][i] = max(edges[j][i], BACK * weight)


def _shared_identifiers(
    facts: Sequence[Facts], nodes: Sequence[int], edges: Mapping[int, dict[int, float]]
) -> None:
    holders: dict[str, list[int]] = defaultdict(list)
    for i in nodes:
        for name in facts[i].identifiers:
            holders[name].append(i)
    for _, sharing in sorted(holders.items()):
        if 2 <= len(sharing) <= RARE:
            for i in sharing:
                for j in sharing:
                    if i != j:
                        edges[i][j] += IDENTIFIER_WEIGHT / len(sharing)


def information(facts: Sequence[Facts]) -> dict[str, float]:
    """How much each word tells (idf), over titles and the texts of articles for agents."""
    seen: Counter[str] = Counter()
    for fact in facts:
        stems = {topic for topic in fact.title if not is_phrase(topic)}
        stems.update(*fact.sentences)
        seen.update(stems)
    n = len(facts)
    return {word: math.log(1 + (n - held + 0.5) / (held + 0.5)) for word, held in seen.items()}
