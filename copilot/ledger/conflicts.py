"""A promise held against the facts: which fact, valid then or now, it contradicts.

A conflict costs: it stops every offer and owes the customer an apology. So it takes a claim of
one of a few kinds, a fact on the very same subject that plainly says otherwise, and no fact that
agrees. Names that differ by their number ("Fibre 300", "Fibre 900") are different subjects, and
what a statement is about stands before its verb: "Guest Wi-Fi: not possible" denies guest Wi-Fi,
not whatever else the line mentions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache

from copilot.ledger.compatibility import fit
from copilot.ledger.language import digits, plain, stem, stems
from copilot.ledger.patterns import pattern
from copilot.ledger.subjects import (
    IS_NUMBERED,
    case_in,
    head_of,
    name_words,
    naming,
    other_number,
    substance,
    unnamed,
)
from copilot.ledger.terms import bound, kind_of, longest_days, moves, on_terms, price_moves
from copilot.ledger.timeline import Fact

_UNSOUND = frozenset({"roadmap", "withdrawn", "known_issue"})
SUBJECT = 0.6  # the share of a claim's words of substance that a fact on its subject has too


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a sentence says, as far as facts could deny it."""

    said: str
    subject: frozenset[str]
    head: frozenset[str]
    context: frozenset[str]
    denies: bool
    product: frozenset[frozenset[str]] = frozenset()  # the catalogue names it speaks of
    around: frozenset[str] = frozenset()  # of terms: all that was spoken of by then


@dataclass(frozen=True)
class Shelf:
    """The facts with their words: a claim is held against those that share one.

    Each fact is read once, whoever's shelf it stands on.
    """

    facts: tuple[Fact, ...]
    products: tuple[frozenset[str], ...]
    words: tuple[frozenset[str], ...]
    owned: tuple[Fact, ...] = ()  # what the customer had, and from when until when

    @classmethod
    def of(cls, known: tuple[Fact, ...]) -> Shelf:
        """The words of every fact that can deny a claim, and the names that the catalogue gives."""
        facts = tuple(fact for fact in known if fact.kind in ("knowledge", "product"))
        owned = tuple(fact for fact in known if fact.kind == "entitlement")
        return cls(facts, _names(facts), tuple(substance(fact.text) for fact in facts), owned)

    def near(self, claim: _Claim, *, is_claim: bool) -> list[int]:
        """The facts that a claim could contradict, in their order."""
        wanted = claim.subject | claim.context if claim.context else claim.subject
        places = {n for n, words in enumerate(self.words) if not wanted.isdisjoint(words)}
        if is_claim and any(pattern(name).search(claim.said) for name in _OF_TERMS):
            places.update(self._terms)
        return sorted(places)

    @cached_property
    def _terms(self) -> list[int]:
        """On prices and terms: held against claims that name no thing at all."""
        told = enumerate(self.facts)
        return [n for n, fact in told if fact.kind == "knowledge" and on_terms(fact.text)]

    def named_by(self, place: int) -> frozenset[frozenset[str]]:
        """The products that a statement names."""
        is_told = self.facts[place].kind == "knowledge"
        return self.naming(self.words[place]) if is_told else _NONE

    def naming(self, words: frozenset[str]) -> frozenset[frozenset[str]]:
        """The products that a text of these words names, read once on this shelf."""
        if words not in self._named:
            self._named[words] = naming(words, self.products)
        return self._named[words]

    def elsewhere(self, place: int, products: frozenset[frozenset[str]]) -> bool:
        """A statement on terms that names nothing stands in a text on other products than these."""
        fact = self.facts[place]
        if not products or fact.kind != "knowledge" or kind_of(fact.text):
            return False
        same = (n for n, other in enumerate(self.facts) if other.id == fact.id)
        about = _NONE.union(*map(self.named_by, same))
        return bool(about) and not about & products

    @cached_property
    def _named(self) -> dict[frozenset[str], frozenset[frozenset[str]]]:
        return {}


