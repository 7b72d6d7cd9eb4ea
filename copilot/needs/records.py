"""What a customer owns where systems disagree: the record in force that began last decides."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from copilot.ledger.language import plain
from copilot.needs.case import Case, OwnedItem


def in_force(case: Case) -> tuple[OwnedItem, ...]:
    """One record per owned thing: begun, not ended, and of several the one that began last."""
    today = case.as_of.date()
    chosen: dict[str, OwnedItem] = {}
    for own in case.customer.entitlements:
        if own.until is not None and own.until < today:
            continue
        if own.since is not None and own.since > today:
            continue
        rival = chosen.get(_thing(own))
        if rival is None or (own.since or date.min) > (rival.since or date.min):
            chosen[_thing(own)] = own
    kept = {id(own) for own in chosen.values()}
    return tuple(own for own in case.customer.entitlements if id(own) in kept)


def disagreements(case: Case) -> tuple[str, ...]:
    """Records of one thing that do not say the same: all are named, and which one decided."""
    groups: dict[str, list[OwnedItem]] = defaultdict(list)
    for own in case.customer.entitlements:
        groups[_thing(own)].append(own)
    decided = {own.id for own in in_force(case)}
    notes = []
    for records in groups.values():
        if len({(r.includes, r.until, tuple(sorted(r.limits.items()))) for r in records}) > 1:
            ids = ", ".join(r.id for r in records)
            winner = next((r.id for r in records if r.id in decided), "none")
            notes.append(f"records disagree on {records[0].name}: {ids}; in force: {winner}")
    return tuple(notes)


def _thing(own: OwnedItem) -> str:
    """A thing without a name or number is one of its own."""
    return own.sku or plain(own.name).strip() or own.id
