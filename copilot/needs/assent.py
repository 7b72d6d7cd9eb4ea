"""An order that names nothing: "my brother says yes, so please do change it from tomorrow".

It means what ours put to them in the last contact, where they went away to think about that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from itertools import dropwhile, takewhile

from copilot.ledger import Said
from copilot.ledger.language import plain
from copilot.needs.described import described
from copilot.needs.eligibility import owns
from copilot.needs.having import called_by_price
from copilot.needs.scene import Scene

_GO_AHEAD = re.compile(
    r"\b(?:please|pls|kindly|just|then|so)(?: do| go ahead and)? (?:change|switch|order|book|add|"
    r"do|take|upgrade|set up|send|put) (?:it|that|this|me)(?: (?:over|up|through|in))?"
    r"(?=[.,;!]|$| (?:from|on|for|as|at|by|with|then|please|today|tomorrow|now|next|when|and)\b)"
    r"|\b(?:please |do |you can |you may ){1,3}go ahead(?: with (?:it|that|this))?\b"
)
_PUT_TO_THEM = re.compile(
    r"\b(?:(?:shall|should|may|can) (?:i|we)|(?:would|do) you (?:like|want))\b[^?]{0,200}\?"
)
_TO_THINK = re.compile(
    r"\b(?:let (?:you|me|us) (?:know|ask|think|talk|speak|check|see)|(?:tell|write|call|ring) you|"
    r"think (?:it|that|about|over)|sleep on it|come back to you|get back to you|"
    r"(?:ask|talk to|speak to|check with) my)\b"
)
_RECENT = timedelta(days=30)  # as long as a plain wish of theirs counts as fresh


@lru_cache(maxsize=4096)
def goes_ahead(text: str) -> bool:
    """An order in pointing words: "please do change it", "go ahead with that"."""
    return bool(_GO_AHEAD.search(plain(text)))


def meant(scene: Scene, text: str) -> frozenset[str]:
    """The product a wish points at without its name: by price, as put to them, by what it does."""
    return called_by_price(scene, text) or put_forward(scene, text) or described(scene, text)


def put_forward(scene: Scene, text: str) -> frozenset[str]:
    """The one product of the last offer of ours that they went away to think about."""
    if not goes_ahead(text) or scene.called(text):
        return frozenset()
    if any(t.ours for t in scene.current) or any(scene.called(w.text) for w in scene.own_words):
        return frozenset()  # here the words point at what this contact spoke of
    turns = _last_contact(scene.timeline.turns)
    place = next((n for n in reversed(range(len(turns))) if turns[n].ours), None)
    if place is None or not _is_recent(scene, turns[place]):
        return frozenset()
    offer, after = turns[place], turns[place + 1 :]
    if not _PUT_TO_THEM.search(plain(offer.text)) or any(
        scene.reads("refusal", t.text) for t in after
    ):
        return frozenset()
    if not any(_TO_THINK.search(plain(t.text)) for t in after if t.speaker == "customer"):
        return frozenset()
    called = scene.called(offer.text)
    new = frozenset(i.sku for i in scene.items if i.sku in called and not owns(scene, i))
    return new if len(new) == 1 else frozenset()


def _last_contact(turns: Sequence[Said]) -> tuple[Said, ...]:
    """Read from the end: a lifetime is long."""
    past = dropwhile(lambda t: t.conversation_id == "now", reversed(turns))
    first = next(past, None)
    if first is None:
        return ()
    rest = takewhile(lambda t: t.conversation_id == first.conversation_id, past)
    return tuple(reversed([first, *rest]))


def _is_recent(scene: Scene, turn: Said) -> bool:
    return turn.at is None or scene.as_of - turn.at <= _RECENT
