"""How sure the rules are of a need they heard: fixed by rule, held where a doubt remains."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from copilot.ledger.language import plain, stems
from copilot.needs import free
from copilot.needs.assent import goes_ahead
from copilot.needs.bundle import Search
from copilot.needs.catalogue import PHRASE, Offering, linked, named
from copilot.needs.described import is_chosen
from copilot.needs.proposal import Candidate
from copilot.needs.scene import Scene, Words
from copilot.needs.statements import statements

_STATE = re.compile(
    r"\b(?:warm|cool|cold|hot|fast|quick|slow|quiet|loud|bright|dark|strong|steadi|smooth|dri|cheap"
    r"|low|high|short|bett)t?er(?= (?:again|there|here|at night|now|in)\b|\s*[.!?,;]|$)",
    re.IGNORECASE,
)

# "I want it on the app, but it says E55": the very limit they ask to have lifted.
# "But could I have a smaller one?" turns to the wish, and doubts what was said before it.
# "Nobody rang but salesmen" excepts, and doubts nothing.
_BUT_FULL = re.compile(
    r"\bbut\b(?=[^.;!?]{0,40}\b[A-Z]{1,3}-?\d{1,4}\b)"
    r"|^(?i:but) (?=(?:can|could|may|might) (?:i|we|I)\b)"
    r"|\b(?i:nobody|no one|nothing|none|anyone|anything)\b[^.,;:!?]{0,40}\bbut\b"
)
_INSTEAD = re.compile(r"\binstead\b", re.IGNORECASE)


def confidence(
    scene: Scene, words: Words, grip: int, called: frozenset[str], *,
    about: frozenset[str], explicit: bool, regulated: bool, consent: str, waits: bool,
) -> float:  # fmt: skip
    """Fixed by rule: a plain request is surer than a described limit; advice takes consent."""
    if regulated:
        return 0.92 if consent else 0.6
    ordered = bool(called) and (
        scene.reads("orders", words.text) or goes_ahead(words.text) or is_chosen(scene, words)
    )
    # What is ordered by name "instead" is chosen already.
    chosen = {words.text: _INSTEAD.sub(" ", words.text)} if ordered else {}
    doubt = any(
        scene.reads("doubt", _BUT_FULL.sub(" ", chosen.get(w.text, w.text)))
        for w in scene.own_words
    )
    if grip == 0:
        return 0.6  # the wish names nothing of ours, only the words around it do
    if not called and _STATE.search(words.text):
        return 0.6  # how a thing should be, not a thing: what makes it so may be free
    unread = _unread_statement(scene) or _unread_article(scene, about, only_warnings=ordered)
    if not waits and (doubt or grip < 2 or unread):
        return 0.6  # doubt, one shared word, or a fact rules cannot weigh: held, not shown
    return 0.85 if explicit else 0.75


def _unread_statement(scene: Scene) -> bool:
    """A dated statement speaks of this contact, or warns: what it means takes a reader."""
    spoken = scene.customer_stems
    return any(
        len(stems(k.text) & spoken) >= 2 or scene.reads("warning", k.text)
        for k in scene.case.knowledge
        if not k.passage
    )


def _unread_article(scene: Scene, about: frozenset[str], *, only_warnings: bool) -> bool:
    """A sentence of an article speaks of the need, and is free, owed, cheaper or a warning.

    "Warm Free" in it is a name and no gift. For what is ordered by name a cure is looked up by
    itself.
    """
    for fact in scene.case.knowledge:
        for said in statements(fact.text) if fact.passage else ():
            if len(stems(said) & about) < 2:
                continue
            if scene.reads("warning", said):
                return True
            bare = "" if only_warnings or scene.weighed(said) else scene.without_names(said)
            if free.kind_of(bare):
                return True
    return False


def is_regulated(scene: Scene, spoken: str) -> bool:
    """A subject on which only a qualified person advises."""
    return bool(_topics(scene.policy.regulated.topics).search(plain(spoken)))


@lru_cache(maxsize=8)
def _topics(topics: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(t) for t in topics)})s?\b")


def speaks_of(candidate: Candidate, found: Sequence[Offering]) -> bool:
    """A word of theirs, a phrase or an amount holds on to what was found."""
    if candidate.read_by_model or candidate.called or candidate.regulated or candidate.constraints:
        return True
    told = frozenset().union(*(linked(candidate.about, i) for i in found))
    names = frozenset().union(*(i.name_words for i in found))
    return any(not w.startswith("~") or w.startswith(PHRASE) or w in names for w in told)


def is_grounded(candidate: Candidate, search: Search | None, items: Sequence[Offering]) -> bool:
    """Their words hold on to what is proposed: held back or shown, less is a guess of ours.

    Where the sentence that asks names a thing of ours, no other that is named beside it stands in.
    """
    held = candidate.gripped
    if held is None or search is None or candidate.read_by_model or candidate.regulated:
        return True
    found = _proposed(search, items)
    if not found or any(named(linked(candidate.wish, i)) for i in found):
        return True
    units = {c.unit for c in candidate.constraints if c.kind == "quantity"}
    if any(i.sku in candidate.called or any(i.provides(u) for u in units) for i in found):
        return True
    asked = any(named(linked(candidate.wish, i)) & i.name_words for i in items)
    return any(i.sku in held for i in found) and not asked


def _proposed(search: Search, items: Sequence[Offering]) -> Sequence[Offering]:
    """What would be put forward, or noted as what they cannot have."""
    if search.best:
        return search.best.items
    noted = [i for i in items if i.sku == search.blocked_source]
    return noted or [i for i in items if i.sku in search.considered]


def adds_unnamed(candidate: Candidate, found: Sequence[Offering]) -> bool:
    """They want no more than what they named, and it takes something else of ours as well."""
    if candidate.read_by_model or not any(c.kind == "scope" for c in candidate.constraints):
        return False
    return any(
        not named(i.name_words) & candidate.about and i.sku not in candidate.called for i in found
    )
