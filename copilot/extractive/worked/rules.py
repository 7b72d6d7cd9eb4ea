"""The rules that articles state in figures: notice, charges, warranty, returns.

A rule is read from one sentence. Where two rules that may hold say different things, or a sentence
says it in a way that cannot be counted with, nothing is read: the agent is told to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from copilot.extractive.fitting.matching import Article, Unit
from copilot.extractive.language.words import stems
from copilot.extractive.records.products import named

Kind = Literal["notice", "charge", "flat", "free", "begun", "full", "cooling", "warranty", "return"]
When = Literal["in", "after", "any"]
Edge = Literal["month", "quarter", "year"]

_NUMERALS = {
    name: n
    for n, name in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split(),
        1,
    )
} | {"thirty": 30, "sixty": 60, "ninety": 90}
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_NUMERALS)})"
_SPAN = rf"{_COUNT}[ -](?:(?:calendar|full) )?(?P<unit>day|week|month|year)s?\b"
_SPAN_2 = _SPAN.replace("?P<count>", "?P<count2>").replace("?P<unit>", "?P<unit2>")
_SPAN_3 = _SPAN.replace("?P<count>", "?P<count3>").replace("?P<unit>", "?P<unit3>")
_SPAN_4 = _SPAN.replace("?P<count>", "?P<count4>").replace("?P<unit>", "?P<unit4>")
_NOTICE = re.compile(
    rf"\b{_SPAN}['’]?s? (?:written )?notice\b"
    rf"|\bnotice(?: period)?(?: is| of|:| for cancelling is)?(?: at least)? {_SPAN_2}",
    re.IGNORECASE,
)
_MONEY = re.compile(r"[£$€] ?\d[\d,]*(?:\.\d{1,2})?|\b\d[\d,]*(?:\.\d{1,2})? (?:GBP|USD|EUR)\b")
_EACH_MONTH = re.compile(
    r"\b(?:each|every|per|a|any)(?: (?!price|fee)\w+){0,2}? months?\b", re.IGNORECASE
)
_REMAINS = re.compile(r"\b(?:remain\w*|left|outstanding|unexpired|rest of|not yet)\b", re.I)
_LEAVING_FEE = re.compile(
    r"\b(?:early[- ])?(?:exit|terminat\w+|cancell?ation|leaving)[- ](?:charge|fee|cost)s?\b", re.I
)
_FREE = re.compile(
    r"\bno (?:exit |early-exit )?(?:charge|fee|cost)\b|\bwithout (?:a |an |any )?(?:\w+-exit )?"
    r"(?:charge|fee|cost|penalty)\b|\bfree of charge\b|\b(?:for|is) free\b|\bnothing to pay\b"
    r"|\bpay nothing\b|\b(?:charge|fee|cost)s?:? (?:none|nothing)\b",
    re.IGNORECASE,
)
_BEGUN = re.compile(
    r"\b(?:month\w*\b[^.;]{0,30}\b(?:begun|started)|(?:begun|started|part|partial|incomplete)\b"
    r"[^.;]{0,10}\bmonths?)\b[^.;]{0,40}\b(?:whole|full|complete)\b|\bmonths? \w* ?rounded up\b",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"\bonly (?:full|whole|complete) months?\b|\b(?:full|whole) months? only\b", re.I
)
_COOLING = re.compile(
    rf"\bwithin (?:the first )?{_SPAN} (?:of|after|from) (?:\w+ ){{0,2}}?"
    r"(?:activat\w+|deliver\w+|purchas\w+|sign\w*|start\w*|order\w*)",
    re.IGNORECASE,
)
_WARRANTY = re.compile(
    rf"\b{_SPAN}['’]?s? (?:\w+ )?(?:warranty|guarantee)\b"
    rf"|\bwarranty\b(?: (?!if\b|until\b|for\b)\w+){{0,5}}?(?: is| of| lasts| for|:) {_SPAN_2}"
    rf"|\bwarranty {_SPAN_4}"
    rf"|\bguarantee(?:d for|: | is| of| lasts) ?(?:at least )?{_SPAN_3}",
    re.IGNORECASE,
)
_RETURN = re.compile(
    rf"\bwithin (?:the first )?{_SPAN}(?: (?:of|after|from) (?P<of>(?:\w+ ){{0,2}}\w+))?"
    rf"|\b{_SPAN_2}"
    r" (?:return|money.back|to (?:return|send))",
    re.IGNORECASE,
)
_SINCE_DELIVERY = re.compile(r"\b(?:deliver|purchas|buy|receipt|receiv|arriv|order)\w*\b", re.I)
_NO_COUNTING = re.compile(
    r"\b(?:end of (?:the|a|each|any|your) (?:calendar )?(?:month|quarter|year|term|billing)"
    r"|bill(?:ing)? (?:date|period|cycle)|(?:working|business) days?)\b",
    re.IGNORECASE,
)
# "3 months to the end of a month", "by the 15th for the end of the quarter": a day between is none.
_EDGE = re.compile(
    r"\b(?:to|for|with effect from|(?:ends?|ending|effective|expires?|takes? effect|terminat\w+"
    r"|cancel\w*)\b[^.;]{0,30}?\b(?:at|on|from)) the (?:end|last day) of"
    r" (?:the|a|an|any|each|every|your|that)"
    r"(?: (?:calendar|following|same))? (?P<edge>month|quarter|year)\b(?! of)",
    re.IGNORECASE,
)
_BY_DAY = re.compile(
    r"\bby the (?P<by>\d{1,2})(?:st|nd|rd|th)?(?: (?:of|day of) (?:the|a|any|each) month)?,?"
    r" (?:to|for|at) the (?:end|last day) of (?:the|a|any|that|each|every)(?: same)? month\b",
    re.IGNORECASE,
)
_EDGES: dict[str, Edge] = {"month": "month", "quarter": "quarter", "year": "year"}
_GIVEN = re.compile(r"\b(?:notice|cancel\w*|leav\w+|stop|terminat\w+|tell us|write)\b", re.I)
# What a calendar month is, where it is told: a whole one after that of the notice.
_WHOLE_MONTH = re.compile(
    r"\bcalendar month\W{1,4}(?:means|is)\b[^.]{0,20}\b(?:whole|full|complete|entire)\b"
    r"[^.]{0,20}\b(?:follow|after|next)",
    re.IGNORECASE,
)
_CALENDAR_MONTH = re.compile(r"\bcalendar months?\b", re.IGNORECASE)
_IN_TERM = re.compile(
    r"\b(?:in|during|within|before the end of) (?:its|the|your|a|any) (?:[\w-]+ ){0,2}?"
    r"(?:term|contract|commitment)\b|\bearly[- ](?:exit|terminat\w+|cancell?ation)|\bleave early\b",
    re.IGNORECASE,
)
_AFTER_TERM = re.compile(
    r"\b(?:after|outside|once|beyond) (?:(?:the|your|its) )?(?:[\w-]+ ){0,2}?"
    r"(?:term|contract|commitment)\b|\bout of contract\b|\bmonth[- ]to[- ]month\b",
    re.IGNORECASE,
)
_LEAVES = frozenset(stems("cancel cancelling leave leaving end terminate quit exit"))
_RETURNS = frozenset(stems("return refund"))
_SKIPPED = re.compile(
    r"^(?:for )?(?:example|e\.g)\b|\bprices?\b[^.]{0,20}\bchange|\bwe may\b", re.I
)


# What to look for where a message touches a matter: its own words may be far from the rule's.
_LOOKUPS = (
    (
        r"\b(?:return|refund|send|sent|give|bring|take)\w*\b.*\bback\b|\breturn\w*\b|\brefund\w*\b",
        "return a device within how many days of delivery",
    ),
    (r"\bwarrant\w*\b|\bguarantee\w*\b|\bcover(?:ed)?\b", "how long is the warranty of a device"),
    (
        r"\b(?:cancel|terminat|leav|quit|clos)\w*\b|\b(?:end|stop|get out of)\b",
        "cancel a contract, notice period and charge in the minimum term",
    ),
)


def lookups(texts: Sequence[str]) -> tuple[str, ...]:
    """What to search articles for, so that a rule is at hand where the message needs one."""
    said = "\n".join(texts)
    return tuple(query for pattern, query in _LOOKUPS if re.search(pattern, said, re.I))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in figures: `figure` as it is written, "30 days" or "£12"; `n` is its source."""

    kind: Kind
    when: When
    text: str
    n: int
    thing: str  # of a table's row, what it is for
    title: str = ""
    figure: str = ""
    count: int = 0
    unit: str = ""
    is_countable: bool = True
    edge: Edge | None = None  # of a notice, what its last day is the end of
    by: int = 0  # the day of a month until which it ends with that month


