"""Words of a text for matching: folded, lightly stemmed, with the phrases they form."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_CHARS = 20_000  # more than this of one text says nothing new about it
_WORD = re.compile(r"[^\W_]+")
_ENDINGS = (
    "ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "ed", "es", "s", "ly",
)  # fmt: skip
# Words that carry no topic in a request. Only English has such a list: elsewhere rarity decides.
STOP = frozenset(
    """a about after again all also already always am an and another any are as at back be because
    been before being both but by can could did do does doing don done down each else even ever
    few for from get getting go going got had has have having he her here hers him his how i if im
    in into is it its ive just know like ll look looking made make many may me might more most much
    must my need needed needs never no not now of off ok okay on once one only or other our out over
    own please quite re really right s said same say see she should so some something still such
    sure t than thank thanks that the their them then there these they thing things think this those
    though three through to too try trying two under until up us use used ve very want wanted was
    way we well were what when where which while who whole why will with would yes yet you your
    hi hello hey dear good morning afternoon evening day help kindly regards cheers bye""".split()
)


def words(text: str) -> list[str]:
    """The words of a text in order, lower case, without accents."""
    folded = unicodedata.normalize("NFKD", text[:MAX_CHARS]).lower()
    if not folded.isascii():  # most texts are, and have no accents to look for
        folded = "".join(c for c in folded if not unicodedata.combining(c)).replace("’", "")
    return _WORD.findall(folded.replace("'", ""))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word without a common English ending; at least three letters stay."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def stems(text: str) -> list[str]:
    """All words of a text, stemmed, stop words included: names are matched in this form."""
    return [stem(word) for word in words(text)]


def topics(text: str) -> list[str]:
    """The stems that carry a topic, and each pair of neighbours as one phrase ("debit card")."""
    found: list[str] = []
    before = ""
    for word in words(text):
        if word in STOP or len(word) < 2:
            before = ""
            continue
        now = stem(word)
        found.append(now)
        if before:
            found.append(f"{before} {now}")
        before = now
    return found


def is_phrase(topic: str) -> bool:
    """Whether a topic is a pair of words."""
    return " " in topic
