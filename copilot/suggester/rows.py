"""An assessment as rows of the ledgers: stable ids, so that the same words are stored once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from copilot.ledger import lasts
from copilot.ledger.calendar import MONTHS, WorkingCalendar, due, nearest
from copilot.needs import Assessment
from copilot.needs.offers import day_of
from copilot.needs.output import Flag, LoopOut, PromiseOut

_IN_MONTH = re.compile(rf"\b(?:in|from|until|till|after|by) ({'|'.join(MONTHS)})\b")
_MUTED = ("opted_out",)  # of people who objected nothing is inferred, so nothing is stored


def ledger_rows(
    promises: Sequence[PromiseOut],
    loops: Sequence[LoopOut],
    customer_id: str | None,
    sources: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Promises and open loops as ledger rows; `sources` renames conversation ids."""
    rows: list[dict[str, Any]] = []
    for kind, entries in (("promise", promises), ("loop", loops)):
        for entry in entries:
            if isinstance(entry, PromiseOut) and entry.status == "open" and lasts(entry.quote):
                continue  # a state: nobody has to do anything
            source = sources.get(entry.conversation_id, entry.conversation_id)
            body = {**entry.model_dump(mode="json"), "conversation_id": source}
            rows.append(
                {
                    "id": _id(kind, customer_id or "", source, entry.turn, entry.quote),
                    "kind": kind,
                    "customer_id": customer_id,
                    "source_id": source,
                    "turn": entry.turn,
                    "status": entry.status,
                    "due": getattr(entry, "due", None),
                    "body": body,
                }
            )
    return list({row["id"]: row for row in rows}.values())


def need_rows(
    assessment: Assessment, customer_id: str, conversation_id: str, suggestion_id: str
) -> list[dict[str, Any]]:
    """Flags as rows of the needs table; a need said twice in one conversation is one."""
    if assessment.none_reason in _MUTED:
        return []
    return [
        {
            "id": _id("need", customer_id, conversation_id, flag.need_type, flag.evidence[0].quote),
            "customer_id": customer_id,
            "conversation_id": conversation_id,
            "suggestion_id": suggestion_id,
            "disposition": flag.disposition,
            "state": "held" if flag.disposition in ("hold", "log_blocked") else "surfaced",
            "body": {**flag.model_dump(mode="json"), "release_on": _release_on(flag, assessment)},
        }
        for flag in assessment.flags
    ]


def _release_on(flag: Flag, assessment: Assessment) -> str | None:
    """The day from which a held need may be raised, where its condition names one."""
    if flag.disposition != "hold" or not flag.release_when:
        return None
    seen = datetime.fromisoformat(assessment.as_of).date()
    day = day_of(flag.release_when) or due(flag.release_when, seen, WorkingCalendar()).on
    day = day or _month(flag.release_when, seen)
    return day.isoformat() if day else None


def _month(text: str, seen: date) -> date | None:
    """The first day of a month that is named without a day, such as "in July"."""
    found = _IN_MONTH.search(text.lower())
    return nearest(seen, 1, MONTHS.index(found.group(1)) + 1) if found else None


def _id(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
