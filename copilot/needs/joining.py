"""What a customer says in several places about one need: the plainest words lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.ledger.language import plain, stem, words
from copilot.needs.bundle import relevant_to
from copilot.needs.catalogue import Offering, linked, shared_out
from copilot.needs.proposal import Candidate, Constraint
from copilot.needs.scene import Scene


def merged(scene: Scene, found: Sequence[Candidate]) -> list[Candidate]:
    """Turns that speak of the same products speak of one need; so do sums that add a product."""
    items = scene.items
    kept: list[Candidate] = []
    for candidate in found:
        near = {i.sku for i in relevant_to(candidate, items)}
        place = next(
            (n for n, k in enumerate(kept) if near & {i.sku for i in relevant_to(k, items)}), None
        )
        more = _as_many(scene, candidate, items) if candidate.in_all and kept else None
        if more and kept[-1].drop is None is candidate.drop:
            kept[-1] = _with_more(kept[-1], candidate, more)
        elif place is not None:
            kept[place] = _joined(kept[place], candidate)
        else:
            kept.append(candidate)
    return kept


def stronger(old: Candidate | None, new: Candidate) -> Candidate:
    """Of two readings of one turn, the one that says more; the first on a tie."""
    if old is None:
        return new
    return new if _weight(new) > _weight(old) else old


def _weight(candidate: Candidate) -> tuple[bool, float, int, int]:
    stated = candidate.need_type == "stated"
    return stated, candidate.p, len(candidate.about), len(candidate.constraints)


def _joined(first: Candidate, second: Candidate) -> Candidate:
    lead, other = (second, first) if second.explicit or not first.explicit else (first, second)
    lead = lead if lead.drop is None or other.drop is not None else other
    quotes = tuple(
        dict.fromkeys((*lead.quotes[:2], *(other if lead is not other else first).quotes[:2]))
    )
    return replace(
        lead,
        quotes=quotes,
        about=lead.about | other.about,
        constraints=_united(lead, other),
        release_after=lead.release_after or other.release_after,
        hold_until=lead.hold_until or other.hold_until,
        for_other=lead.for_other or other.for_other,
    )


def _united(lead: Candidate, other: Candidate) -> tuple[Constraint, ...]:
    known = {(c.kind, c.unit) for c in lead.constraints}
    return (*lead.constraints, *(c for c in other.constraints if (c.kind, c.unit) not in known))


def _with_more(first: Candidate, second: Candidate, more: Constraint) -> Candidate:
    """ "What does it cost altogether, with valves?": the need of before, and the valves with it."""
    return replace(
        first,
        need_type="stated",
        explicit=first.explicit or second.explicit,
        quotes=tuple(dict.fromkeys((*first.quotes[:2], *second.quotes[:1]))),
        about=first.about | second.about,
        constraints=(*_united(first, second), more),
        release_after=first.release_after or second.release_after,
        hold_until=first.hold_until or second.hold_until,
    )


def _as_many(scene: Scene, second: Candidate, items: Sequence[Offering]) -> Constraint | None:
    """As many of what they add as they said it is for: a valve for each of three radiators."""
    told = [a for w in scene.own_words for a in shared_out(w.text, wished=False)]
    for item in items:
        named = frozenset(w for w in linked(second.about, item) if w in item.name_words)
        own = {w for q in second.quotes for w in words(plain(q.text)) if stem(w) in named}
        many = next((a for a in told if own and item.provides(a.unit)), None)
        if many:
            text, kinds = " ".join(sorted(own)), frozenset(stem(w) for w in own)
            return Constraint(
                "quantity", f"{many.value:g} {text}", many.unit, many.value, "extra", kinds
            )
    return None
