"""What a customer's file says of the very thing they write about, to look up with it.

Somebody in on/off mode since September need not write the code of the fault: the file has it.
"""

from __future__ import annotations

from collections.abc import Sequence

from copilot.extractive import stems
from copilot.extractive.hearing.asking import is_measure

SHARED = 2  # words of meaning that a note and a message have in common
MOST = 2
LONGEST = 300


def reminders(notes: Sequence[str], message: str) -> tuple[str, ...]:
    """The notes that speak of what a message speaks of, the nearest first."""
    said = _meant(message)
    near = [(len(said & _meant(note)), n, note[:LONGEST]) for n, note in enumerate(notes)]
    near = sorted((one for one in near if one[0] >= SHARED), key=lambda one: (-one[0], one[1]))
    return tuple(note for *_, note in near[:MOST])


def _meant(text: str) -> frozenset[str]:
    return frozenset(word for word in stems(text) if not is_measure(word))
