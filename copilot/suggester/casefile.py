"""From what the store knows to the self-contained case that the need engine reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from copilot.db.ledgers import UNSETTLED
from copilot.domain import Conversation, Customer, Hit, Interaction, Product, Turn
from copilot.needs import (
    Case,
    CaseCustomer,
    CaseProduct,
    CaseTurn,
    Consent,
    CustomerState,
    KnowledgeFact,
    OwnedItem,
    PastConversation,
)
from copilot.needs.output import VISIBLE
from copilot.needs.quiet import SAVE
from copilot.story import Story


def case_of(
    conversation: Conversation,
    story: Story,
    *,
    catalogue: tuple[CaseProduct, ...],
    knowledge: Sequence[Hit],
    as_of: datetime,
    tightened: Mapping[str, str] | None = None,
) -> Case:
    """The case of a conversation in progress. `as_of` is the moment that is judged."""
    return Case(
        id=conversation.id or "now",
        channel=conversation.channel,
        as_of=as_of,
        customer=_customer(story, conversation.id),
        catalogue=catalogue,
        knowledge=tuple(
            KnowledgeFact(
                id=hit.chunk.source_id,
                text=hit.chunk.text,
                visibility=hit.visibility,
                passage=True,
            )
            for hit in knowledge
        ),
        history=tuple(_past(c) for c in story.contacts if c.source_id != conversation.id),
        turns=tuple(
            _turn(t, n) for n, t in enumerate(conversation.turns) if t.visibility == "public"
        ),
        tightened=dict(tightened or {}),
    )


def moment_of(conversation: Conversation, now: datetime) -> datetime:
    """The moment a conversation is judged at: its last dated turn, else now."""
    times = [turn.at for turn in conversation.turns if turn.at]
    if not times:
        return now
    return max(t if t.tzinfo else t.replace(tzinfo=UTC) for t in times)


def catalogue_of(products: Sequence[Product]) -> tuple[CaseProduct, ...]:
    """Products in the shape of a case; built once per catalogue version."""
    return tuple(
        CaseProduct(
            sku=p.sku,
            name=p.name,
            price=float(p.price) if p.price is not None else None,
            currency=p.currency,
            period=p.period,
            features=", ".join([*p.features, p.description] if p.description else p.features),
            requires=", ".join(p.requires),
            excludes=p.excludes,
            status=p.status,
            limits=dict(p.limits),
            valid_from=p.valid_from,
            valid_to=p.valid_to,
            commitment_months=int(p.meta.get("commitment_months", 0)),
            regulated=bool(p.meta.get("regulated", False)),
        )
        for p in products
    )


def _customer(story: Story, here: str | None) -> CaseCustomer:
    main = story.customer
    raised = _raised(story, here)
    if main is None:
        return CaseCustomer(
            id=story.ids[0] if story.ids else "unknown",
            state=CustomerState(recent_offers=tuple(raised), complaints=_complaints(story, here)),
        )
    records = story.records
    return CaseCustomer(
        id=main.customer_id,
        segment=main.segment or "",
        facts=tuple(fact for c in records for fact in c.facts),
        entitlements=tuple(item for c in records for item in _owned(c)),
        consent=Consent(
            marketing=all(bool(c.consent.get("marketing")) for c in records),
            objected_at=next((c.consent.get("objected_at") for c in records if c.consent), None),
        ),
        state=CustomerState(
            open_cases=tuple(case for c in records for case in c.open_cases),
            vulnerability=tuple(sorted({code for c in records for code in c.care})),
            recent_offers=(*(offer for c in records for offer in c.recent_offers), *raised),
            complaints=_complaints(story, here),
            do_not_sell=any(c.do_not_sell for c in records),
        ),
        timezone=main.timezone,
    )


def _owned(customer: Customer) -> list[OwnedItem]:
    return [
        OwnedItem(
            id=e.id, name=e.name, includes=e.includes, since=e.since, until=e.until, sku=e.sku,
            limits=dict(e.limits), used=dict(e.used), source=customer.customer_id,
        )
        for e in customer.entitlements
    ]  # fmt: skip


def _raised(story: Story, here: str | None) -> list[dict[str, Any]]:
    """What became of the needs we flagged, one entry per event: quiet periods follow from them."""
    events: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in story.outcomes:
        events[row["need_id"]].append(row)
    entries = []
    for row in story.needs:
        body, told = row["body"], events.get(row.get("id", ""), [])
        happened = [(e["event"], e["at"], e["reason"]) for e in told]
        if not told and row["state"] not in UNSETTLED:
            happened.append((row["state"], row["updated_at"], None))
        if row.get("disposition") in VISIBLE:
            happened.insert(0, ("shown", row["created_at"], None))
        gates = body.get("gates", {})
        about = {
            "need_id": row.get("id", ""),
            "need": body.get("need", ""),
            "quote": next((e["quote"] for e in body.get("evidence", ())), ""),
            "here": bool(here) and row.get("conversation_id") == here,
            "save": gates.get("G11", {}).get("why") == SAVE,
        }
        entries += [
            {"sku": sku, "at": at.isoformat(), "result": event, "reason": reason, **about}
            for event, at, reason in happened
            for sku in body.get("recommended") or ("",)
        ]
    return entries


def _complaints(story: Story, here: str | None) -> tuple[dict[str, Any], ...]:
    """Contacts that a source system marks as complaints; what was said is read by the engine."""
    found = []
    for contact in story.contacts:
        if contact.source_id == here or contact.at is None:
            continue
        if any("complaint" in tag.lower() for tag in contact.tags):
            last = max((turn.at for turn in contact.turns if turn.at), default=contact.at)
            closed = None if contact.outcome.resolved is False else last.date().isoformat()
            found.append({"kind": contact.subject or "", "closed_at": closed})
    return tuple(found)


def _past(contact: Interaction) -> PastConversation:
    return PastConversation(
        id=contact.source_id,
        at=contact.at,
        channel=contact.channel,
        turns=tuple(_turn(t, n) for n, t in enumerate(contact.turns) if t.visibility == "public"),
        resolved=contact.outcome.resolved if contact.outcome else None,
    )


def _turn(turn: Turn, place: int) -> CaseTurn:
    return CaseTurn(
        id=turn.id or f"t{place + 1}",
        at=turn.at,
        speaker=turn.speaker,
        text=turn.text,
        role=turn.role,
        name=turn.author,
    )
