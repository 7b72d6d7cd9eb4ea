"""Regret: what came back after it was accepted, counted per product; what comes back is held."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from copilot.needs.policy import RegretRules

CAME_BACK = frozenset({"returned", "cancelled", "downgraded", "complained"})


@dataclass(frozen=True, slots=True)
class Happened:
    """One outcome of a need that was raised, with the products it named."""

    need: str
    event: str
    at: datetime
    skus: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(slots=True)
class _Tally:
    """Needs accepted, and those of them that came back within the period."""

    accepted: dict[str, datetime] = field(default_factory=dict)
    regretted: set[str] = field(default_factory=set)

    def take(self, one: Happened, window: timedelta) -> None:
        if one.event == "accepted":
            self.accepted.setdefault(one.need, one.at)
            return
        since = self.accepted.get(one.need)
        if one.event in CAME_BACK and since is not None and one.at - since <= window:
            self.regretted.add(one.need)

    @property
    def rate(self) -> float | None:
        return len(self.regretted) / len(self.accepted) if self.accepted else None


def summary(
    shown: Sequence[tuple[str, Sequence[str]]],
    happened: Iterable[Happened],
    rules: RegretRules,
    now: datetime,
) -> dict[str, Any]:
    """Counts over all needs and per product; `shown` are the visible needs with their products."""
    events = sorted(happened, key=lambda one: one.at)
    by_sku: dict[str, list[Happened]] = defaultdict(list)
    shown_of: Counter[str] = Counter(sku for _, skus in shown for sku in set(skus))
    for one in events:
        for sku in set(one.skus):
            by_sku[sku].append(one)
    return {
        **_counts(len(shown), events, rules, now),
        "products": [
            {"sku": sku, **_counts(shown_of[sku], by_sku[sku], rules, now)}
            for sku in sorted(shown_of.keys() | by_sku.keys())
        ],
        "limit": rules.limit,
        "least_accepted": rules.least_accepted,
        "window_days": rules.window_days,
        "tightened": tightened(events, rules),
    }


def tightened(happened: Iterable[Happened], rules: RegretRules) -> dict[str, str]:
    """Products whose flags are held, each with the line that says why.

    Whoever once passed the limit stays: later luck loosens nothing. A person names the product
    with a date under `released` in a new policy; only what was accepted after it counts then.
    """
    window = timedelta(days=rules.window_days)
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    found: dict[str, str] = {}
    for one in sorted(happened, key=lambda one: one.at):
        for sku in set(one.skus) - found.keys():
            if one.event == "accepted" and _released(sku, one.at, rules):
                continue
            tally = tallies[sku]
            tally.take(one, window)
            rate, count = tally.rate, len(tally.accepted)
            if rate is not None and count >= rules.least_accepted and rate > rules.limit:
                found[sku] = (
                    f"{sku} is held since {one.at.date()}: {len(tally.regretted)} of {count} "
                    f"accepted came back (limit {rules.limit:.0%}); a person may release it"
                )
    return found


def _released(sku: str, at: datetime, rules: RegretRules) -> bool:
    until: date | None = rules.released.get(sku)
    return until is not None and at.date() <= until


def _counts(
    shown: int, events: Sequence[Happened], rules: RegretRules, now: datetime
) -> dict[str, Any]:
    window = timedelta(days=rules.window_days)
    tally = _Tally()
    needs: dict[str, set[str]] = defaultdict(set)
    reasons: Counter[str] = Counter()
    for one in events:
        tally.take(one, window)
        if one.event == "declined" and one.need not in needs["declined"]:
            reasons[one.reason or "other"] += 1
        needs[one.event].add(one.need)
    young = sum(1 for at in tally.accepted.values() if now - at < window)
    return {
        "shown": max(shown, len(needs["shown"])),
        "accepted": len(tally.accepted),
        "declined": dict(sorted(reasons.items())),
        "ignored": len(needs["ignored"]),
        **{event: len(needs[event]) for event in sorted(CAME_BACK)},
        "regret": {
            "numerator": len(tally.regretted),
            "denominator": len(tally.accepted),
            "rate": tally.rate,
            "too_young_to_tell": young,
        },
    }
