"""Several readings of one contact made into one: what most of them saw, with a share of votes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from copilot.guardrails.links import strip_links
from copilot.ledger.language import plain, words
from copilot.needs.catalogue import measured, subjects
from copilot.needs.constraints import condition_of, hold_of
from copilot.needs.evidence import locate
from copilot.needs.output import CareCode, InformKind
from copilot.needs.policy import Calibration
from copilot.needs.proposal import Candidate, Constraint, Cure, Quote, Reading
from copilot.needs.reading.wire import CARE, ConstraintSaid, NeedSaid, ReadingSaid
from copilot.needs.scene import Scene, Words
from copilot.needs.sureness import is_regulated

_KINDS = frozenset({"entitlement", "free_fix", "cheaper_option", "right", "process", "truth"})
_ROLES = frozenset({"want", "problem", "consequence", "fact", "deadline", "constraint"})


@dataclass(frozen=True, slots=True)
class Vote:
    """A need that several samples saw."""

    candidate: Candidate
    share: float
    members: tuple[tuple[int, int], ...]  # (sample, its number there)


def votes(scene: Scene, samples: Sequence[ReadingSaid]) -> list[Vote]:
    """Needs that quote the same words, joined over the samples; the most agreed first."""
    groups: list[list[tuple[int, int, NeedSaid, tuple[Quote, ...]]]] = []
    for number, sample in enumerate(samples):
        for place, need in enumerate(sample.needs):
            quotes = _valid(scene, need)
            if not quotes:
                continue  # a need without one exact quote is discarded, not repaired
            entry = (number, place, need, quotes)
            group = next((g for g in groups if _same(g[0][3], quotes)), None)
            if group is None:
                groups.append([entry])
            else:
                group.append(entry)
    found = [_vote(scene, group, len(samples)) for group in groups]
    return sorted(found, key=lambda vote: -vote.share)


def _valid(scene: Scene, need: NeedSaid) -> tuple[Quote, ...]:
    found = []
    for said in need.quotes[:6]:
        role = said.role if said.role in _ROLES else "want"
        conversation, turn = _place(said.turn)
        quote = Quote(turn, said.quote.strip(), conversation, cast("Any", role))
        located = locate(scene, quote)
        if located is not None:
            found.append(Quote(turn, quote.text, located.conversation_id, quote.role))
    return tuple(found[:4])


def _place(turn: str) -> tuple[str, str]:
    """A model may name a turn with its conversation: `call-1/p2`."""
    conversation, slash, short = turn.strip("[] ").rpartition("/")
    return (conversation, short) if slash else ("now", turn.strip("[] "))


def _same(a: Sequence[Quote], b: Sequence[Quote]) -> bool:
    for x in a:
        for y in b:
            if x.turn != y.turn:
                continue
            one, two = set(words(x.text)), set(words(y.text))
            if len(one & two) >= min(3, len(one), len(two)):
                return True
    return False


def _vote(
    scene: Scene, group: list[tuple[int, int, NeedSaid, tuple[Quote, ...]]], total: int
) -> Vote:
    needs = [need for _, _, need, _ in group]
    kind = Counter(n.type for n in needs).most_common(1)[0][0]
    _, _, lead, quotes = max(
        group, key=lambda g: (g[2].type == kind, _typical(g[2], needs), len(g[3]))
    )
    spoken = " ".join(q.text for q in quotes)
    said = _sentences(scene, quotes)
    candidate = Candidate(
        need=_plain_need(scene, lead.need)[:160] or spoken[:160],
        need_type=kind,
        quotes=quotes,
        about=subjects(f"{spoken} {lead.need}"),
        constraints=tuple(_constraint(c) for c in lead.constraints if c.text.strip())[:8],
        explicit=_most(needs, lambda n: n.explicit),
        for_other=_most(needs, lambda n: n.for_other),
        another=True,
        release_after=_words(needs, lambda n: n.condition) or condition_of(scene, said),
        hold_until=_words(needs, lambda n: n.own_date) or hold_of(scene, said),
        benefit=strip_links(lead.benefit).strip()[:200]
        or "Gets what they asked for, and nothing beyond it",
        second_source=lead.second_source or None,
        consent_quote=_consent(scene, needs),
        regulated=_regulated(
            scene, f"{spoken} {lead.need}", said=_most(needs, lambda n: n.regulated)
        ),
        missing_slot=_missing(needs),
        method="calibrated_votes",
        drop="agent_planted"
        if _most(needs, lambda n: n.agent_raised_first and not n.new_information)
        else None,
        adds_new=_most(needs, lambda n: n.new_information or not n.agent_raised_first),
    )
    return Vote(
        candidate,
        len({number for number, *_ in group}) / max(1, total),
        tuple((n, p) for n, p, _, _ in group),
    )


def _sentences(scene: Scene, quotes: Sequence[Quote]) -> list[Words]:
    """The sentences quoted: "not now" in them makes a need wait, whether or not a model saw it."""
    return [
        w
        for w in scene.own_words
        if any(q.turn == w.turn.id and (q.text in w.text or w.text in q.text) for q in quotes)
    ]


def _regulated(scene: Scene, spoken: str, *, said: bool) -> bool:
    """Policy's subjects in their words decide; a model's word alone needs such a thing on sale."""
    sold = said and any(
        i.product.regulated or is_regulated(scene, f"{i.product.name} {i.product.features}")
        for i in scene.items
    )
    return sold or is_regulated(scene, spoken)


def _typical(need: NeedSaid, needs: Sequence[NeedSaid]) -> int:
    """How many samples name the same amounts: the odd one out does not lead."""
    own = sorted(c.amount for c in need.constraints if c.kind == "quantity")
    return sum(
        sorted(c.amount for c in n.constraints if c.kind == "quantity") == own for n in needs
    )


def _most(needs: Sequence[NeedSaid], test: Callable[[NeedSaid], bool]) -> bool:
    return 2 * sum(test(n) for n in needs) > len(needs)


def _words(needs: Sequence[NeedSaid], pick: Callable[[NeedSaid], str]) -> str | None:
    said = [pick(n).strip() for n in needs if pick(n).strip()]
    return said[0][:160] if 2 * len(said) > len(needs) else None


def _missing(needs: Sequence[NeedSaid]) -> str | None:
    found = Counter(n.missing for n in needs).most_common(1)[0]
    return (
        found[0]
        if found[0] in ("quantity", "deadline", "compatibility") and 2 * found[1] > len(needs)
        else None
    )


def _consent(scene: Scene, needs: Sequence[NeedSaid]) -> str:
    said = scene.own_words
    for need in needs:
        quote = need.consent_quote.strip()
        if quote and any(quote in w.turn.text for w in said):
            return quote[:240]
    return ""


def _plain_need(scene: Scene, text: str) -> str:
    """A need names no product of ours; one that does is put in the customer's words instead."""
    lowered = plain(text)
    for item in scene.items:
        if item.sku.lower() in lowered or (
            len(item.product.name) > 6 and plain(item.product.name) in lowered
        ):
            return ""
    return " ".join(strip_links(text).split())


