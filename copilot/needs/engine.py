"""One case in, one assessment out: a proposer proposes, the gates decide, silence is explained."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.compute import Compute
from copilot.errors import ModelError
from copilot.guardrails.links import strip_links
from copilot.needs import free, informs
from copilot.needs.case import Case
from copilot.needs.contact import CONTACT, Verdict
from copilot.needs.flags import flag_of, insights
from copilot.needs.gates import Matter, run
from copilot.needs.helping import help_informs
from copilot.needs.output import (
    Assessment,
    Audit,
    Flag,
    Inform,
    LoopOut,
    NoneReason,
    PromiseOut,
    Question,
    Rejection,
)
from copilot.needs.policy import Policy, default_policy
from copilot.needs.proposal import AsyncProposer, Proposal, Proposer
from copilot.needs.question import reason_question, slot_question
from copilot.needs.records import disagreements
from copilot.needs.rules import RuleProposer
from copilot.needs.scene import Scene
from copilot.needs.silence import reasons
from copilot.needs.standing import State
from copilot.needs.state import read_state
from copilot.needs.unused import unused

if TYPE_CHECKING:
    from copilot.ledger import OpenLoop, Promise

VERSION = "1.0"
log = logging.getLogger(__name__)


class NeedEngine:
    """Assesses cases. Without a model it is a pure function of case and policy."""

    def __init__(
        self,
        *,
        policy: Policy | None = None,
        proposer: Proposer | None = None,
        model: AsyncProposer | None = None,
        compute: Compute | None = None,
    ) -> None:
        self.policy = policy or default_policy()
        self._rules = proposer or RuleProposer()
        self._model = model
        self._compute = compute or Compute()

    @property
    def has_model(self) -> bool:
        """A model proposer is at hand."""
        return self._model is not None

    def assess(self, case: Case) -> Assessment:
        """By rules alone: fast, no waiting, labelled as such."""
        scene = Scene.of(case, self.policy)
        return self._decide(scene, self._rules.propose(scene))

    async def assess_with_model(self, case: Case) -> Assessment:
        """With the model's proposals; a fault of the model falls back to the rules, and says so.

        What computes does so beside the event loop.
        """
        if self._model is None:
            return await self._compute.run(self.assess, case)
        scene = await self._compute.run(Scene.of, case, self.policy)
        try:
            proposal = await self._model.propose(scene)
        except ModelError as error:
            log.warning("needs.model_unavailable reason=%s case=%s", error.reason, case.id)
            fallback = await self._compute.run(self._rules.propose, scene)
            proposal = replace(
                fallback,
                notes=(*fallback.notes, f"model unavailable ({error.reason}): rules were used"),
            )
        return await self._compute.run(self._decide, scene, proposal)

    def ledgers(self, case: Case) -> Assessment:
        """Promises and open requests alone: no need is looked for."""
        return self._decide(Scene.of(case, self.policy), Proposal(label="none"))

    def _decide(self, scene: Scene, proposal: Proposal) -> Assessment:
        if proposal.promises is not None or proposal.loops is not None:
            scene = scene.with_ledgers(proposal.promises, proposal.loops)
        state = read_state(scene, proposal.reading)
        contact = [gate(scene, state) for gate in CONTACT]
        matters = [
            Matter(scene, state, c) for c in proposal.candidates[: self.policy.caps.candidates]
        ]
        stops = [(matter, run(matter)) for matter in matters]
        flags = self._flags([matter for matter, stop in stops if stop is None])
        rejected = [(matter, stop) for matter, stop in stops if stop is not None]
        informs = _informs(scene, state, matters)
        question = _question(scene, state, matters, flags)
        none = (
            []
            if flags
            else reasons(scene, state, contact, [stop for _, stop in rejected], question, informs)
        )
        return Assessment(
            case_id=scene.case.id,
            customer_id=scene.case.customer.id,
            as_of=scene.as_of.isoformat(),
            versions=_versions(scene),
            contact_state=state.contact(),
            flags=flags,
            none_reason=none[0] if none else None,
            none_reason_also=tuple(none[1:]),
            inform=informs,
            question=question,
            promises=tuple(promise_out(p) for p in scene.promises),
            open_loops=tuple(loop_out(loop) for loop in scene.loops),
            insight_events=insights(
                scene, flags, complaint=state.complaint is not None, care=bool(state.care)
            ),
            audit=_audit(scene, state, proposal, contact, rejected, none, matters),
        )

    def _flags(self, passed: Sequence[Matter]) -> tuple[Flag, ...]:
        """At most three, one of them visible: further ones wait."""
        ranked = sorted(passed, key=lambda m: -m.candidate.p)
        flags: list[Flag] = []
        seen = 0
        for matter in ranked[: self.policy.caps.flags]:
            flag = flag_of(matter, len(flags) + 1)
            if flag.visible:
                seen += 1
                if seen > self.policy.caps.visible_per_contact:
                    flag = flag.model_copy(
                        update={
                            "disposition": "hold",
                            "release_when": "after this contact: one offer at a time",
                            "handoff": False,
                            "agent_line": "",
                        }
                    )
            flags.append(flag)
        return tuple(flags)


def _informs(scene: Scene, state: State, matters: Iterable[Matter]) -> tuple[Inform, ...]:
    found = help_informs(scene, state.care)
    found += [
        Inform(kind=c.kind, text=c.text[:280], source=c.source) for m in matters for c in m.cures
    ]
    found += [Inform(kind=c.kind, text=c.text[:280], source=c.source) for c in state.read.informs]
    conflicts = [p.conflict_with for p in scene.promises if p.conflict_with]
    spare = unused(scene)
    wronged = bool(state.complaint or state.disruption) or state.issue in (
        "open",
        "fixed_unconfirmed",
    )
    found += [spare] if spare else []
    found += informs.contact_informs(
        scene, care=bool(state.care or state.fraud), conflict_ids=conflicts, wronged=wronged
    )
    for matter in matters:
        if matter.search and matter.search.blocked_by:
            found += informs.obstacle(scene, matter.search.blocked_by, matter.search.blocked_source)
    found = [_by_source(scene, i) for i in found]
    unique = {i.source: i for i in reversed(found)}
    ordered = sorted(
        unique.values(), key=lambda i: next(n for n, x in enumerate(found) if x.source == i.source)
    )
    return tuple(informs.distinct(ordered)[: scene.policy.caps.informs])


def _by_source(scene: Scene, inform: Inform) -> Inform:
    """An entitlement comes from what this customer owns, or it is none; links are left out."""
    kind, customer = inform.kind, scene.case.customer
    on_file = inform.source.startswith("customer.") or any(
        own.id == inform.source for own in customer.entitlements
    )
    if kind == "entitlement" and not on_file:
        kind = free.kind_of(inform.text) or "truth"
    return inform.model_copy(update={"kind": kind, "text": strip_links(inform.text)})


def _question(
    scene: Scene, state: State, matters: Iterable[Matter], flags: Sequence[Flag]
) -> Question | None:
    """One question at most; the reason for a change goes before any other."""
    asked = reason_question(scene, state)
    if asked:
        return asked
    if state.care or any(f.visible for f in flags):
        return None
    slot = next(((m.slot, m.verdicts[-1].why) for m in matters if m.slot), None)
    return slot_question(scene, slot[0], slot[1]) if slot else None


def _versions(scene: Scene) -> dict[str, str]:
    def digest(parts: Iterable[str]) -> str:
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]

    return {
        "engine": VERSION,
        "policy": scene.policy.version,
        "catalogue": digest(f"{p.sku}|{p.price}|{p.status}" for p in scene.case.catalogue),
        "knowledge": digest(f"{k.id}|{k.text}" for k in scene.case.knowledge),
    }


def _audit(
    scene: Scene,
    state: State,
    proposal: Proposal,
    contact: Sequence[Verdict],
    rejected: Sequence[tuple[Matter, Verdict]],
    none: Sequence[NoneReason],
    matters: Sequence[Matter],
) -> Audit:
    """Every silence in one line; of someone who objected, no need is kept, not even here."""
    silent = state.objection and not any(stop.gate > "G2" for _, stop in rejected)
    lines = [
        Rejection(
            gate=stop.gate,
            reason=stop.why or (stop.reason or "").replace("_", " "),
            need=""
            if stop.gate in ("G0", "G1", "G2") or state.objection or state.care
            else m.candidate.need,
        )
        for m, stop in rejected
    ]
    if not lines and none:
        first = next((v for v in contact if v.result == "fail"), None)
        lines = [
            Rejection(
                gate=first.gate if first else "G4",
                reason=(first.why if first and first.reason == none[0] else "")
                or f"nothing to offer: {none[0].replace('_', ' ')}",
            )
        ]
    return Audit(
        candidates=0 if silent else len(matters),
        rejected=tuple(lines),
        retrieved=tuple(dict.fromkeys(s for m in matters if m.search for s in m.search.considered)),
        gates={v.gate: v.out() for v in contact},
        proposer=proposal.label,
        notes=(*proposal.notes, *disagreements(scene.case), *_waits(state, matters)),
    )


def _waits(state: State, matters: Sequence[Matter]) -> list[str]:
    """Quiet periods in force and what G11 held back; of someone who objected, nothing."""
    if state.objection:
        return []
    held = [v.why for m in matters for v in m.verdicts if v.gate == "G11" and v.result == "unknown"]
    return list(dict.fromkeys([*(q.line for q in state.quiet), *held]))


def promise_out(promise: Promise) -> PromiseOut:
    """The wire form of a promise."""
    return PromiseOut(
        promise_id=promise.promise_id,
        promisor_role=promise.promisor_role,
        promisor=promise.promisor,
        to=promise.to,
        conversation_id=promise.conversation_id,
        turn=promise.turn,
        quote=promise.quote,
        what=promise.what,
        due=promise.due.isoformat() if promise.due else None,
        due_basis=promise.due_basis,
        status=promise.status,
        conflict_with=promise.conflict_with,
        owner=promise.owner,
        kept_evidence=promise.kept_evidence,
    )


def loop_out(loop: OpenLoop) -> LoopOut:
    """The wire form of an open loop."""
    return LoopOut(
        loop_id=loop.loop_id,
        conversation_id=loop.conversation_id,
        turn=loop.turn,
        quote=loop.quote,
        what=loop.what,
        asked_of=loop.asked_of,
        first_asked_at=loop.first_asked_at.isoformat() if loop.first_asked_at else "",
        status=loop.status,
        times_asked=loop.times_asked,
        answer_turn=loop.answer_turn,
    )