def rules_of(articles: Iterable[Article]) -> tuple[Rule, ...]:
    """The rules that some public articles state, each sentence once."""
    return tuple(
        rule
        for article in articles
        if article.hit.visibility == "public" and article.hit.chunk.kind == "document"
        for rule in _stated(article.units, article.title, article.hit.title)
    )


@lru_cache(maxsize=2_048)  # the same articles are found again and again
def _stated(units: tuple[Unit, ...], about: frozenset[str], title: str) -> tuple[Rule, ...]:
    is_whole = any(_WHOLE_MONTH.search(unit.text) for unit in units)
    return tuple(rule for unit in units for rule in _read(unit, about, title, is_whole=is_whole))


def _read(unit: Unit, about: frozenset[str], title: str, *, is_whole: bool) -> Iterator[Rule]:
    text = unit.text
    if not text or _SKIPPED.search(text):
        return
    spoken = unit.said.stems | unit.said.heading | about
    cell = unit.said.cell
    thing = cell.thing if cell else ""
    for piece in text.split("; ") if cell else (text,):
        by = _BY_DAY.search(piece)
        found = _EDGE.search(piece)
        edge: Edge | None = _EDGES[found["edge"].lower()] if found else None
        if is_whole and _CALENDAR_MONTH.search(piece):
            edge = "month"
        is_countable = not _NO_COUNTING.search(_EDGE.sub(" ", _BY_DAY.sub(" ", piece)))
        for kind, count, unit_of, figure in _figures(
            piece, is_leaving=bool(_LEAVES & spoken), is_returning=bool(_RETURNS & spoken)
        ):
            if unit.said.case and kind in ("free", "flat", "charge"):
                continue  # "No charge: the parcel was lost" is no rule for who wants to leave
            is_edged = kind == "notice" and not by
            yield Rule(
                kind, _when(piece), text, unit.n, thing, title, figure, count, unit_of,
                is_countable and (is_edged or not edge), edge if is_edged else None,
            )  # fmt: skip
        if by and _LEAVES & spoken and _GIVEN.search(piece):
            yield Rule(
                "notice", _when(piece), text, unit.n, thing, title, by[0], 0, "month",
                is_countable, "month", int(by["by"]),
            )  # fmt: skip


