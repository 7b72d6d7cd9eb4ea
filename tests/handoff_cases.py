"""A customer to hand over: what a store knows of them, and what they have said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from copilot.db import TenantStore
from copilot.domain import Customer, Interaction, Turn
from copilot.handoff import Handover, Request
from copilot.needs import NeedEngine
from copilot.suggester.ledgerbook import LedgerBook

CLEAN = Customer("C-1", name="Ana Lund")
NOW = datetime(2026, 5, 8, 12, tzinfo=UTC)
ASK = "May a colleague from sales ring you about it?"
YES = "Yes, please have them call me."
BOOK = LedgerBook(
    NeedEngine(), cast("Any", None), cast("Any", SimpleNamespace(of=lambda _: _Catalogue()))
)


@dataclass
class _Catalogue:
    products: tuple[Any, ...] = ()


@dataclass
class Known:
    """A store that knows one customer."""

    customer: Customer = CLEAN
    contacts: Sequence[Interaction] = ()
    promises: list[dict[str, Any]] = field(default_factory=list)
    loops: list[dict[str, Any]] = field(default_factory=list)
    needs: list[dict[str, Any]] = field(default_factory=list)
    answered: list[dict[str, Any]] = field(default_factory=list)

    def store(self) -> TenantStore:
        return cast(
            "TenantStore",
            SimpleNamespace(
                records=SimpleNamespace(
                    aliases=lambda _: ["C-1"],
                    customer=lambda name: self.customer if name == "C-1" else None,
                ),
                journal=SimpleNamespace(answered=self._answered),
                sources=SimpleNamespace(iterate=lambda kind, ids: iter(self.contacts)),
                ledgers=SimpleNamespace(
                    needs=lambda customer_ids: self.needs,
                    need=lambda name: next(n for n in self.needs if n["id"] == name),
                    entries_of=lambda ids: {"promise": self.promises, "loop": self.loops},
                    outcomes=lambda ids: [],
                ),
            ),
        )

    def _answered(
        self, ids: Sequence[str], *, since: datetime, conversation_id: str | None = None
    ) -> list[dict[str, Any]]:
        return [
            row
            for row in self.answered
            if row["customer_id"] in ids
            and row["created_at"] >= since
            and conversation_id in (None, row["conversation_id"])
        ]

    def hand(self, to: str = "sales", quote: str | None = YES, **more: Any) -> dict[str, Any]:
        if to == "service" and quote is YES:
            quote = None
        request = Request("C-1", cast("Any", to), consent_quote=quote, **more)
        return Handover(BOOK).packet(self.store(), request, NOW)


def contact(name: str, *said: tuple[str, str], day: int = 7, month: int = 5) -> Interaction:
    """A contact; speakers may carry a mark: `agent*` is internal."""
    turns = tuple(
        Turn(
            cast("Any", who.rstrip("*")),
            text,
            id=f"t{n}",
            role="service" if who.startswith("agent") else None,
            visibility="internal" if who.endswith("*") else "public",
            author="Mel" if who.startswith("agent") else None,
        )
        for n, (who, text) in enumerate(said, 1)
    )
    at = datetime(2026, month, day, 9, tzinfo=UTC)
    return Interaction(name, turns, "chat", "C-1", subject="A question", at=at)


def agreed(*more: tuple[str, str]) -> Interaction:
    return contact("i-1", ("agent", ASK), ("customer", YES), *more)


def promise(status: str, due: str | None = None, **body: Any) -> dict[str, Any]:
    told = {"quote": "I'll send it by Monday", "what": "it", "promisor_role": "service", **body}
    return {"status": status, "due": due, "source_id": "i-0", "body": told}


def loop(status: str, times: int, quote: str = "where is it?") -> dict[str, Any]:
    body = {"quote": quote, "what": quote, "times_asked": times}
    return {"status": status, "due": None, "source_id": "i-0", "body": body}


def need(**more: Any) -> dict[str, Any]:
    body = {
        "need": "A lamp for the bed", "constraints": ["at most 40"], "recommended": ["LAMP"],
        "evidence": [{"turn": "t1", "quote": "I'd like a lamp for my bed", "at": ""}],
        "handoff": {"consented": True, "consent_quote": "please have your adviser call me"},
    }  # fmt: skip
    row = {
        "id": "n1", "customer_id": "C-1", "conversation_id": "live", "state": "surfaced",
        "disposition": "handoff_sales", "created_at": NOW, "updated_at": NOW, "body": body,
    }  # fmt: skip
    return {**row, **more}
