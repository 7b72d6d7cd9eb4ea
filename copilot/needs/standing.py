"""How a customer stands in a contact: the facts that the gates read, and periods of silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from copilot.needs.offers import Offered
from copilot.needs.output import Authority, CareCode, ContactState, IssueStatus
from copilot.needs.proposal import Reading
from copilot.needs.scene import Words


@dataclass(frozen=True, slots=True)
class Quiet:
    """A period of silence: over products, a need, save offers, or whatever we would raise."""

    rule: str  # the key in `policy.quiet_days`
    scope: Literal["sku", "need", "save", "contact"]
    until: date | None  # the last quiet day; None: nothing on file lets it end
    what: str
    skus: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    offer: Offered | None = None

    @property
    def line(self) -> str:
        """Why there is silence, in one line without anybody's words."""
        end = f"until {self.until}" if self.until else "until a date or an end is on file"
        return f"quiet {end}: {self.what} ({self.rule})"[:160]

    @property
    def release(self) -> str:
        """When a need that is held for it may be raised, the date in front."""
        if self.until is None:
            return f"when it is over: {self.what}"[:200]
        return f"from {self.until + timedelta(days=1)}: {self.what}"[:200]


@dataclass(frozen=True)
class State:
    """The contact as code reads it; a model's reading may add to it, never take away."""

    care: tuple[CareCode, ...]
    care_source: str
    fraud: Words | None
    fraud_on_file: bool
    authority: Authority
    authority_source: str
    objection: bool
    marketing: bool
    issue: IssueStatus
    issue_source: str
    complaint: Words | None
    disruption: Words | None
    change: Words | None
    change_booked: bool
    reason_known: str | None
    offers: tuple[Offered, ...]
    quiet: tuple[Quiet, ...]
    read: Reading

    def contact(self) -> ContactState:
        """The wire form."""
        ends = [q.until for q in self.quiet if q.until and q.scope != "save"]
        return ContactState(
            issue_status=self.issue,
            complaint=self.complaint is not None or self.read.complaint,
            care=self.care,
            authority=self.authority,
            marketing_allowed=self.marketing and not self.objection,
            quiet_until=max(ends).isoformat() if ends else None,
        )
