"""Which clauses of a turn commit someone to something beyond that turn."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.ledger.language import Sentence, sentences

_SPLIT = re.compile(r"(?:, (?:and|but|so) |; | – | — |: |, (?=(?:and )?(?:i|we)'ll\b))", re.I)

_PLEDGE = re.compile(
    r"\b(?:(?:i|we)(?:'ll| will| shall)|(?:i'm|i am|we're|we are) going to|(?:i|we) (?:promise|guarantee|undertake|commit)"
    r"|you(?:'ll| will| should)(?: all)? (?:get|have|receive|hear|see|find)|you (?:get|have) (?:it|them|that|your \w+) (?:by|on|within)"
    r"|(?:you have|that's) (?:my|our) word|leave it with me|consider it done"
    r"|expect (?:it|them|a|an|the|your|to (?:hear|get|receive|see)))\b"
)
_SUBJECT = r"(?:it|that|they|this|these|he|she|someone|somebody|everything|\w+'s|(?:the|your|our|an?|my|his|her)(?: [\w'-]+){1,4}|\d[\w.,]*)"
_EVENT = re.compile(
    rf"\b{_SUBJECT}(?:'ll| will(?! not)| shall| (?:is|are) going to| (?:goes?|comes?) (?:out|back|to|live|with you)"
    r"| (?:is|are|'s) (?:on (?:the|its|their) (?:van|way|lorry|truck)|being (?:sent|shipped|delivered|posted|refunded|replaced|credited|installed|processed)"
    r"|due|booked|scheduled|arranged|coming|arriving|confirmed|set|planned|guaranteed|reserved|held)"
    r"| (?:arrives?|ships?|leaves?|lands?|launches|starts?|reaches|refunds?|gets? (?:to )?(?:you|there|sent|delivered))\b)"
)
_BOOKED = re.compile(
    r"\b(?:i've|i have|we've|we have|i|we) (?:booked|scheduled|arranged|reserved|pencilled|put you (?:down|in)|lined up)\b"
)
_CLAIM = re.compile(
    r"\b(?:works?|runs?|includes?|included|comes? with|covers?|covered|supports?|allows?|lets you|has|have|no (?:extra |hidden |setup |exit |change |booking |cancellation )?(?:fees?|charges?|costs?|limits?|contract)"
    r"|free|never|always|stays?|fixed|unlimited|guaranteed|compatible|fits?|can|integrates?|keeps? (?:the|your)|you'll be fine|won't (?:go up|change|rise|cost))\b"
)
_NOT_YET = re.compile(
    r"\b(?:let me|i'll (?:just )?(?:quickly )?(?:check|look|see|have a (?:quick )?look|take a (?:quick )?look|read|pull|open|need|be (?:happy|glad|able|right)|assume|ask you|admit|say|have to ask|explain|go through)"
    r"|i will (?:just )?(?:check|need|be happy|be glad)|we'll (?:see|need)|we will need|you'll (?:need|have to|want)|you will need|i'll be honest"
    r"|happy to help|i'm reading|i'm looking|i'm checking|bear with me|one moment"
    r"|hopefully|i hope|we hope|might|may be able|may (?:be|take|have)|could (?:be|take)|probably|i'd expect|i think|i believe|with (?:any )?luck|try to|i'll try|we'll try|we try|aim to|i'll see what|see if|in theory|ideally)\b"
)
_FOLLOW_UP = re.compile(
    r"\b(?:and|then) (?:i'll |we'll |will )?(?:get back|come back|call|ring|e-?mail|write|let you know|tell you|text|update|message|phone|report|send|confirm)\b|\bfind out\b|\bget back to you\b"
)
_CONDITION = re.compile(
    r"^(?:if|should you|in case|whenever|when) (?:you|it's easier|that helps|there's)\b"
)
_RIGHT_NOW = re.compile(
    r"\b(?:right away|right now|straight away|now|this minute|at once|immediately)\b"
)
_PAST = re.compile(
    r"\b(?:(?:i've|we've|i have|we have|has been|have been|was|were) (?:just |now |already )?(?:refunded|sent|cancelled|fixed|changed|credited|removed|updated|posted|emailed|reset|added|applied|delivered|shipped|resolved|done))\b"
)
_DONE_FIRST = re.compile(
    r"^(?:done|i've (?:set|changed|cancelled|booked|moved|noted|arranged)|that's (?:set|done|booked|changed|cancelled))\b"
)
_ENDS = re.compile(
    r"(?:\b(?:ends?|stops?|starts?|begins?|closes?|runs until|moves?|changes?|arrives?) (?:on|from|by|at)|\bfrom|\bas of) (?:the )?(?:\d|next|tomorrow|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
)
_ORDERS = re.compile(
    r"\b(?:press|select|click|tap|open|hold|go to|choose|switch it|turn it|dial|scroll)\b"
)
_OFFER = re.compile(
    r"\b(?:i can|we can|i could|we could|shall i|shall we|should i|would you like (?:me|us) to|do you want (?:me|us) to|want me to|i'm able to|happy to|if you like,? (?:i|we)(?:'ll| can| could))\b"
)
ACCEPTED = re.compile(
    r"^\W*(?:yes|yeah|yep|please|please do|ok(?:ay)?|sure|perfect|great|lovely|go ahead|do (?:that|it|so)|that (?:would|'d) be|that works|sounds good|fine|brilliant|absolutely|book it|deal|agreed|wonderful|let's do)\b(?!,? (?:but|no|not)\b)|\b(?:please do|go ahead|yes,? please|book it|do that,? please|that works for me|works for me|send it (?:over|please))\b",
    re.I,
)
REFUSED = re.compile(
    r"^\W*(?:no|nope|not now|leave it|don't bother|never mind)\b|\b(?:no,? thank|no,? thanks|don't (?:bother|need that)|not necessary|rather not|leave it)\b",
    re.I,
)
_CUSTOMER = re.compile(
    r"\b(?:i|we)(?:'ll| will| shall|'m going to| am going to|'re going to| promise to) (?:also |then |just |definitely )?"
    r"(?:send|pay|return|post|e-?mail|upload|provide|forward|bring|sign|call (?:you|back)|ring|drop|transfer|let you know|settle|fill (?:in|out)|confirm|get (?:it|them|that|the \w+) (?:back )?to you|ship|hand|submit|deliver|leave (?:it|the|a)|photograph|reply|come back|report back|have (?:it|the \w+) (?:ready|signed))\b"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a turn that commits its speaker: its text is an exact quote."""

    text: str
    start: int
    kind: str  # pledge | event | claim | offer
    sentence: Sentence


