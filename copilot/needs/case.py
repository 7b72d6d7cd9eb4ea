"""A need case as it arrives: one customer, what they own, what we sell, all that was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from copilot.errors import InvalidInput
from copilot.guardrails.bounded import bounded_turns
from copilot.ledger import Fact, Said, Timeline, joined
from copilot.ledger.fate import outcomes
from copilot.needs.policy import Policy
from copilot.needs.statements import statements

LABELS = ("gold", "kind")


def _text(value: object) -> object:
    """Lists become one line, null an empty text; anything else is left to the type check."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    return value


def _listed(value: object) -> object:
    if value is None:
        return []
    return [value] if isinstance(value, (str, Mapping)) else value


def _moment(value: object) -> object:
    """A moment, or None where the source gives none or nothing readable; a date means its start."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError:
            return None
    return value


def _day(value: object) -> object:
    moment = _moment(value)
    return moment.date() if isinstance(moment, datetime) else moment


def _number(value: object) -> object:
    if isinstance(value, str):
        try:
            return float(value.replace(",", "").strip(" £$€"))
        except ValueError:
            return None
    return value


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Day = Annotated[date | None, BeforeValidator(_day)]
Number = Annotated[float | None, BeforeValidator(_number)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Open(BaseModel):
    """A record whose source may know more than we do; the rest is not read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class CaseTurn(_Open):
    """One utterance of a case."""

    id: str = ""
    at: Moment = None
    speaker: Literal["customer", "agent", "bot", "third_party", "system"]
    text: str
    role: str | None = None
    name: str | None = None
    attributed_to: str | None = None


class PastConversation(_Open):
    """An earlier contact of the same customer."""

    id: str = ""
    at: Moment = None
    channel: str = "unknown"
    turns: tuple[CaseTurn, ...] = ()
    resolved: bool | None = None


class OwnedItem(_Open):
    """What the customer owns or may use."""

    id: str
    name: Text = ""
    includes: Texts = ()
    since: Day = None
    until: Day = None
    sku: str | None = None
    limits: dict[str, float] = Field(default_factory=dict)
    used: dict[str, float] = Field(default_factory=dict)
    source: str | None = None


class CaseProduct(_Open):
    """A line of the catalogue."""

    sku: str
    name: Text = ""
    price: Number = None
    currency: str | None = None
    period: str = "once"
    features: Text = ""
    requires: Text = ""
    excludes: Texts = ()
    status: str = "available"
    commitment_months: int = 0
    regulated: bool = False
    limits: dict[str, float] = Field(default_factory=dict)
    valid_from: Day = None
    valid_to: Day = None


class KnowledgeFact(_Open):
    """A dated statement about our products and rules."""

    id: str
    text: Text
    valid_from: Day = None
    valid_to: Day = None
    status: str = "available"
    visibility: Literal["public", "internal"] = "public"
    passage: bool = False  # a piece of an article: read by the statement


class Consent(_Open):
    """What we may do; what is not said is not allowed."""

    marketing: bool = False
    objected_at: Day = None


class CustomerState(_Open):
    """What is on file besides the contract; care holds codes only."""

    open_cases: Annotated[tuple[Any, ...], BeforeValidator(_listed)] = ()
    vulnerability: Annotated[tuple[Any, ...], BeforeValidator(_listed)] = ()
    recent_offers: Annotated[tuple[Any, ...], BeforeValidator(_listed)] = ()
    complaints: Annotated[tuple[Any, ...], BeforeValidator(_listed)] = ()
    do_not_sell: bool = False
    authority: str | None = None


class CaseCustomer(_Closed):
    """The customer as the systems know them."""

    id: str = "unknown"
    segment: Text = ""
    facts: Texts = ()
    entitlements: Annotated[tuple[OwnedItem, ...], BeforeValidator(_listed)] = ()
    consent: Consent = Consent()
    state: CustomerState = CustomerState()
    timezone: str | None = None
    market: str | None = None