def _constraint(said: ConstraintSaid) -> Constraint:
    unit, scale = measured(said.unit)
    kinds = ("quantity", "compatibility", "age", "budget", "feature", "deadline", "scope", "period")
    kind = said.kind if said.kind in kinds else "other"
    if kind == "budget":
        unit = "month" if "month" in said.unit or "month" in said.text else "total"
    if kind == "period":
        unit = "once" if "once" in plain(said.text) or "one-off" in plain(said.text) else "month"
    amount = said.amount * scale if said.amount > 0 else None
    kind = "other" if kind in ("quantity", "budget", "age") and amount is None else kind
    return Constraint(
        cast("Any", kind),
        said.text.strip()[:120],
        unit,
        amount,
        "extra" if said.basis == "extra" else "total",
    )


def reading(scene: Scene, samples: Sequence[ReadingSaid]) -> Reading:
    """How things stand by the votes: protective signs need two voices, the others a majority."""
    half = len(samples) / 2
    states = [s.state for s in samples]
    care = Counter(code for s in states for code in set(s.care) if code in CARE)
    changes = [s.change_quote.strip() for s in states if _said(scene, s.change_quote)]
    issue = Counter(s.issue for s in states).most_common(1)[0][0]
    none = Counter(s.none_reason for s in samples).most_common(1)[0][0]
    return Reading(
        care=frozenset(
            cast("CareCode", code) for code, n in care.items() if n >= min(2, len(samples))
        ),
        issue_status=issue,
        complaint=sum(s.complaint for s in states) > half,
        disruption=sum(s.disruption for s in states) > half,
        fraud=sum(s.fraud for s in states) >= min(2, len(samples)),
        authority=Counter(s.authority for s in states).most_common(1)[0][0],
        objection=sum(s.objection for s in states) > half,
        change_request=changes[0] if len(changes) > half else None,
        change_reason_known=2 * sum(s.change_reason_known for s in states) > len(states),
        none_reason=None if none == "none" else none,
        informs=_informs(scene, samples),
        care_votes=frozenset(care),
        samples=len(samples),
        from_model=True,
    )


