"""What an assessment says: the wire form of `need_output`, version 1.0."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

NoneReason = Literal[
    "already_entitled", "free_fix", "cheaper_better", "information_only", "agent_planted",
    "not_customer_words", "figurative", "declined_recently", "opted_out", "open_complaint",
    "disruption", "promise_conflict", "open_commitments_first", "fraud_or_security",
    "vulnerability_bereavement", "vulnerability_financial", "vulnerability_health",
    "vulnerability_pressure", "no_authority", "not_eligible", "no_suitable_product", "ask_first",
]  # fmt: skip
NeedType = Literal["stated", "implied", "latent", "blocked"]
Disposition = Literal[
    "surface_now", "surface_after_resolution", "hold", "handoff_sales", "log_blocked"
]
InformKind = Literal["entitlement", "free_fix", "cheaper_option", "right", "process", "truth"]
CareCode = Literal["bereavement", "financial", "health", "pressure", "distress", "minor", "safety"]
IssueStatus = Literal["none", "open", "fixed_unconfirmed", "confirmed_by_customer"]
Authority = Literal["holder", "authorised", "not_authorised", "unknown"]
GateResult = Literal["pass", "fail", "unknown", "not_applicable"]
Slot = Literal[
    "reason_for_change", "quantity", "deadline", "compatibility", "authority",
    "consent_to_contact", "outcome_wanted",
]  # fmt: skip
VISIBLE: frozenset[str] = frozenset({"surface_now", "handoff_sales", "surface_after_resolution"})
INSIGHTS = Literal[
    "recurring_issue", "blocked_need", "promise_conflict", "objection", "competitor", "praise"
]


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContactState(_Out):
    """How things stand with this customer now."""

    issue_status: IssueStatus = "none"
    complaint: bool = False
    care: tuple[CareCode, ...] = ()
    authority: Authority = "unknown"
    marketing_allowed: bool = False
    quiet_until: str | None = None


class EvidenceOut(_Out):
    """An exact span of a customer turn."""

    turn: str
    quote: str = Field(min_length=8, max_length=240)
    conversation_id: str = "now"
    start: int = 0
    end: int = 0
    speaker: Literal["customer"] = "customer"
    at: str = ""
    age_days: float = 0
    role: Literal["want", "problem", "consequence", "fact", "deadline", "constraint"] = "want"


class CounterOut(_Out):
    """Words that speak against a need."""

    turn: str
    quote: str


class GateOut(_Out):
    """One gate's verdict."""

    result: GateResult
    why: str = ""
    source: str = ""


class Sufficiency(_Out):
    """Which fact meets which constraint."""

    constraint: str
    met_by: str
    source: str = ""


class RejectedOption(_Out):
    """A bundle not taken, and why."""

    skus: tuple[str, ...]
    why_not: Literal[
        "dearer",
        "insufficient",
        "incompatible",
        "not_eligible",
        "unavailable",
        "worse_for_customer",
    ]


class Handoff(_Out):
    """What goes to the colleague who advises; nothing in it needs to be asked again."""

    consented: bool
    to_role: str
    packet: dict[str, Any]
    consent_quote: str = ""


class Confidence(_Out):
    """How sure, by which method, against which threshold."""

    p: float = Field(ge=0, le=1)
    method: Literal["rules", "calibrated_votes", "calibrated_model"] = "rules"
    threshold: float = 0.7
    calibration_set: str = "none"


class Job(_Out):
    """The need as a job to be done."""

    when: str = ""
    want: str = ""
    so_that: str = ""


class Flag(_Out):
    """A genuine need with its evidence, its cheapest sufficient answer and its timing."""

    need: str
    need_type: NeedType
    evidence: tuple[EvidenceOut, ...] = Field(min_length=1, max_length=4)
    counter_evidence: tuple[CounterOut, ...] = ()
    constraints: tuple[str, ...] = ()
    gates: dict[str, GateOut] = Field(default_factory=dict)
    recommended: tuple[str, ...] = ()
    disposition: Disposition
    release_when: str | None = None
    handoff: bool | Handoff = False
    confidence: Confidence
    customer_benefit: str = Field(min_length=1)
    trade_offs: tuple[str, ...] = ()
    flag_id: str = "F1"
    job: Job = Job()
    strength: Literal[1, 2, 3] = 2
    total_price: float | None = None
    sufficiency: tuple[Sufficiency, ...] = ()
    rejected_options: tuple[RejectedOption, ...] = ()
    expires_at: str | None = None
    agent_line: str = Field(default="", max_length=280)

    @property
    def visible(self) -> bool:
        """Reaches the agent's screen as an offer."""
        return self.disposition in VISIBLE


class Inform(_Out):
    """A fact that helps and costs nothing, with its source."""

    kind: InformKind
    text: str
    source: str


class Question(_Out):
    """The one question worth asking."""

    slot: Slot
    text: str = Field(max_length=200)
    why: str
    ask_after: Literal["request_done", "now"]
    already_known_checked: tuple[str, ...] = ()


class PromiseOut(_Out):
    """A line of the promise ledger."""

    promisor_role: Literal["sales", "service", "bot", "company", "customer"]
    turn: str
    quote: str
    what: str
    due: str | None
    status: Literal["open", "kept", "overdue", "conflict", "withdrawn"]
    conflict_with: str | None
    promise_id: str
    promisor: str
    to: str
    conversation_id: str
    due_basis: Literal["explicit", "relative", "policy_default", "none"] = "none"
    owner: str | None = None
    kept_evidence: str | None = None


class LoopOut(_Out):
    """A line of the open-loop ledger."""

    turn: str
    quote: str
    what: str
    status: Literal["open", "answered", "declined_with_reason"]
    times_asked: int = Field(ge=1)
    loop_id: str
    conversation_id: str
    asked_of: Literal["sales", "service", "bot", "company"] = "company"
    first_asked_at: str = ""
    answer_turn: str | None = None


class InsightEvent(_Out):
    """What product and sales may learn, without anyone's words."""

    kind: INSIGHTS
    segment: str
    theme: str
    product: str | None = None


class Rejection(_Out):
    """Why a candidate, or the whole contact, led to silence."""

    gate: str = Field(pattern=r"^G\d{1,2}$")
    reason: str
    need: str = ""


class Audit(_Out):
    """The explanation: every silence in one line."""

    candidates: int
    rejected: tuple[Rejection, ...] = ()
    retrieved: tuple[str, ...] = ()
    gates: dict[str, GateOut] = Field(default_factory=dict)
    proposer: str = "rules"
    notes: tuple[str, ...] = ()


class Assessment(_Out):
    """The whole answer for one conversation at one moment."""

    case_id: str
    as_of: str
    versions: dict[str, str]
    contact_state: ContactState
    flags: tuple[Flag, ...] = Field(default=(), max_length=3)
    none_reason: NoneReason | None = None
    none_reason_also: tuple[NoneReason, ...] = ()
    inform: tuple[Inform, ...] = ()
    question: Question | None = None
    promises: tuple[PromiseOut, ...] = ()
    open_loops: tuple[LoopOut, ...] = ()
    insight_events: tuple[InsightEvent, ...] = ()
    audit: Audit
    customer_id: str = "unknown"

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, valid under the published schema."""
        return self.model_dump(mode="json")
