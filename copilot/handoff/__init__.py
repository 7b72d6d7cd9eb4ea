"""The hand-off to the other department: whether it may be, and what goes along."""

from copilot.handoff.handover import Handover
from copilot.handoff.pending import each_once
from copilot.handoff.permission import is_late
from copilot.handoff.request import Request

__all__ = ["Handover", "Request", "each_once", "is_late"]