@lru_cache(maxsize=16_384)  # the same sentences are read for every request
def _figures(
    text: str, *, is_leaving: bool, is_returning: bool
) -> tuple[tuple[Kind, int, str, str], ...]:
    found: list[tuple[Kind, int, str, str]] = []

    def span(kind: Kind, match: re.Match[str] | None) -> None:
        if match is None:
            return
        parts = match.groupdict()
        count, unit = (
            next((parts[k] for k in (key, f"{key}2", f"{key}3", f"{key}4") if parts.get(k)), None)
            for key in ("count", "unit")
        )
        if count and unit:
            number = _NUMERALS.get(count.lower()) or int(count)
            plural = "" if number == 1 else "s"
            sort = "calendar " if _CALENDAR_MONTH.search(match[0]) else ""
            figure = f"{number} {sort}{unit.lower()}{plural}"
            found.append((kind, number, unit.lower(), figure))

    span("warranty", _WARRANTY.search(text))
    if is_leaving:
        span("notice", _NOTICE.search(text))
        money = _MONEY.findall(text)
        if len(money) == 1 and _EACH_MONTH.search(text) and _REMAINS.search(text):
            found.append(("charge", 0, "", money[0]))
        elif len(money) == 1 and _LEAVING_FEE.search(text):
            found.append(("flat", 0, "", money[0]))
        elif not money and _FREE.search(text):
            found.append(("free", 0, "", ""))
        if _LEAVES & set(stems(text)):
            span("cooling", _COOLING.search(text))
    if _BEGUN.search(text):
        found.append(("begun", 0, "", ""))
    elif _FULL.search(text):
        found.append(("full", 0, "", ""))
    match = _RETURN.search(text) if is_returning else None
    if (
        match
        and _RETURNS & set(stems(text))
        and (match["count2"] or (match["of"] and _SINCE_DELIVERY.search(match["of"])))
    ):
        span("return", match)
    return tuple(found)


def _when(text: str) -> When:
    if _AFTER_TERM.search(text):
        return "after"
    return "in" if _IN_TERM.search(text) or _REMAINS.search(text) else "any"


def the_rule(
    rules: Sequence[Rule],
    kinds: Sequence[Kind],
    name: str,
    names: tuple[str, ...],
    said: str,
    *,
    when: When = "any",
) -> Rule | None:
    """The one rule that holds for a product; None where there is none, or no single one.

    A rule that names the product comes before one for all, and one that names others does not
    hold. Of rules for kinds of things, the one whose kind the customer names is meant.
    """
    fit = [r for r in rules if r.kind in kinds and (when == "any" or r.when in (when, "any"))]
    own = _base(name)
    of = {
        r: {_base(n) for n in named(r.text, names) or named(r.title, names)}
        | ({own} & {_base(part) for part in r.thing.split(", ")})
        for r in fit
    }
    exact = [r for r in fit if own in of[r]]
    general = [r for r in fit if not of[r]]
    for some in (exact, general):
        timed = [r for r in some if r.when == when] or some
        if (one := _single(timed, said)) is not None:
            return one if one.is_countable else None
        if timed:
            return None
    return None


def _single(rules: Sequence[Rule], said: str) -> Rule | None:
    if len({(r.kind, r.figure) for r in rules}) == 1:
        return rules[0]
    spoken = frozenset(stems(said))
    shared = {r: len(spoken & frozenset(stems(r.thing))) for r in rules}
    most = max(shared.values(), default=0)
    best = [r for r in rules if shared[r] == most]
    return best[0] if most and len({(r.kind, r.figure) for r in best}) == 1 else None


def _base(name: str) -> str:
    return name.split(",")[0].strip().lower()
