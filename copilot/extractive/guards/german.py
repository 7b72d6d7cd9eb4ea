"""What a colleague did or promised in German: it was true for one customer, and is for no other.

Replies of the past are offered in their own language, and German says its promises in the present:
"Ich schicke Ihnen das Etikett heute noch", "Da rufe ich Sie zurück".
"""

from __future__ import annotations

import re

# What "ich" feels, may or advises is no deed.
_STATES = (
    r"(?:verstehe|höre|bedaure|bedauere|hoffe|denke|glaube|finde|empfehle|rate|wünsche|freue|danke"
    r"|entschuldige|bitte|meine|vermute|würde|möchte|wollte|wäre|hätte|könnte|dürfte|sollte|brauche"
    r"|benötige|nehme)"
)
# Words before or after "ich" that are no verb, though they end like one.
_NO_VERB = (
    r"(?:die|eine|keine|meine|deine|seine|ihre|diese|welche|jede|alle|beide|viele|ohne|ehe|wie|gerne"
    r"|heute|bitte|gerade|sie|je|nächste|letzte)"
)
_SHORT = r"(?:hab|schau|ruf|schick|meld|werd|geb|guck|mach)"
_OURS = r"(?:ihnen|sie|ihr\w{0,2}|uns|es|das|dies\w*|den|die)"
_SENDS = (
    r"(?:schicken|senden|verschicken|buchen|stornieren|erstatten|überweisen|schreiben|melden|rufen"
    r"|ändern|tragen|hinterlegen|veranlassen|bringen|geben|kümmern)"
)
_PARTICIPLE = r"(?:\w*ge\w+(?:t|en)|\w+iert|(?:be|ver|er|ent|zer|über|unter)\w+(?:t|en))"
_DONE = (
    r"(?:gebucht|bestellt|notiert|vermerkt|erledigt|storniert|gutgeschrieben|erstattet|überwiesen"
    r"|verschickt|versandt|geschickt|geändert|korrigiert|hinterlegt|eingetragen|freigeschaltet"
    r"|veranlasst|angehängt|beigefügt|verschoben|behoben|weitergeleitet|reserviert|aktiviert"
    r"|gekündigt|unterwegs|in der post)"
)
_DEED = re.compile(
    rf"\bich (?!(?:{_STATES}|{_NO_VERB})\b)(?:\w+e|{_SHORT})\b"
    rf"|(?<!\w)(?!(?:{_STATES}|{_NO_VERB})\b)(?:\w+e|{_SHORT}) ich\b"
    rf"|\b(?:wir {_SENDS}|{_SENDS} wir) {_OURS}\b"
    rf"|\b(?:wir haben|haben wir)\b[^.!?;]*\b{_PARTICIPLE}\b"
    r"|\b(?:wir werden|werden wir)\b"
    rf"|\b(?:ist|sind|wurden?|wird heute|wird morgen) (?:[\w-]+ ){{0,5}}{_DONE}\b"
    rf"|^(?:schon |bereits |alles )?{_DONE}\b|\banbei\b|\bversprochen\b"
    r"|\bsie (?:bekommen|erhalten|hören|kriegen)\b[^.!?;]*\b(?:von (?:mir|uns)|gleich|umgehend"
    r"|heute|morgen|in kürze|noch)\b",
    re.IGNORECASE,
)
_WEEKDAY = r"(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag)"
_MONTH = r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"
# "morgen" is tomorrow, "Morgen" a greeting.
DATED = re.compile(
    r"\b(?:[hH]eute|morgen|[üÜ]bermorgen|[gG]estern)\b"
    rf"|\b(?:[aA]m|[bB]is|[aA]b|[sS]eit|[vV]om|[zZ]um|\w+en) {_WEEKDAY}\b"
    rf"|\b\d{{1,2}}\. ?{_MONTH}\b"
    r"|\b(?:[dD]ies|[nN]ächst|[kK]ommend|[lL]etzt)e[nrs]? (?:Woche|Monat|Jahr)\b"
)


def tells_deed(sentence: str) -> bool:
    """Whether a sentence tells what we did, do or will do for somebody."""
    return bool(_DEED.search(sentence))
