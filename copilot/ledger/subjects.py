"""What a statement is about: its words of substance, its head, the products it names."""

from __future__ import annotations

import re
from functools import lru_cache

from copilot.ledger.language import digits, plain, stem, stems
from copilot.ledger.patterns import pattern

_PLAIN_WORDS = frozenset(
    stem(word)
    for word in """plan plans home include included includes free charge charged cost fee extra
    fixed guarantee guaranteed works running run supports covers covered comes com feature option
    price pay paid term contract service every month monthly available launch launches live ready
    arrive arrives send sent deliver delivered reach reaches customer january february march april
    june july august september october november december monday tuesday wednesday thursday friday
    saturday sunday spring summer autumn winter soon end until get leave ring call book booked pound
    pounds euro euros sure
    sort line""".split()
)
_NUMBERED = re.compile(
    r"\b(?!(?:On|In|By|From|Until|Within|After|Over|Under|Up|Only|About|For|The|All|And|January|"
    r"February|March|April|May|June|July|August|September|October|November|December)\b)"
    r"([A-Z][A-Za-z]+) (\d{1,4})\b(?![.,]\d)(?!\s?(?:%|[a-z]*(?:bit|byte)|[GMTk]B|months?|days?|"
    r"weeks?|years?|hours?|minutes?|users?|devices?|pages?|working))"
)
IS_NUMBERED = re.compile(r"[a-z]+x\d{1,4}")


@lru_cache(maxsize=8192)
def substance(text: str) -> frozenset[str]:
    """The words of substance; a name with a number ("Fibre 300") is one word of its own."""
    named = digits(_NUMBERED.sub(lambda m: f"{m.group(1)}x{m.group(2)}", text))
    bare = pattern("conflict_measure").sub(" ", named)  # a unit of measure is no subject
    return frozenset(w for w in stems(bare) if w not in _PLAIN_WORDS and not w.isdigit())


@lru_cache(maxsize=8192)
def head_of(text: str) -> frozenset[str]:
    """What a statement is about: the words of substance before its verb, colon or bracket."""
    verb = pattern("conflict_verb").search(plain(text))
    return substance(text[: verb.start()]) if verb else substance(text)


def name_in(text: str) -> str:
    return re.sub(r"\(.*?\)|,.*", "", text.partition(". ")[0])


@lru_cache(maxsize=4096)
def name_words(text: str) -> frozenset[str]:
    """The words of substance of the name that a line of the catalogue begins with."""
    return substance(name_in(text))


def naming(
    words: frozenset[str], products: tuple[frozenset[str], ...]
) -> frozenset[frozenset[str]]:
    """The products a text names in full; of two names, one within the other, the longer."""
    found = [name for name in products if name <= words]
    return frozenset(n for n in found if not any(n < other for other in found))


def other_number(one: frozenset[str], other: frozenset[str]) -> bool:
    """ "Fibre 900" where the claim names "Fibre 300" and the fact does not."""
    names = {word.rpartition("x")[0] for word in one if IS_NUMBERED.fullmatch(word)}
    theirs = {word for word in other if IS_NUMBERED.fullmatch(word)}
    rivals = {word for word in theirs if word.rpartition("x")[0] in names}
    return bool(rivals) and not rivals & one


def unnamed(text: str, products: frozenset[frozenset[str]]) -> str:
    """A text without the names of products: "Home Phone Unlimited" is no claim to be unlimited."""
    names = frozenset[str]().union(*products)
    if not names:
        return text
    return " ".join(word for word in text.split() if stem(word.strip(".,:;!")) not in names)


def case_in(rest: str) -> frozenset[str]:
    """What a refusal is limited to by what follows it: "not available … for live animals"."""
    return substance(re.split(r"[,.;:]", rest, maxsplit=1)[0]) if _IN_CASE.match(rest) else _NOTHING


_IN_CASE = re.compile(r"\s*(?:for|in|on|to|with|at|from|during|outside|within)\b")
_NOTHING: frozenset[str] = frozenset()
