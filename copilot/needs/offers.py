"""Offers on file: what was shown or offered, when, to which need, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from copilot.ledger.language import plain

Result = Literal["declined", "returned", "complained", "other"]

_NO = re.compile(
    r"\b(?:declin\w*|refus\w*|reject\w*|no|not interested|dismiss\w*|turned down|objected)\b"
)
_BACK = re.compile(r"\b(?:return\w*|refund\w*|regret\w*|sent back|cancel\w*|downgrad\w*)\b")
_COMPLAINED = re.compile(r"\bcomplain\w*\b")
_SAVE = re.compile(r"\b(?:save|retention|win ?back|stay) ?offer\b|\bretention\b")
_CLOSED = re.compile(r"\b(?:closed|resolved|settled|solved|done|fixed|confirmed)\b")
_SEVERE = re.compile(r"\b(?:severe|serious|critical|major|high|urgent)\b")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer on file: what, when, and what became of it. An undated one counts as recent."""

    text: str
    sku: str
    at: date | None
    result: Result = "other"
    need: str = ""  # the need as it was stated, where it was one of ours
    key: str = ""  # the stored need: entries with the same key are one offer
    quote: str = ""
    moment: datetime | None = None
    here: bool = False  # shown in the contact that is judged
    save: bool = False  # made to somebody who was leaving

    @property
    def refused(self) -> bool:
        """They said no to it."""
        return self.result == "declined"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint on file: its kind, how grave, and since when it is closed (None: it is not)."""

    kind: str
    closed: date | None
    severe: bool = False


def offer_of(raw: object) -> Offered:
    """An offer as a system of record tells it: a record of any of the usual names, or a line."""
    if not isinstance(raw, Mapping):
        text = str(raw)
        save = bool(_SAVE.search(plain(text)))
        return Offered(text, "", day_of(text), _result(text), save=save)
    text = " ".join(str(v) for v in raw.values())
    when = _first(raw, "at", "date", "on", "shown_at", "declined_at")
    outcome = _first(raw, "event", "outcome", "result", "status", "response") or text
    return Offered(
        text,
        _first(raw, "sku", "product", "offer"),
        day_of(when or text),
        _result(outcome),
        need=_first(raw, "need"),
        key=_first(raw, "need_id"),
        quote=_first(raw, "quote"),
        moment=_moment(when),
        here=bool(raw.get("here")),
        save=bool(raw.get("save")) or bool(_SAVE.search(plain(text))),
    )


def complaint_of(raw: object) -> Complaint:
    """A complaint as a system of record tells it; without a closing date it is not closed."""
    if not isinstance(raw, Mapping):
        lowered = plain(str(raw))
        closed = day_of(lowered) if _CLOSED.search(lowered) else None
        return Complaint(str(raw), closed, bool(_SEVERE.search(lowered)))
    closed = day_of(_first(raw, "closed_at", "closed", "resolved_at"))
    if closed is None and _CLOSED.search(plain(_first(raw, "status", "state"))):
        closed = day_of(_first(raw, "at", "date"))
    return Complaint(
        _first(raw, "kind", "type", "subject", "what"),
        closed,
        bool(_SEVERE.search(plain(_first(raw, "severity", "priority")))),
    )


def day_of(text: str) -> date | None:
    """The first date a text gives in figures."""
    match = _DAY.search(text)
    if not match:
        return None
    try:
        return datetime.fromisoformat(match.group()).replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _result(outcome: str) -> Result:
    lowered = plain(outcome)
    if _BACK.search(lowered):
        return "returned"
    if _COMPLAINED.search(lowered):
        return "complained"
    return "declined" if _NO.search(lowered) else "other"


def _moment(text: str) -> datetime | None:
    """A moment with its time of day; a bare date is none."""
    if "T" not in text and ":" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _first(raw: Mapping[str, object], *names: str) -> str:
    return next((str(raw[n]) for n in names if raw.get(n)), "")
