"""The policy: thresholds, caps, quiet periods and regulated products, versioned and approved."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from copilot.errors import ConfigError
from copilot.ledger import LedgerPolicy, WorkingCalendar

DEFAULT = Path(__file__).with_name("policy.json")
RiskClass = Literal["ordinary", "long_contract", "regulated"]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Thresholds(_Closed):
    """Least probability per risk class; between `floor` and it, a question or a hold."""

    ordinary: float = Field(ge=0, le=1)
    long_contract: float = Field(ge=0, le=1)
    regulated: float = Field(ge=0, le=1)
    floor: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Thresholds:
        if not self.floor <= self.ordinary <= self.long_contract <= self.regulated:
            raise ValueError(
                "thresholds must rise from floor to ordinary, long_contract, regulated"
            )
        return self


class Recency(_Closed):
    """How many days a need stays fresh, by type."""

    stated: int = Field(ge=0)
    implied: int = Field(ge=0)
    latent: int = Field(ge=0)
    blocked: int = Field(ge=0)


class QuietDays(_Closed):
    """How long we are silent after a no, a failure or a return."""

    declined_sku: int = Field(ge=0)
    declined_need: int = Field(ge=0)
    complaint_closed: int = Field(ge=0)
    second_failure: int = Field(ge=0)
    severe_failure: int = Field(ge=0)
    returned: int = Field(ge=0)
    save_offer: int = Field(ge=0)


class Caps(_Closed):
    """How much may be shown at most."""

    visible_per_contact: int = Field(ge=0, le=1)
    visible_per_customer_30_days: int = Field(ge=0)
    flags: int = Field(ge=0, le=3)
    candidates: int = Field(ge=1, le=10)
    informs: int = Field(ge=1, le=10)


class RegretRules(_Closed):
    """When a product that comes back is held. A person releases it: product and date."""

    limit: float = Field(ge=0, le=1)
    least_accepted: int = Field(ge=1)
    window_days: int = Field(ge=1)
    released: dict[str, date] = Field(default_factory=dict)


class BundleRules(_Closed):
    """The bounds of the search for the cheapest sufficient bundle."""

    max_items: int = Field(ge=1, le=4)  # different products
    max_pieces: int = Field(default=12, ge=1, le=100)  # with repeats: four chairs are four
    horizon_months: int = Field(ge=1, le=60)


class Regulated(_Closed):
    """Topics on which only a qualified person advises, and what an appointment is called."""

    topics: tuple[str, ...]
    appointment_words: tuple[str, ...]


class Wording(_Closed):
    """Words no draft of ours may contain."""

    forbidden: tuple[str, ...]
    question_forbidden: tuple[str, ...]
    way_out: str = Field(min_length=3)


class ReasonQuestion(_Closed):
    """The one neutral question after a change, once booked and before."""

    booked: str = Field(max_length=200)
    pending: str = Field(max_length=200)


class Questions(_Closed):
    """The text of each question by slot."""

    reason_for_change: ReasonQuestion
    quantity: str = Field(max_length=200)
    deadline: str = Field(max_length=200)
    compatibility: str = Field(max_length=200)
    authority: str = Field(max_length=200)
    consent_to_contact: str = Field(max_length=200)


class Market(_Closed):
    """Where a customer lives: the clock and the working days."""

    timezone: str = "UTC"
    weekend: tuple[int, ...] = (5, 6)
    holidays: tuple[date, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The clock of the market."""
        return ZoneInfo(self.timezone)

    @model_validator(mode="after")
    def _known_zone(self) -> Market:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {self.timezone!r}") from error
        return self


class PromiseRules(_Closed):
    """When a promise without a date falls due; null leaves it undated."""

    default_due_days: int | None = Field(default=None, ge=1)


class Calibration(_Closed):
    """A logistic reading of the model's votes; the default is deliberately cautious."""

    name: str
    intercept: float
    share: float
    verifier: dict[str, float]
    type: dict[str, float]
    margin: float
    support: float


class Policy(_Closed):
    """All of it. A change needs a new version and the name of who approved it."""

    version: str = Field(min_length=4)
    approved_by: str = Field(min_length=3)
    approved_at: date
    thresholds: Thresholds
    long_contract_months: int = Field(ge=1)
    recency_days: Recency
    quiet_days: QuietDays
    caps: Caps
    regret: RegretRules
    large_purchase: float = Field(ge=0)
    bundle: BundleRules
    regulated: Regulated
    wording: Wording
    question: Questions
    markets: dict[str, Market]
    promises: PromiseRules
    open_loop_similarity: float = Field(gt=0, le=1)
    calibration: Calibration

    @model_validator(mode="after")
    def _default_market(self) -> Policy:
        if "default" not in self.markets:
            raise ValueError("markets needs an entry named 'default'")
        return self

    def market(self, name: str | None) -> Market:
        """The market of that name, or the default one."""
        return self.markets.get(name or "default", self.markets["default"])

    def ledger(self, name: str | None = None) -> LedgerPolicy:
        """What the ledgers read of the policy."""
        market = self.market(name)
        calendar = WorkingCalendar(frozenset(market.weekend), frozenset(market.holidays))
        return LedgerPolicy(calendar, self.promises.default_due_days, self.open_loop_similarity)


def load_policy(path: Path | None = None) -> Policy:
    """Read and validate a policy file; the one delivered with the product by default."""
    source = path or DEFAULT
    try:
        return Policy.model_validate(json.loads(source.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise ConfigError(
            f"The policy {source.name} cannot be used: {error}. Correct it, or restore the last "
            "approved version."
        ) from error


@lru_cache(maxsize=1)
def default_policy() -> Policy:
    """The delivered policy, read once."""
    return load_policy()
