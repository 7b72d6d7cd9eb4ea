"""Why a customer changes or leaves, where that is known already: then nobody asks them again.

A reason is what they say from the request on, or what the timeline tells of these months: last
spring's move does not explain why somebody leaves in winter, nor does an old "because" about a
password. A file describes ("works from home"): only what it says of a change is a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from copilot.ledger.calendar import MONTHS
from copilot.ledger.language import digits, stems
from copilot.needs.proposal import Reading
from copilot.needs.scene import Scene, Words

RECENT = timedelta(days=90)  # how long what was told explains a change made now

_TURN_OF_LIFE = re.compile(
    r"\b(?:mov(?:e|ed|ing)|emigrat|relocat|retir|sell(?:ing)?|sold|clos(?:e|ed|ing)|divorc|separat|"
    r"marr(?:y|ied)|graduat|expecting|new job|chang(?:ed|ing) jobs?|passed away|leaving)\w*"
)
_ON_FILE = re.compile(
    r"\b(?:moving|moves|moved|retiring|retires|left|sold|ends|ended|closing|leaving|no longer|"
    r"relocat|unused|not used|graduat|maternity|because|due to|too (?:dear|expensive|slow)|"
    r"new job)\w*"
)
_DATED = re.compile(rf"\b(?:(\d{{1,2}}) )?(?:({'|'.join(MONTHS)}) )?((?:19|20)\d\d)\b")


def known_reason(scene: Scene, change: Words | None, read: Reading) -> str | None:
    """Where the reason for a change is already on file, in any channel; None if nowhere."""
    if change is None:
        return None
    if read.from_model:
        return "model" if read.change_reason_known else None
    start = scene.position.get(change.turn.id, 0)
    for words in scene.all_saying("reason"):
        later = scene.position.get(words.turn.id, 0) >= start
        if later or stems(words.text) & stems(change.text):
            return words.turn.id
    for words in _told_lately(scene):
        if _TURN_OF_LIFE.search(words.sentence.lower) or _of_a_change(scene, words, change):
            return words.turn.id
    for place, fact in enumerate(scene.case.customer.facts):
        lowered = digits(fact)
        if _ON_FILE.search(lowered) and _is_current(lowered, scene.as_of.date()):
            return f"customer.facts[{place}]"
    return None


def _told_lately(scene: Scene) -> Iterator[Words]:
    """Reasons given in earlier contacts of these months; a turn without its time counts as one."""
    return (w for w in scene.past_saying("reason") if not _is_old(w.turn.at, scene.as_of))


def _is_old(moment: datetime | None, as_of: datetime) -> bool:
    return moment is not None and as_of.date() - moment.date() > RECENT


def _of_a_change(scene: Scene, words: Words, change: Words) -> bool:
    """It was given for a change of the same thing: both turns ask for one."""
    return bool(stems(words.text) & stems(change.text)) and scene.reads("change", words.turn.text)


def _is_current(fact: str, today: date) -> bool:
    """What the file dates of itself is not long past; what has no date may hold today."""
    ends = [end for match in _DATED.finditer(fact) if (end := _end(match)) is not None]
    return not ends or today - max(ends) <= RECENT


def _end(match: re.Match[str]) -> date | None:
    """The last day that "18 July 2026", "July 2026" or "2026" can mean."""
    day, month, year = match.groups()
    number = MONTHS.index(month) + 1 if month else 12
    try:
        if day and month:
            return date(int(year), number, int(day))
        return date(int(year) + number // 12, number % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        return None
