"""A limit that shows itself as an error code: our text tells which limit, the file that it is full.

"Had 2 more rads put in, tried to add one and got E55": where E55 is about zones and all of theirs
are in use, they need two zones more, and for each radiator what the others have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from copilot.ledger.language import digits, plain, stems
from copilot.needs.case import KnowledgeFact
from copilot.needs.catalogue import (
    Offering,
    amounts,
    is_generic,
    measured,
    owned_amount,
    subjects,
    used_up,
)
from copilot.needs.eligibility import owns
from copilot.needs.proposal import Constraint
from copilot.needs.scene import Scene, Words

CODE = re.compile(r"\b[A-Z]{1,3}-?\d{1,4}\b")  # as devices show them: E55, R-34
_COMING = re.compile(
    r"(?<![\w.:/£$€#-])(?P<many>\d{1,2}) (?:more|new|extra|additional|further) "
    r"(?P<things>[a-z]{3,})"
    r"|\b(?:another|an? (?:new|extra|further|second|third|fourth|fifth|sixth|seventh|eighth|ninth|"
    r"tenth)) (?P<thing>[a-z]{3,})"
)
_ADDS = re.compile(r"\badd(?:s|ed|ing)?\b")
# What they lack altogether is asked for; who asks which plan has the things already.
_WHAT_ALL = re.compile(
    r"\bwhat (?:all )?(?:else )?(?:do|would|must|should|will) (?:i|we) (?:all )?"
    r"(?:need|buy|get|order|have to (?:buy|get|order))\b"
)

_ALL_OF_THEM = re.compile(
    r"\b(?:so(?: that)?|for|until|before|that|have|get|make) all (?P<many>\d{1,2})"
    r"(?: of them)?(?= (?:to )?(?:can |will |do |are |be )?(?:work|run|go|fit|count|show|start|"
    r"play|join|heat|light|connect|online|on|in)\b|[.?!,;]|$)"
)


def behind_code(scene: Scene, seed: Words, items: Sequence[Offering]) -> list[Constraint]:
    """How much more they need of what the code says is used up; nothing where that is not told."""
    said = [w for w in scene.own_words if w.turn.id == seed.turn.id]
    together = _together(said)
    if together:  # the code may have been told before they were asked how it is at theirs
        place = scene.position.get(seed.turn.id, 0)
        said = [w for w in scene.own_words if scene.position.get(w.turn.id, 0) <= place]
    codes = {code for w in said for code in CODE.findall(w.text)}
    if not codes:
        return []
    units = sorted({a.unit for i in items for a in i.amounts if used_up(scene.case, a.unit)})
    unit = next((u for u in units if _is_told(scene, codes, u)), None)
    if unit is None:
        return []
    if together and together > owned_amount(scene.case, unit):
        return [Constraint("quantity", f"{together:g} in all", unit, together, "total")]
    coming = next((m for w in said if (m := _COMING.search(digits(w.text)))), None)
    if coming is None and not any(_ADDS.search(w.sentence.lower) for w in said):
        return []
    everything = any(_WHAT_ALL.search(plain(w.text)) for w in said)
    many = float(coming["many"] or 1) if coming else 1.0
    thing = (coming["things"] or coming["thing"]) if coming else unit
    more = f"{many:g} more {thing}"
    found = [Constraint("quantity", more, unit, many, "extra")]
    part = _like_the_others(scene, items, thing) if everything else None
    if part is not None and coming is not None:
        name = frozenset(w for w in stems(part.product.name) if not is_generic(w))
        of = measured(thing)[0]
        found.append(Constraint("quantity", f"one for each of {more}", of, many, "extra", name))
    return found


def _together(said: Iterable[Words]) -> float | None:
    """ "What do I need so all three work": so many in all."""
    found = (m for w in said if (m := _ALL_OF_THEM.search(digits(w.text))))
    return next((float(m["many"]) for m in found), None)


def _is_told(scene: Scene, codes: Iterable[str], unit: str) -> bool:
    """One of our articles has the code and speaks of this limit."""
    return any(
        unit in subjects(fact.text) and any(code in _text(fact) for code in codes)
        for fact in scene.case.knowledge
        if fact.visibility != "internal"
    )


def _text(fact: KnowledgeFact) -> str:
    """The text with what the article is called: a passage from the middle has no heading."""
    return f"{fact.id.upper()} {fact.text}"


def _like_the_others(scene: Scene, items: Sequence[Offering], thing: str) -> Offering | None:
    """What they bought for each such thing before: a valve for every radiator."""
    of = measured(thing)[0]
    return next(
        (
            i
            for i in items
            if i.available
            and i.product.period == "once"
            and any(a.unit == of and a.value == 1 for a in amounts(i.product.features))
            and owns(scene, i)
        ),
        None,
    )
