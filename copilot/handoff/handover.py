"""One hand-off: the contacts it rests on are read, permission is asked, the packet is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from copilot.db import TenantStore
from copilot.db.ledgers import UNSETTLED
from copilot.errors import InvalidInput, NotForSales, NotFound
from copilot.handoff.answered import with_answered
from copilot.handoff.consent import Consent, consent_of
from copilot.handoff.matter import Matter, contact_named, contact_of, matter_of, with_contact
from copilot.handoff.packet import packet_of
from copilot.handoff.pending import each_once
from copilot.handoff.permission import OVER, check, refusal
from copilot.handoff.request import Request
from copilot.needs.output import VISIBLE
from copilot.story import Story, story_of
from copilot.suggester.casefile import moment_of
from copilot.suggester.ledgerbook import LedgerBook


@dataclass(frozen=True, slots=True)
class Handover:
    """Makes packets, from the same reading as the need engine's."""

    book: LedgerBook

    def packet(self, store: TenantStore, request: Request, now: datetime) -> dict[str, Any]:
        """What the receiver gets.

        Raises:
            NotFound: no such customer, or no such need of theirs.
            InvalidInput, NotTheirWords: to sales without words in which the customer agreed.
            NotForSales: care, an objection or our own open trouble stands in the way.
        """
        request, lacking = with_answered(store, request, now)
        story = _story(store, request)
        need: Mapping[str, Any] | None = (
            store.ledgers.need(request.need_id) if request.need_id else None
        )
        if need is not None and need["customer_id"] not in story.ids:
            raise NotFound(f"There is no need {request.need_id!r} of this customer.")
        as_of = moment_of(request.conversation, now) if request.conversation else now
        is_sale = request.to_role == "sales"
        consent = None
        if is_sale or request.consent_quote:
            days = self.book.engine.policy.recency_days.stated
            consent = consent_of(request.consent_quote, need, story, as_of, days)
        matter = matter_of(self.book, store, story, _since(story, need, consent), as_of)
        if is_sale and consent is not None:
            check(matter, story, consent, need)
            need = need or _need_of(story, matter)
        return packet_of(
            story, matter, need=need, consent=consent, note=request.note, to_role=request.to_role,
            lacking=lacking,
        )  # fmt: skip

    def refusal(self, store: TenantStore, request: Request, now: datetime) -> NotForSales | None:
        """What stands in the way of sales, before anybody has asked the customer. Raises NotFound.

        None is no promise: their words of consent may bring earlier contacts into sight.
        """
        story = _story(store, request)
        as_of = moment_of(request.conversation, now) if request.conversation else now
        matter = matter_of(self.book, store, story, _since(story, None, None), as_of)
        return refusal(matter, story, None)


def _story(store: TenantStore, request: Request) -> Story:
    story = story_of(store, request.customer_id)
    if not story.is_known:
        raise NotFound(
            f"There is no customer {request.customer_id!r}. Ingest your customers, or check the id."
        )
    here = request.conversation
    if here is None:
        return story
    if here.customer_id is not None and here.customer_id not in story.ids:
        raise InvalidInput("`conversation.customer_id` names another customer than `customer_id`.")
    return with_contact(story, contact_of(here))


def _need_of(story: Story, matter: Matter) -> Mapping[str, Any] | None:
    """The need that these contacts showed where none was named: what may be said, then the newest.

    Else the one that is open: a short conversation shows none, and "it" has one meaning only.
    Only to sales: whoever gets a fault or a complaint is to sell nothing.
    """
    here = {contact.source_id for contact in matter.contacts}
    waiting = [
        row
        for row in story.needs
        if row["state"] not in OVER and row["disposition"] != "log_blocked"
    ]
    found = [row for row in waiting if row["conversation_id"] in here]
    if not found:
        still_open = each_once([row for row in waiting if row["state"] in UNSETTLED])
        found = still_open if len(still_open) == 1 else []
    return next((row for row in found if row["disposition"] in VISIBLE), next(iter(found), None))


def _since(story: Story, need: Mapping[str, Any] | None, consent: Consent | None) -> int:
    """The first contact that matters: where the need or the consent was said, else the last."""
    last = max(len(story.contacts) - 1, 0)
    said = contact_named(story.contacts, need["conversation_id"]) if need else None
    agreed = consent.contact if consent else None
    return min(place for place in (said, agreed, last) if place is not None)