class Case(_Closed):
    """A self-contained case: everything an assessment may look at."""

    schema_version: str = "1.0"
    id: str
    industry: str = ""
    channel: str = "unknown"
    as_of: datetime
    customer: CaseCustomer = CaseCustomer()
    catalogue: tuple[CaseProduct, ...] = ()
    knowledge: tuple[KnowledgeFact, ...] = ()
    history: tuple[PastConversation, ...] = ()
    turns: tuple[CaseTurn, ...] = ()
    tightened: dict[str, str] = Field(default_factory=dict)  # sku -> why its flags are held

    def timeline(self, policy: Policy) -> Timeline:
        """All conversations in one order, with the facts promises are held against."""
        current = [("now", self.channel, None, self.turns)]
        past = [
            (c.id or f"past-{i}", c.channel, c.at, c.turns) for i, c in enumerate(self.history, 1)
        ]
        blocks = [
            (_aware(start), _all_said(turns, cid, channel))
            for cid, channel, start, turns in [*past, *current]
        ]
        ordered = joined(blocks[:-1]) + joined(blocks[-1:])
        return Timeline(
            ordered,
            facts=_facts(self),
            zone=policy.market(self.customer.market).zone,
            customer=self.customer.id,
            current="now",
            resolved=outcomes({c.id: c.resolved for c in self.history}),
            open_cases=tuple(str(case) for case in self.customer.state.open_cases),
        )


def _aware(moment: datetime | None) -> datetime | None:
    """A time without a zone is read as UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _all_said(turns: Sequence[CaseTurn], conversation: str, channel: str) -> list[Said]:
    texts = bounded_turns([turn.text for turn in turns])
    return [
        _said(turn, text, conversation, channel, place)
        for place, (turn, text) in enumerate(zip(turns, texts, strict=True), start=1)
    ]


def _said(turn: CaseTurn, text: str, conversation: str, channel: str, place: int) -> Said:
    speaker = turn.speaker
    if speaker == "customer" and turn.attributed_to and turn.attributed_to != "customer":
        speaker = "third_party"
    return Said(
        turn.id or f"{conversation}-{place}",
        conversation,
        speaker,
        text,
        _aware(turn.at),
        turn.role,
        turn.name,
        channel,
        place,
    )


def _facts(case: Case) -> tuple[Fact, ...]:
    # What customers may read first: of two facts that say the same it is the one that is named.
    told = sorted(case.knowledge, key=lambda k: k.visibility == "internal")
    knowledge = [f for k in told for f in _told(k.id, k.text, k.status, k.valid_from, k.valid_to)]
    products = [
        Fact(p.sku, f"{p.name}. {p.features}", "product", p.status, p.valid_from, p.valid_to)
        for p in case.catalogue
    ]
    own = [
        Fact(f"customer.facts[{i}]", text, "customer") for i, text in enumerate(case.customer.facts)
    ]
    owned = [
        Fact(e.id, "; ".join((e.name, *e.includes)), "entitlement", "available", e.since, e.until)
        for e in case.customer.entitlements
    ]
    return (*knowledge, *products, *own, *owned)


@lru_cache(maxsize=4096)
def _told(
    source: str, text: str, status: str, begins: date | None, ends: date | None
) -> tuple[Fact, ...]:
    """The statements of one text, made once: the same passages are found again and again."""
    return tuple(Fact(source, said, "knowledge", status, begins, ends) for said in statements(text))


def _remedy(fault: Mapping[str, Any]) -> str:
    """What is wrong there and what to do about it."""
    expected = fault.get("ctx", {}).get("expected", "")
    said = {
        "missing": "it is missing, add it.",
        "extra_forbidden": "a case has no such field, remove it or correct its name.",
        "literal_error": f"write one of {expected}.",
        "datetime": "write a moment such as 2026-05-08T12:00:00Z.",
    }
    kind = str(fault["type"])
    kind = "datetime" if kind.startswith("datetime") else kind
    advice = said.get(kind, f"{fault['msg']}.")
    return f"{advice} The fields are listed in docs/needs.md."


def parse_case(raw: object) -> Case:
    """Read one case; labels (`gold`, `kind`) are dropped unread.

    Raises:
        InvalidInput: with the place and the reason, when it is not a case.
    """
    if isinstance(raw, list):
        raise InvalidInput("This is a list: write each of its cases as one line of its own.")
    if not isinstance(raw, Mapping):
        raise InvalidInput("A case must be a JSON object with at least id, as_of and turns.")
    body = {key: value for key, value in raw.items() if key not in LABELS}
    try:
        case = Case.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "case"
        raise InvalidInput(f"The case cannot be read at {place}: {_remedy(first)}") from error
    return case if case.as_of.tzinfo else case.model_copy(update={"as_of": _aware(case.as_of)})
