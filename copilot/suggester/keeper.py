"""Keeps what a suggestion learned: its trace, the ledgers of the customer, the needs it saw.

Writes of concurrent requests share one transaction (group commit): a request returns only after
its own words are on disk, yet the disk is not asked once for each.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from copilot.db import TenantStore
from copilot.domain import Suggestion
from copilot.errors import CopilotError
from copilot.suggester.prepared import Prepared
from copilot.suggester.rows import ledger_rows, need_rows

MAX_GROUP = 64


@dataclass(frozen=True, slots=True)
class _Write:
    store: TenantStore
    row: Mapping[str, Any]
    done: Future[None]


class Keeper:
    """Writes traces, ledgers and needs for all tenants of a process."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def note(
        self,
        store: TenantStore,
        suggestion: Suggestion,
        prepared: Prepared,
        prompt: str | None,
        *,
        is_new: bool = True,
    ) -> None:
        """Stores a suggestion's trace and what it saw; returns when that is on disk."""
        conversation = prepared.conversation
        self._write(store, _trace(suggestion, prepared, prompt))
        if is_new and conversation.id and conversation.customer_id:
            main = prepared.story.ids[0] if prepared.story.ids else conversation.customer_id
            rows = ledger_rows(
                prepared.assessment.promises,
                prepared.assessment.open_loops,
                main,
                {"now": conversation.id},
            )
            current = [row for row in rows if row["source_id"] == conversation.id]
            before = (*prepared.story.promises, *prepared.story.loops)
            held = {_stable(row) for row in before if row["source_id"] == conversation.id}
            if {_stable(row) for row in current} != held:
                store.ledgers.replace_entries(None, [conversation.id], current)
            found = need_rows(prepared.assessment, main, conversation.id, suggestion.id)
            seen = [row for row in found if _is_news(row, prepared.story.needs)]
            if seen:
                store.ledgers.add_needs(seen)

    def close(self) -> None:
        """Writes what is queued and ends the thread."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(timeout=10)

    def _write(self, store: TenantStore, row: Mapping[str, Any]) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
                self._thread.start()
        done: Future[None] = Future()
        self._queue.put(_Write(store, row, done))
        done.result()

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            group = [first] if first else []
            while first and len(group) < MAX_GROUP and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    first = None
                    break
                group.append(following)
            self._commit(group)
            if first is None:
                return

    def _commit(self, group: Sequence[_Write]) -> None:
        for tenant in {write.store.tenant for write in group}:
            writes = [write for write in group if write.store.tenant == tenant]
            try:
                writes[0].store.journal.add_suggestions([write.row for write in writes])
            except CopilotError as error:
                for write in writes:
                    write.done.set_exception(error)
            else:
                for write in writes:
                    write.done.set_result(None)


def _trace(suggestion: Suggestion, prepared: Prepared, prompt: str | None) -> dict[str, Any]:
    conversation = prepared.conversation
    return {
        "id": suggestion.id,
        "conversation_id": conversation.id,
        "customer_id": conversation.customer_id,
        "generator": suggestion.generator.kind,
        "prompt": prompt,
        "trace": {
            "model": suggestion.generator.model,
            "reason": suggestion.generator.reason,
            "text": suggestion.text,
            "turns": [[t.speaker, t.text] for t in conversation.turns[-8:]],
            "citations": [[c.kind, c.source_id, c.turn] for c in suggestion.citations],
            "alternatives": [[a.kind, a.source_id, a.turn] for a in suggestion.alternatives],
            "none_reason": prepared.assessment.none_reason,
            "flags": len(prepared.assessment.flags),
            "timings_ms": dict(suggestion.timings_ms),
        },
    }


def _is_news(row: Mapping[str, Any], known: Sequence[Mapping[str, Any]]) -> bool:
    """New, or ranked anew while nobody has decided on it: an outcome is never overwritten."""
    same = next((need for need in known if need["id"] == row["id"]), None)
    if same is None:
        return True
    return same["state"] in ("held", "surfaced") and same["disposition"] != row["disposition"]


def _stable(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["id"], row["status"], row["due"]
