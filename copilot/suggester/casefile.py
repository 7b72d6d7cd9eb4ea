"""From what the store knows to the self-contained case that the need engine reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

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
from copilot.story import Story


def case_of(
    conversation: Conversation,
    story: Story,
    *,
    catalogue: tuple[CaseProduct, ...],
    knowledge: Sequence[Hit],
    as_of: datetime,
) -> Case:
    """The case of a conversation in progress. `as_of` is the moment that is judged."""
    return Case(
        id=conversation.id or "now",
        channel=conversation.channel,
        as_of=as_of,
        customer=_customer(story),
        catalogue=catalogue,
        knowledge=tuple(
            KnowledgeFact(id=hit.chunk.source_id, text=hit.chunk.text, visibility=hit.visibility)
            for hit in knowledge
        ),
        history=tuple(_past(c) for c in story.contacts if c.source_id != conversation.id),
        turns=tuple(_turn(t, n) for n, t in enumerate(conversation.turns)),
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


def _customer(story: Story) -> CaseCustomer:
    main = story.customer
    if main is None:
        return CaseCustomer(id=story.ids[0] if story.ids else "unknown")
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
            recent_offers=tuple(offer for c in records for offer in _offers(c, story)),
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


def _offers(customer: Customer, story: Story) -> list[Any]:
    """Offers on file, and what became of the needs we flagged: quiet periods follow from both."""
    noted = [
        {"sku": sku, "at": row["updated_at"].isoformat(), "result": row["state"]}
        for row in story.needs
        if row["state"] in ("declined", "ignored", "regretted", "returned")
        for sku in row["body"].get("recommended", [])
        if row["customer_id"] == customer.customer_id
    ]
    return [*customer.recent_offers, *noted]


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
