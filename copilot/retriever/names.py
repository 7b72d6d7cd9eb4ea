"""Finds the names of products and categories in what was said, longest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

Name = tuple[str, ...]


class Names:
    """Names by their first word; equal names are found together."""

    __slots__ = ("_by_first", "_owners")

    def __init__(self, names: Sequence[Name]) -> None:
        self._owners: dict[Name, list[int]] = defaultdict(list)
        for owner, name in enumerate(names):
            if name:
                self._owners[name].append(owner)
        self._by_first: dict[str, list[Name]] = defaultdict(list)
        for name in self._owners:
            self._by_first[name[0]].append(name)

    def mentioned(self, said: Sequence[str]) -> frozenset[int]:
        """Owners of the names that stand in the words.

        A longer name takes its words: "business credit card" mentions no "credit card".
        """
        candidates = [
            (-len(name), start, name)
            for start, word in enumerate(said)
            for name in self._by_first.get(word, ())
            if tuple(said[start : start + len(name)]) == name
        ]
        taken: set[int] = set()
        found: set[int] = set()
        for _, start, name in sorted(candidates):
            place = range(start, start + len(name))
            if taken.isdisjoint(place):
                taken.update(place)
                found.update(self._owners[name])
        return frozenset(found)
