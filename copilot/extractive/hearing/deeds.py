"""What customers say they have done, and whether a piece of advice asks them to do it again."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from copilot.extractive.language.words import meanings, stem, stems

_HAVE = re.compile(
    r"(?<!do )(?<!did )(?<!can )(?<!must )(?<!may )(?<!should )(?<!could )(?<!if )(?<!shall )"
    r"\b(?:i|we)(?:['’]ve| have| had)?(?: already| also| just| now)* (?=(\w+))([^.;!?\n]{3,120})",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"^(?:already |also |then )*(\w+ed|put|set|done|bought|hung|cut|let|took|taken|kept|washed)\b",
    re.IGNORECASE,
)
_AND = re.compile(r",? and |, ")
# Verbs that say only that a thing was used: "used the trap" follows "put a trap beside it".
_USED = frozenset("used put tried set placed hung applied added installed fitted bought".split())
_USE = frozenset("use put place set hang try lay stick apply add install fit".split())
_NO_COMMAND = re.compile(
    r"^(?:the|an?|if|when|your?|it|this|that|they|these|we|our|there|in|for|after|once|most|no|not"
    r"|never|don['’]t)\b",
    re.IGNORECASE,
)
_NO_DEED = re.compile(r"^(?:have|had|am|was|were|want\w*|need\w*|would|could|called|asked)$", re.I)
# "the top 3 cm" is a measure, "the hub" is a thing.
_THING = re.compile(r"\b(?:the|your|an?|all|both) (?!\w+ \d)((?:[a-z-]+ ){0,2}[a-z-]+)", re.I)
_NEGATED = re.compile(r"\b(?:not|never|n['’]t|haven['’]t)\b", re.IGNORECASE)

_DID = re.compile(
    r"\b(?:i|we)(?:(?:['’]ve| have)(?! had| got| been)| did| put| tried| changed| restarted)\b"
    r"|\balready\b",
    re.IGNORECASE,
)
_DEED_ED = re.compile(r"\b\w+ed\b")
# "Did both", "done, still nothing": all that we said just before.
_DID_ALL = re.compile(
    r"\b(?:did|done|tried|checked) (?:both|all|that|this|those|these|it|them|everything|so)\b"
    r"|^\W*(?:(?:ok(?:ay)?|yes|already|have|all|i(?:['’]ve| have)?)\W+){0,3}(?:done|did|tried)"
    r"(?=\W*(?:[,.;!–-]|$|(?:and|but|already|still|no)\b))",
    re.I,
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


class Deed(NamedTuple):
    """A verb and what was done it to, as stems."""

    verb: str
    objects: frozenset[str]
    is_use: bool


@lru_cache(maxsize=2_048)
def deeds_in(text: str) -> tuple[Deed, ...]:
    """The deeds a text tells: "I have dried the soil and used the trap" are two."""
    found: list[Deed] = []
    for match in _HAVE.finditer(text):
        if _NEGATED.search(match[0]):
            continue
        for part in _AND.split(match[2].strip()):
            past = _PAST.match(part.strip())
            if past is None or _NO_DEED.match(past[1]):
                continue
            things = frozenset(stems(part.strip()[past.end() :]))
            verb = past[1].lower()
            found.append(Deed(stem(verb), things, verb in _USED))
    return tuple(found)


@lru_cache(maxsize=16_384)
def is_followed(advice: str, deed: Deed) -> bool:
    """Whether a sentence tells to do what was done: the same deed on no other thing."""
    if _NO_COMMAND.match(advice):
        return False
    words = stems(advice)
    said = frozenset(words)
    shared = {w for w in deed.objects & said if len(w) >= 4}
    if deed.is_use:
        return advice.split()[0].lower() in _USE and bool(shared)
    if deed.verb not in said:
        return False
    things = frozenset(w for m in _THING.finditer(advice) for w in stems(m[1]))
    return bool(shared) or not (things - {deed.verb})


def done_in(clause: str) -> frozenset[str]:
    """What a clause says was done; one word alone must be the deed: "I've restarted it"."""
    words = frozenset(meanings(clause)) if _DID.search(clause) else frozenset()
    is_deed = any(stem(deed) in words for deed in _DEED_ED.findall(clause))
    return words if len(words) > 1 or is_deed or "already" in clause.lower() else frozenset()


def followed(ours: str, now: str) -> tuple[frozenset[str], ...]:
    """What our side advised, deed by deed, where the customer says that all of it was done."""
    if not _DID_ALL.search(now):
        return ()
    told = (s for s in _SENTENCES.split(ours) if not s.rstrip().endswith("?"))
    deeds = (frozenset(meanings(part)) for s in told for part in re.split(r",? and |; ", s))
    return tuple(deed for deed in deeds if len(deed) > 1)
