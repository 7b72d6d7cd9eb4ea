"""The products a tenant's own outcomes hold back, computed once per state of the outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from copilot.db import TenantStore
from copilot.needs.policy import Policy
from copilot.needs.regret import Happened, tightened


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Tightens by itself with every outcome; only a policy, which a person approves, loosens."""

    policy: Policy
    _known: dict[str, tuple[int, Mapping[str, str]]] = field(default_factory=dict)

    def of(self, store: TenantStore) -> Mapping[str, str]:
        """SKU and the reason, for the case of a conversation."""
        seq = store.sources.seq()  # an outcome counts as a change of the tenant's data
        known = self._known.get(store.tenant)
        if known is None or known[0] != seq:
            known = (seq, tightened(happened(store), self.policy.regret))
            self._known[store.tenant] = known
        return known[1]


def happened(store: TenantStore) -> list[Happened]:
    """All outcomes of a tenant, with the products of their needs."""
    return [
        Happened(
            row["need_id"], row["event"], _aware(row["at"]), tuple(row["skus"] or ()), row["reason"]
        )
        for row in store.ledgers.outcome_log()
    ]


def _aware(moment: datetime) -> datetime:
    """SQLite keeps no zone; what we wrote was UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