_OF_TERMS = ("conflict_steady", "conflict_unbound", "conflict_moves")


def contradicted_by(
    claim: str, facts: Shelf, said: date | None, as_of: date | None, *,
    is_claim: bool = True, context: str = "", nearby: Sequence[str] = (),
) -> str | None:  # fmt: skip
    """The id of the fact that says otherwise; None if no fact is known to.

    `context` is what was spoken of just before: a claim that names no thing of its own means that.
    The product it speaks of is named in the claim, else `nearby` (the nearest text first).
    """
    whole = _read(claim, context)
    # "If it gets too much you can change any time" grants it to everybody.
    free = pattern("conflict_moves").search(whole.said)
    if not facts.facts or (pattern("conflict_if").search(whole.said) and not free):
        return None
    suits = fit(claim, facts.facts, facts.owned, nearby, said) if is_claim else None
    if suits:
        return suits.source
    spoken: frozenset[frozenset[str]] | None = None
    pieces = claim.split(", ")
    for piece in (claim, *(pieces if len(pieces) > 1 else ())):
        read = _read(piece, context)
        near = facts.near(read, is_claim=is_claim)
        if not near:
            continue
        if spoken is None:
            named = (facts.naming(substance(text)) for text in (claim, *nearby))
            spoken = next(filter(None, named), _NONE)
        if read.denies != whole.denies or spoken:
            read = replace(read, denies=whole.denies, product=spoken)
        if is_claim and pattern("conflict_unbound").search(read.said):
            read = replace(read, around=_spoken_of(claim, *nearby))
        found = _first(read, facts, near, said, as_of, is_claim=is_claim)
        if found:
            return found
    return None


def _spoken_of(*texts: str) -> frozenset[str]:
    return frozenset[str]().union(*map(substance, texts))


def _first(
    read: _Claim, facts: Shelf, near: Sequence[int], said: date | None, as_of: date | None, *,
    is_claim: bool,
) -> str | None:  # fmt: skip
    best: tuple[float, str] | None = None
    for place in near:
        fact, theirs = facts.facts[place], facts.named_by(place)
        if not (_valid(fact, said) or _valid(fact, as_of)):
            continue
        if read.product and theirs and not read.product & theirs and not _partly(read, theirs):
            continue  # it speaks of another product
        if read.around and not theirs and facts.elsewhere(place, read.product):
            continue  # "The minimum term is 12 months", in the text on another product
        weight = _contradiction(read, fact, said, is_claim=is_claim, named=theirs)
        if weight < 0:
            return None
        if weight and (best is None or weight > best[0]):
            best = (weight, fact.id)
    return best[1] if best else None


_NONE: frozenset[frozenset[str]] = frozenset()


def _partly(claim: _Claim, products: frozenset[frozenset[str]]) -> bool:
    """The claim is about one of these things by a shorter name: "Static IP" of the address."""
    return len(claim.head) > 1 and any(claim.head <= name for name in products)


def _names(facts: Sequence[Fact]) -> tuple[frozenset[str], ...]:
    """The catalogue's names, each as its words of substance."""
    names = (name_words(f.text) for f in facts if f.kind == "product")
    return tuple({name for name in names if len(name) > 1 or any(map(IS_NUMBERED.match, name))})


@lru_cache(maxsize=4096)
def _read(claim: str, context: str) -> _Claim:
    said = digits(plain(claim))
    subject = substance(claim)
    denies = bool(pattern("conflict_denying").search(pattern("conflict_no_fee").sub("", said)))
    points_back = len(subject) < 2 and pattern("conflict_pronoun").search(said)
    meant = substance(context) if points_back else frozenset()
    return _Claim(said, subject, head_of(claim), meant, denies)


def _valid(fact: Fact, day: date | None) -> bool:
    if day is None:
        return fact.valid_from is None and fact.valid_to is None
    return (fact.valid_from is None or fact.valid_from <= day) and (
        fact.valid_to is None or day <= fact.valid_to
    )


