"""Gates G0-G12 in their fixed order: each may stop a need, and says why in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from copilot.ledger.language import plain
from copilot.needs import evidence, free, quiet
from copilot.needs.bundle import Bundle, Search, changes_choice, relevant_to, search
from copilot.needs.contact import Verdict, authority, care, fix_first, objection
from copilot.needs.output import (
    VISIBLE,
    CounterOut,
    Disposition,
    EvidenceOut,
    NoneReason,
    Slot,
    Sufficiency,
)
from copilot.needs.piecewise import not_cheaper
from copilot.needs.proposal import Candidate, Cure
from copilot.needs.scene import Scene
from copilot.needs.standing import State
from copilot.needs.sufficiency import UNPROVEN
from copilot.needs.sureness import adds_unnamed, is_grounded, speaks_of
from copilot.needs.wording import agent_line, cost_of, is_clean


@dataclass
class Matter:
    """The working paper of one candidate as it goes through the gates."""

    scene: Scene
    state: State
    candidate: Candidate
    evidence: tuple[EvidenceOut, ...] = ()
    counter: tuple[CounterOut, ...] = ()
    cures: list[Cure] = field(default_factory=list)
    search: Search | None = None
    disposition: Disposition = "surface_now"
    release_when: str | None = None
    slot: Slot | None = None
    threshold: float = 0.7
    line: str = ""
    trade_offs: tuple[str, ...] = ()
    verdicts: list[Verdict] = field(default_factory=list)


Gate = Callable[[Matter], Verdict]


def g0_authority(matter: Matter) -> Verdict:
    """G0 as for the contact."""
    return authority(matter.scene, matter.state)


def g1_care(matter: Matter) -> Verdict:
    """G1 as for the contact; policy cannot switch it off."""
    return care(matter.scene, matter.state)


def g2_permission(matter: Matter) -> Verdict:
    """G2: objection and quiet periods; an explicit purchase request of theirs re-opens."""
    asked = quiet.asked(matter.scene, matter.candidate)
    verdict = objection(matter.scene, matter.state)
    spoken = matter.scene.says("objection") is not None
    if verdict.result == "fail" and (spoken or not asked):
        return verdict
    if not matter.state.marketing and not asked:
        return Verdict(
            "G2",
            "fail",
            "no consent to offers, and they did not ask for one",
            "customer.consent",
            "opted_out",
        )
    period = quiet.stands(matter.state, matter.scene, matter.candidate)
    if period:
        source = "customer.state.recent_offers"
        return Verdict("G2", "fail", period.line, source, "declined_recently")
    counter = None if asked else evidence.refused_after(matter.scene, matter.candidate)
    if counter and evidence.put_to_them(matter.scene, counter):
        return Verdict("G2", "fail", "refused in this contact", counter.turn, "declined_recently")
    return Verdict("G2", why="they asked for it themselves" if asked else "")


def g3_fix_first(matter: Matter) -> Verdict:
    """G3: fix first; unless they set the condition, or the purchase is the fix after free steps."""
    verdict = fix_first(matter.scene, matter.state)
    if verdict.result != "fail":
        return verdict
    if matter.candidate.release_after and verdict.reason != "promise_conflict":
        matter.disposition = "surface_after_resolution"
        return Verdict("G3", why="they set the condition themselves", source=verdict.source)
    open_issue = (
        verdict.reason == "open_complaint" and not matter.scene.case.customer.state.open_cases
    )
    tried = matter.candidate.explicit and matter.scene.says("tried") is not None
    if open_issue and tried and not matter.state.complaint and not matter.state.read.complaint:
        return Verdict(
            "G3", why="free steps failed; the purchase is the fix", source=verdict.source
        )
    return verdict


def g4_evidence(matter: Matter) -> Verdict:
    """G4: rules E1-E8."""
    checked = evidence.check(matter.scene, matter.candidate)
    matter.evidence = checked.evidence
    if checked.reason:
        return Verdict(
            "G4",
            "fail",
            checked.why,
            matter.candidate.quotes[0].turn if matter.candidate.quotes else "",
            cast("NoneReason", checked.reason),
        )
    matter.counter = evidence.counter(matter.scene, matter.candidate)
    refused = evidence.refused_after(matter.scene, matter.candidate)
    if refused:
        return Verdict("G4", "fail", "they took it back", refused.turn, "information_only")
    return Verdict("G4", source=matter.evidence[0].turn)


def g5_free_first(matter: Matter) -> Verdict:
    """G5: owned, included, owed, self-made, cheaper, or worth waiting for."""
    items = relevant_to(matter.candidate, matter.scene.items)
    matter.cures = free.cures(matter.scene, matter.candidate, items)
    tried = matter.scene.says("tried") is not None and matter.candidate.explicit
    settles = [c for c in matter.cures if c.settles]
    if settles and not (tried and all(c.kind == "free_fix" for c in settles)):
        first = settles[0]
        reason: NoneReason = (
            "already_entitled"
            if first.kind == "entitlement"
            else "cheaper_better"
            if first.kind == "cheaper_option"
            else "free_fix"
        )
        return Verdict("G5", "fail", first.text[:160], first.source, reason)
    return Verdict("G5", why="nothing owned, owed or free settles it")


def g6_ambiguity(matter: Matter) -> Verdict:
    """G6: a change without a reason is booked, then asked about; so is a missing constraint."""
    if matter.state.change and not matter.state.reason_known:
        return Verdict(
            "G6",
            "fail",
            "a change without a known reason comes first",
            matter.state.change.turn.id,
            "ask_first",
        )
    if matter.candidate.missing_slot and changes_choice(matter.scene, matter.candidate):
        matter.slot = matter.candidate.missing_slot  # type: ignore[assignment]
        return Verdict(
            "G6",
            "fail",
            f"a missing constraint changes the choice: {matter.slot}",
            reason="ask_first",
        )
    return Verdict("G6")


def g7_fit(matter: Matter) -> Verdict:
    """G7: compatible, eligible, on sale; a known obstacle blocks, an unknown one is asked about."""
    if matter.candidate.regulated:
        return Verdict("G7", why="regulated: an appointment, never a product")
    matter.search = search(matter.scene, matter.candidate)
    if matter.search.owned:
        return Verdict(
            "G7", "fail", "all that their words name is theirs", reason="information_only"
        )
    if matter.search.best:
        return Verdict("G7", source=matter.search.best.skus[0])
    if matter.search.unknown:
        matter.slot = "compatibility"
        return Verdict(
            "G7",
            "unknown",
            matter.search.unknown,
            matter.search.blocked_source,
            "ask_first" if matter.search.priced else "no_suitable_product",
        )
    known = matter.search.blocked_by and matter.candidate.need_type in ("stated", "blocked")
    if known or _is_blocked_need(matter):
        matter.disposition = "log_blocked"
        matter.release_when = _release_of_block(matter)
        why = matter.search.blocked_by or "nothing on sale does this"
        return Verdict("G7", why=why[:160], source=matter.search.blocked_source)
    reason: NoneReason = "not_eligible" if matter.search.blocked_source else "no_suitable_product"
    return Verdict(
        "G7",
        "fail",
        matter.search.blocked_by or "nothing on sale serves it",
        matter.search.blocked_source,
        reason,
    )


def _is_blocked_need(matter: Matter) -> bool:
    """A need a model read as real and nothing on sale meets: logged, unless it says otherwise."""
    candidate = matter.candidate
    if not candidate.read_by_model or matter.search is None:
        return False
    says_none = matter.state.read.none_reason in ("not_eligible", "no_suitable_product")
    return candidate.need_type == "blocked" or (candidate.need_type == "stated" and not says_none)


def _release_of_block(matter: Matter) -> str:
    blocked = (matter.search.blocked_by if matter.search else "") or "nothing on sale does this"
    return f"when this no longer holds: {blocked}, if the customer agrees to be told"[:200]


def g8_cheapest(matter: Matter) -> Verdict:
    """G8: the cheapest bundle that meets every stated constraint."""
    if matter.disposition == "log_blocked":
        return Verdict("G8", "not_applicable", "nothing on sale today")
    if matter.candidate.regulated:
        return _appointment(matter)
    best = matter.search.best if matter.search else None
    if best is None:
        return Verdict("G8", "fail", "no sufficient bundle", reason="no_suitable_product")
    piece = not_cheaper(matter.scene, matter.candidate, best)
    if piece and piece.known:
        matter.cures.append(Cure("cheaper_option", piece.source, piece.text))
        return Verdict("G8", "fail", piece.text, piece.source, "cheaper_better")
    if piece:  # what is the cheapest would be a guess
        matter.disposition, matter.release_when = "hold", piece.text
        return Verdict("G8", "unknown", piece.text)
    return Verdict(
        "G8", why=f"{' + '.join(best.skus)} at {best.cost:g} over 12 months", source=best.skus[0]
    )


def _appointment(matter: Matter) -> Verdict:
    """For regulated subjects only a meeting with an adviser is proposed."""
    words = matter.scene.policy.regulated.appointment_words
    meetings = [
        i
        for i in matter.scene.items
        if i.available and any(w in plain(f"{i.product.name} {i.product.features}") for w in words)
    ]
    related = [i for i in meetings if i.words & matter.candidate.about] or meetings
    if not related and matter.candidate.explicit:
        matter.disposition, matter.slot = "hold", "consent_to_contact"
        matter.release_when = "when a qualified adviser can be arranged and the customer agrees"
        return Verdict("G8", why="regulated: held for an adviser, no product is named")
    if not related:
        why = "regulated, and no appointment can be booked"
        return Verdict("G8", "fail", why, reason="not_eligible")
    cheapest = min(related, key=lambda i: (i.cost if i.cost is not None else 1e12, i.sku))
    proof = Sufficiency(
        constraint="advice by a qualified person", met_by=cheapest.product.name, source=cheapest.sku
    )
    matter.search = Search(Bundle((cheapest,), cheapest.cost or 0.0, (proof,)))
    matter.disposition = "handoff_sales"
    return Verdict("G8", why="regulated advice is given by a person", source=cheapest.sku)


def g9_better_off(matter: Matter) -> Verdict:
    """G9: a benefit in their terms, drawbacks named; announced better terms are waited for."""
    if not matter.candidate.benefit.strip():
        return Verdict(
            "G9", "fail", "no benefit to the customer can be named", reason="information_only"
        )
    matter.trade_offs = _trade_offs(matter)
    later = (
        free.announced(matter.scene, matter.candidate.about)
        if matter.disposition != "log_blocked"
        else None
    )
    if later and matter.disposition != "handoff_sales":
        matter.disposition, matter.release_when = (
            "hold",
            f"better terms are announced: {later.text}"[:200],
        )
        return Verdict("G9", why="waiting is better for them", source=later.id)
    return Verdict("G9")


def _trade_offs(matter: Matter) -> tuple[str, ...]:
    best = matter.search.best if matter.search else None
    if best is None:
        return ()
    found = []
    counts = Counter(best.skus)
    for item in {i.sku: i for i in best.items}.values():
        found.append(cost_of(item.product, counts[item.sku]) or "price not on file")
        if item.product.commitment_months:
            found.append(f"runs for {item.product.commitment_months} months")
    found += [f"{p.constraint}: {UNPROVEN}" for p in best.proofs if p.met_by == UNPROVEN]
    return tuple(dict.fromkeys(found))


def g10_confidence(matter: Matter) -> Verdict:
    """G10: probability against the threshold of the risk class; in between, hold."""
    limits = matter.scene.policy.thresholds
    best = matter.search.best if matter.search else None
    months = max((i.product.commitment_months for i in best.items), default=0) if best else 0
    matter.threshold = (
        limits.regulated
        if matter.candidate.regulated
        else limits.long_contract
        if months > matter.scene.policy.long_contract_months
        else limits.ordinary
    )
    p, meant = matter.candidate.p, matter.candidate.named
    if best and meant is not None and not meant & set(best.skus):
        p = min(p, limits.floor)  # what suffices is not what their words name
    if best and not speaks_of(matter.candidate, best.items):
        p = 0.0  # a subject alone, such as the internet, is no wish for whatever has to do with it
    if not is_grounded(matter.candidate, matter.search, matter.scene.items):
        p = 0.0  # a number or a price alone, or a word from beside, proposes nothing
    if best and adds_unnamed(matter.candidate, best.items):
        p = min(p, limits.floor)  # "just the one valve" is no order for a hub
    if p >= matter.threshold or (matter.disposition == "log_blocked" and p >= limits.floor):
        return Verdict("G10", why=f"p {p:.2f} of {matter.threshold:.2f}")
    if p < limits.floor:
        return Verdict(
            "G10", "fail", f"p {p:.2f} is below {limits.floor:.2f}", reason="information_only"
        )
    matter.disposition = "hold"
    matter.release_when = matter.release_when or "when the customer says more about it"
    return Verdict("G10", "unknown", f"p {p:.2f} is below {matter.threshold:.2f}: held")


def g11_timing(matter: Matter) -> Verdict:
    """G11: their own date beats ours; consent before a hand-over; quiet periods and caps."""
    verdict = _their_timing(matter)
    if matter.disposition not in VISIBLE:
        return verdict
    done = evidence.carried_out(matter.scene, matter.candidate)
    if done:
        matter.disposition, matter.release_when = "hold", "carried out in this contact"
        return Verdict("G11", "unknown", "our side has carried it out", done.id)
    skus = matter.search.best.skus if matter.search and matter.search.best else ()
    wait = quiet.wait(matter.state, matter.scene, matter.candidate, skus)
    if wait:
        matter.disposition, matter.release_when = "hold", wait.release
        return Verdict("G11", "unknown", wait.why)
    if quiet.is_save(matter.state, matter.scene, matter.candidate):
        return Verdict("G11", why=quiet.SAVE)
    return verdict


def _their_timing(matter: Matter) -> Verdict:
    candidate = matter.candidate
    if matter.disposition == "log_blocked":
        return Verdict("G11", "not_applicable")
    if candidate.release_after and matter.disposition in (
        "surface_now",
        "surface_after_resolution",
    ):
        matter.disposition, matter.release_when = (
            "surface_after_resolution",
            candidate.release_after,
        )
        return Verdict("G11", why="after what they named")
    if candidate.hold_until and matter.disposition != "hold":
        matter.disposition, matter.release_when = "hold", candidate.hold_until
        return Verdict("G11", why="they named a later time")
    if matter.disposition == "handoff_sales" and not candidate.consent_quote:
        matter.disposition, matter.release_when, matter.slot = (
            "hold",
            "when the customer agrees to be contacted",
            "consent_to_contact",
        )
        return Verdict("G11", "unknown", "no consent to be contacted yet")
    return Verdict("G11")


def g12_wording(matter: Matter) -> Verdict:
    """G12: the suggested line is true, plain and leaves a way out; else there is none."""
    matter.line = agent_line(
        matter.scene.policy, matter.search.best if matter.search else None, matter.disposition
    )
    if matter.line and not is_clean(matter.line, matter.scene.policy):
        matter.line = ""
        return Verdict("G12", "unknown", "no line: the wording check refused it")
    return Verdict("G12")


GATES: tuple[Gate, ...] = (
    g0_authority, g1_care, g2_permission, g3_fix_first, g4_evidence, g5_free_first, g6_ambiguity,
    g7_fit, g8_cheapest, g9_better_off, g10_confidence, g11_timing, g12_wording,
)  # fmt: skip


def run(matter: Matter) -> Verdict | None:
    """Through all gates in order; the verdict that stopped the need, or None if none did."""
    for gate in GATES:
        verdict = gate(matter)
        matter.verdicts.append(verdict)
        if verdict.result == "fail" or (verdict.gate == "G7" and verdict.result == "unknown"):
            return verdict
    return None
