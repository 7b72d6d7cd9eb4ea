"""Words of meaning: stems that let "cancelling" meet "cancel", and words that mean alike."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from copilot.extractive.language.phrases import in_one_word

WORD = re.compile(r"[^\W_][\w'’]*")
_ENDINGS = (
    "ations",
    "ation",
    "ions",
    "ion",
    "ings",
    "ing",
    "edly",
    "ied",
    "ies",
    "ed",
    "ly",
    "es",
    "s",
    "e",
)
STOP = frozenset(
    """a about actually after again ago ahead all along already also altogether am an and anew
    another any anyone anything anyway are around as at away be because been before being bit both
    but by came can can't cannot come comes coming could couldn't dear did didn't do does doesn't
    don don't done each early either else even ever every everybody everyone everything exactly
    few find first for from gave get gets getting give given gives go goes going gone good got had
    happen happened happens has have having he hello her here hers hey hi him his how i i'd i'll
    i'm i've if im in instead into is isn't it it's its itself ive just kind know last late later
    let like look looks make makes many maybe me mean means meant meantime might mine more most
    much must my myself need never new no normal not nothing now of off oh ok okay old on once one
    only or other our ours out over please possible put puts quite really right said same say says
    shall she should so some somebody somehow someone something somewhere anywhere everywhere
    nowhere soon still such sure take takes than thank thanks that that'd that's the their them
    then there there's these they they're thing things think this those though to today tomorrow
    too took until up upon us use used using very want wanted wants was way ways we we'd we'll
    we're we've week's well were what what's when where where's whether which while who who's whom
    whose why will with won't would wouldn't yes yesterday yet you you'd you'll you're you've your
    yours yourself""".split()
)
_PAST = {
    "lost": "lose", "bought": "buy", "sent": "send", "paid": "pay", "kept": "keep", "left": "leave",
    "broke": "break", "broken": "break", "chose": "choose", "chosen": "choose", "sold": "sell",
    "wrote": "write", "written": "write", "began": "begin", "begun": "begin", "stole": "steal",
    "stolen": "steal", "froze": "freeze", "frozen": "freeze", "grew": "grow", "spent": "spend",
    "built": "build", "held": "hold", "rang": "ring", "rung": "ring", "told": "tell",
    "fell": "fall", "withdrawn": "withdraw", "withdrew": "withdraw", "sung": "sing",
    "driven": "drive", "shown": "show", "worn": "wear", "torn": "tear", "spoken": "speak",
}  # fmt: skip


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A light English stem: enough to let "cancelling" meet "cancel"."""
    lowered = word.lower().replace("’", "'").removesuffix("'s")
    lowered = _PAST.get(lowered, lowered)
    if len(lowered) <= 5 and lowered.endswith(("ied", "ies")):  # "dried", "tries"
        return f"{lowered[:-3]}y" if len(lowered) > 4 else lowered
    for ending in _ENDINGS:
        if lowered.endswith(ending) and len(lowered) - len(ending) >= 3:
            lowered = lowered[: -len(ending)]
            break
    if len(lowered) > 3 and lowered[-1] == lowered[-2] and not _is_root(lowered):
        lowered = lowered[:-1]
    return lowered


def _is_root(stemmed: str) -> bool:
    """Whether the doubled last letter belongs to the word: "pass", "sell", yet not "cancell"."""
    return stemmed[-1] == "s" or (stemmed[-1] == "l" and len(stemmed) < 6)


def content_words(text: str) -> list[str]:
    """The words that carry meaning, in order; a number counts however short."""
    return [
        w
        for w in WORD.findall(text)
        if w.lower().replace("’", "'") not in STOP and (len(w) > 1 or w.isdigit())
    ]


def stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(word) for word in content_words(text)]


def meanings(text: str) -> list[str]:
    """Stems of a text whose phrases are read as one word, as question and article both are."""
    return list(_meanings(text))


@lru_cache(maxsize=8_192)  # a turn is read as a question, as what was said, as what was done
def _meanings(text: str) -> tuple[str, ...]:
    return tuple(stems(in_one_word(text)))


def _groups() -> dict[str, frozenset[str]]:
    """Groups of words by stem of their first form; each word with the others of its groups."""
    found: dict[str, set[str]] = {}
    for line in (Path(__file__).parent / "alike.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        group = {stem(word) for word in line.split()}
        for word in group:
            found.setdefault(word, set()).update(group - {word})
    return {word: frozenset(others) for word, others in found.items()}


ALIKE = _groups()
