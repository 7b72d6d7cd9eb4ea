"""Questions that a turn of events raises by itself, though the customer does not put them.

Somebody who has just cancelled tells that they move: then a move may cost nothing and the
cancellation may be taken back. What no article answers stays unsaid.
"""

from __future__ import annotations

from collections.abc import Sequence

from copilot.domain import Turn
from copilot.extractive.hearing.asking import Ask, hear
from copilot.facing import facing

# What they were facing before, what they tell now, and what that raises.
_RAISED = (
    (
        "leaving",
        "moving",
        (
            "What does the move cost?",
            "Does the minimum term go on after a move?",
            "Can a cancellation be withdrawn?",
            "By how many days may the old and the new line overlap?",
        ),
        "Shall I withdraw the cancellation and book the move instead?",
    ),
)


def raised(turns: Sequence[Turn]) -> tuple[tuple[Ask, ...], str]:
    """The questions that a message raises which asks nothing, and what we may ask back then."""
    said = [t.text for t in turns if t.speaker == "customer"]
    if len(said) < 2 or "?" in said[-1]:
        return (), ""
    now = {m.name for m in facing(said[-1:])}
    before = {m.name for m in facing(said[:-1])}
    for was, is_now, questions, back in _RAISED:
        if was in before and is_now in now and was not in now:
            asks = [a for q in questions for a in hear([Turn("customer", q)]).asks]
            return tuple(asks), back
    return (), ""
