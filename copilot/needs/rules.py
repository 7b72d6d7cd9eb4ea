"""The proposer without a model: rules over the customer's own sentences, precision first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.ledger.language import digits, plain, stem, stems
from copilot.needs.assent import meant, put_forward
from copilot.needs.bundle import relevant_to
from copilot.needs.catalogue import (
    PIECES,
    Offering,
    amounts,
    linked,
    owned_amount,
    subjects,
    used_up,
)
from copilot.needs.constraints import (
    condition_of,
    constraints_of,
    hold_of,
    open_amount,
    told_before,
)
from copilot.needs.entitled import fears_to_lose
from copilot.needs.giving_back import without_giving_back
from copilot.needs.grip import grips_of
from copilot.needs.having import (
    asked_part,
    called_by_name,
    in_their_words,
    owned_of,
    theirs,
    two_measures,
    without_their_sizes,
)
from copilot.needs.joining import merged, stronger
from copilot.needs.output import NeedType
from copilot.needs.places import without_places
from copilot.needs.proposal import Candidate, Constraint, Proposal, Quote, Role
from copilot.needs.scene import Scene, Words, signals
from copilot.needs.sufficiency import SIZES
from copilot.needs.sureness import confidence, is_regulated
from copilot.needs.telling import benefit, title, without_assent

_COMPARED = re.compile(
    r"(?:fast|bigg?|larg|small|cheap|strong|long|better|suit|range|similar|kind|sort)\w*"
)
_BLANK = frozenset(
    stem(w)
    for w in """order piece item thing ones please kind like want take need fine
    brilliant lovely yep yeah oh eh""".split()
)
_BUT = re.compile(r"\bbut\b")
_FOR_THAT = re.compile(r"\bfor (?:that|it|this|them|those)\b")
_POINTER = re.compile(r"\b(?:it|this|that|them|those|these|both)\b")
_LOST = re.compile(r"\b(?:i|we)(?:'ve| have)?(?: just| already)? lost\b")
_NEW_ACCOUNT = re.compile(r"\b(?:open\w*|start\w*|set up|create|new)\b.{0,20}\baccount\b")


@dataclass(frozen=True, slots=True)
class _Seed:
    words: Words
    kind: NeedType
    explicit: bool


class RuleProposer:
    """Finds needs by word families, amounts and the catalogue's own vocabulary."""

    def propose(self, scene: Scene) -> Proposal:
        """At most as many candidates as policy allows; silence where the words are not clear."""
        items = scene.items
        found: dict[str, Candidate] = {}
        for seed in self._seeds(scene):
            candidate = _candidate(scene, seed, items)
            if candidate is not None:
                key = seed.words.turn.id
                found[key] = stronger(found.get(key), candidate)
        limit = scene.policy.caps.candidates
        return Proposal(tuple(merged(scene, list(found.values())))[:limit], label="rules")

    def _seeds(self, scene: Scene) -> list[_Seed]:
        return [seed for words in scene.own_words if (seed := _seed(scene, words))]


def _seed(scene: Scene, words: Words) -> _Seed | None:
    text = without_giving_back(words.text)
    advice = is_regulated(scene, text) and scene.reads("consent_contact", text)
    if scene.reads("negated_want", text) or scene.reads("only_asks", text):
        return None
    for name in ("want", "asks_for"):
        if scene.reads(name, text) and (advice or not _is_service(text, name)):
            return _Seed(words, "stated", explicit=advice or scene.reads("strong_want", text))
    if put_forward(scene, text):
        return _Seed(words, "stated", explicit=True)
    if text.endswith("?") or not _told_a_limit(scene, text):
        return None
    near = _same_turn(scene, words)
    costly = any(scene.reads("consequence", w.text) or scene.reads("tried", w.text) for w in near)
    if costly or any(_beyond(scene, c) for c in constraints_of(scene, near, scene.items)):
        return _Seed(words, "implied", explicit=False)
    return None


def _told_a_limit(scene: Scene, text: str) -> bool:
    return any(scene.reads(name, text) for name in ("limit", "at_limit", "refused_more"))


def _is_service(text: str, name: str) -> bool:
    """What is wanted is help with what they have, not something more."""
    lowered = digits(text)
    match = signals()[name].search(lowered)
    rest = lowered[match.start() : match.start() + 90] if match else lowered
    rest = _BUT.split(rest)[0]  # "I want the sensor but can't find it" wants the sensor
    return bool(signals()["service_want"].search(rest) or signals()["change"].search(rest))


