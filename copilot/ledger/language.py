"""Sentences with their offsets, word stems and numbers in words: all that the rules read with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# It begins with a set of characters, which the pattern engine looks for at once.
_BREAK = re.compile(r"[.!?…;\n](?:(?<=[.!?…])[\"”’')\]]*\s+|(?<=\n)\n*|(?<=\w;)\s+)")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*", re.UNICODE)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|no|approx|e\.g|i\.e|vs|etc|a\.m|p\.m))\.$", re.I
)

_ABBREVIATED = 8  # letters of the longest, with one more to see where it begins

STOP = frozenset(
    """a about after again all also am an and any anything are as at be because been before being
    both but by can cannot can't could couldn't did didn't do does doesn't doing don't done each
    else even ever every few for from get gets getting give go goes going gone got had has have
    haven't having he he'd he'll he's her here hers him his how i i'd i'll i'm i've if in into is
    isn't it it'd it'll it's its just last let let's like likely long look lot made make many may me
    might mine month months more most much must my need needs needed never no none nor not nothing
    now of off often ok okay on once one only or other our ours out over own per please put quite
    rather really same say says see seems she she'd she'll she's should so some something soon still
    such sure take tell than thank thanks that that's the their theirs them then there there's these
    they they'd they'll they're they've thing things this those though through to today together
    tomorrow tonight too told took try up upon us use used using very via want wants wanted was
    wasn't way we we'd we'll we're we've well went were weren't what what's when where whether which
    while who whole whose why will with within without won't would wouldn't yes yet you you'd you'll
    you're you've your yours yourself hello hi hey dear week weeks day days year years morning
    afternoon evening
    three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred
    thousand lasts needing able actually ago already always
    another around back best better bit came come
    comes down first good great help hope hoping know mean new next nice number old people perhaps
    person possible pretty probably question right set since start started stop sorry think thought
    time times two wondering work works working worked wrong usual usually bye goodbye""".split()
)

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "twenty-first": 21, "twenty-second": 22,
    "twenty-third": 23, "twenty-fourth": 24, "twenty-fifth": 25, "twenty-sixth": 26,
    "twenty-seventh": 27, "twenty-eighth": 28, "twenty-ninth": 29, "thirty-first": 31,
}  # fmt: skip
_NUMBER = "|".join(sorted([*_UNITS, *_TENS], key=len, reverse=True))
NUMBER_WORDS = re.compile(
    r"\b(?:half(?: an?)?(?= (?:litre|liter|kilo|hour|metre|meter|gig|pint))"
    rf"|(?:a|{_NUMBER})[ -](?:hundred|thousand|dozen|couple)"
    rf"|(?:{_NUMBER})(?:-(?:{_NUMBER}))?)\b(?!-)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands in the turn: `text == turn.text[start:end]`."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """The sentence as the rules read it: small letters, straight apostrophes."""
        return plain(self.text)


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Small letters and straight apostrophes; the length stays the same."""
    straight = text.replace("’", "'")
    lowered = straight.lower()
    return lowered if len(lowered) == len(straight) else straight


@lru_cache(maxsize=8192)
def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a turn, in order, each with its offsets."""
    found: list[Sentence] = []
    start = 0
    for match in _BREAK.finditer(text):
        at = match.start() + 1
        is_dot = text[at - 1] == "."
        if is_dot and _ABBREVIATION.search(text[max(start, at - _ABBREVIATED) : at]):
            continue
        _append(found, text, start, match.start() + len(match.group().rstrip()))
        start = match.end()
    _append(found, text, start, len(text))
    return tuple(found)


def _append(found: list[Sentence], text: str, start: int, end: int) -> None:
    body = text[start:end].strip()
    if body:
        at = text.index(body, start)
        found.append(Sentence(body, at, at + len(body)))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A light English stem: enough to see that `invoices` and `invoice` are one word."""
    w = word.lower().replace("’", "'")
    w = w.removesuffix("'s").replace("'", "")
    if len(w) > 4 and w.endswith("ies"):
        return w[:-3] + "y"
    if len(w) > 4 and w.endswith(("sses", "shes", "ches", "xes")):
        w = w[:-2]
    elif len(w) > 3 and w.endswith("s") and not w.endswith(("ss", "us", "is")):
        w = w[:-1]
    for suffix, least in (("ing", 6), ("ers", 6), ("er", 6), ("ed", 5), ("ly", 6)):
        if len(w) >= least and w.endswith(suffix):
            w = w[: -len(suffix)]
            break
    if len(w) > 3 and w[-1] == w[-2] and (w[-1] not in "aeiosl" or (w[-1] == "l" and len(w) > 5)):
        w = w[:-1]
    return w[:-1] if len(w) > 3 and w.endswith("e") else w


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """The content words of a text as stems; function words and bare numbers are left out."""
    return frozenset(
        stem(w) for w in words(text) if w not in STOP and len(w) > 1 and not w.isdigit()
    )


