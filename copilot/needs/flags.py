"""From a candidate that passed all gates to the flag an agent may see."""

from __future__ import annotations

from datetime import timedelta

from copilot.needs.gates import Matter
from copilot.needs.output import Confidence, Flag, Handoff, InsightEvent, Job
from copilot.needs.scene import Scene
from copilot.needs.wording import total_of

_STRENGTH = {"stated": 3, "implied": 2, "latent": 1, "blocked": 3}


def flag_of(matter: Matter, number: int) -> Flag:
    """The flag with its evidence, gates, bundle and timing."""
    candidate, best = matter.candidate, matter.search.best if matter.search else None
    blocked = matter.disposition == "log_blocked"
    fresh = getattr(matter.scene.policy.recency_days, candidate.need_type)
    return Flag(
        flag_id=f"F{number}",
        need=candidate.need,
        job=Job(want=candidate.need),
        need_type="blocked" if blocked else candidate.need_type,
        strength=_STRENGTH[candidate.need_type],
        evidence=matter.evidence,
        counter_evidence=matter.counter,
        constraints=tuple(c.text for c in candidate.constraints),
        gates={v.gate: v.out() for v in matter.verdicts},
        recommended=() if blocked or best is None else best.skus,
        total_price=None if blocked or best is None else total_of(best.items),
        sufficiency=() if blocked or best is None else best.proofs,
        rejected_options=matter.search.rejected if matter.search else (),
        customer_benefit=candidate.benefit,
        trade_offs=matter.trade_offs,
        disposition=matter.disposition,
        release_when=matter.release_when,
        expires_at=(matter.scene.as_of + timedelta(days=fresh)).isoformat(),
        handoff=_handoff(matter),
        confidence=Confidence(
            p=round(candidate.p, 3),
            method=candidate.method,
            threshold=matter.threshold,
            calibration_set=matter.scene.policy.calibration.name
            if candidate.method != "rules"
            else "none",
        ),
        agent_line=matter.line,
    )


def _handoff(matter: Matter) -> bool | Handoff:
    if matter.disposition != "handoff_sales":
        return False
    return Handoff(
        consented=True,
        to_role="sales",
        consent_quote=matter.candidate.consent_quote,
        packet=packet(matter),
    )


def packet(matter: Matter) -> dict[str, object]:
    """All a colleague needs so that nothing is asked again; no care details, no scores."""
    scene = matter.scene
    return {
        "need": matter.candidate.need,
        "quotes": [
            {"conversation": e.conversation_id, "turn": e.turn, "quote": e.quote}
            for e in matter.evidence
        ],
        "constraints": [c.text for c in matter.candidate.constraints],
        "told": [t.text[:200] for t in scene.agent_turns[-3:]],
        "not_to_say": [c.quote for c in matter.counter]
        + [p.what for p in scene.promises if p.status in ("conflict", "overdue")],
        "open_promises": [
            {"what": p.what, "due": p.due.isoformat() if p.due else None}
            for p in scene.promises
            if p.status == "open"
        ],
        "open_requests": [loop.what for loop in scene.loops],
        "consent": matter.candidate.consent_quote,
        "cheapest_sufficient": list(matter.search.best.skus)
        if matter.search and matter.search.best
        else [],
    }


def insights(
    scene: Scene, flags: tuple[Flag, ...], *, complaint: bool, care: bool
) -> tuple[InsightEvent, ...]:
    """Events for product and sales: no words of the customer, none where a care code stands."""
    if care:
        return ()
    segment = scene.case.customer.segment or scene.case.industry or "unknown"
    found = [
        InsightEvent(
            kind="promise_conflict",
            segment=segment,
            theme=f"a statement contradicts {p.conflict_with}",
            product=p.conflict_with,
        )
        for p in scene.promises
        if p.status == "conflict"
    ]
    found += [
        InsightEvent(
            kind="blocked_need",
            segment=segment,
            theme="; ".join(f.constraints) or "not on sale",
            product=None,
        )
        for f in flags
        if f.disposition == "log_blocked"
    ]
    if complaint:
        found.append(
            InsightEvent(
                kind="recurring_issue", segment=segment, theme=scene.case.industry or "service"
            )
        )
    return tuple(found)
