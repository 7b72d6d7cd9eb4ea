"""What is not passed on: health, loss, hardship and whatever else a care sign is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.facing import matters_in
from copilot.ledger.language import plain
from copilot.needs.scene import shows

_SIGNS = (
    "bereavement", "financial", "health", "pressure", "distress", "minor", "frail", "help_health",
)  # fmt: skip
_MATTERS = frozenset({"hardship", "access", "death", "safety"})
# Aids, frailty and our own word for it: what tells of care without naming a reason.
_AIDS = re.compile(
    r"\b(?:care (?:codes?|signs?|flags?|lists?|registers?|notes?|plans?|homes?|needs?)"
    r"|priority care"
    r"|(?:extra|special|additional) (?:care|help|support) (?:list|register|flag)"
    r"|pendants?|(?:fall|panic|emergency|alarm|alert|sos) (?:alarms?|buttons?|bracelets?|watch\w*)"
    r"|button (?:round|around|on) (?:my|her|his|the) (?:neck|wrist)"
    r"|(?:in case|if|when) (?:i|she|he|they) falls?\b(?! (?:asleep|behind|short))"
    r"|(?:had|have|has|after) (?:a|the|another) (?:bad )?fall\b|fell (?:over|down|in the)"
    r"|can(?:no|')?t (?:bend|walk|stand|lift|reach|hear|see|climb|get (?:up|out))\b"
    r"|lost (?:my|his|her|their|our) (?:husband|wife|partner|mother|father|mum|dad|son|daughter"
    r"|baby|child|brother|sister|parents?)\b|recently (?:separated|bereaved)"
    r"|ex-?(?:husband|wife|partner)"
    r"|recovering from (?:an? |the )?(?:surgery|operation|illness|accident|stroke)|blue badge"
    r"|debt advi[sc]\w+|liv(?:es?|ing) (?:alone|on (?:his|her|my|their) own)"
    r"|hearing (?:aids?|loop|impair\w+|loss)|hard of hearing|eye ?sight|sight loss|large print"
    r"|braille"
    r"|walking (?:frame|stick|aid)|zimmer|stair ?lift|mobility|crutch\w*"
    r"|carers?|care ?givers?|home help|nurs(?:e|es|ing home)|social worker|power of attorney"
    r"|illness|sick(?:ness)? (?:pay|note|leave)|medic(?:al|ine|ation)\w*|therapy|treatment for"
    r"|lost (?:a|my|his|her|their|the) (?:job|work)|benefits? (?:claim|office)|food ?bank"
    r"|vulnerab\w+|widow\w*|dece(?:ased|dent)|probate)\b"
)


@dataclass(slots=True)
class Discretion:
    """Lets texts through that do not speak of care, and counts those it keeps back.

    Where a care sign is on file no word list is enough: what such customers tell of themselves
    stays in the timeline.
    """

    has_care: bool
    kept_back: int = 0

    def ours(self, text: str | None) -> str | None:
        """A text of our side."""
        if text and speaks_of_care(text):
            self.kept_back += 1
            return None
        return text

    def theirs(self, text: str | None) -> str | None:
        """What a customer said, or what is noted about them."""
        if text and self.has_care:
            self.kept_back += 1
            return None
        return self.ours(text)

    def all_theirs(self, texts: list[str]) -> list[str]:
        """Those that may go along."""
        return [kept for text in texts if (kept := self.theirs(text))]


def speaks_of_care(text: str) -> bool:
    """Any sign of care, in the words of customers or of our own files."""
    if any(shows(name, text) for name in _SIGNS) or _AIDS.search(plain(text)):
        return True
    return any(matter.name in _MATTERS for matter in matters_in(text))
