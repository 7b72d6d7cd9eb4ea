"""Whether a sentence is of the kind that a question asks for: its unit, its case, who pays whom.

The words of a sentence may be those of a question and it still be beside the point: "more than two
walls" is no answer to "how far", nor is a fee to "what do I get". Each guard leaves out such
sentences, so that another one answers or the question is named as open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.extractive.asking import Ask
from copilot.extractive.matching import Article, Unit, met, shapes_of
from copilot.extractive.words import stem, stems

# "How far" wants metres, "how loud" wants decibels.
_UNITS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(rf"\bhow (?:{asked})\b", re.IGNORECASE), re.compile(unit, re.IGNORECASE))
    for asked, unit in (
        (
            "far|wide|deep|tall|thick",
            r"\d ?(?:metres?|meters?|m|km|cm|mm|miles?|feet|ft|inch(?:es)?)\b",
        ),
        ("loud", r"\bdB\b|\bdecibels?\b"),
        ("hot|warm|cold", r"°|\bdegrees?\b"),
        ("heavy", r"\d ?(?:kg|g|kilos?|grams?|pounds|lb)\b"),
        ("often", r"\b(?:every|once|twice|times|days?|weeks?|months?|years?)\b"),
    )
)
_HOURS_ASKED = re.compile(r"\b(?:what|which) (?:opening )?(?:times|hours)\b", re.IGNORECASE)
_HOURS = re.compile(
    r"\b\d{1,2}:\d\d ?(?:to|until|till|-|–) ?\d{1,2}:\d\d\b|\b24 hours\b|\b24/7\b", re.IGNORECASE
)

# "What do I get": money that comes to them, not what they pay.
_DUE_ASKED = re.compile(
    r"\b(?:what|which) (?:credit|refund|compensation)\b"
    r"|\bwhat (?:do|will|would|can) (?:i|we) get\b"
    r"|\bget (?:any |some |my |the )?(?:money|refund|compensation)\b",
    re.IGNORECASE,
)
_DUE = re.compile(
    r"\b(?:you(?:['’]ll| will)? (?:also )?(?:get|receive)|credit\w*|refund\w*|compensat\w+"
    r"|pay you|paid (?:back|to you)|for (?:every|each))\b",
    re.IGNORECASE,
)
_DUE_TITLES = frozenset(stems("credit refund compensation"))
# "Credits above £10": from where a rule holds, not how much.
_THRESHOLD = re.compile(
    r"\b(?:above|over|under|below|more than|less than|at least) [£$€] ?\d[\d.,]*", re.IGNORECASE
)

_CHEAPER = re.compile(r"\b(?:cheap\w*|less expensive|reduced)\b", re.IGNORECASE)
_OF_A_PRICE = re.compile(r"\b(?:costs?|prices?|cheap\w*|reduced|saves?|£\d\S* a month)\b", re.I)
_OF_A_CHARGE = re.compile(r"\b(?:charges?|fees?|notice)\b", re.IGNORECASE)
_CHEAP = frozenset(stems("cheap cheaper reduced"))

_WHAT_IF = re.compile(r"^\W*(?:(?:and|but|or|so) )?(?:if|what if)\b", re.IGNORECASE)
_WHY = re.compile(
    r"\bwhy\b|\bwhat (?:else )?(?:can|could|might) (?:it|that|this) be\b|\bwhat causes\b|\bhow come\b",
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


def is_of_kind(
    ask: Ask, unit: Unit, article: Article, articles: Sequence[Article], message: str
) -> bool:
    """Whether a sentence of an article can be meant as an answer to a question of this kind.

    `articles` are all that were found, `message` is the one that asks.
    """
    if ask.sort in ("count", "time") and not _has_unit(ask.text, unit.text):
        return False
    if ask.sort == "cost" and not (
        _is_to_them(ask.text, unit, article)
        and _names_a_sum(unit.text)
        and _is_of_the_deed(ask, unit, article, articles)
    ):
        return False
    if ask.sort == "choice" and _CHEAPER.search(ask.text):
        is_of_it = not _CHEAP.isdisjoint(unit.said.heading | article.title)
        is_of_it = is_of_it and not _OF_A_CHARGE.search(unit.text)
        return is_of_it or bool(_OF_A_PRICE.search(unit.text))
    if ask.is_bare and _WHAT_IF.match(ask.text):
        return False  # what if what: no sentence can be told from another
    if asks_why(ask) and not is_cause(unit):
        return not any(map(is_cause, article.units))
    if ask.sort != "whether":
        return True
    is_order = unit.said.kind == "step" and not _STATES.match(unit.text)
    if is_order and not _DOABLE.search(ask.text):
        return False  # "is that normal?" is not answered by "restart the router"
    return _says_when(ask, unit) and _is_of_the_model(ask, unit, article, message)


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


def _has_unit(question: str, text: str) -> bool:
    if _HOURS_ASKED.search(question) and not _HOURS.search(text):
        return False
    return all(unit.search(text) for asked, unit in _UNITS if asked.search(question))


def _is_to_them(question: str, unit: Unit, article: Article) -> bool:
    if not _DUE_ASKED.search(question):
        return True
    about = unit.said.heading | article.title
    return bool(_DUE.search(unit.text)) or not _DUE_TITLES.isdisjoint(about)


def _names_a_sum(text: str) -> bool:
    """Whether an amount is left when those are left out from which a rule holds."""
    rest = _THRESHOLD.sub("", text)
    return rest == text or "cost" in shapes_of(rest)


def _is_of_the_deed(
    ask: Ask, unit: Unit, article: Article, articles: Sequence[Article]
) -> bool:
    """Of "I have to move the visit. Does that cost anything?", the moving and not the visit.

    Only where an article tells what the deed costs: else the thing is all there is to tell of.
    """
    deed = ask.deed
    if deed is None or met(deed, unit.said.stems | unit.said.heading):
        return True

    def tells(other: Article) -> bool:
        return any(
            met(deed, u.said.stems | u.said.heading) and ask.sort in shapes_of(u.text)
            for u in other.units
        )

    return not tells(article) and (bool(met(deed, article.title)) or not any(map(tells, articles)))


def _says_when(ask: Ask, unit: Unit) -> bool:
    """Whether a sentence tells a time where that is all that a question asks beside its thing."""
    own = [w for w, weight in ask.words.items() if weight >= 1.0]
    if len(own) > 1 or not _WITHIN.search(ask.text):
        return True
    return "time" in shapes_of(unit.text)


def _is_of_the_model(ask: Ask, unit: Unit, article: Article, message: str) -> bool:
    """Of "I have the hub 1, does it …?", that model: what is said of the newer one is no answer."""
    if not ask.refers:
        return True
    models = {(stem(thing), number) for thing, number in _MODEL.findall(message)}
    models = {m for m in models if m[0] in ask.leans and m[0] in article.title}
    near = article.units[max(0, unit.place - 1) : unit.place + 1]
    said = frozenset().union(*(u.said.pairs for u in near if u.said.block == unit.said.block))
    return not models or not models.isdisjoint(said)
