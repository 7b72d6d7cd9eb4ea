"""Gates G0-G3 for the contact as a whole: who speaks, care, permission, our own open matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from copilot.needs.output import GateOut, NoneReason
from copilot.needs.scene import Scene
from copilot.needs.standing import State

Result = Literal["pass", "fail", "unknown", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says: pass, fail or unknown, and on what ground."""

    gate: str
    result: Result = "pass"
    why: str = ""
    source: str = ""
    reason: NoneReason | None = None

    def out(self) -> GateOut:
        """The wire form."""
        return GateOut(result=self.result, why=self.why, source=self.source)


_CARE_REASON: dict[str, NoneReason] = {
    "bereavement": "vulnerability_bereavement",
    "financial": "vulnerability_financial",
    "health": "vulnerability_health",
    "pressure": "vulnerability_pressure",
    "distress": "vulnerability_health",
    "safety": "fraud_or_security",
    "minor": "no_authority",
}


def authority(scene: Scene, state: State) -> Verdict:
    """G0: the speaker is clear and may decide for this account."""
    if state.authority == "not_authorised":
        return Verdict(
            "G0",
            "fail",
            "the speaker may not decide for this account",
            state.authority_source,
            "no_authority",
        )
    if state.authority == "unknown":
        return Verdict(
            "G0", "fail", "it is not clear who speaks", state.authority_source, "no_authority"
        )
    if not any(t.speaker == "customer" for t in scene.current):
        return Verdict("G0", "fail", "the customer has not spoken", reason="not_customer_words")
    return Verdict("G0")


def care(scene: Scene, state: State) -> Verdict:
    """G1: nobody who is bereaved, in hardship, ill, under pressure or in danger is sold to."""
    del scene
    if state.care:
        return Verdict(
            "G1",
            "fail",
            f"care sign: {state.care[0]}",
            state.care_source,
            _CARE_REASON[state.care[0]],
        )
    if state.fraud or state.fraud_on_file:
        source = state.fraud.turn.id if state.fraud else "customer.state"
        return Verdict(
            "G1", "fail", "a sign of fraud or a security matter", source, "fraud_or_security"
        )
    return Verdict("G1")


def objection(scene: Scene, state: State) -> Verdict:
    """G2, for the contact: an objection to marketing, on file or in words."""
    del scene
    if state.objection:
        return Verdict(
            "G2", "fail", "objected to offers; nothing is inferred", "customer.consent", "opted_out"
        )
    return Verdict("G2")


def fix_first(scene: Scene, state: State) -> Verdict:
    """G3, for the contact: our own open matters come first."""
    owed = [p for p in scene.promises if p.promisor_role != "customer" and p.is_owed]
    for promise in owed:
        if promise.status == "conflict":
            return Verdict(
                "G3",
                "fail",
                f"we said otherwise: {promise.what}"[:160],
                promise.turn,
                "promise_conflict",
            )
    settled = state.issue == "confirmed_by_customer"
    if state.disruption and not settled:
        return Verdict(
            "G3", "fail", "a disruption is going on", state.disruption.turn.id, "disruption"
        )
    if state.read.disruption and not settled:
        return Verdict("G3", "fail", "a disruption is going on", "model", "disruption")
    late = next((p for p in owed if p.status == "overdue"), None)
    if state.issue in ("open", "fixed_unconfirmed"):
        return Verdict(
            "G3",
            "fail",
            f"their issue is {state.issue.replace('_', ' ')}",
            state.issue_source,
            "open_complaint",
        )
    if state.complaint and not settled:
        return Verdict(
            "G3", "fail", "a complaint is open", state.complaint.turn.id, "open_complaint"
        )
    if state.read.complaint and not settled:
        return Verdict("G3", "fail", "a complaint is open", "model", "open_complaint")
    if late:
        return Verdict(
            "G3", "fail", f"overdue to them: {late.what}"[:160], late.turn, "open_commitments_first"
        )
    twice = next((x for x in scene.loops if x.times_asked >= 2 and x.status == "open"), None)
    if twice:
        return Verdict(
            "G3",
            "fail",
            f"asked {twice.times_asked} times: {twice.what}"[:160],
            twice.turn,
            "open_commitments_first",
        )
    return Verdict("G3")


CONTACT: tuple[Callable[[Scene, State], Verdict], ...] = (authority, care, objection, fix_first)
