"""Why nothing is offered: the codes that hold, in the order of the gates."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.ledger.language import plain
from copilot.needs import informs as told
from copilot.needs.contact import Verdict
from copilot.needs.output import Inform, NoneReason, Question
from copilot.needs.scene import Scene, signals
from copilot.needs.standing import State
from copilot.needs.unused import unused


def reasons(
    scene: Scene,
    state: State,
    contact: Sequence[Verdict],
    stops: Sequence[Verdict],
    question: Question | None,
    informs: Sequence[Inform],
) -> list[NoneReason]:
    """All codes that hold; the first is the reason, the others stand beside it."""
    failed = [v for v in contact if v.result == "fail" and v.reason]
    found: list[NoneReason] = [
        v.reason for v in failed if v.gate in ("G0", "G1", "G2") and v.reason
    ]
    if state.read.none_reason:
        found.append(state.read.none_reason)  # type: ignore[arg-type]
    found += [v.reason for v in failed if v.reason]
    found += [v.reason for v in stops if v.reason]
    found += _without_candidate(scene, state, question, informs)
    return list(dict.fromkeys(found)) or ["information_only"]


def _without_candidate(
    scene: Scene, state: State, question: Question | None, informs: Sequence[Inform]
) -> list[NoneReason]:
    found: list[NoneReason] = []
    if any(q.scope in ("sku", "need") for q in state.quiet):
        found.append("declined_recently")
    if pitched(scene):
        found.append("agent_planted")
    if scene.has_foreign_words and not any(scene.reads("want", w.text) for w in scene.own_words):
        found.append("not_customer_words")
    if any(scene.says(name) for name in ("figurative", "sarcasm")):
        found.append("figurative")
    if unused(scene) is not None:
        found.append("cheaper_better")
    if question is not None:
        found.append("ask_first")
    entitled = [
        i
        for i in informs
        if i.kind in ("free_fix", "right") or (i.kind == "entitlement" and told.answers(scene, i))
    ]
    if entitled:
        found.append("already_entitled" if entitled[0].kind == "entitlement" else "free_fix")
    found.append("information_only")
    return found


def pitched(scene: Scene) -> bool:
    """Our side raised a wish that the customer had not spoken of."""
    for place, turn in enumerate(scene.current):
        if turn.ours and signals()["pitch"].search(plain(turn.text)):
            later = [t for t in scene.current[place + 1 :] if t.speaker == "customer"]
            if later:
                return True
    return False
