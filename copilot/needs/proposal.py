"""What a proposer hands over: candidate needs with quotes, and its reading of the contact."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, Protocol

from copilot.ledger import OpenLoop, Promise
from copilot.ledger.language import plain
from copilot.needs.output import CareCode, NeedType
from copilot.needs.scene import Scene

Basis = Literal["total", "extra", "at_most"]
ConstraintKind = Literal[
    "quantity", "compatibility", "age", "budget", "feature", "deadline", "scope", "period", "other"
]
Role = Literal["want", "problem", "consequence", "fact", "deadline", "constraint"]
_LESS = re.compile(
    r"\b(?:something|anything|one|plan|tariff|it)\b[^.?!]{0,20}\b(?:smaller|cheaper|less)\b"
    r"|\ban? (?:smaller|cheaper)\b"
)
Method = Literal["rules", "calibrated_votes", "calibrated_model"]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the customer, not yet checked."""

    turn: str
    text: str
    conversation: str = "now"
    role: Role = "want"


@dataclass(frozen=True, slots=True)
class Constraint:
    """Something a solution must meet; amounts carry their unit, in the catalogue's words."""

    kind: ConstraintKind
    text: str
    unit: str = ""
    amount: float | None = None
    basis: Basis = "total"
    words: frozenset[str] = frozenset()  # of an amount: only products so named count


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible need in the customer's terms. Which product serves it is not said here."""

    need: str
    need_type: NeedType
    quotes: tuple[Quote, ...]
    about: frozenset[str] = frozenset()
    wish: frozenset[str] = frozenset()  # of these, the words of the sentence that asks
    constraints: tuple[Constraint, ...] = ()
    explicit: bool = False
    for_other: bool = False
    another: bool = False
    in_all: bool = False  # a sum or an "as well": it adds to what was spoken of before
    release_after: str | None = None
    hold_until: str | None = None
    benefit: str = ""
    second_source: str | None = None
    consent_quote: str = ""
    regulated: bool = False
    missing_slot: str | None = None
    p: float = 0.8
    method: Method = "rules"
    verdicts: tuple[Fit, ...] = ()
    cures: tuple[Cure, ...] = ()
    conditions: tuple[Held, ...] = ()
    read_by_model: bool = False
    adds_new: bool | None = None
    drop: str | None = None
    called: frozenset[str] = frozenset()  # products they call by their whole names
    theirs: frozenset[str] = frozenset()  # products they speak of as things they have
    struck: frozenset[str] = frozenset()  # of these, what they ask for and own already
    named: frozenset[str] | None = None  # products the words grip firmly; None: not told
    gripped: frozenset[str] | None = None  # products the words grip at all; None: not told

    @property
    def for_less(self) -> bool:
        """They ask for something smaller or cheaper than what they have."""
        return any(_LESS.search(plain(quote.text)) for quote in self.quotes[:1])


@dataclass(frozen=True, slots=True)
class Fit:
    """A model's reading of one product against one constraint, with the words of the fact."""

    sku: str
    constraint: int
    verdict: Literal["met", "unmet", "unknown"]
    fact: str = ""
    amount: float | None = None
    adds: bool = True


@dataclass(frozen=True, slots=True)
class Held:
    """A model's reading of a product's conditions, proven by words on file."""

    sku: str
    verdict: Literal["met", "unmet", "unknown"]
    fact: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Cure:
    """A free way to settle the matter: its source on file and what it does."""

    kind: Literal["entitlement", "free_fix", "right", "cheaper_option", "truth", "process"]
    source: str
    text: str
    settles: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model read in the contact; rules may add to it and never take from it."""

    care: frozenset[CareCode] = frozenset()
    issue_status: str | None = None
    complaint: bool = False
    disruption: bool = False
    fraud: bool = False
    authority: str | None = None
    objection: bool = False
    change_request: str | None = None
    change_reason_known: bool = False
    none_reason: str | None = None
    informs: tuple[Cure, ...] = ()
    care_votes: frozenset[str] = frozenset()
    samples: int = 0
    from_model: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The proposer's whole answer."""

    candidates: tuple[Candidate, ...] = ()
    reading: Reading | None = None
    label: str = "rules"
    notes: tuple[str, ...] = field(default=())
    promises: tuple[Promise, ...] | None = None
    loops: tuple[OpenLoop, ...] | None = None


class Proposer(Protocol):
    """Finds possible needs without a model."""

    def propose(self, scene: Scene) -> Proposal:
        """The candidates of this scene; at most as many as policy allows."""


class AsyncProposer(Protocol):
    """Finds possible needs with a model; a fault of the model is raised as `ModelError`."""

    async def propose(self, scene: Scene) -> Proposal:
        """The candidates of this scene and the model's reading of it."""