def commitments(text: str, *, sales: bool) -> list[Clause]:
    """The clauses with which our side binds itself; claims of what a plan does count in sales."""
    found: list[Clause] = []
    for sentence in sentences(text):
        if sentence.text.endswith("?"):
            if _OFFER.search(sentence.lower):
                found.append(Clause(sentence.text, sentence.start, "offer", sentence))
            continue
        found.extend(_of_sentence(sentence, sales=sales))
    return found


def _of_sentence(sentence: Sentence, *, sales: bool) -> list[Clause]:
    found: list[Clause] = []
    for start, piece in _clauses(sentence):
        dated = bool(_DONE_FIRST.search(sentence.lower))
        kind = _kind(piece.replace("’", "'").lower(), sales=sales, dated=dated)
        if kind:
            found.append(Clause(piece, start, kind, sentence))
    return found


def _clauses(sentence: Sentence) -> list[tuple[int, str]]:
    """The parts of a sentence that stand alone, cut at `, and`, `;` and dashes."""
    parts: list[tuple[int, str]] = []
    at = 0
    for match in _SPLIT.finditer(sentence.text):
        parts.append((at, sentence.text[at : match.start()]))
        at = match.end()
    parts.append((at, sentence.text[at:]))
    kept: list[tuple[int, str]] = []
    for offset, part in parts:
        body = part.strip(" .!,")
        if body:
            kept.append((sentence.start + offset + part.index(body[0]), body))
    return kept


def _kind(clause: str, *, sales: bool, dated: bool = False) -> str | None:
    binding = bool(_PLEDGE.search(clause) or _EVENT.search(clause) or _BOOKED.search(clause))
    if _NOT_YET.search(clause) and not _FOLLOW_UP.search(clause):
        return None
    if _ORDERS.search(clause) or _CONDITION.search(clause):
        return None
    if _OFFER.search(clause):
        return "offer"
    if _BOOKED.search(clause) and re.search(r"\bfor|on|at|tomorrow|next\b", clause):
        return "event"
    if dated and _ENDS.search(clause):
        return "event"
    if _PAST.search(clause):
        return None
    if binding and not (_RIGHT_NOW.search(clause) and not _FOLLOW_UP.search(clause)):
        return "pledge" if _PLEDGE.search(clause) else "event"
    if sales and _CLAIM.search(clause) and not clause.endswith("?"):
        return "claim"
    return None


def own_commitments(text: str) -> list[Clause]:
    """The clauses with which a customer binds themselves."""
    found: list[Clause] = []
    for sentence in sentences(text):
        if sentence.text.endswith("?"):
            continue
        for start, piece in _clauses(sentence):
            lowered = piece.replace("’", "'").lower()
            if _CUSTOMER.search(lowered) and not re.search(
                r"\b(?:if|unless|might|maybe|would)\b", lowered
            ):
                found.append(Clause(piece, start, "pledge", sentence))
    return found
