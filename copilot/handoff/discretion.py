"""What is not passed on: health, loss, danger and whatever else a care sign is about.

To service the trouble with money goes along in the customer's words: who looks after them would
else make them tell it twice. To sales nothing of care goes, money included.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from copilot.facing import matters_in
from copilot.ledger.language import plain
from copilot.needs.scene import shows

_SIGNS = ("bereavement", "health", "pressure", "distress", "minor", "frail", "help_health")
_MATTERS = frozenset({"access", "death", "safety"})
_MONEY_MATTERS = frozenset({"hardship", "benefit"})
# Where a care sign is on file: what is surely of money, whatever else they tell.
_CIRCUMSTANCE = re.compile(
    r"\b(?:bills?|pay(?:ing|ments?|day)?|paid|debits?|instal?ments?|afford|money|debts?|arrears|jobs?"
    r"|unemployed|redundan\w+|wages?|salary|income|benefits?|allowance|bounced|applied|owe[ds]?)\b"
)
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
    r"|liv(?:es?|ing) (?:alone|on (?:his|her|my|their) own)"
    r"|hearing (?:aids?|loop|impair\w+|loss)|hard of hearing|eye ?sight|sight loss|large print"
    r"|braille"
    r"|walking (?:frame|stick|aid)|zimmer|stair ?lift|mobility|crutch\w*"
    r"|carers?|care ?givers?|home help|nurs(?:e|es|ing home)|social worker|power of attorney"
    r"|illness|sick(?:ness)? (?:pay|note|leave)|medic(?:al|ine|ation)\w*|therapy|treatment for"
    r"|vulnerab\w+|widow\w*|dece(?:ased|dent)|probate)\b"
)
_MONEY = re.compile(
    r"\b(?:debt advi[sc]\w+|lost (?:a|my|his|her|their|the) (?:job|work)|benefits? (?:claim|office)"
    r"|food ?bank)"
)
SPEAKS = "speaks of health, loss, safety or another matter of care"
ON_FILE = "told by a customer with a care sign on file"


@dataclass(slots=True)
class Discretion:
    """Lets texts through that do not speak of care, and counts those it keeps back, each once.

    Where a care sign of another kind than money is on file no list of words is enough: what such
    customers tell of themselves stays in the timeline, save what is of money to service.
    """

    on_file: bool
    to_service: bool = False
    only_money: bool = False  # all that is on file
    _kept: dict[str, str] = field(default_factory=dict)

    @property
    def kept_back(self) -> int:
        """How many texts stay in the timeline."""
        return len(self._kept)

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """Why they stay, with how many each."""
        return [{"why": why, "count": n} for why, n in Counter(self._kept.values()).items()]

    def ours(self, text: str | None) -> str | None:
        """A text of our side."""
        if text and (speaks_of_care(text) or (not self.to_service and speaks_of_money(text))):
            self._kept.setdefault(text, SPEAKS)
            return None
        return text

    def theirs(self, text: str | None) -> str | None:
        """What a customer said, or what is noted about them."""
        kept = self.ours(text)
        if not kept or not self.on_file:
            return kept
        if self.to_service and (self.only_money or _is_circumstance(kept)):
            return kept
        self._kept.setdefault(kept, ON_FILE)
        return None

    def all_theirs(self, texts: list[str]) -> list[str]:
        """Those that may go along."""
        return [kept for text in texts if (kept := self.theirs(text))]


def speaks_of_care(text: str) -> bool:
    """Any sign of care but of money, in the words of customers or of our own files."""
    if any(shows(name, text) for name in _SIGNS) or _AIDS.search(plain(text)):
        return True
    return any(matter.name in _MATTERS for matter in matters_in(text))


def speaks_of_money(text: str) -> bool:
    """A sign of hardship."""
    if shows("financial", text) or _MONEY.search(plain(text)):
        return True
    return any(matter.name == "hardship" for matter in matters_in(text))


def _is_circumstance(text: str) -> bool:
    if speaks_of_money(text) or _CIRCUMSTANCE.search(plain(text)):
        return True
    return any(matter.name in _MONEY_MATTERS for matter in matters_in(text))
