"""Each tenant's reply model: loaded, trained when due, replaced while requests go on."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from copilot.db import TenantStore
from copilot.domain import Turn
from copilot.embedder import Embedder
from copilot.errors import IndexBroken
from copilot.guardrails.redaction import PeopleRedactor
from copilot.retriever.next_reply import (
    ReplyModel,
    Verdict,
    Verdicted,
    load,
    n_embedded,
    save,
    train_replies,
)

log = logging.getLogger(__name__)
GROWN = 1.1  # a model is due again when there is a tenth more to learn from
_VERDICTS: Mapping[str, Verdict] = {
    "inserted": "accepted", "edited": "edited", "dismissed": "dismissed",
}  # fmt: skip


@dataclass(slots=True)
class Repliers:
    """Reply models by tenant; `folder` holds one artefact for each."""

    folder: Path
    embedder: Embedder
    redactor_of: Callable[[TenantStore], PeopleRedactor] | None = None  # the one of ingest
    _models: dict[str, ReplyModel] = field(default_factory=dict)
    _stamps: dict[str, float] = field(default_factory=dict)
    _locks: dict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))
    _training: dict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))

    def model(self, store: TenantStore) -> ReplyModel | None:
        """The model in force: the newest artefact of this tenant, or None before any training."""
        path = self._path(store)
        try:
            stamp = path.stat().st_mtime
        except OSError:
            return self._models.get(store.tenant)
        if self._stamps.get(store.tenant) != stamp:
            with self._locks[store.tenant]:
                if self._stamps.get(store.tenant) != stamp:
                    self._load(store, path, stamp)
        return self._models.get(store.tenant)

    def train(self, store: TenantStore) -> dict[str, Any]:
        """Trains on the tenant's own interactions and feedback, and puts the model in force."""
        with self._training[store.tenant]:
            return self._train(store)

    def _train(self, store: TenantStore) -> dict[str, Any]:
        verdicts = list(verdicts_of(store))
        redact = self.redactor_of(store).redact if self.redactor_of else None
        model = train_replies(store, self.embedder, redact=redact, verdicts=verdicts)
        save(model, self._path(store), tenant=store.tenant)
        return {
            "examples": model.n_examples,
            "kinds_of_reply": len(model.names),
            "verdicts": len(verdicts),
            "ranker": "learned" if model.softmax is not None else "nearest neighbours",
            "artefact": str(self._path(store)),
        }

    def train_if_due(self, store: TenantStore) -> bool:
        """Trains when there is no model, or clearly more to learn from than it knew."""
        replies = n_embedded(store, self.embedder)
        if not replies:
            return False
        model = self.model(store)
        known = model.n_examples if model is not None else 0
        if model is not None and known / GROWN <= replies <= max(known, 1) * GROWN:
            return False
        self.train(store)
        return True

    def _load(self, store: TenantStore, path: Path, stamp: float) -> None:
        try:
            self._models[store.tenant] = load(
                path, tenant=store.tenant, embedder_name=self.embedder.name
            )
        except IndexBroken:
            # Damaged, or of another embedder: the safe state is none, then neighbours vote.
            log.warning("reply model left aside tenant=%s", store.tenant)
            self._models.pop(store.tenant, None)
        self._stamps[store.tenant] = stamp

    def _path(self, store: TenantStore) -> Path:
        return self.folder / f"{store.tenant}.replies.npz"


def verdicts_of(store: TenantStore) -> Iterator[Verdicted]:
    """What agents made of suggested replies: accepted, edited or dismissed source turns."""
    for row in store.journal.feedback_since():
        verdict = _VERDICTS.get(row["event"])
        offered = row["trace"].get("alternatives", [])
        index = row["alternative"] if row["alternative"] is not None else 0
        if verdict is None or index >= len(offered):
            continue
        kind, source_id, turn = offered[index]
        if kind == "interaction" and turn is not None:
            before = tuple(Turn(speaker, text) for speaker, text in row["trace"].get("turns", []))
            yield Verdicted(before, source_id, turn, verdict, row["suggestion_id"])
