"""What they pay for again and again and, by their own words, do not use: told, never guessed.

"You may not need it, it can be ended" does harm where it is wrong. So it is said only of what is
paid by the month or year, on which nothing else of theirs hangs and which is not all they have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.ledger.language import digits, plain, stems
from copilot.needs.case import CaseProduct, OwnedItem
from copilot.needs.catalogue import a_month, is_generic, named, subjects
from copilot.needs.output import Inform
from copilot.needs.records import in_force
from copilot.needs.scene import Scene, Words

# The thing stands right after the verb: "I hardly use the hosting, I just need the mail".
_UNUSED = re.compile(
    r"\b(?:never|hardly(?: ever)?|barely|rarely|no longer|(?:don't|do not|doesn't|does not|didn't)"
    r"(?: really| actually| even| ever| need to)?|(?:nobody|no one|none of us)(?: here)?(?: ever)?)"
    r" (?:uses?|used|need(?:s|ed)?|watch(?:es)?|play(?:s|ed)?|read(?:s)?|open(?:s)?|visit(?:s)?|"
    r"ride(?:s)?|rings?|calls?|wants?|touch(?:es)?)\b(?P<thing>[^,;:.!?]*)"
)
_BESIDE = re.compile(r"\b(?:and|but|because|since|as|so|now|when|while)\b.*")
_POINTS = re.compile(r"\b(?:it|that|them|this|those|these)\b")
_WHAT_FOR = re.compile(r"\bwhat(?:'s| is| are| was)\b[^?]*\bfor\b|\bwhat am i paying\b")
_BY_THE_MONTH = re.compile(r"\b(?:a|per|each|every) (?:month|year|week|quarter)\b|\bmonthly\b")
_HABIT = re.compile(r"\b(?:always|never|everything|nobody|already|instead|elsewhere)\b")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


def unused(scene: Scene) -> Inform | None:
    """The one thing they could do without, when they speak of what things cost."""
    if scene.says("cost_review") is None:
        return None
    owned = in_force(scene.case)
    for own in owned:
        if _is_recurring(scene, own) and _is_challenged(scene, own) and not _carries(scene, own):
            return Inform(
                kind="cheaper_option",
                text=f"{own.name}: by what you told us you may not need it; it can be ended.",
                source=own.id,
            )
    return None


def _line(scene: Scene, own: OwnedItem) -> CaseProduct | None:
    """What the catalogue says of an owned thing."""
    name = plain(own.name)
    return next(
        (
            i.product
            for i in scene.items
            if i.sku == own.sku or (own.sku is None and plain(i.product.name) == name)
        ),
        None,
    )


def _is_recurring(scene: Scene, own: OwnedItem) -> bool:
    """Paid again and again, by the catalogue or by its own name; what is not known is not said."""
    line = _line(scene, own)
    if line is not None:
        return a_month(line.period) > 0 and bool(line.price)
    return bool(_BY_THE_MONTH.search(plain(own.name)))


def _carries(scene: Scene, own: OwnedItem) -> bool:
    """Something else of theirs needs it, or it is all that they have from us."""
    name = _name(own)
    beside = False
    for other in in_force(scene.case):
        if other is own or other.name == own.name:
            continue
        line = _line(scene, other)
        if line is None:
            beside = True
            continue
        beside = beside or a_month(line.period) > 0
        needed = {plain(part).strip() for part in re.split(r"[;,]| and | or ", line.requires)}
        if {plain(own.sku or own.name), plain(own.name)} & needed:
            return True
        if name and name <= stems(f"{line.requires} {line.features}") - _name(other):
            return True
    return not beside


def _name(own: OwnedItem) -> frozenset[str]:
    return frozenset(w for w in stems(own.name) if not is_generic(w))


def _is_challenged(scene: Scene, own: OwnedItem) -> bool:
    """They do not use it, or ask what this very sum is for and tell how they manage."""
    name = named(subjects(_BY_THE_MONTH.sub(" ", plain(own.name))))
    if any(name and 2 * len(name & told) >= len(name) for told in _told(scene)):
        return True
    sums = set(_FIGURE.findall(own.name)) if _BY_THE_MONTH.search(plain(own.name)) else set()
    line = _line(scene, own)
    sums |= {f"{line.price:g}"} if line is not None and line.price else set()
    return any(
        _WHAT_FOR.search(words.sentence.lower)
        and sums & set(_FIGURE.findall(digits(words.text)))
        and any(
            w.turn.id == words.turn.id
            and w.sentence.start > words.sentence.start
            and not w.text.endswith("?")
            and _HABIT.search(w.sentence.lower)
            for w in scene.own_words
        )
        for words in scene.own_words
    )


def _told(scene: Scene) -> Iterator[frozenset[str]]:
    """What they say they do not use, clause by clause; "it" is what they spoke of just before."""
    before: Words | None = None
    for words in scene.own_words:
        for match in _UNUSED.finditer(words.sentence.lower):
            thing = _BESIDE.sub("", match["thing"])
            told = named(subjects(thing))
            if not told and _POINTS.search(thing):
                ahead = words.sentence.lower[: match.start()]
                told = named(subjects(ahead)) or (
                    named(subjects(before.text)) if before is not None else frozenset()
                )
            yield told
        before = words
