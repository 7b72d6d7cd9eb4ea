"""What is theirs already, told only where it answers what they ask to have, buy or be rid of.

Whoever fears to lose a thing, speaks of "my" router or asks about a warranty knows what they have:
a list of it helps nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.ledger.language import STOP, plain, stem, stems
from copilot.needs.case import OwnedItem
from copilot.needs.catalogue import PHRASE, amounts, is_generic, specific, subjects
from copilot.needs.output import Inform
from copilot.needs.scene import Scene, Words

# They ask for it, ask whether it is to be paid for, or how to get it going.
_ASKED = re.compile(
    r"\b(?:extra|buy|(?:have|has) to pay|costs?|charged?|purchas\w+|included?|sell|add|need|want|"
    r"like|order|book|against|help|kindly|please|what about|(?:is|are) there|have (?:i|we)|"
    r"(?:does|do) (?:my|our|the|it|this|that)|how (?:do|can|could|should) (?:i|we)|"
    r"where (?:do|can) (?:i|we)|(?:i|we)(?:'ll| will) (?:try|use)|"
    r"(?:turn|switch|set|put) (?:[\w-]+ )?on)\b"
)
_FEARS_TO_LOSE = re.compile(
    r"\b(?:(?:i|we) (?:also )?(?:keep|lose|still)|keep (?:my|our|the|it|them)|losing|lost|stays?|"
    r"remains?|instead of|give up)\b"
)
_ATTRIBUTE = re.compile(r"\b(?:warranty|guarantee|on loan|adapters?|batter(?:y|ies)|terms?)\b")
# "Joins devices to the app" tells what a thing does and is nothing that one has.
_DOES = re.compile(
    r"\b(?:works?|joins?|controls?|measures?|takes?|covers?|runs?|needs?|tells?|keeps?|connects?|"
    r"carries|fits?|lasts?)\b(?= )"
)
_KNOWN = re.compile(
    r"\b(?:the|my|our|your|his|her|its|their) (?=([\w-]+)(?: ([\w-]+))?(?: ([\w-]+))?)"
)
_WORD = re.compile(r"[\w-]+")
_ENDS_IT = re.compile(r"\b(?:end|stop|cancel|remove|give up|get rid of) (?:the|my|our|it)\b")
# "I don't want a call": what they turn down; "these calls" would be what troubles them.
_REFUSED = re.compile(
    r"\b(?:don't|do not|didn't|won't|wouldn't) (?:really |even |also )?(?:want|need|like|ask for) "
    r"(?:an?|another|your|more) (?!(?:\w+ ){0,3}(?:but|only)\b)"
)
_BOUGHT = re.compile(r"\b(?:buy|order|sell|purchase|get|add|try) (?:the|your|that)\b")
_ENDS = "|".join(sorted(STOP | {"extra", "included", "free", "possible"}))
_APART = re.compile(rf"[\w-]+(?=$|[^\w\s-]|\s*\n| (?:{_ENDS})\b)")
_NO_HEAD = re.compile(r"(?<=\s)(?:for|of|in|on|with|to|from|by|at|after|over)\b.*|,.*|(?<=\s)\d.*")


def entitlement_informs(scene: Scene, own: OwnedItem) -> list[tuple[float, Inform]]:
    """The part of an owned thing that answers them best, if any does."""
    found = [
        (1.0 + weight, told)
        for part in own.includes
        if (weight := _answers(scene, own, part)) and (told := inform_of(own, part))
    ]
    return sorted(found, key=lambda pair: -pair[0])[:1]


def inform_of(own: OwnedItem, part: str) -> Inform:
    """ "Schedules are already part of Warm Free."."""
    return Inform(kind="entitlement", text=part_of(own, part), source=own.id)


def part_of(own: OwnedItem, part: str) -> str:
    """The sentence that tells it."""
    head = _head(part)
    many = head.endswith("s") and not head.endswith(("ss", "us", "is"))
    return f"{part[:1].upper()}{part[1:]} {'are' if many else 'is'} already part of {own.name}."


def own_name(own: OwnedItem, part: str) -> bool:
    """The part only repeats what the thing is called; it cures nothing."""
    return subjects(part) <= subjects(own.name)


def is_known_to_them(text: str, part: str) -> bool:
    """They speak of the thing as one that is there: "without removing the lock", "my boards"."""
    head = stem(_head(part))
    said = _KNOWN.findall(_BOUGHT.sub(" ", plain(text)))
    return bool(head) and any(head in {stem(w) for w in near} for near in said)


def _thing(part: str) -> str:
    """The part without what it is for: "temperature locks" of "temperature locks for tenants"."""
    return _NO_HEAD.sub("", plain(part))


def thing_words(part: str) -> frozenset[str]:
    """The words of what it is, a "sign-in" as one word, and the subjects it names."""
    about = specific(stems(_thing(part)))
    whole = about - {piece for w in about if "-" in w for piece in w.split("-")}
    told = (specific(subjects(w)) for w in whole if "-" not in w)
    return whole.union(*told) | {w for w in subjects(part) if w.startswith(PHRASE)}


def _head(part: str) -> str:
    """What kind of thing a part is: "locks" of "temperature locks"."""
    told = [w for w in _WORD.findall(_thing(part)) if w[0].isalpha()]
    return told[-1] if told else ""


def _answers(scene: Scene, own: OwnedItem, part: str) -> float:
    """How well the part answers a wish of theirs; nought where it answers none."""
    if amounts(part) or own_name(own, part) or _DOES.search(plain(part)):
        return 0.0
    about = {w for w in thing_words(part) if not w.startswith("~")}
    kinds = {w for w in subjects(part) if w.startswith(PHRASE)}
    head, best = stem(_head(part)), 0.0
    for asked, near in _wishes(scene):
        if is_known_to_them(near, part) or (
            _ATTRIBUTE.search(plain(part)) and not _names(asked, own)
        ):
            continue
        if kinds & subjects(near):
            best = max(best, 1.0)
        # The kind of thing may be named anywhere in the turn, a word beside it where they ask.
        shared = about & (_nouns(asked.text, part) | ({head} & _nouns(near, part, every=True)))
        if about and 2 * len(shared) >= len(about):
            best = max(best, len(shared) / len(about))
    return best


def _nouns(text: str, part: str, *, every: bool = False) -> frozenset[str]:
    """The words that do not merely tell another one apart: "till" of "till drawer" does.

    A booster is no boost: of another form than the part has it, a word is another word.
    """
    said = (_WORD if every else _APART).findall(plain(text))
    forms = {stem(w): w.endswith(("er", "ers")) for w in _WORD.findall(plain(part))}
    return frozenset(
        stem(w)
        for w in said
        if w not in STOP and forms.get(stem(w), False) == w.endswith(("er", "ers"))
    )


def _wishes(scene: Scene) -> Iterator[tuple[Words, str]]:
    """Each sentence that asks for something, and with it the rest of its turn.

    Who wants to end a thing, or so much more of one, asks for no part of it.
    """
    for w in scene.own_words:
        if _REFUSED.search(w.sentence.lower):
            continue
        asked = _ASKED.search(w.sentence.lower) or any(
            scene.reads(name, w.text) for name in ("want", "asks_for")
        )
        beside = scene.reads("change", w.text) or _ENDS_IT.search(w.sentence.lower)
        counted = any(a.extra for a in amounts(w.text))
        if asked and not beside and not counted and not fears_to_lose(w.text):
            near = [b for b in scene.own_words if b.turn.id == w.turn.id and b is not w]
            told = " ".join(
                b.text
                for b in near
                if not fears_to_lose(b.text) and not _REFUSED.search(b.sentence.lower)
            )
            yield w, f"{w.text} {told}"


def fears_to_lose(text: str) -> bool:
    """ "Do I keep my number?" asks about what they have, whatever is ordered beside it."""
    return bool(_FEARS_TO_LOSE.search(plain(text)))


def _names(asked: Words, own: OwnedItem) -> bool:
    name = {w for w in stems(own.name.split(",")[0]) if not is_generic(w)}
    return bool(name) and 2 * len(name & stems(asked.text)) >= len(name)
