"""Whether a sentence is of the kind that a question asks for: its unit, its case, who pays whom.

The words of a sentence may be those of a question and it still be beside the point: "more than two
walls" is no answer to "how far", nor is a fee to "what do I get". Each guard leaves out such
sentences, so that another one answers or the question is named as open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from copilot.extractive.articles.leads import denying
from copilot.extractive.fitting.matching import PRICES, Article, Unit, met, shapes_of
from copilot.extractive.hearing.asking import Ask
from copilot.extractive.language.words import ALIKE, stem, stems

# "How far" wants metres, "how loud" wants decibels.
_UNITS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(rf"\bhow (?:{asked})\b", re.IGNORECASE), re.compile(unit, re.IGNORECASE))
    for asked, unit in (
        (
            "far|wide|deep|tall|thick)(?! (?:back|ahead|along|before|in advance|off)",
            r"\d ?(?:metres?|meters?|m|km|cm|mm|miles?|feet|ft|inch(?:es)?)\b",
        ),
        ("loud", r"\bdB\b|\bdecibels?\b"),
        ("hot|warm|cold", r"°|\bdegrees?\b"),
        ("heavy", r"\d ?(?:kg|g|kilos?|grams?|pounds|lb)\b"),
        ("often", r"\b(?:every|once|twice|times|days?|weeks?|months?|years?)\b"),
    )
)
_HOURS_ASKED = re.compile(r"\b(?:what|which) (?:opening )?(?:times|hours)\b", re.IGNORECASE)
_TO = r" ?(?:to|until|till|-|–|—) ?"
_HOURS = re.compile(
    rf"\b\d{{1,2}}:\d\d{_TO}\d{{1,2}}:\d\d\b|\b24 hours\b|\b24/7\b"
    rf"|\b\d{{1,2}}(?:[.:]\d\d)?(?: ?[ap]\.?m\.?)?{_TO}\d{{1,2}}(?:[.:]\d\d)? ?[ap]\.?m\b",
    re.IGNORECASE,
)

# "What do I get": money that comes to them, not what they pay.
_DUE_ASKED = re.compile(
    r"\b(?:what|which) (?:credit|refund|compensation)\b"
    r"|\bwhat (?:do|will|would|can) (?:i|we) get\b"
    r"|\bget (?:any |some |my |the )?(?:money|refund|compensation)\b"
    r"|\bget (?:anything|something|(?:some|any|the rest) of (?:it|that)|it|that) back\b",
    re.IGNORECASE,
)
_DUE = re.compile(
    r"\b(?:you(?:['’]ll| will)? (?:also )?(?:get|receive)|credit\w*|refund\w*|compensat\w+"
    r"|pay you|paid (?:back|to you)|(?:comes?|goes) back|for (?:every|each))\b",
    re.IGNORECASE,
)
_DUE_TITLES = frozenset(stems("credit refund compensation"))
_MONEY = re.compile(r"[£$€] ?\d")
# "Credits above £10": from where a rule holds, not how much.
_THRESHOLD = re.compile(
    r"\b(?:above|over|under|below|more than|less than|at least) [£$€] ?\d[\d.,]*", re.IGNORECASE
)

# "What's it a month" wants a sum: "the zone is free at once" is none.
_A_MONTH = re.compile(r"\b(?:a|per|each|every) (?:month|year|week|quarter)\b", re.IGNORECASE)
_TO_BUY = re.compile(
    r"\bwhat (?:do|must|should|would) (?:i|we) (?:need|have) to (?:buy|get|order)\b", re.IGNORECASE
)
_NEEDED = frozenset(stems("need needs require requires required"))
_SUM = re.compile(
    r"[£$€] ?\d|\bfree of charge\b|\b(?:without|no|extra) (?:charge|cost|fee)\b|\binclude[sd]?\b"
    r"|\bnothing to (?:buy|pay)\b|\balready\b|\bneed (?:no|not)\b|\bis free\b(?! at once)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekdays?|weekends?|every day)\b", re.I
)
# "Who do I ring" wants somebody who can be reached.
_WHOM = re.compile(
    r"\bwho(?:m)? (?:do|can|should|must|would|could) (?:i|we) (?:ring|call|phone|contact|ask|speak"
    r"|talk|tell|write|complain|go|turn)\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"@|\b(?:desk|24[- ]hours?|chat|shops?|advisers?|ombudsman|engineers?|makers?|channels?"
    r"|colleagues?|bank|us)\b|\b\d{4,}\b",
    re.IGNORECASE,
)
_CHEAPER = re.compile(r"\b(?:cheap\w*|less expensive|reduced)\b", re.IGNORECASE)
_OF_A_PRICE = re.compile(r"\b(?:costs?|prices?|cheap\w*|reduced|saves?|£\d\S* a month)\b", re.I)
_OF_A_CHARGE = re.compile(r"\b(?:charges?|fees?|notice)\b", re.IGNORECASE)
_CHEAP = frozenset(stems("cheap cheaper reduced"))

_WHAT_IF = re.compile(r"^\W*(?:(?:and|but|or|so) )?(?:if|what if)\b", re.IGNORECASE)
_WHY = re.compile(
    r"\bwhy\b|\bwhat (?:else )?(?:can|could|might) (?:it|that|this) be\b|\bwhat causes\b"
    r"|\bhow come\b",
    re.IGNORECASE,
)
_CAUSES = frozenset(stems("cause causes reason"))
# A step that says what is, and not what to do.
_STATES = re.compile(r"^(?:the|an?|your|our|we|it|you|this|that|then you|all|no|nothing)\b", re.I)
_MODEL = re.compile(r"\b([a-z]{3,}) (\d)\b(?![.,:]?\d| ?[a-z%])", re.IGNORECASE)
# What may be told by a step: what one can, must or needs to do.
_DOABLE = re.compile(r"\b(?:can|could|may|must|should|shall|need|have to|able)\b", re.IGNORECASE)
# "Does it come the same week?" wants a date as well.
_WITHIN = re.compile(
    r"\b(?:same|this|next|a|one|within|in) (?:\w+ )?(?:minutes?|hours?|days?|weeks?|months?)\b",
    re.IGNORECASE,
)

# "When can I leave without a charge?": which cases there are.
_WHICH_CASES = re.compile(
    r"\b(?:free|without|nothing|exceptions?|cases|refund\w*|covered|when (?:can|may|do|does|must|is"
    r"|are|am|should)|no (?:charge|fee|cost|notice))\b",
    re.IGNORECASE,
)
CASE = 0.4  # of the words of a case, for who speaks of it


class Tried(NamedTuple):
    """A sentence that is tried as an answer."""

    ask: Ask
    unit: Unit
    article: Article
    articles: Sequence[Article]  # all that were found
    message: str  # the one that asks


def is_of_kind(tried: Tried) -> bool:
    """Whether a sentence can be meant as an answer to a question of this kind."""
    return all(guard(tried) for guard in GUARDS)


def measured(question: str) -> bool:
    """Whether a question wants a measure with a unit of its own, such as metres."""
    return any(asked.search(question) for asked, _ in _UNITS)


def asks_why(ask: Ask) -> bool:
    """Whether a question asks what a thing comes from."""
    return bool(_WHY.search(ask.text))


def causes(unit: Unit, units: Sequence[Unit]) -> list[Unit]:
    """The whole table of causes that a row stands in: any of them may be it."""
    if not is_cause(unit):
        return []
    return [u for u in units if u.said.block == unit.said.block and is_cause(u)]


def is_cause(unit: Unit) -> bool:
    """Whether a sentence is a row of a table of causes."""
    return unit.said.kind == "row" and not _CAUSES.isdisjoint(unit.said.heading)


def has_unit(tried: Tried) -> bool:
    """Metres for "how far", hours of opening for "what hours"."""
    question, text = tried.ask.text, tried.unit.text
    if tried.ask.sort not in ("count", "time"):
        return True
    if _HOURS_ASKED.search(question) and not _HOURS.search(text):
        return False
    return all(unit.search(text) for asked, unit in _UNITS if asked.search(question))


def is_paid_to_them(tried: Tried) -> bool:
    """A credit and not a fee, where it is asked what they get."""
    asked = tried.ask.text
    if tried.ask.sort != "cost" or not _DUE_ASKED.search(asked) or _MONEY.search(asked):
        return True  # "what do I get for £4" asks for what is sold
    about = tried.unit.said.heading | tried.article.title
    return bool(_DUE.search(tried.unit.text)) or not _DUE_TITLES.isdisjoint(about)


def is_no_threshold(tried: Tried) -> bool:
    """Whether an amount is left when those are left out from which a rule holds."""
    rest = _THRESHOLD.sub("", tried.unit.text)
    return tried.ask.sort != "cost" or rest == tried.unit.text or "cost" in shapes_of(rest)


def is_of_the_deed(tried: Tried) -> bool:
    """Of "I have to move the visit. Does that cost anything?", the moving and not the visit.

    Only where an article tells what the deed costs: else the thing is all there is to tell of.
    """
    deed, said = tried.ask.deed, tried.unit.said
    if tried.ask.sort != "cost" or deed is None:
        return True
    if not _is_done_to(tried):
        return False
    if met(deed, said.stems | said.heading):
        return True

    def tells(other: Article) -> bool:
        return any(
            met(deed, u.said.stems | u.said.heading) and "cost" in shapes_of(u.text)
            for u in other.units
        )

    if tells(tried.article):
        return False
    return bool(met(deed, tried.article.title)) or not any(map(tells, tried.articles))


def _is_done_to(tried: Tried) -> bool:
    """Of "I want to move the payment. What does that cost?", the payment: else another moving.

    Where an article has a section on just that, an amount of another section is not for it.
    """
    deed, said, article = tried.ask.deed, tried.unit.said, tried.article
    known = [w for w in tried.ask.done_to if any(met(w, a.vocabulary) for a in tried.articles)]

    def is_on_it(words: frozenset[str]) -> bool:
        return any(w in words or (ALIKE.get(w, frozenset()) - PRICES) & words for w in known)

    if not known or deed is None:
        return True
    if not is_on_it(said.stems | said.beside | said.heading | article.title):
        return False
    heads = {u.said.heading for a in tried.articles for u in a.units}
    has_section = any(met(deed, head) and is_on_it(head) for head in heads)
    here = said.stems | said.heading
    return not has_section or bool(met(deed, here) and is_on_it(here))


def is_a_price(tried: Tried) -> bool:
    """A price where a cheaper one is asked for, and not what leaving costs."""
    if tried.ask.sort != "choice" or not _CHEAPER.search(tried.ask.text):
        return True
    of_price = not _CHEAP.isdisjoint(tried.unit.said.heading | tried.article.title)
    is_of_it = of_price and not _OF_A_CHARGE.search(tried.unit.text)
    return is_of_it or bool(_OF_A_PRICE.search(tried.unit.text))


def names_a_sum(tried: Tried) -> bool:
    """A sum, where it is asked what it is a month or what must be bought."""
    ask = tried.ask
    is_to_buy = bool(_TO_BUY.search(ask.text))
    wants = is_to_buy or (ask.sort == "cost" and _A_MONTH.search(ask.text))
    said = tried.unit.said
    is_needed = is_to_buy and not _NEEDED.isdisjoint(said.stems | said.heading)
    return not wants or is_needed or bool(_SUM.search(tried.unit.text))


def names_somebody(tried: Tried) -> bool:
    """Somebody who can be reached, where it is asked whom to ring."""
    return not _WHOM.search(tried.ask.text) or bool(_SOMEBODY.search(tried.unit.text))


def says_day(tried: Tried) -> bool:
    """A day of the week for "is Sunday ok"."""
    if tried.ask.sort != "whether" or not tried.ask.is_bare:
        return True
    return not _WEEKDAY.search(tried.ask.text) or bool(_WEEKDAY.search(tried.unit.text))


def says_what_if(tried: Tried) -> bool:
    """Nothing for "what if I need another": no sentence can be told from any other."""
    return not (tried.ask.is_bare and _WHAT_IF.match(tried.ask.text))


def is_a_cause(tried: Tried) -> bool:
    """A cause for "why", where the article has a table of them."""
    if not asks_why(tried.ask) or is_cause(tried.unit):
        return True
    return not any(map(is_cause, tried.article.units))


def is_no_order(tried: Tried) -> bool:
    """What is so, and not what to do: "restart it" does not answer "is that normal?"."""
    is_order = tried.unit.said.kind == "step" and not _STATES.match(tried.unit.text)
    return tried.ask.sort != "whether" or not is_order or bool(_DOABLE.search(tried.ask.text))


def says_when(tried: Tried) -> bool:
    """A time, where that is all that a question asks beside its thing."""
    ask = tried.ask
    rest = [w for w, weight in ask.words.items() if weight >= 1.0 and w not in ask.names]
    is_all = len(rest) <= (0 if ask.names else 1)
    if ask.sort != "whether" or not is_all or not _WITHIN.search(ask.text):
        return True
    return "time" in shapes_of(tried.unit.text)


def is_of_the_model(tried: Tried) -> bool:
    """Of "I have the hub 1, does it …?", that model: what is said of the newer one is no answer."""
    ask, unit, article = tried.ask, tried.unit, tried.article
    if ask.sort != "whether" or not ask.refers:
        return True
    models = {(stem(thing), number) for thing, number in _MODEL.findall(tried.message)}
    models = {m for m in models if m[0] in ask.leans and m[0] in article.title}
    near = article.units[max(0, unit.place - 1) : unit.place + 1]
    said = frozenset().union(*(u.said.pairs for u in near if u.said.block == unit.said.block))
    return not models or not models.isdisjoint(said)


def is_no_ban(tried: Tried) -> bool:
    """Of a list of what is not so, only for who asks whether it is: it tells no one what to do."""
    said, ask, article = tried.unit.said, tried.ask, tried.article
    is_under_title = said.heading <= article.title
    is_ban = said.is_denied or (is_under_title and bool(denying(article.hit.title)))
    is_asked = ask.sort in ("whether", "what", "choice")
    return not is_ban or is_asked or any(met(w, said.heading | article.title) for w in ask.words)


def is_spoken_case(tried: Tried) -> bool:
    """Of a list of cases, the one they speak of; any of them for who asks which there are."""
    case, ask, article = tried.unit.said.case, tried.ask, tried.article
    if not case:
        return True
    spoken = frozenset(stems(tried.message)) | frozenset(ask.words) | ask.leans
    own = [w for w in case if w and w not in article.title and w not in PRICES]
    if own and sum(bool(met(w, spoken)) for w in own) >= CASE * len(own):
        return True
    asked = [w for w in (*ask.words, *ask.leans) if w not in PRICES]
    is_on_it = any(met(w, tried.unit.said.heading | article.title) for w in asked)
    return is_on_it and bool(_WHICH_CASES.search(ask.text))


GUARDS: tuple[Callable[[Tried], bool], ...] = (
    has_unit,
    is_paid_to_them,
    is_no_threshold,
    is_of_the_deed,
    is_a_price,
    names_a_sum,
    names_somebody,
    says_day,
    says_what_if,
    is_a_cause,
    is_no_order,
    says_when,
    is_of_the_model,
    is_no_ban,
    is_spoken_case,
)
