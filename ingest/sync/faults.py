"""What can go wrong between us and a helpdesk, each named for the person who can mend it."""

from __future__ import annotations

from copilot.errors import CopilotError, InvalidInput


class UnsafeAddress(InvalidInput):
    """An address that must not be fetched: internal, disguised, or not of this connector."""

    code = "address_refused"


class UpstreamFault(CopilotError):
    """The helpdesk did not answer as documented, and retries did not help."""

    code = "upstream_unavailable"


class AccessRefused(CopilotError):
    """The helpdesk refused our credentials; only the operator can help."""

    code = "upstream_access"


class BrokenAnswerError(Exception):
    """One attempt failed in a way that a later one may not. Never leaves the room."""

    def __init__(self, reason: str, *, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_s = after_s
