"""What an article gives to who holds something is theirs only if they hold it."""

from __future__ import annotations

import re

from copilot.ledger.language import plain
from copilot.needs.case import KnowledgeFact
from copilot.needs.catalogue import is_generic, subjects
from copilot.needs.output import InformKind
from copilot.needs.records import in_force
from copilot.needs.scene import Scene

# "For subscribers", "as a member", "with your Heating Cover plan".
_HOLDERS = re.compile(
    r"\b(?:(?:for|as an?|all|our|to) (?:[\w-]+ )?(?:members?|subscribers?|policy ?holders?|"
    r"card ?holders?|pass ?holders?)|(?:members|subscribers|[\w-]+ ?holders) (?:get|receive|have|"
    r"can|may|pay)|with (?:a|an|the|your|every|each|any) (?:[\w-]+ ){0,3}(?:plan|cover|membership|"
    r"subscription|package|pass)|(?:your|the|a|each|every) (?:membership|subscription|plan|box|"
    r"package|pass) (?:gives|gets|has|brings|holds|includes|comes))\b"
)
# What something that is sold contains; a refund that "you get" hangs on no such thing.
_GIVEN = re.compile(r"\b(?:you(?:'ll| will| also)? (?:get|receive)|includ(?:es?|ed)|comes? with)\b")


def open_to(scene: Scene, fact: KnowledgeFact, sentence: str, kind: InformKind | None) -> bool:
    """No condition is set, or what they own meets it: the named product, else the article's."""
    lowered = plain(sentence)
    given = kind != "right" and _GIVEN.search(lowered)
    if not given and not _HOLDERS.search(lowered):
        return True
    owned = in_force(scene.case)
    named = scene.called(sentence)
    if named:
        names = {plain(i.product.name) for i in scene.items if i.sku in named}
        return any(own.sku in named or plain(own.name) in names for own in owned)
    spoken = subjects(fact.text)
    return any(
        bool(name) and name <= spoken
        for own in owned
        if (name := {w for w in subjects(own.name) if not w.startswith("~") and not is_generic(w)})
    )
