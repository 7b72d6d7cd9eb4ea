"""What our side owes (promises) and what the customer asked and nobody answered (open loops)."""

from copilot.ledger.calendar import WorkingCalendar, due
from copilot.ledger.loops import OpenLoop, loop_from, open_loops
from copilot.ledger.promises import (
    Promise,
    claims,
    is_pending,
    only_assures,
    promise_from,
    promises,
)
from copilot.ledger.standing import LedgerPolicy, lasts
from copilot.ledger.timeline import Fact, Said, Timeline, in_order, joined

__all__ = [
    "Fact",
    "LedgerPolicy",
    "OpenLoop",
    "Promise",
    "Said",
    "Timeline",
    "WorkingCalendar",
    "claims",
    "due",
    "in_order",
    "is_pending",
    "joined",
    "lasts",
    "loop_from",
    "only_assures",
    "open_loops",
    "promise_from",
    "promises",
]