@lru_cache(maxsize=4096)
def _contradiction(
    claim: _Claim,
    fact: Fact,
    said: date | None,
    *,
    is_claim: bool,
    named: frozenset[frozenset[str]] = _NONE,
) -> float:
    """How surely the two contradict; 0 where they do not, below 0 where the fact agrees.

    A fact that has several products `named` gives figures, but not whose they are.
    """
    if fact.kind == "product":
        return _against_product(claim, fact)
    if is_claim and price_moves(claim.said, fact.text, said):
        return 1.0
    if is_claim and (way := moves(claim.said, fact.text)):
        return way
    if is_claim and pattern("conflict_unbound").search(claim.said):
        return bound(claim.product, claim.around, fact.text, named)
    told = _cell(claim, fact.text)
    shared = claim.subject & substance(told)
    if not shared or not _same_subject(claim, told, shared, is_claim=is_claim):
        return 0.0
    fact_says = digits(plain(told))
    if _agrees(claim.said, fact_says, same_product=bool(claim.product & named)):
        return -1.0
    alone = len(named) < 2 or told != fact.text
    denied = _denied(claim, fact_says, is_claim=is_claim, alone=alone)
    return float(len(shared)) if denied else 0.0


def _cell(claim: _Claim, text: str) -> str:
    """Of a row with several columns only those that the claim names: "Static IP: Fibre 300 …"."""
    name, colon, cells = text.partition(": ")
    parts = cells.split(", ")
    if not colon or len(parts) < 2:
        return text
    meant = claim.subject.union(*claim.product)
    named = [part for part in parts if _shares(meant, substance(part))]
    return f"{name}: {', '.join(named)}" if named else text


def _shares(meant: frozenset[str], words: frozenset[str]) -> bool:
    return bool(meant & words) and not other_number(meant, words)


def _same_subject(claim: _Claim, fact: str, shared: frozenset[str], *, is_claim: bool) -> bool:
    """Both are about one thing, or most of what the claim speaks of stands in the fact.

    Two names that differ by their number alone are never one subject.
    """
    if other_number(claim.subject, substance(fact)):
        return False
    head = head_of(fact)
    if len(shared) >= 2 and len(shared) >= SUBJECT * len(claim.subject):
        return True
    if claim.context & head and claim.subject <= substance(fact):  # "they have …", of the valves
        return True
    small, large = sorted((claim.head, head), key=len)
    if len(small) >= 2:
        return small <= large
    return is_claim and small == claim.subject and len(small) == 1 and small <= large


def _agrees(said: str, fact: str, *, same_product: bool) -> bool:
    """The fact gives the very figures of the claim, or says free where the claim does.

    Beside a price, "included" agrees only where the fact is on the claim's own product.
    """
    ours, theirs = set(_FIGURE.findall(said)), set(_FIGURE.findall(fact))
    if ours and ours <= theirs:
        return True
    free = pattern("conflict_free")
    if not free.search(said) or not free.search(fact) or pattern("conflict_but").search(fact):
        return False
    return same_product or not pattern("conflict_costs").search(fact)


_FIGURE = re.compile(
    r"(?<=[£$€])\d+(?:\.\d+)?"
    r"|\d+(?:\.\d+)?(?=[ -]?(?!and\b|or\b|is\b|has\b|in\b|for\b|with\b)[a-z%])"
)


def _denied(claim: _Claim, fact: str, *, is_claim: bool, alone: bool) -> bool:
    if pattern("conflict_pronoun").search(fact):  # "It cannot be added": what, only its text knows
        return False
    said = claim.said
    if _numbers_differ(said, fact) or (is_claim and alone and _price_differs(said, fact)):
        return True
    if claim.denies or pattern("conflict_unless").search(fact):
        return False
    to_come = pattern("conflict_future").search(said)
    undated = pattern("conflict_undated").search(fact)
    if undated and to_come and not _of_a_case(claim, fact[undated.end() :]):
        return bool(claim.subject & head_of(fact))  # "Notice: none" says nothing of the plan's day
    capable = is_claim and bool(pattern("conflict_capable").search(unnamed(said, claim.product)))
    if refused := pattern("conflict_refusing").search(fact):
        return capable or bool(to_come and not _of_a_case(claim, fact[refused.end() :]))
    limits = capable and bool(pattern("conflict_limiting").search(fact))
    return limits and bool(claim.subject & head_of(fact))  # "B works only with A" limits B, not A


