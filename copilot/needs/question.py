"""The one question of a contact: neutral, after the deed, never put to one who has answered."""

from __future__ import annotations

import re

from copilot.ledger.language import plain
from copilot.needs.output import Question, Slot
from copilot.needs.policy import Policy
from copilot.needs.scene import Scene
from copilot.needs.standing import State


def reason_question(scene: Scene, state: State) -> Question | None:
    """Asked when a change is requested, its reason is nowhere on file and no care code stands."""
    if (
        state.change is None
        or state.reason_known
        or state.care
        or state.fraud
        or state.fraud_on_file
    ):
        return None
    if _asked_before(scene):
        return None
    texts = scene.policy.question.reason_for_change
    text = texts.booked if state.change_booked else texts.pending
    return Question(
        slot="reason_for_change",
        text=_neutral(text, scene.policy),
        why="the change may mean leaving, growing or moving; only they can say",
        ask_after="request_done",
        already_known_checked=_checked(scene),
    )


_PUT = re.compile(
    r"\bwhat(?: is|'s) changing\b|\bmay i ask (?:what|why)\b"
    r"|\breasons? (?:for|why|behind) (?:you|your|the (?:change|cancel\w*|move|leav\w*|clos\w*))"
)


def _asked_before(scene: Scene) -> bool:
    """Our side has put the question already; a second try is not made."""
    return any(_PUT.search(plain(t.text)) for t in scene.timeline.turns if t.ours)


def slot_question(scene: Scene, slot: Slot, why: str) -> Question | None:
    """A constraint that decides the choice, asked for in one line of policy."""
    text = getattr(scene.policy.question, slot, None)
    if not isinstance(text, str):
        return None
    return Question(
        slot=slot,
        text=_neutral(text, scene.policy),
        why=why or "it decides what suffices",
        ask_after="now",
        already_known_checked=_checked(scene),
    )


def _checked(scene: Scene) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t.conversation_id for t in scene.timeline.turns)) or ("now",)


def _neutral(text: str, policy: Policy) -> str:
    """Policy text that breaks the wording rule is replaced by a plain one."""
    lowered = plain(text)
    if any(f" {word} " in f" {lowered} " for word in policy.wording.question_forbidden):
        return "What is changing for you? (No need to say.)"
    return text
