"""Whether a word that was broken or false has been put right since.

Three things close it: our side owned up to it, made it good, and the customer let it rest. A remedy
that was only offered is none until somebody does it, and a customer who comes back to the matter
with a reproach opens it again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from copilot.ledger.contacts import PerContact
from copilot.ledger.cues import may_show
from copilot.ledger.language import digits, plain, sentences, topic
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Said

SAME_MATTER = 2  # words that a word given and its amends must share
_OWNED = ("settle_owned", "promise_sorry")


@dataclass(frozen=True, slots=True)
class Amends:
    """Our side owned up at one turn and made it good at another of the same contact."""

    owned: int
    made: int
    about: frozenset[str]
    ours: frozenset[str]  # … by our side, in owning up and making good
    admits: bool  # that what we said was false, not only that it did not come about

    def at(self, start: int) -> Amends:
        """The same on a timeline where its contact starts there."""
        return replace(self, owned=start + self.owned, made=start + self.made)

    def covers(self, place: int, about: frozenset[str], *, false: bool) -> bool:
        """They are for words said before, on the same matter.

        An admission names a false word by what the customer says of it; of what only did not come
        about we have to speak ourselves, for a remedy may be for something else they named.
        """
        spoken = self.about if false and self.admits else self.ours
        return place < self.owned and len(about & spoken) >= SAME_MATTER


def _read(turns: Sequence[Said]) -> tuple[Amends, ...]:
    found: list[Amends] = []
    for place, turn in enumerate(turns):
        if not turn.ours or not may_show(_OWNED, plain(turn.text)):
            continue
        lowered = plain(turn.text)
        admits = bool(pattern("settle_owned").search(lowered))
        if not (admits or pattern("promise_sorry").search(lowered)):
            continue
        made = _made_good(turns, place)
        if made is not None:
            ours = topic(turn.text) | topic(turns[made].text)
            found.append(Amends(place, made, _matter(turns, place), ours, admits))
    return tuple(found)


amends = PerContact(_read)


def _made_good(turns: Sequence[Said], owned: int) -> int | None:
    """The turn of ours that gave the remedy the customer took; None where the matter stays open."""
    after = range(owned + 1, len(turns))
    remedy: int | None = next(
        (n for n in (owned, *after) if turns[n].ours and _remedy(turns[n].text) is not None), None
    )
    if remedy is None:
        return None
    answers = [n for n in after if turns[n].speaker == "customer"]
    if answers and pattern("settle_refuses").search(plain(turns[answers[-1]].text)):
        return None
    taken = [n for n in answers if pattern("settle_accepts").search(plain(turns[n].text))]
    if answers and not taken:
        return None
    if _remedy(turns[remedy].text) == "given":
        return remedy
    acted = (n for n in after if n > remedy and turns[n].ours)
    return next(acted, None) if taken else None


def _remedy(text: str) -> str | None:
    """Whether a turn gives a remedy or only offers one: "you may choose", "I can", a question."""
    found = None
    for sentence in sentences(text):
        lowered = sentence.lower
        if pattern("settle_remedy").search(lowered):
            if not (lowered.endswith("?") or pattern("settle_offers").search(lowered)):
                return "given"
            found = "offered"
    return found


def _matter(turns: Sequence[Said], owned: int) -> frozenset[str]:
    """What was spoken of up to the turn that owns up to it, with every figure."""
    said = [turn.text for turn in turns[: owned + 1]]
    return frozenset().union(*map(topic, said), *map(figures, said))


@lru_cache(maxsize=8192)
def figures(text: str) -> frozenset[str]:
    """Every number a text gives: "you were told five" is about the five years."""
    return frozenset(_FIGURE.findall(digits(text)))


_FIGURE = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?(?![\w])")
