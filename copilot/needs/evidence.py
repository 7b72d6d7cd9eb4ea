"""Evidence rules E1-E8: what may count as a customer's own words about a need of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from copilot.ledger import Said
from copilot.ledger.language import plain, sentences, stems
from copilot.needs.catalogue import amounts, is_generic, named, subjects
from copilot.needs.output import CounterOut, EvidenceOut, NeedType
from copilot.needs.proposal import Candidate, Quote
from copilot.needs.scene import Scene, foreign_spans, is_foreign, signals

SHORTEST, LONGEST = 8, 240


@dataclass(frozen=True, slots=True)
class Checked:
    """Quotes that stand, or the reason why none does."""

    evidence: tuple[EvidenceOut, ...]
    reason: str | None = None
    why: str = ""


def locate(scene: Scene, quote: Quote) -> EvidenceOut | None:
    """E1 and E2: an exact span of a customer turn, 8 to 240 characters, in their own words."""
    text = quote.text
    if not SHORTEST <= len(text) <= LONGEST:
        return None
    for turn in _turns(scene, quote):
        start = turn.text.find(text)
        spans = foreign_spans(turn.text)
        while start >= 0:
            if not is_foreign(start, start + len(text), spans):
                return _out(scene, quote, turn, start)
            start = turn.text.find(text, start + 1)
    return None


def _turns(scene: Scene, quote: Quote) -> Iterable[Said]:
    matching = [t for t in scene.timeline.turns if t.id == quote.turn and t.speaker == "customer"]
    return [t for t in matching if t.conversation_id == quote.conversation] or matching


def _out(scene: Scene, quote: Quote, turn: Said, start: int) -> EvidenceOut:
    age = (scene.as_of - turn.at).total_seconds() / 86400 if turn.at else 0.0
    return EvidenceOut(
        turn=turn.id,
        quote=quote.text,
        conversation_id=turn.conversation_id,
        start=start,
        end=start + len(quote.text),
        at=turn.at.isoformat() if turn.at else "",
        age_days=round(max(age, 0.0), 2),
        role=quote.role,
    )


def check(scene: Scene, candidate: Candidate) -> Checked:
    """All evidence rules for one candidate; a quote that fails E1 or E2 is discarded."""
    located = [found for q in candidate.quotes if (found := locate(scene, q))]
    if not located:
        foreign = any(
            t.speaker == "customer" and q.text in t.text
            for q in candidate.quotes
            for t in scene.timeline.turns
        )
        why = (
            "the words are quoted or forwarded"
            if foreign or scene.has_foreign_words
            else "no exact quote of the customer"
        )
        return Checked(
            (),
            "not_customer_words" if foreign or scene.has_foreign_words else "information_only",
            why,
        )
    if candidate.drop:
        return Checked((), candidate.drop, f"the words are {candidate.drop.replace('_', ' ')}")
    fresh = [e for e in located if e.age_days <= _recency(scene, candidate.need_type)]
    if not fresh:
        return Checked((), "information_only", "said too long ago (E5)")
    if planted(scene, candidate):
        return Checked(
            (), "agent_planted", "our side raised it and the customer added nothing new (E4)"
        )
    if candidate.need_type == "latent" and not _second_source(scene, candidate):
        return Checked((), "information_only", "a foreseen need takes a second source (E8)")
    return Checked(tuple(fresh[:4]))


def _recency(scene: Scene, need_type: NeedType) -> int:
    return int(getattr(scene.policy.recency_days, need_type))


def _second_source(scene: Scene, candidate: Candidate) -> bool:
    known = {e.id for e in scene.case.customer.entitlements} | {k.id for k in scene.case.knowledge}
    known |= {p.sku for p in scene.case.catalogue}
    known |= {f"customer.facts[{i}]" for i in range(len(scene.case.customer.facts))}
    return candidate.second_source in known


def planted(scene: Scene, candidate: Candidate) -> bool:
    """E4: an agent raised the subject first, and the customer's words add no fact of their own."""
    first = candidate.quotes[0]
    place = next((i for i, t in enumerate(scene.current) if t.id == first.turn), None)
    if place is None or first.conversation != "now":
        return False
    before = scene.current[:place]
    about = subjects(first.text)
    pitched = [t for t in before if t.ours and signals()["pitch"].search(plain(t.text))]
    raised = [t for t in pitched if _raises(t, candidate, about)]
    if not raised:
        return False
    started = min(i for i, t in enumerate(before) if t in raised)
    earlier = frozenset().union(
        *(subjects(t.text) for t in before[:started] if t.speaker == "customer"), frozenset()
    )
    topic = frozenset().union(*(subjects(t.text) for t in raised))
    if earlier & topic & (about | candidate.about):
        return False
    if candidate.adds_new:  # a model saw new information: only bare assent overrules it
        told = frozenset().union(*(stems(t.text) for t in raised))
        return len(stems(first.text) - told) < 2 and not amounts(first.text)
    return not _adds_new(first.text, raised)


