"""The shapes in which a model answers, and nothing it says beyond them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

NONE_REASONS = (
    "none", "already_entitled", "free_fix", "cheaper_better", "information_only", "agent_planted",
    "not_customer_words", "figurative", "declined_recently", "opted_out", "open_complaint",
    "disruption", "promise_conflict", "open_commitments_first", "fraud_or_security",
    "vulnerability_bereavement", "vulnerability_financial", "vulnerability_health",
    "vulnerability_pressure", "no_authority", "not_eligible", "no_suitable_product", "ask_first",
)  # fmt: skip
CARE = ("bereavement", "financial", "health", "pressure", "distress", "minor", "safety")
KINDS = ("entitlement", "free_fix", "cheaper_option", "right", "process", "truth")
CONSTRAINTS = (
    "quantity", "compatibility", "age", "budget", "feature", "deadline", "scope", "period", "other",
)  # fmt: skip


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class QuoteSaid(_Answer):
    """A quote as the model copied it."""

    turn: str = ""
    quote: str = ""
    role: str = "want"


class ConstraintSaid(_Answer):
    """A constraint as the model read it."""

    kind: str = "other"
    text: str = ""
    amount: float = 0
    unit: str = ""
    basis: str = "total"


class NeedSaid(_Answer):
    """A need as the model proposed it."""

    need: str = ""
    type: Literal["stated", "implied", "latent", "blocked"] = "stated"
    quotes: tuple[QuoteSaid, ...] = ()
    constraints: tuple[ConstraintSaid, ...] = ()
    explicit: bool = False
    agent_raised_first: bool = False
    new_information: bool = False
    for_other: bool = False
    own_date: str = ""
    condition: str = ""
    benefit: str = ""
    second_source: str = ""
    consent_quote: str = ""
    regulated: bool = False
    missing: str = "none"


class StateSaid(_Answer):
    """How things stand, as the model read it."""

    care: tuple[str, ...] = ()
    issue: str = "none"
    complaint: bool = False
    disruption: bool = False
    fraud: bool = False
    authority: str = "holder"
    objection: bool = False
    change_quote: str = ""
    change_reason_known: bool = False


class FreeSaid(_Answer):
    """A free way, as the model found it."""

    need: int = -1
    kind: str = "free_fix"
    source: str = ""
    text: str = ""
    settles: bool = True


class InformSaid(_Answer):
    """Something worth telling."""

    kind: str = "truth"
    source: str = ""
    text: str = ""


class ReadingSaid(_Answer):
    """One sample of the proposer."""

    state: StateSaid = StateSaid()
    needs: tuple[NeedSaid, ...] = ()
    free: tuple[FreeSaid, ...] = ()
    informs: tuple[InformSaid, ...] = ()
    none_reason: str = "none"


class VerdictSaid(_Answer):
    """The verifier's word."""

    verdict: str = "unclear"
    why: str = ""


class CheckSaid(_Answer):
    """One constraint against one product text."""

    constraint: int = -1
    verdict: str = "unknown"
    fact: str = ""


class ConditionSaid(_Answer):
    """Whether a product's conditions hold."""

    verdict: str = "unknown"
    source: str = ""
    fact: str = ""


class ProductSaid(_Answer):
    """One product read against one need."""

    sku: str = ""
    serves: str = "no"
    checks: tuple[CheckSaid, ...] = ()
    provides: float = 0
    adds: bool = True
    conditions: ConditionSaid = ConditionSaid()


class FitSaid(_Answer):
    """All products read against one need."""

    products: tuple[ProductSaid, ...] = ()


class PromiseSaid(_Answer):
    """A promise as the model found it."""

    turn: str = ""
    quote: str = ""
    what: str = ""
    due_words: str = ""
    status: str = "open"
    evidence: str = ""
    conflict_with: str = ""


class RequestSaid(_Answer):
    """A request as the model found it."""

    turn: str = ""
    quote: str = ""
    what: str = ""
    times_asked: int = Field(default=1)


class LedgerSaid(_Answer):
    """Both ledgers."""

    promises: tuple[PromiseSaid, ...] = ()
    open_requests: tuple[RequestSaid, ...] = ()


