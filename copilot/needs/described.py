"""What a wish describes instead of naming it: "the thing where visitors can pay by card".

A product is meant where its line says, in words that no other line has, what the thing is to do.
"The same plan" for one more of what they have is the plan they have.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from copilot.ledger.language import plain, stems
from copilot.needs.catalogue import Offering
from copilot.needs.eligibility import owns
from copilot.needs.scene import Scene, Words

_THING = re.compile(
    r"\b(?:the|that|this|a|an|your|one of (?:the|those|your)) (?:\w+ )?"
    r"(?:things?|thingy|one|gadget|device|box|gizmo|bit|part|attachment|module|add-?on|extra|option|feature|"
    r"service|kit|piece)(?: of yours)?,? (?:where|that|which|with which|so that|for (?=\w+ing\b)) "
    r"(?P<does>[^.?!;]{8,})"
)
_SAME_AGAIN = re.compile(
    r"\b(?:another|a second|one more|a further|an(?:other)? (?:extra|additional)) [a-z][\w -]{1,40}"
    r"[^.?!;]{0,60}\b(?:on |with |under )?(?:the |exactly the )?"
    r"same (?:plan|tariff|contract|package|subscription|terms)\b"
)
_HOW_TO_ORDER = re.compile(
    r"\bhow (?:do|can|would|should) (?:i|we) (?:order|buy|book|get)(?: (?:it|that|this|one|them))?"
    r"(?: please)?[?.! ]*$"
)
TOLD = 2  # words that the description and the product's line must share


def described(scene: Scene, text: str) -> frozenset[str]:
    """The one product that does what they describe, or the plan they want once more."""
    return _by_deed(scene, text) or _same_again(scene, text)


def is_chosen(scene: Scene, words: Words) -> bool:
    """They have made up their mind: the same once more, or they ask how to order what they told."""
    said = (w.text for w in scene.own_words if w.turn.id == words.turn.id)
    return bool(_SAME_AGAIN.search(plain(words.text))) or any(
        _HOW_TO_ORDER.search(plain(text)) for text in said
    )


def _by_deed(scene: Scene, text: str) -> frozenset[str]:
    match = _THING.search(plain(text))
    if match is None or scene.called(text):
        return frozenset()
    lines = {i.sku: _line(f"{i.product.name}. {i.product.features}") for i in scene.items}
    common = Counter(word for line in lines.values() for word in line)
    does = {w for w in stems(match["does"]) if common[w] == 1 or _is_rare(common[w], len(lines))}
    shared = {sku: len(does & line) for sku, line in lines.items()}
    best = max(shared.values(), default=0)
    found = [sku for sku, many in shared.items() if many == best]
    return frozenset(found) if best >= TOLD and len(found) == 1 else frozenset()


def _is_rare(many: int, of: int) -> bool:
    """A word of few lines tells products apart; one of every fifth is said of anything."""
    return 0 < many * 5 <= of


@lru_cache(maxsize=4096)
def _line(text: str) -> frozenset[str]:
    return stems(text)


def _same_again(scene: Scene, text: str) -> frozenset[str]:
    """ "Another machine there, same plan as now": the one plan of theirs that stands by itself."""
    if not _SAME_AGAIN.search(plain(text)):
        return frozenset()
    found = [i for i in scene.items if i.available and owns(scene, i) and _stands_alone(i)]
    return frozenset({found[0].sku}) if len(found) == 1 else frozenset()


def _stands_alone(item: Offering) -> bool:
    """Paid again and again, and no part that another product has to be there for."""
    product = item.product
    return bool(product.price) and product.period != "once" and not product.requires
