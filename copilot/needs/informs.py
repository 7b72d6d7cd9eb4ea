"""What helps in a contact whether or not a need was found: what is owned, owed, free or true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from copilot.ledger.language import digits, plain, stem, stems
from copilot.needs.case import KnowledgeFact
from copilot.needs.catalogue import named, specific, subjects, used_up
from copilot.needs.entitled import entitlement_informs
from copilot.needs.free import is_article, kind_of, valid
from copilot.needs.holders import open_to
from copilot.needs.output import Inform, InformKind
from copilot.needs.records import in_force
from copilot.needs.scene import Scene, signals
from copilot.needs.statements import statements

STATEMENT = 220  # a longer sentence of an article is no piece of news
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_IF = re.compile(
    r"(?:if|when|where|should|in case) (?:you|your|the|it|a|an)\b(?P<case>[^,:;]*)[,:;]"
)
SAME_NEWS = 0.7  # of the words of the shorter of two pieces of news, and they are one
RELEVANT = 3.0  # words of substance that such a sentence shares with the customer's


def contact_informs(
    scene: Scene, *, care: bool, conflict_ids: Iterable[str], wronged: bool = False
) -> list[Inform]:
    """What helps in this contact whether or not a need was found, best sources first."""
    spoken = specific(scene_subjects(scene))
    said = _turn_by_turn(scene)
    scored: list[tuple[float, Inform]] = []
    conflicts = set(conflict_ids)
    for fact in scene.case.knowledge:
        if fact.visibility == "internal":
            continue
        conflict = fact.id in conflicts
        if is_article(fact):
            told = _best_statement(scene, fact, said, care=care)
            scored += [told] if told else []
            continue
        weight = _weight(scene, fact, spoken, care=care, wronged=wronged) + 3.0 * conflict
        if weight >= 1.0:
            kind = _fact_kind(fact, care=care, conflict=conflict)
            scored.append((weight, Inform(kind=kind, text=_short(fact.text), source=fact.id)))
    if not care:
        scored += [
            (w, i) for own in in_force(scene.case) for w, i in entitlement_informs(scene, own)
        ]
    if scene.says("cost_review") is not None:
        scored += [
            (1.5, Inform(kind="cheaper_option", text=_short(fact.text), source=fact.id))
            for fact in scene.case.knowledge
            if not is_article(fact)
            and fact.visibility == "public"
            and signals()["cheaper"].search(digits(fact.text))
            and valid(scene, fact)
        ]
    scored.sort(key=lambda pair: -pair[0])
    return [inform for _, inform in scored[: scene.policy.caps.informs]]


def distinct(informs: Iterable[Inform]) -> list[Inform]:
    """Each thing once: two articles may tell the same, with the same figures and in like words.

    Without a figure in common nothing is taken for the same: "replaced free of charge" and
    "repaired free of charge" differ in one word.
    """
    kept: list[Inform] = []
    for one in informs:
        if not any(_is_same(one, other) for other in kept if other.kind == one.kind):
            kept.append(one)
    return kept


def _is_same(one: Inform, other: Inform) -> bool:
    figures = {tuple(sorted(_FIGURE.findall(digits(inform.text)))) for inform in (one, other)}
    said, told = stems(one.text), stems(other.text)
    is_like = len(said & told) >= SAME_NEWS * min(len(said), len(told))
    return len(figures) == 1 and figures != {()} and is_like


def _weight(
    scene: Scene, fact: KnowledgeFact, spoken: frozenset[str], *, care: bool, wronged: bool
) -> float:
    """How much a dated statement has to do with what they speak of."""
    del scene
    shared = specific(subjects(fact.text)) & spoken
    families = {w for w in shared if w.startswith("~")}
    weight = len(shared) - 0.4 * len(families)
    if care and signals()["help"].search(digits(fact.text)):
        weight += 2.0
    if wronged and kind_of(fact.text) == "right":
        weight += 1.0
    return weight


def _best_statement(
    scene: Scene, fact: KnowledgeFact, said: Sequence[frozenset[str]], *, care: bool
) -> tuple[float, Inform] | None:
    """Of an article, the one sentence that names what they speak of and is free or owed to them.

    Its words stand together in one turn of theirs: valves asked about today and rooms named before
    are no question about the valves of a room. What ours have put to them is no news.
    """
    best: tuple[float, Inform] | None = None
    for sentence in statements(fact.text):
        lowered = digits(sentence)
        if (
            not kind_of(sentence)
            or len(sentence) > STATEMENT
            or signals()["priced"].search(lowered)
        ):
            continue
        own = named(subjects(sentence))
        weight = max((len(own & turn) for turn in said), default=0) + 1.0 * (
            care and bool(signals()["help"].search(lowered))
        )
        if (
            weight < RELEVANT
            or not _is_their_case(lowered, said)
            or (best is not None and weight <= best[0])
        ):
            continue
        kind = kind_of(scene.without_names(sentence))  # "Warm Free" is a name and no gift
        if kind and not scene.weighed(sentence) and open_to(scene, fact, sentence, kind):
            best = (weight, Inform(kind=kind, text=sentence, source=fact.id))
    return best


def _is_their_case(sentence: str, said: Sequence[frozenset[str]]) -> bool:
    """ "If you leave valves and hub behind, ...": told only to one who speaks of half of that."""
    match = _IF.match(sentence)
    own = named(subjects(match.group("case"))) if match else frozenset()
    return not own or any(2 * len(own & turn) >= len(own) for turn in said)


def _fact_kind(fact: KnowledgeFact, *, care: bool, conflict: bool) -> InformKind:
    if conflict:
        return "truth"
    if care:
        return "free_fix"
    return kind_of(fact.text) or "truth"


def _turn_by_turn(scene: Scene) -> list[frozenset[str]]:
    """What each turn of the customer speaks of."""
    found: dict[str, frozenset[str]] = {}
    for w in scene.own_words:
        found[w.turn.id] = found.get(w.turn.id, frozenset()) | named(subjects(w.text))
    return list(found.values())


def scene_subjects(scene: Scene) -> frozenset[str]:
    """What the customer and, after them, our side spoke of in this contact."""
    return frozenset().union(*(subjects(w.text) for w in scene.own_words), frozenset())


def answers(scene: Scene, inform: Inform) -> bool:
    """What they own is about what they ask, and not itself what they have used up."""
    own = next((o for o in in_force(scene.case) if o.id == inform.source), None)
    if own is None:
        return False
    spoken, asked = (
        specific(scene_subjects(scene)),
        {scene.same_units.get(w, w) for w in scene.customer_stems},
    )
    if any(used_up(scene.case, stem(unit)) and stem(unit) in asked for unit in own.limits):
        return False
    told = [part for part in own.includes if plain(part) in plain(inform.text)]
    about = [{w for w in specific(subjects(p)) if not w.startswith("~")} for p in told]
    return not told or any(2 * len(words & spoken) >= len(words) for words in about)


def obstacle(scene: Scene, why: str, source: str) -> list[Inform]:
    """The truth about what cannot be had: the fact that says so, else the product's own line."""
    item = next((i for i in scene.items if i.sku == source), None)
    name = {w for w in (item.name_words if item else frozenset()) if not w.startswith("~")}
    for fact in scene.case.knowledge:
        shared = name & subjects(fact.text)
        if name and len(shared) * 2 >= len(name):
            return [Inform(kind="truth", text=_short(fact.text), source=fact.id)]
    return [Inform(kind="truth", text=_short(why), source=source or "catalogue")]


def _short(text: str) -> str:
    return text if len(text) <= 280 else f"{text[:277]}..."