@lru_cache(maxsize=8192)
def topic(text: str) -> frozenset[str]:
    """What a text is about: its content words and amounts, without days and ways of contact."""
    return (stems(text) - _BESIDE) | amounts(text)


@lru_cache(maxsize=8192)
def amounts(text: str) -> frozenset[str]:
    """The figures a text gives, in digits; neither clock times, dates nor numbers of days."""
    return frozenset(_AMOUNT.findall(digits(text)))


_BESIDE = frozenset(
    stem(word)
    for word in """monday tuesday wednesday thursday friday saturday sunday january february march
    april may june july august september october november december spring summer autumn winter
    weekend noon midnight working business hour hours minute minutes o'clock
    earliest latest yesterday ask asked asking call called calling ring rang phone phoned write
    wrote written
    mail mailed email emailed e-mail chat mention mentioned request requested chased speak spoke
    talk talked answer answered reply replied hear heard nobody everything anything somebody
    someone colleague please dear thank kindly euro euros pound pounds dollar dollars""".split()
)
_AMOUNT = re.compile(
    r"(?<![\w:.-])(?:\d{2,6}(?:\.\d+)?|\d\.\d\d)(?![\w:]|\.\d|[ -](?:days?|hours?|minutes?)\b"
    r"|,? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b)"
)


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """All words in order, small letters; hyphenated words also in their parts."""
    every: list[str] = _WORD.findall(plain(text))
    if "-" not in text:
        return tuple(every)
    found: list[str] = []
    for word in every:
        found.append(word)
        if "-" in word:
            found.extend(part for part in word.split("-") if part)
    return tuple(found)


def spoken_number(text: str) -> float | None:
    """The number a short phrase says: `four hundred`, `1,200`, `a dozen`; None if it says none."""
    cleaned = plain(text).strip().replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?k?", cleaned):
        return float(cleaned[:-1]) * 1000 if cleaned.endswith("k") else float(cleaned)
    total, current, seen = 0.0, 0.0, False
    for part in re.split(r"[ -]+", cleaned):
        if part in _UNITS or part in _TENS:
            current += _UNITS.get(part, 0) + _TENS.get(part, 0)
        elif part in ("a", "an", "and"):
            continue
        elif part == "half":
            current += 0.5
        elif part in ("hundred", "thousand", "dozen", "couple"):
            scale = {"hundred": 100, "thousand": 1000, "dozen": 12, "couple": 2}[part]
            current = (current or 1) * scale
        else:
            return None
        seen = True
    return total + current if seen else None


def ordinal(text: str) -> int | None:
    """The day a phrase such as `12th` or `ninth` names."""
    match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", plain(text).strip())
    if match:
        return int(match.group(1))
    return _ORDINALS.get(plain(text).strip())


@lru_cache(maxsize=8192)
def digits(text: str) -> str:
    """The text with numbers in words written as figures, for reading quantities."""

    def swap(match: re.Match[str]) -> str:
        value = spoken_number(match.group())
        return match.group() if value is None else f"{value:g}"

    lowered = plain(text)
    if "," in lowered:
        lowered = _THOUSANDS.sub("", lowered)
    # Looking for a few letters first is ten times cheaper, and most texts count nothing.
    return NUMBER_WORDS.sub(swap, lowered) if _counts(lowered.lower()) else lowered


def _counts(lowered: str) -> bool:
    return any(map(lowered.__contains__, _COUNTING))


_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_COUNTING = (
    *("half", "hundred", "thousand", "dozen", "couple"),
    *(w for w in (*_UNITS, *_TENS) if not any(o != w and o in w for o in (*_UNITS, *_TENS))),
)