def _said(scene: Scene, quote: str) -> bool:
    text = quote.strip()
    return len(text) >= 4 and any(text in t.text for t in scene.current if t.speaker == "customer")


def sources(scene: Scene) -> frozenset[str]:
    """All ids an inform may name."""
    case = scene.case
    return frozenset(
        [e.id for e in case.customer.entitlements]
        + [k.id for k in case.knowledge]
        + [p.sku for p in case.catalogue]
        + [t.id for t in scene.timeline.turns]
        + [f"customer.facts[{n}]" for n in range(len(case.customer.facts))]
    )


def _informs(scene: Scene, samples: Sequence[ReadingSaid]) -> tuple[Cure, ...]:
    """Told by at least two samples (one, where there was only one), each from a known source."""
    known = sources(scene)
    counted: Counter[str] = Counter()
    first: dict[str, Cure] = {}
    for sample in samples:
        said = [
            *((f.kind, f.source, f.text) for f in sample.free),
            *((i.kind, i.source, i.text) for i in sample.informs),
        ]
        for source in {s for _, s, _ in said}:
            counted[source] += 1
        for kind, source, text in said:
            if source in known and kind in _KINDS and text.strip():
                first.setdefault(
                    source,
                    Cure(cast("InformKind", kind), source, text.strip()[:280], settles=False),
                )
    least = min(2, len(samples))
    return tuple(first[s] for s, n in counted.most_common() if s in first and n >= least)


def cures_of(scene: Scene, vote: Vote, samples: Sequence[ReadingSaid]) -> tuple[Cure, ...]:
    """Free ways that most of the samples which saw this need hold to settle it."""
    known = sources(scene)
    counted: Counter[str] = Counter()
    first: dict[str, Cure] = {}
    for number, place in vote.members:
        for said in samples[number].free:
            if said.need == place and said.source in known and said.kind in _KINDS:
                counted[said.source] += said.settles
                first.setdefault(
                    said.source,
                    Cure(cast("InformKind", said.kind), said.source, said.text[:280], settles=True),
                )
    return tuple(
        Cure(c.kind, c.source, c.text, settles=2 * counted[s] > len(vote.members))
        for s, c in first.items()
    )


def probability(vote: Vote, verdict: str, rules: Calibration) -> float:
    """A calibrated reading of votes and verdict; never a number the model says of itself."""
    margin = min(1.0, len(vote.candidate.quotes) / 2)
    support = 1.0 if vote.candidate.constraints else 0.0
    score = (
        rules.intercept
        + rules.share * vote.share
        + rules.verifier.get(verdict, 0.0)
        + rules.type.get(vote.candidate.need_type, 0.0)
        + rules.margin * margin
        + rules.support * support
    )
    return 1 / (1 + math.exp(-score))