def _raises(turn: Said, candidate: Candidate, about: frozenset[str]) -> bool:
    """The pitch speaks of the need, or the customer's words merely assent to it."""
    spoken = subjects(turn.text)
    return bool(spoken & (about | candidate.about))


def _adds_new(text: str, raised: list[Said]) -> bool:
    """New information is a number, a date or a situation the agent did not mention."""
    told = frozenset().union(*(stems(t.text) for t in raised))
    named = {(a.unit, a.value) for t in raised for a in amounts(t.text)}
    if {(a.unit, a.value) for a in amounts(text)} - named:
        return True
    return len(stems(text) - told) >= 5


def counter(scene: Scene, candidate: Candidate) -> tuple[CounterOut, ...]:
    """E7: words of theirs that speak against it, at or after the quote."""
    first = candidate.quotes[0]
    place = scene.position.get(first.turn, 0)
    found = []
    for words in scene.own_words:
        here = scene.position.get(words.turn.id, 0)
        if here < place or words.text == first.text:
            continue
        if (
            scene.reads("refusal", words.text)
            or (here > place and scene.reads("closing", words.text))
        ) and not scene.reads("strong_want", words.text):
            found.append(CounterOut(turn=words.turn.id, quote=words.text[:240]))
    return tuple(found[:3])


_NOT_THAT = re.compile(
    r"\b(?:don't|do not|doesn't|won't) (?:want|need|like)\b "
    r"?(?:it|that|those|these|this|any|one|the)?(?P<thing>[^.,;!?]*)"
)


def _of_another(scene: Scene, text: str, candidate: Candidate) -> bool:
    """ "We don't need that landlord stuff" turns down the landlord stuff alone."""
    match = _NOT_THAT.search(plain(text))
    if match is None:
        return False
    thing = {w for w in subjects(match["thing"]) if not is_generic(w)}
    if not thing or thing & (candidate.about | subjects(candidate.need)):
        return False
    return not scene.reads("refusal", plain(text)[: match.start()] + plain(text)[match.end() :])


def refused_after(scene: Scene, candidate: Candidate) -> CounterOut | None:
    """A plain refusal of the subject after the quote; `that's all, thanks` is none.

    Nor is "Never mind then, but could I have a smaller one": what they say from there on stands.
    """
    last = max((scene.position.get(q.turn, -1) for q in candidate.quotes), default=-1)
    for found in counter(scene, candidate):
        here = scene.position.get(found.turn, 0)
        later = here > scene.position.get(candidate.quotes[0].turn, 0) and here > last
        refused = later and scene.reads("refusal", found.quote)
        if refused and not _of_another(scene, found.quote, candidate):
            return found
    return None


def put_to_them(scene: Scene, found: CounterOut) -> bool:
    """Before they refused, our side had spoken: a refusal answers an offer, else it takes back."""
    place = scene.position.get(found.turn, 0)
    return any(
        t.ours and (signals()["pitch"].search(plain(t.text)) or _names_product(scene, t))
        for t in scene.current[:place]
    )


def _names_product(scene: Scene, turn: Said) -> bool:
    return bool(scene.called(turn.text))


def carried_out(scene: Scene, candidate: Candidate) -> Said | None:
    """The turn of ours that says what they asked for has been done; nothing is left to raise."""
    last = max((scene.position.get(q.turn, -1) for q in candidate.quotes), default=-1)
    ours = [t for t in scene.current[last + 1 :] if t.ours]
    about = named(candidate.about)
    for place, turn in enumerate(ours):
        for said in sentences(turn.text):
            direct = place == 0 or about & stems(said.text)
            if direct and scene.reads("carried_out", said.text) and not said.text.endswith("?"):
                return turn
    return None