def _closed(title: str, properties: dict[str, Any]) -> dict[str, Any]:
    """An object of exactly these keys, as strict servers demand."""
    return {
        "title": title,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _many(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


_TEXT: dict[str, Any] = {"type": "string"}
_FLAG: dict[str, Any] = {"type": "boolean"}
_NUMBER: dict[str, Any] = {"type": "number"}
_WHOLE: dict[str, Any] = {"type": "integer"}


def reading_schema() -> dict[str, Any]:
    """The schema of one sample of the proposer."""
    roles = _one_of("want", "problem", "consequence", "fact", "deadline", "constraint")
    quote = _closed("quote", {"turn": _TEXT, "quote": _TEXT, "role": roles})
    constraint = _closed(
        "constraint",
        {
            "kind": _one_of(*CONSTRAINTS),
            "text": _TEXT,
            "amount": _NUMBER,
            "unit": _TEXT,
            "basis": _one_of("extra", "total"),
        },
    )
    need = _closed(
        "need",
        {
            "need": _TEXT,
            "type": _one_of("stated", "implied", "latent", "blocked"),
            "quotes": _many(quote),
            "constraints": _many(constraint),
            "explicit": _FLAG,
            "agent_raised_first": _FLAG,
            "new_information": _FLAG,
            "for_other": _FLAG,
            "own_date": _TEXT,
            "condition": _TEXT,
            "benefit": _TEXT,
            "second_source": _TEXT,
            "consent_quote": _TEXT,
            "regulated": _FLAG,
            "missing": _one_of("none", "quantity", "deadline", "compatibility"),
        },
    )
    fields = {"kind": _one_of(*KINDS), "source": _TEXT, "text": _TEXT}
    free = _closed("free", {"need": _WHOLE, **fields, "settles": _FLAG})
    return _closed(
        "need_reading",
        {
            "state": _state_schema(),
            "needs": _many(need),
            "free": _many(free),
            "informs": _many(_closed("inform", fields)),
            "none_reason": _one_of(*NONE_REASONS),
        },
    )


def _state_schema() -> dict[str, Any]:
    return _closed(
        "state",
        {
            "care": _many(_one_of(*CARE)),
            "issue": _one_of("none", "open", "fixed_unconfirmed", "confirmed_by_customer"),
            "complaint": _FLAG,
            "disruption": _FLAG,
            "fraud": _FLAG,
            "authority": _one_of("holder", "not_authorised", "unknown"),
            "objection": _FLAG,
            "change_quote": _TEXT,
            "change_reason_known": _FLAG,
        },
    )


def verdict_schema() -> dict[str, Any]:
    """The schema of the verifier's answer."""
    return _closed(
        "need_verdict", {"verdict": _one_of("need", "not_need", "unclear"), "why": _TEXT}
    )


def fit_schema() -> dict[str, Any]:
    """The schema of the reading of products."""
    verdict = _one_of("met", "unmet", "unknown")
    check = _closed("check", {"constraint": _WHOLE, "verdict": verdict, "fact": _TEXT})
    product = _closed(
        "product",
        {
            "sku": _TEXT,
            "serves": _one_of("yes", "no"),
            "checks": _many(check),
            "provides": _NUMBER,
            "adds": _FLAG,
            "conditions": _closed(
                "conditions", {"verdict": verdict, "source": _TEXT, "fact": _TEXT}
            ),
        },
    )
    return _closed("need_fit", {"products": _many(product)})


def ledger_schema() -> dict[str, Any]:
    """The schema of the reading of promises and requests."""
    promise = _closed(
        "promise",
        {
            "turn": _TEXT,
            "quote": _TEXT,
            "what": _TEXT,
            "due_words": _TEXT,
            "status": _one_of("open", "kept", "withdrawn", "conflict"),
            "evidence": _TEXT,
            "conflict_with": _TEXT,
        },
    )
    request = _closed(
        "request", {"turn": _TEXT, "quote": _TEXT, "what": _TEXT, "times_asked": _WHOLE}
    )
    return _closed("ledger_reading", {"promises": _many(promise), "open_requests": _many(request)})