def _same_turn(scene: Scene, words: Words) -> list[Words]:
    return [w for w in scene.own_words if w.turn.id == words.turn.id]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a wish speaks of: with the sentences around it, and how directly."""

    near: list[Words]
    about: frozenset[str]
    constraints: list[Constraint]
    far: bool  # only the words around the wish name something of ours
    theirs: frozenset[str] = frozenset()  # products they have by their own words

    @property
    def spoken(self) -> str:
        return " ".join(w.text for w in self.near)


def _heard(scene: Scene, seed: _Seed, items: list[Offering]) -> _Heard | None:
    """None where the words name nothing that the catalogue names too."""
    near = _neighbours(scene, seed)
    spoken = " ".join(w.text for w in near)
    spoken = without_places(spoken)
    about, own = subjects(spoken), subjects(without_places(seed.words.text))
    priced = meant(scene, seed.words.text) if seed.explicit else frozenset()
    if priced:  # told by its price or as what we put to them, whatever it is called
        own = own.union(*(i.name_words for i in items if i.sku in priced))
        about = about | own
    if _FOR_THAT.search(plain(seed.words.text)):
        about = about | _before(scene, seed)
    if _NEW_ACCOUNT.search(plain(spoken)):
        about, own = about | {"~new-account"}, own | {"~new-account"}
    first = [seed.words, *(w for w in near if w is not seed.words)]
    constraints = constraints_of(scene, first, items)
    if seed.kind == "stated" and not any(c.kind == "quantity" for c in constraints):
        constraints = [*told_before(scene, seed.words, items), *constraints]
    had = theirs(scene, spoken, items)
    about = subjects(asked_part(spoken)) if had else about
    constraints = without_their_sizes(spoken, constraints, items)
    if priced:
        return _Heard(near, about, constraints, far=False, theirs=had)
    items = [i for i in items if i.sku not in had]
    if _links(seed, own, about, constraints, items):
        return _Heard(near, about, constraints, far=False, theirs=had)
    if _links(seed, about, about, constraints, items):
        blank = not stems(seed.words.text) - _BLANK
        return _Heard(near, about, constraints, far=not blank, theirs=had)
    about = about | _before(scene, seed)
    back = seed.explicit and _points_back(seed.words.text)
    if back and _links(seed, about, about, constraints, items):
        return _Heard(near, about, constraints, far=_takes_other(scene, seed, items))
    return None


def _takes_other(scene: Scene, seed: _Seed, items: list[Offering]) -> bool:
    """ "I'll take it" means what our side just put forward, and that was none of these."""
    if not _POINTER.search(plain(seed.words.text)):
        return False
    place = scene.position.get(seed.words.turn.id, 0)
    ours = next((t for t in reversed(scene.current[:place]) if t.ours), None)
    told = subjects(ours.text) if ours else frozenset()
    return len(told) > 2 and not any(i.named_in(told) for i in items)


def _candidate(scene: Scene, seed: _Seed, items: list[Offering]) -> Candidate | None:
    heard = _heard(scene, seed, items)
    if heard is None:
        return None
    near, about, spoken = heard.near, heard.about, heard.spoken
    constraints, far = heard.constraints, heard.far
    regulated, consent = is_regulated(scene, spoken), _consent(scene)
    limited = _is_limited(scene, spoken, constraints)
    unsure = two_measures([w.text for w in near])
    called, struck = _called(scene, seed, heard)
    had = heard.theirs | struck
    bare = Candidate(
        "", seed.kind, (), about=about, constraints=tuple(constraints), called=called, theirs=had
    )
    grips = grips_of(about, constraints, relevant_to(bare, items), limited=limited, text=spoken)
    grip = max(grips.values(), default=0) if not called else 2
    if not grip and not regulated:
        return None
    waits = condition_of(scene, near) is not None or hold_of(scene, near) is not None
    return Candidate(
        need=in_their_words(title(scene, seed.words, seed.kind, near, constraints), items),
        need_type=seed.kind,
        quotes=_quotes(seed, near, scene, items if far else []),
        about=about,
        wish=subjects(asked_part(without_places(seed.words.text))),
        constraints=tuple(constraints),
        explicit=seed.explicit,
        for_other=scene.reads("beneficiary", spoken),
        another=scene.reads("another", seed.words.text),
        in_all=scene.reads("in_all", seed.words.text),
        release_after=condition_of(scene, near),
        hold_until=hold_of(scene, near),
        benefit=benefit(scene, seed.words, seed.kind),
        consent_quote=consent,
        regulated=regulated,
        p=confidence(
            scene,
            seed.words,
            0 if far or unsure or _undecided(scene, seed, grips, items, constraints) else grip,
            called,
            about=about,
            regulated=regulated,
            consent=consent,
            explicit=seed.explicit,
            waits=waits and not unsure,
        ),
        missing_slot=None
        if waits or called
        else open_amount(scene.without_names(seed.words.text), constraints, about, items),
        drop=_drop(scene, seed, near),
        called=called,
        theirs=had,
        struck=struck,
        named=called or frozenset(s for s, n in grips.items() if n >= 2 or far)
        if grip >= 2
        else None,
        gripped=called or frozenset(s for s, n in grips.items() if n),
    )


def _is_limited(scene: Scene, spoken: str, constraints: list[Constraint]) -> bool:
    if scene.reads("limit", spoken) or "double" in plain(spoken):
        return True
    return any(_beyond(scene, c) for c in constraints)


def _called(scene: Scene, seed: _Seed, heard: _Heard) -> tuple[frozenset[str], frozenset[str]]:
    """What they ask for by name or by price, and what of it they own already."""
    said = seed.words.text if seed.explicit else ""
    called = called_by_name(scene, said, heard.constraints) - heard.theirs
    called = called or meant(scene, said)
    struck = owned_of(scene, called)
    return called - heard.theirs - struck, struck


def _points_back(text: str) -> bool:
    """ "Is there anything faster?" names no thing of its own: it means what was spoken of."""
    return all(_COMPARED.fullmatch(word) for word in stems(text))


def _undecided(
    scene: Scene, seed: _Seed, grips: dict[str, int], items: list[Offering],
    constraints: list[Constraint],
) -> bool:  # fmt: skip
    """The words hold on to several products and give no measure: which one takes a reader.

    So it is where nobody asked and the things are of several kinds, and where they ask which one.
    """
    if any(c.kind in ("quantity", "budget", "age", "period") for c in constraints):
        return False
    held = [i for i in items if grips.get(i.sku, 0) >= 2]
    if seed.kind != "stated":
        return len({i.head for i in held}) > 1
    return len(held) > 1 and scene.reads("which_one", seed.words.text)


def _beyond(scene: Scene, constraint: Constraint) -> bool:
    """More of something than what they own holds: five rooms where the plan has two."""
    if constraint.kind != "quantity" or constraint.unit in SIZES:
        return False
    have = owned_amount(scene.case, constraint.unit)
    extra = constraint.basis == "extra" or used_up(scene.case, constraint.unit)
    return have > 0 and (extra or (constraint.amount or 0.0) > have)


def _before(scene: Scene, seed: _Seed) -> frozenset[str]:
    """What the customer spoke of in the turns before."""
    place = scene.position.get(seed.words.turn.id, 0)
    earlier = [w for w in scene.own_words if scene.position.get(w.turn.id, 0) < place]
    return frozenset().union(*(subjects(w.text) for w in earlier[-6:]))


def _neighbours(scene: Scene, seed: _Seed) -> list[Words]:
    """The seed and what the same turn adds to it: amounts, reasons, conditions."""
    turn = _same_turn(scene, seed.words)
    place = turn.index(seed.words)
    return [
        w
        for i, w in enumerate(turn)
        if w is seed.words or (abs(i - place) <= 2 and not _other_matter(scene, w))
    ]


def _other_matter(scene: Scene, words: Words) -> bool:
    """A fault told beside the wish, and what they say they do not want."""
    fault = scene.reads("fault", words.text) and not _told_a_limit(scene, words.text)
    fears = fears_to_lose(words.text) and not _told_a_loss(words.text)
    return fault or scene.reads("unwanted", words.text) or fears


def _told_a_loss(text: str) -> bool:
    """ "I lost that job" tells what it cost them; "do I lose my number?" fears."""
    return not text.endswith("?") and bool(_LOST.search(plain(text)))


def _links(
    seed: _Seed,
    own: frozenset[str],
    about: frozenset[str],
    constraints: list[Constraint],
    items: list[Offering],
) -> bool:
    """The words name something the catalogue names too, or an amount in one of its units."""
    if any(
        c.kind == "quantity"
        and c.unit != PIECES
        and any(i.provides(c.unit) or i.endless(c.unit) for i in items)
        for c in constraints
    ):
        return True
    words = own if seed.kind == "stated" else about
    return any(linked(words, i) for i in items)


def _quotes(
    seed: _Seed, near: list[Words], scene: Scene, items: list[Offering]
) -> tuple[Quote, ...]:
    """The seed first, then what the turn adds: amounts, a consequence, the thing unnamed."""
    told = bool(items) or not seed.explicit  # an indirect wish rests on what is told around it
    picked = [Quote(seed.words.turn.id, _short(seed.words.text), seed.words.turn.conversation_id)]
    for words in near:
        if words is seed.words or len(picked) >= 3 or len(words.text) < 8:
            continue
        says_more = (
            amounts(words.text)
            or scene.reads("consequence", words.text)
            or scene.reads("limit", words.text)
            or any(linked(subjects(words.text), i) for i in items)
            or (told and scene.reads("situation", words.text))
        )
        if says_more and not scene.reads("resolved", words.text):
            role: Role = "constraint" if amounts(words.text) else "consequence"
            picked.append(
                Quote(words.turn.id, _short(words.text), words.turn.conversation_id, role)
            )
    return tuple(picked)


def _short(text: str) -> str:
    return text[:240].rstrip()


def _consent(scene: Scene) -> str:
    words = scene.says("consent_contact")
    return words.text[:240] if words else ""


def _drop(scene: Scene, seed: _Seed, near: list[Words]) -> str | None:
    """Why these words carry no need, if they do not (rules E3, E6)."""
    whole = [seed.words, *near]
    if any(scene.reads("figurative", w.text) or scene.reads("sarcasm", w.text) for w in whole):
        return "figurative"
    if any(scene.reads("curiosity", w.text) for w in _same_turn(scene, seed.words)):
        return "information_only"
    if scene.reads("hypothetical", seed.words.text):
        return "information_only"
    if scene.reads("third_party_words", without_assent(seed.words.text)):
        return "not_customer_words"
    if scene.reads("price_probe", seed.words.text) and not seed.explicit:
        return "information_only"
    return None
