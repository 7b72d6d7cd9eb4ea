"""The hand-off to the other department: whether it may be, and what goes along."""

from copilot.handoff.handover import Handover, Request

__all__ = ["Handover", "Request"]