def _of_a_case(claim: _Claim, rest: str) -> bool:
    """A refusal goes on with a case of its own, which the claim does not speak of."""
    case = case_in(rest)
    return bool(case) and not case & claim.subject.union(claim.context, *claim.product)


def _against_product(claim: _Claim, fact: Fact) -> float:
    """A product that is not on sale or has a known fault, or a feature of it in other figures."""
    name, _, features = fact.text.partition(". ")
    named = name_words(fact.text)
    if not named or claim.denies:
        return 0.0
    if fact.status in _UNSOUND and named <= claim.subject and len(named) >= 2:
        asked = "conflict_working" if fact.status == "known_issue" else "conflict_future"
        return 1.5 + len(named) if pattern(asked).search(claim.said) else 0.0
    head = substance(name.split(",")[0].split()[-1])  # "valve" of "Radiator Valve"
    if not head or not head <= claim.subject | claim.context or not claim.subject:
        return 0.0
    return 1.0 + len(named) if _feature_differs(claim, features) else 0.0


def _feature_differs(claim: _Claim, features: str) -> bool:
    """The same quality with the same unit and a smaller figure: "5 years" against "2 years"."""
    ours = pattern("conflict_measure").search(claim.said)
    if not ours or _FIGURE.findall(claim.said) != [ours.group(1)]:
        return False
    for part in features.split(","):
        theirs = pattern("conflict_measure").search(digits(plain(part)))
        if not theirs or theirs.group(2).rstrip("s") != ours.group(2).rstrip("s"):
            continue
        quality = substance(pattern("conflict_measure").sub(" ", digits(plain(part))))
        quality = frozenset(w for w in quality if w != stem(ours.group(2)))
        if quality and quality <= claim.subject:
            return float(theirs.group(1)) < float(ours.group(1))
    return False


def _numbers_differ(said: str, fact: str) -> bool:
    """The same measure, and the fact gives a longer wait or a smaller amount than was said."""
    ours, theirs = (list(pattern("conflict_span").finditer(text)) for text in (said, fact))
    single = len(ours) == 1 and len(theirs) == 1
    if single and pattern("conflict_takes").search(fact) and "least" not in said:
        return longest_days(theirs[0]) > longest_days(ours[0]) * 1.01
    if pattern("conflict_adds").search(fact):  # what is added is not what there is
        return False
    mine, real = (pattern("conflict_measure").findall(text) for text in (said, fact))
    if len(mine) != 1 or len(real) != 1 or mine[0][1].rstrip("s") != real[0][1].rstrip("s"):
        return False
    if _measures_other(said, fact):
        return False
    return float(real[0][0]) < float(mine[0][0])


def _measures_other(said: str, fact: str) -> bool:
    """ "Office: notice 3 months" says nothing against "Office is 24 months": its notice is 3."""
    name, colon, cells = fact.partition(": ")
    cell = next((c for c in cells.split(", ") if pattern("conflict_measure").search(c)), "")
    measure = pattern("conflict_measure").search(cell)
    label = stems(cell[: measure.start()]) - stems(name) if colon and measure else frozenset()
    return bool(label) and not label & stems(said)


def _price_differs(said: str, fact: str) -> bool:
    if pattern("conflict_free").search(said) and pattern("conflict_costs").search(fact):
        excepted = ("conflict_gratis", "conflict_unless")
        return not any(pattern(name).search(fact) for name in excepted)
    return False
