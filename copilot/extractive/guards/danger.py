"""Who smells burning or sees sparks is told what is written for that danger, and no other step.

The steps of an error code are for a quiet fault: "wait 20 minutes, plug it in again" beside smoke
does harm. Where no article speaks of the danger nothing is told, and the agent reads of it first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from copilot.extractive.fitting.matching import Article, Unit
from copilot.extractive.guards.addressing import to_customer
from copilot.extractive.hearing.asking import Ask, Heard
from copilot.extractive.language.words import stems

DANGER = "danger"  # how the line for the agent begins
MOST_TOLD = 4  # sentences: what to leave alone, and whom to ring
_POWER = r"(?:electric\w*|sockets?|plugs?|outlets?|fuse ?box|wiring|wires?|adapters?|chargers?)"
_GONE = r"(?:gone|goes|going|went|blow\w*|blew|trip\w*|jump\w*|burnt|out again|keeps)"
_BREAKER = r"(?:fuses?|(?:circuit )?breakers?|rcd|trip ?switch|electrics)"
_SIGNS = {
    "fire": (
        r"smell\w*(?: \w+){0,3}? (?:burn\w*|smok[ey]\w*|scorch\w*|singed)"
        r"|(?:burn(?:t|ing|ed)|smoky|scorched)[- ](?:\w+ )?(?:smell|odou?r)\w*"
        r"|stinks? (?:of )?burn\w*"
        r"|smoke\b|(?:is|are|was|starts?|started|began|keeps?|it|machine)(?: \w+)? smoking\b"
        r"|sparks\b|(?:a|the|saw|see) spark\b|sparking|sparked|flames\b|(?:on|caught|catch(?:es"
        r"|ing)?) fire\b"
        r"|(?:plug|socket|cable|wire|casing|plastic|lead|charger)s? (?:\w+ ){0,2}"
        r"(?:melt\w*|scorched|charred)|(?:melted|scorched|charred) (?:plug|socket|cable|wire"
        r"|casing)"
    ),
    "shock": (
        r"electric(?:al)? shocks?\b|electrocut\w+"
        r"|(?:got|gets?|getting|gave|gives|giving|had)(?: (?:me|us|him|her|them|you))? an?"
        r"(?: \w+)? shocks?\b|(?:bare|exposed|live) (?:wire|cable)s?\b|tingl\w+[^.?!]{0,30}touch\w*"
        r"|touch\w*[^.?!]{0,30}tingl\w+|zapp(?:ed|s) (?:me|us|him|her|them)"
    ),
    "fuse": (
        rf"{_BREAKER}\b[^.?!,;]{{0,20}}\b{_GONE}|(?:blew|blown?|trip\w*) (?:(?:a|the|my|our) )?"
        rf"{_BREAKER}"
    ),
    "water": (
        rf"(?:water|leak\w*|drip\w*|rain|wet)\b[^.?!,;]{{0,30}}\b(?:on|in|into|onto|near|over"
        r"|by|under"
        rf"|through|at|to|reach\w*) (?:(?:the|my|our|an?|its) )?(?:\w+ )?{_POWER}\b"
        rf"|{_POWER} (?:is|are|got|gets|was|were) (?:\w+ )?(?:wet|soaked|flooded|under water)"
    ),
    "gas": (
        r"smell\w*(?: \w+){0,3}? gas\b|gas (?:smell|odou?r|leak)\w*|leak\w* gas\b"
        r"|gas is (?:leak|esc)\w+"
        r"|carbon monoxide"
    ),
    "battery": (
        r"batter(?:y|ies)\b[^.?!,;]{0,25}\b(?:swell\w*|swoll\w*|bulg\w*|puff\w*|overheat\w*|hiss\w*"
        r"|leak(?:s|ing|ed)|(?:very|too|so|really|burning) hot)"
        r"|(?:swoll\w+|swelling|bulging|puffed|leaking|overheating)(?: \w+)? batter\w*"
    ),
}
_FINDS = {name: re.compile(rf"\b(?:{signs})", re.IGNORECASE) for name, signs in _SIGNS.items()}
# What only looks like a danger: an alarm that is sold, a house rule, a shock at a bill, a cover.
_UNLIKE = re.compile(
    r"\b(?:smoke|carbon monoxide)[- ](?:alarms?|detectors?|sensors?|heads?|free|damage|machines?)\b"
    r"|\b(?:cigarette|tobacco|cigar|weed)s? smok\w+"
    r"|\b(?:can|may|to|could|must|not|who|i|we|you|they|people|guests|members|tenants|visitors)"
    r" smoke\b|\bno smoking\b|\bsmoking (?:areas?|rooms?|is|allowed|permitted|in|on)\b"
    r"|\bshocks? (?:absorbers?\b|(?:when|as|at|about|to|from|of) [^.?!]{0,30}\b(?:bills?|price\w*"
    r"|invoices?|letters?|saw|see|read|sum|costs?)\b)"
    r"|\b(?:bills?|price\w*|invoices?|letters?|costs?|sum|amount|charge)\b[^.?!,;]{0,15}"
    r"\b(?:gave|gives) (?:me|us) (?:\w+ ){0,3}shocks?\b"
    r"|\b(?:cover(?:s|ed)?|insure[ds]?|insurance|claim(?:ing|s)?) (?:\w+ ){0,5}(?:smoke|sparks?"
    r"|flames?|gas leaks?"
    r"|electric\w* shocks?|blown fuses?)\b|\bspark plugs?\b|\bsparks? (?:joy|interest)\w*",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\b(?:no|without|nor|neither)|\b(?:is|are|was|does|did|do|has|have)(?:n['’]?t| not)"
    r"(?: (?:any|an?|really))?)\s*$",
    re.IGNORECASE,
)
# How headings say the same.
_HEADS = {
    "fire": frozenset(stems("smoke burning burnt sparks flames fire")),
    "shock": frozenset(stems("shock electrocution")),
    "fuse": frozenset(stems("fuse breaker")),
    "water": frozenset(),
    "gas": frozenset(),  # "gas" alone is a product
    "battery": frozenset(stems("swollen swelling bulging")),
}
_ADVISES = re.compile(
    r"\b(?:unplug\w*|leave|ring|call|phone|switch\w* (?:\w+ ){0,2}off|turn\w* (?:\w+ ){0,2}off"
    r"|pull|disconnect\w*|isolate|do not|don['’]t|never|stop|keep (?:away|clear)|evacuate|get out"
    r"|open (?:the |all |your )?(?:windows?|doors?)|emergency|fire brigade|tell us at once"
    r"|report it at once|immediately|at once)\b|\b\d{3,}\b",
    re.IGNORECASE,
)
# What puts a thing to use again, or has somebody at work on it.
_RISKS = re.compile(
    r"\bplug (?:\w+ ){0,3}(?:back )?in\b|\b(?:switch|turn) (?:\w+ ){0,3}on\b|\bre-?(?:start"
    r"|boot|set)"
    r"|\b(?:try|start|use|run) (?:it )?(?:again|once more)\b|\bpower[- ]?cycle\w*|\bpress\b"
    r"|\bhold\b"
    r"|\bopen the (?:cover|case|casing|housing|lid|machine|back)\b|\bwait \d+\b"
    r"|\byou need do nothing",
    re.IGNORECASE,
)


@lru_cache(maxsize=16_384)  # the same sentences are read for every request
def dangers_in(text: str) -> frozenset[str]:
    """The kinds of danger that a text speaks of, whoever wrote it."""
    plain = _UNLIKE.sub("…", text)
    return frozenset(name for name, signs in _FINDS.items() if signs.search(plain))


@lru_cache(maxsize=256)
def told_of(text: str) -> tuple[str, ...]:
    """The dangers that a customer tells of, in their words; "no smoke" is none."""
    return tuple(said for _, said in _told(text))


def _told(text: str) -> Iterator[tuple[str, str]]:
    plain = _UNLIKE.sub("…", text)
    for name, signs in _FINDS.items():
        for found in signs.finditer(plain):
            if not _DENIED.search(plain[: found.start()]):
                yield name, found.group()


@lru_cache(maxsize=256)  # asked for every sentence that may be told
def kinds_told(text: str) -> frozenset[str]:
    """The kinds of danger that a customer tells of."""
    return frozenset(name for name, _ in _told(text))


def is_risky(unit: Unit, heard: Heard) -> bool:
    """Whether a sentence may not be told since a danger was: a step, a code's cure, "try again".

    What is written for the danger itself stands. Later in the talk other steps are told again.
    """
    kinds = kinds_told(heard.said_text)
    if not kinds or dangers_in(unit.text) & kinds or _is_under(unit, kinds):
        return False
    of_code = unit.said.cell is not None and bool(unit.said.cell.codes)
    is_now = bool(kinds_told(heard.open_text))
    return of_code or bool(_RISKS.search(unit.text)) or (is_now and unit.said.kind == "step")


@dataclass(frozen=True, slots=True)
class Peril:
    """A danger in the open message: what is written for it, and what the agent must read."""

    kinds: frozenset[str]
    units: tuple[Unit, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.kinds)

    def is_of(self, ask: Ask) -> bool:
        """Whether a question is about it: it names it, or asks what to do."""
        if kinds_told(ask.text) or ask.sort in ("problem", "how", "request"):
            return True
        return ask.sort in ("what", "whether") and (ask.refers or ask.is_bare or ask.is_broad)


def peril(heard: Heard, articles: Sequence[Article]) -> Peril:
    """The danger that the open message tells of, with what the articles say for it."""
    kinds = kinds_told(heard.open_text)
    if not kinds:
        return Peril(kinds)
    codes = frozenset(stems(heard.open_text))
    found = [(a, _written(a, kinds)) for a in articles if a.hit.chunk.kind == "document"]

    def worth(pair: tuple[Article, list[Unit]]) -> tuple[bool, int, float]:
        article, units = pair
        own = {w for w in article.title & codes if any(c.isdigit() for c in w)}
        spoken = frozenset().union(*(dangers_in(u.text) for u in units))
        return bool(own), len(spoken & kinds), article.hit.score

    best = max((pair for pair in found if pair[1]), key=worth, default=None)
    if best is not None:
        return Peril(kinds, tuple(best[1][:MOST_TOLD]))
    said = "”, “".join(dict.fromkeys(told_of(heard.open_text)))
    return Peril(kinds, (), (f"{DANGER}: “{said}”; no article says what to do, so send no steps",))


def danger_first(*gaps: Sequence[str]) -> list[str]:
    """What the agent must read, a danger before all that is owed or open."""
    return sorted(
        (gap for some in gaps for gap in some), key=lambda gap: not gap.startswith(f"{DANGER}: ")
    )


def may_stand_beside(text: str, said: str) -> bool:
    """Whether a colleague's reply may be offered: to who tells of a danger, only one on it."""
    kinds = kinds_told(said)
    return not kinds or bool(dangers_in(text) & kinds and not _RISKS.search(text))


def _written(article: Article, kinds: frozenset[str]) -> list[Unit]:
    """What an article says for a danger, and what follows on the same line."""
    found: list[Unit] = []
    for unit in article.units:
        if to_customer(unit.text) is None or not _ADVISES.search(unit.text):
            continue
        goes_on = found and found[-1].said.line == unit.said.line
        goes_on = goes_on and found[-1].place == unit.place - 1
        if dangers_in(unit.text) & kinds or _is_under(unit, kinds) or goes_on:
            found.append(unit)
    return found


def _is_under(unit: Unit, kinds: frozenset[str]) -> bool:
    """Whether a sentence stands under a heading on the danger."""
    heading = unit.said.heading
    if "gas" in kinds and {"gas"} <= heading and heading & frozenset(stems("smell leak")):
        return True
    return any(_HEADS[kind] & heading for kind in kinds)
