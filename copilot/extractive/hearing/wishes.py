"""What a customer tells us to do: a plain instruction, and no question whether it can be done.

"Can I buy it?" and "when can I order one?" ask; "please order it" and "could you add it?" tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_ORDER = r"order|book|buy|add|purchase|sign (?:me|us) up|put (?:me|us) (?:down|up)|get me|send me"
_CHANGE = (
    r"switch|change|move|put|set|turn|take|remove|delete|cancel|stop|end|update|correct|send|post"
    r"|register|activate|enable|disable|upgrade|downgrade|transfer|close|pause|renew|extend"
)
_LEAD_IN = r"^(?:(?:so|ok(?:ay)?|yes|yeah|then|and|well|hi|hello|right|good)\W+)*"
_TELLS = (
    r"(?:\bplease(?: just| now| also| then)?"
    r"|\b(?:can|could|would|will) you(?: please| just| also| kindly)*"
    r"|\b(?:i|we)(?:['’]d| would) like(?: you)? to|\b(?:i|we) (?:want|need)(?: you)? to"
    rf"|{_LEAD_IN}(?:just |do |go ahead and )?)"
)
_ORDERS = re.compile(
    rf"{_TELLS} (?:also )?(?P<verb>{_ORDER})\b|{_TELLS}(?P<verb2>{_ORDER})\b", re.I
)
_CHANGES = re.compile(
    rf"{_TELLS} (?:also )?(?P<verb>{_CHANGE}|{_ORDER})\b(?P<rest>[^.?!;\n]*)"
    rf"|{_TELLS}(?P<verb2>{_CHANGE}|{_ORDER})\b(?P<rest2>[^.?!;\n]*)",
    re.IGNORECASE,
)
_LATE = re.compile(r"(?P<rest>[^.?!;\n]*)\bplease\W*$", re.IGNORECASE)
# Whether, when, where or how something can be done, and what would follow if it were.
_ASKS = re.compile(
    r"\b(?:can|could|may|might|should|shall|do|must|would|will) (?:i|we|one|somebody|someone"
    r"|anyone)\b"
    r"|\bis (?:it|there|this|that)\b|\bwhether\b|\b(?:when|where|how|why|what|which)\b"
    r"|\bif (?:i|we)\b|\btell (?:me|us)\b|\blet (?:me|us) know\b|\bable to\b|\bpossible to\b",
    re.IGNORECASE,
)
_UNSETTLED = re.compile(
    r"\b(?:unless|before (?:i|we|you)|thinking (?:of|about)|might|maybe|perhaps|not sure"
    r"|consider\w*"
    r"|(?:do|does|did|would|will|can|could)(?:n['’]t| not)|never|no longer|instead of|don['’]t)\b",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(?:cancel\w*|return\w*|my (?:last )?order|the order|track\w*|refund\w*)\b", re.IGNORECASE
)
# "Put the mesh in the office, light is orange": a verb whose past is like it, and what came of it.
_SAME_IN_PAST = re.compile(
    rf"{_LEAD_IN}(?:just )?(?:put|set|reset|cut|let|read|hit)\b",
    re.IGNORECASE,
)
_CAME_OF_IT = re.compile(
    r"[,;:–-] ?(?:and |but )?(?:now )?(?:(?:the |my |its? |that )?\w+(?: \w+)? )?"
    r"(?:is|are|was|were|['’]s|shows?|showed|says?|said|stays?|stayed|keeps?|kept|blinks?|flash\w*|works?|worked|did|does)\b"
    r"|\b(?:still|already|yesterday|twice|ago|last (?:night|week|month))\b"
    r"|\bno (?:difference|change|luck|good|joy)\b|\bnothing (?:happen\w*|chang\w*)\b",
    re.IGNORECASE,
)
_POLITELY = re.compile(r"\bplease\b", re.IGNORECASE)
# "Can you stop them?" asks what we can do; "can you cancel my order?" tells.
_WHETHER = re.compile(
    r"\b(?:can|could|would|will) you(?: \w+ly| just| also| even)* \w+(?: (?:it|them|that|this|these"
    r"|those|him|her))(?: (?:down|off|up|out|back|away|from \w+ing))?\s*\?+\s*$",
    re.IGNORECASE,
)
_OUR_HELP = re.compile(r"\b(?:help|explain|check|look|call|ring|contact|answer|confirm)\b", re.I)


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        if sentence.strip() and not _ASKS.search(sentence) and not _UNSETTLED.search(sentence):
            yield " ".join(sentence.split())


def orders_in(text: str) -> tuple[str, ...]:
    """The sentences that order something outright."""
    return tuple(s for s in _sentences(text) if _ORDERS.search(s) and not _BACK.search(s))


def instructions_in(text: str) -> tuple[str, ...]:
    """The sentences that tell us to do or change something."""
    told = (s for s in _sentences(text) if _CHANGES.search(s) and not _OUR_HELP.search(s))
    return tuple(s for s in told if _POLITELY.search(s) or not (_reports(s) or _WHETHER.search(s)))


def _reports(sentence: str) -> bool:
    """Whether it tells what the customer did, its subject left out."""
    return bool(_SAME_IN_PAST.search(sentence) and _CAME_OF_IT.search(sentence))


def buying_asked(text: str) -> bool:
    """Whether a text asks if, when or how something can be bought."""
    return bool(_ASKS.search(text) and _BUYING.search(text))


_BUYING = re.compile(
    r"\b(?:buy|order|purchase|get (?:an?|the|my|one|some|another)|have (?:an?|the|one|another)"
    r"|add (?:an?|the|one|another)|book)\b",
    re.IGNORECASE,
)

# Without what hangs on a date, a stock or a price: to order, book, upgrade, pause, renew, extend.
_DONE = {
    "switch": "switched", "change": "changed", "move": "moved", "put": "put", "set": "set",
    "turn": "turned", "remove": "removed", "delete": "deleted", "stop": "stopped",
    "update": "updated", "correct": "corrected", "register": "registered", "add": "added",
    "activate": "activated", "enable": "enabled", "disable": "disabled",
}  # fmt: skip
# What stands on an account and is changed there by a few keys: no line, no goods, no visit.
_ON_ACCOUNT = re.compile(
    r"\b(?:accounts?|address\w*|e-?mails?|names?|surname|numbers?|contacts?|details?|profiles?"
    r"|passwords?|pins?|users?|languages?|(?:payment|billing|due|debit) (?:day|date)s?|bills?"
    r"|billing|invoices?|statements?|letters?|paper\w*|print|braille|format|newsletters?"
    r"|marketing|adverts?|advertising|mailing|reminders?|notifications?|alerts?|texts?|preferences?"
    r"|settings?|direct debit|bank|iban|card|limits?|vat|tax|po number|reference|readings?|roaming"
    r"|auto-?renew\w*|voicemail|title|birthday)\b",
    re.IGNORECASE,
)
# "I'd like to move it" is a wish of theirs; "please move it" and "I'd like you to" tell us to.
_WISHES = re.compile(
    r"\b(?:i|we)(?:['’]d| would) like to\b|\b(?:i|we) (?:want|need) to\b", re.IGNORECASE
)
_YOURS = {"me": "you", "my": "your", "us": "you", "our": "your", "i": "you", "mine": "yours"}
_POLITE = re.compile(
    r",? (?:please|thanks|thank you|if (?:possible|you can|that['’]?s ok\w*))\b.*$|,? for me\b",
    re.I,
)
_HARD = re.compile(
    r"\b(?:it|that|this|them|those|these|here|there|then|because|so|and|but)\b", re.I
)
MOST_WORDS = 12


def is_wish(sentence: str) -> bool:
    """Whether it tells what they would like to do themselves, and not what we are to do."""
    return bool(_WISHES.search(sentence)) and not _POLITELY.search(sentence)


def done(sentence: str) -> str | None:
    """ "Please switch me to large print" as "I have switched you to large print."

    None where it would not be plain: a wish, a deed that needs a date, a stock or a price, a
    thing that is on no account. It is true only once the agent has done it.
    """
    match = _CHANGES.search(sentence)
    if match is None:
        return None
    verb = (match["verb"] or match["verb2"]).lower()
    rest = (match["rest"] if match["verb"] else match["rest2"]) or ""
    rest = _POLITE.sub("", rest.rstrip(" .!?,"))
    words = rest.split()
    if is_wish(sentence) or not _ON_ACCOUNT.search(rest):
        return None
    if verb not in _DONE or not 1 <= len(words) <= MOST_WORDS or _HARD.search(rest) or "," in rest:
        return None
    if verb == "add" and words[0].lower() in ("me", "us"):
        words = words[1:]
    turned = " ".join(_YOURS.get(w.lower(), w) for w in words)
    return f"I have {_DONE[verb]} {turned}." if turned else None
