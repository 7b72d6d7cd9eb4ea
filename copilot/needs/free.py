"""Free first: what they own, are owed or can do at no cost, before anything is sold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from copilot.ledger.calendar import MONTHS, WorkingCalendar, due
from copilot.ledger.language import digits, plain, stem, stems
from copilot.needs.case import KnowledgeFact
from copilot.needs.catalogue import Offering, amounts, named, specific, subjects, used_up
from copilot.needs.entitled import is_known_to_them, own_name, part_of, thing_words
from copilot.needs.holders import open_to
from copilot.needs.output import InformKind
from copilot.needs.proposal import Candidate, Constraint, Cure
from copilot.needs.records import in_force
from copilot.needs.scene import Scene, signals
from copilot.needs.statements import is_passage, statements

_FROM_DAY = re.compile(
    rf"\b(?:from|on|as of|starting) (?:the )?\d{{1,2}}(?:st|nd|rd|th)? (?:of )?"
    rf"(?:{'|'.join(MONTHS)})(?: \d{{4}})?"
)
_IN_USE = re.compile(r"\b(?:my|our|your) ([\w-]+(?: [\w-]+)?)")
_NUMBERED = re.compile(r"^\s*(?:\d|up to \d|an? |no\b)")
_PRODUCT_PART = re.compile(r"\b(?:on loan|warranty|adapters?|joins|batter(?:y|ies))\b")
_TRIAL = re.compile(r"\b(?:starter|trial|sample|first|introductory|basic|limited)\b")


def cures(scene: Scene, candidate: Candidate, relevant: Iterable[Offering]) -> list[Cure]:
    """Free ways to settle this need, in the order of the rule: owned, included, owed, self-made."""
    items = list(relevant)
    found: list[Cure] = [
        Cure("entitlement", own.id, f"{own.name} is already yours.", settles=False)
        for own in in_force(scene.case)
        if own.sku in candidate.struck
    ]
    if candidate.read_by_model:
        return [*_owned(scene, candidate, items), *candidate.cures]
    for cure in (
        *_owned(scene, candidate, items),
        *_room_left(scene, candidate),
        *_included(scene, candidate, items),
        *_known(scene, candidate, items),
    ):
        if cure.source not in {c.source for c in found}:
            found.append(cure)
    for cure in candidate.cures:
        if cure.source not in {c.source for c in found}:
            found.append(cure)
    return found


def _owned(scene: Scene, candidate: Candidate, items: list[Offering]) -> list[Cure]:
    """They have this very product already, and as much of it as they say they need.

    Their own words have to name it: a plan that shares a word with a trouble is no way out of it.
    """
    if (candidate.another and not candidate.read_by_model) or candidate.for_other:
        return []
    if not candidate.read_by_model and candidate.for_less:
        return []  # what they have is what they want less of
    found = []
    for item in items:
        if not all(_holds(scene, item, c) for c in candidate.constraints if c.kind == "quantity"):
            continue
        for own in in_force(scene.case):
            same = own.sku == item.sku or plain(own.name) == plain(item.product.name)
            if same and (candidate.read_by_model or _asks_for(candidate, item)):
                found.append(Cure("entitlement", own.id, f"{own.name} is already yours."))
    return found


def _asks_for(candidate: Candidate, item: Offering) -> bool:
    """The wish names this product, by all that its name says or by what it counts."""
    counted = any(c.kind == "quantity" and item.provides(c.unit) for c in candidate.constraints)
    name = {w for w in item.name_words if not w.startswith("~")}
    whole = len(named(name)) > 1 or name <= candidate.wish  # "the shop" is no Shop plan
    return counted or item.sku in candidate.called or (whole and item.named_in(candidate.wish))


def _holds(scene: Scene, item: Offering, asked: Constraint) -> bool:
    """One of a plan is as much as they ask for; of what is counted by the piece it may not be."""
    given = item.provides(asked.unit)
    if given is None or given.extra or given.value == 1 or asked.basis != "total":
        return False
    if used_up(scene.case, asked.unit):
        return False
    return item.product.period != "once" and given.value >= (asked.amount or 0.0)


def _room_left(scene: Scene, candidate: Candidate) -> list[Cure]:
    """On file there is room for as many more as they ask for: one of three beds is in use.

    Only of what is counted by its own name: three more calls are no three minutes.
    """
    more = {c.unit: c.amount or 0.0 for c in candidate.constraints if c.basis == "extra"}
    found = []
    for own in in_force(scene.case):
        for name, limit in own.limits.items():
            used, asked = own.used.get(name), more.get(stem(name))
            if used is not None and asked is not None and used + asked <= limit:
                text = f"{own.name} has room for it: {used:g} of {limit:g} {name} are in use."
                found.append(Cure("entitlement", own.id, text))
    return found


def _included(scene: Scene, candidate: Candidate, items: list[Offering]) -> list[Cure]:
    """Something in what they own speaks of the need; amounts cure only up to their limit."""
    if candidate.for_other or candidate.for_less or _consumed(scene, candidate):
        return []
    names = frozenset().union(*(i.words for i in items[:4])) if items else frozenset()
    asked = specific(candidate.about)
    called = [stems(i.product.name) for i in items if i.sku in candidate.called]
    found = []
    said = " ".join(q.text for q in candidate.quotes)
    for own in in_force(scene.case):
        for part in own.includes:
            if (
                not own_name(own, part)
                and not is_known_to_them(said, part)
                and _serves(candidate, part, names)
                and (not called or any(name <= stems(part) for name in called))
                and not _outdone(asked, part, items)
                and not (amounts(part) and _spent(scene, candidate, part))
            ):
                text = part_of(own, part)
                found.append(Cure("entitlement", own.id, text))
    return found


def _spent(scene: Scene, candidate: Candidate, part: str) -> bool:
    """What the plan holds is in use, by the file or by their own words."""
    if any(used_up(scene.case, a.unit) for a in amounts(part)):
        return True
    turns = {q.turn for q in candidate.quotes}
    return any(
        w.turn.id in turns and (scene.reads("at_limit", w.text) or scene.reads("limit", w.text))
        for w in scene.own_words
    )


def _outdone(asked: frozenset[str], part: str, items: list[Offering]) -> bool:
    """Something on sale answers more of their words: a plain seat is no seat with legroom."""
    if amounts(part):
        return False
    said = subjects(part)
    if any(i.name_words <= said for i in items):
        return False  # it is the very thing, by its name
    return any(len(asked & i.words) > len(asked & said) for i in items)


def _consumed(scene: Scene, candidate: Candidate) -> bool:
    return any(scene.reads("used_up", q.text) for q in candidate.quotes[:1])


def _serves(candidate: Candidate, part: str, names: frozenset[str]) -> bool:
    quantity = next(
        (c for c in candidate.constraints if c.kind == "quantity" and c.amount is not None), None
    )
    given = amounts(part)
    if given:
        if quantity is None or quantity.basis != "total" or candidate.another:
            return False
        # "20 GB at home" is no cure for data abroad: the need's subject must be the part's too.
        foreign = {w for w in specific(candidate.about) & names if w.startswith("~")} - {"~data"}
        enough = any(a.unit == quantity.unit and a.value >= (quantity.amount or 0) for a in given)
        return enough and foreign <= subjects(part)
    if quantity or candidate.another or _TRIAL.search(plain(part)) or _NUMBERED.match(digits(part)):
        return False
    about = thing_words(part)
    shared = about & specific(candidate.about)
    if candidate.need_type == "implied":  # what they use and are cramped by is no way out
        used = (w for q in candidate.quotes for w in _IN_USE.findall(plain(q.text)))
        shared -= {stem(word) for pair in used for word in pair.split()}
    if all(w.startswith("~") for w in shared) and _PRODUCT_PART.search(plain(part)):
        return False
    return bool(shared) and (
        len(shared) * 2 >= len({w for w in about if not w.startswith("~")}) or bool(about & names)
    )


def _known(scene: Scene, candidate: Candidate, items: list[Offering]) -> list[Cure]:
    """Knowledge that speaks of the need and of a free, owed or cheaper way."""
    names = frozenset().union(*(i.name_words for i in items[:6])) if items else frozenset()
    skus = {i.sku for i in items}
    ordered = frozenset().union(*(i.name_words for i in items if i.sku in candidate.called))
    found = []
    for fact in scene.case.knowledge:
        if not valid(scene, fact) or fact.visibility == "internal" or _begins_later(scene, fact):
            continue
        said, passage = statements(fact.text), is_article(fact)
        for place, sentence in enumerate(said):
            kind = kind_of(sentence)
            if passage:
                settles = _settles(sentence, candidate, ordered) and not scene.weighed(sentence)
                kind = kind_of(scene.without_names(sentence)) if settles else kind
                settles = settles and open_to(scene, fact, sentence, kind)
            else:
                around = " ".join(said[max(0, place - 1) : place + 2])
                speaks = _speaks_of(around, candidate, names) or scene.called(around) & skus
                kind = kind_of(scene.without_names(sentence))  # "Warm Free" is a name and no gift
                settles = bool(kind) and bool(speaks)
            if kind and settles:
                found.append(Cure(kind, fact.id, sentence, settles=True))
                break
    return found


def is_article(fact: KnowledgeFact) -> bool:
    """A passage of an article rather than one dated statement."""
    return fact.passage or is_passage(fact.text)


def _settles(sentence: str, candidate: Candidate, ordered: frozenset[str]) -> bool:
    """A sentence of an article cures only what it names itself, at no price, with no condition.

    The name of what they order says nothing of a cure: whatever is told of it has that in it.
    """
    shared = (named(subjects(sentence)) & named(candidate.about)) - ordered
    return len(shared) >= 3 and not signals()["priced"].search(digits(sentence))


def _speaks_of(text: str, candidate: Candidate, names: frozenset[str]) -> bool:
    """A statement is about the need: by its words, its unit or two words of product names."""
    about = specific(subjects(text))
    units = {c.unit for c in candidate.constraints if c.kind == "quantity"}
    if units & {a.unit for a in amounts(text)}:
        return True
    plain_names = {w for w in about & names if not w.startswith("~")}
    return bool(about & specific(candidate.about)) or len(plain_names) >= 2


def valid(scene: Scene, fact: KnowledgeFact) -> bool:
    """In force on the day of the assessment."""
    today = scene.as_of.date()
    return (fact.valid_from is None or fact.valid_from <= today) and (
        fact.valid_to is None or today <= fact.valid_to
    )


@lru_cache(maxsize=2048)
def kind_of(text: str) -> InformKind | None:
    """What a fact offers a customer: something owed, free or cheaper; None if none of these."""
    lowered = digits(text)
    if signals()["owed"].search(lowered):
        return "right"
    if signals()["free"].search(lowered):
        return "free_fix"
    if signals()["cheaper"].search(lowered):
        return "cheaper_option"
    return None


def _begins_later(scene: Scene, fact: KnowledgeFact) -> bool:
    """ "From 1 April it pays 4.1 % instead of 3.6 %", said in March: to be waited for."""
    if is_article(fact) or not signals()["cheaper"].search(digits(fact.text)):
        return False
    match = _FROM_DAY.search(digits(fact.text))
    today = scene.as_of.date()
    day = due(match.group(), today, WorkingCalendar()).on if match else None
    return day is not None and day > today


def announced(scene: Scene, about: frozenset[str]) -> KnowledgeFact | None:
    """A published change for the better that waiting would bring."""
    for fact in scene.case.knowledge:
        later = fact.valid_from is not None and fact.valid_from > scene.as_of.date()
        later = later or _begins_later(scene, fact)
        if (later or signals()["announced"].search(digits(fact.text))) and specific(
            subjects(fact.text)
        ) & specific(about):
            return fact
    return None
