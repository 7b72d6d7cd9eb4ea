"""Rankings of several kinds as one list, and what is too weak to be shown for a typed query.

A cosine with an article and one with a situation measure different things: kinds take turns by
rank, and the words of the query say which of them leads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set

from copilot.domain import Hit
from copilot.retriever.words import stem, stems, topics

LEADING = 3  # hits of a kind that decide whether it leads
CLOSE = 0.35  # cosine from which a meaning is near although no word is shared


def merged(
    found: Sequence[Sequence[Hit]], k: int, terms: Iterable[str], codes: Iterable[str] = ()
) -> list[Hit]:
    """Each kind keeps its order; they take turns, the kind that holds the query's words first.

    Of equal ones the first given leads. A head whose title holds a code that was asked about goes
    before any turn; one that holds no word of the query and is not near either waits.
    """
    asked = frozenset(codes)
    wanted = frozenset(stem(term) for term in terms)
    given = [hits for hits in found if hits]
    if len(given) < 2:  # nothing takes turns
        return [hit for hits in given for hit in hits[:k]]
    queues = [list(hits) for hits in _by_words(given, wanted)]
    taken = [0] * len(queues)
    ordered: list[Hit] = []
    while len(ordered) < k and any(queues):
        turn = min(
            (n for n, queue in enumerate(queues) if queue),
            key=lambda n: (*_weakness(queues[n][0], asked, wanted), taken[n], n),
        )
        ordered.append(queues[turn].pop(0))
        taken[turn] += 1
    return ordered


def close(hits: Sequence[Hit]) -> list[Hit]:
    """The hits whose meaning is near by itself."""
    return [hit for hit in hits if hit.score >= CLOSE]


def _weakness(hit: Hit, codes: Set[str], wanted: Set[str]) -> tuple[bool, bool]:
    lacks_code = not codes & frozenset(topics(hit.title))
    return lacks_code, hit.score < CLOSE and not wanted & _words(hit)


def _by_words(found: Sequence[Sequence[Hit]], wanted: Set[str]) -> list[Sequence[Hit]]:
    """The kinds by how many of the query's words one of their first hits holds; rare ones most."""
    held = [[wanted & _words(hit) for hit in hits[:LEADING]] for hits in found]
    seen = Counter(word for kind in held for words in kind for word in words)

    def most(kind: Sequence[Set[str]]) -> float:
        return max(sum(1 / seen[word] for word in words) for words in kind)

    order = sorted(range(len(found)), key=lambda n: -most(held[n]))
    return [found[n] for n in order]


def _words(hit: Hit) -> set[str]:
    chunk = hit.chunk
    return set(stems(" ".join((hit.title, *chunk.heading_path, chunk.context, chunk.text))))
