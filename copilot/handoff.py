"""The hand-off packet: what the receiver needs so that nothing in the timeline is asked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from copilot.ledger import is_pending
from copilot.story import Story, started

RECENT = 5


def consented(need: Mapping[str, Any] | None) -> str | None:
    """The words in which the customer agreed to be handed over, where the need holds them."""
    noted = need["body"].get("handoff") if need else None
    return (noted.get("consent_quote") or None) if isinstance(noted, Mapping) else None


def packet_of(
    story: Story,
    *,
    need: Mapping[str, Any] | None,
    consent_quote: str | None,
    note: str | None,
) -> dict[str, Any]:
    """What goes along. Care details, other customers and internal scores never do."""
    body = dict(need["body"]) if need else {}
    customer = story.customer
    return {
        "customer": {
            "ids": list(story.ids),
            "name": customer.name if customer else None,
            "owns": [e.name for c in story.records for e in c.entitlements],
            "facts": [fact for c in story.records for fact in c.facts],
        },
        "need": body.get("need"),
        "quotes": [{"turn": e["turn"], "quote": e["quote"]} for e in body.get("evidence", [])],
        "constraints": body.get("constraints", []),
        "cheapest_sufficient": body.get("recommended", []),
        "told_so_far": [_contact(contact) for contact in story.contacts[-RECENT:]],
        "open_promises": [
            _entry(row)
            for row in story.promises
            if is_pending(row["status"], row["body"].get("kept_evidence"))
        ],
        "open_loops": [_entry(row) for row in story.loops if row["status"] == "open"],
        "do_not": _do_not(story),
        "consent_quote": consent_quote,
        "note": note,
        "return_as": ["met", "not a need", "not now", "lost to whom"],
    }


def _contact(contact: Any) -> dict[str, Any]:  # noqa: ANN401 - an Interaction
    last = next((t for t in reversed(contact.turns) if t.speaker == "agent"), None)
    return {
        "id": contact.source_id,
        "at": started(contact).date().isoformat(),
        "channel": contact.channel,
        "subject": contact.subject,
        "resolved": contact.outcome.resolved,
        "last_word_of_ours": last.text if last and last.visibility == "public" else None,
    }


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    body = row["body"]
    return {
        "quote": body["quote"], "what": body["what"], "status": row["status"], "due": row["due"],
        "from": row["source_id"],
    }  # fmt: skip


def _do_not(story: Story) -> list[str]:
    lines = []
    if any(c.do_not_sell for c in story.records):
        lines.append("Offer nothing: the customer objected.")
    if any(c.care for c in story.records):
        lines.append("Take care before anything else; ask the service team what that means here.")
    lines += [
        f"Do not offer {row['body'].get('recommended')} again: {row['state']}."
        for row in story.needs
        if row["state"] in ("declined", "regretted")
    ]
    return lines
