"""How a need is put: its title and what is gained, both in the customer's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.ledger.language import digits, plain
from copilot.needs.limits import CODE
from copilot.needs.output import NeedType
from copilot.needs.proposal import Constraint
from copilot.needs.scene import Scene, Words

# "He says yes, so put me on it": another's assent is no wish of another's.
_ASSENT = re.compile(
    r"\b(?:he|she|they|my [a-z-]+) (?:says?|said|thinks?|reckons?) "
    r"(?:(?:that )?(?:it's|it is|that's) )?(?:yes|yeah|ok|okay|fine|go ahead|go for it|"
    r"all right|alright|a good idea)\b"
)
# What it is for, where no other reading is open: "to Kofi", "to spend a fortune" are no purpose.
_PURPOSE = re.compile(
    r"\b(?:so (?:that )?(?:i|we|he|she|they|it|the|my|our)\b|because |in order to |so as to |"
    r"to be able to )[^.!?,;]{4,80}",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


def without_assent(text: str) -> str:
    """The text without what a third person merely agreed to."""
    return _ASSENT.sub(" ", plain(text))


def title(
    scene: Scene,
    words: Words,
    kind: NeedType,
    near: Sequence[Words],
    constraints: Sequence[Constraint],
) -> str:
    """The sentence that tells the need: an error message is none where another has the amount."""
    text = words.text
    if kind == "stated" or not (CODE.search(text) or scene.reads("refused_more", text)):
        return text
    told = [w.text for w in near if w is not words and not CODE.search(w.text)]
    counts = {c.amount for c in constraints if c.kind == "quantity"}
    return next((t for t in told if counts & set(_figures(t))), text)


def benefit(scene: Scene, words: Words, kind: NeedType) -> str:
    """What they gain, in the words of the very sentence that asks."""
    match = _PURPOSE.search(words.text)
    if match and not scene.reads("negated_want", words.text):
        return f"Gets what they asked for: {match.group().strip()}"[:160]
    return (
        "Gets what they asked for, and nothing beyond it"
        if kind == "stated"
        else "Removes the limit they described"
    )


def _figures(text: str) -> list[float]:
    return [float(figure) for figure in _FIGURE.findall(digits(text))]
