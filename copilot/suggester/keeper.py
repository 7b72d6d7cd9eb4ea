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
class Note:
    """What one suggestion leaves to be stored: plain values, which another process may send."""

    trace: Mapping[str, Any]
    entries: tuple[str, Sequence[dict[str, Any]]] | None  # conversation, its ledger rows anew
    needs: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Write:
    store: TenantStore
    note: Note
    done: Future[None]


def note_of(suggestion: Suggestion, prepared: Prepared, prompt: str | None) -> Note:
    """A suggestion's trace, and what it saw."""
    entries, needs = _seen(prepared, suggestion.id)
    return Note(_trace(suggestion, prepared, prompt), entries, needs)


class Keeper:
    """Writes traces, ledgers and needs for all tenants of a process."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def keep(self, store: TenantStore, note: Note) -> Future[None]:
        """Stores what a suggestion leaves; done when that is on disk."""
        done: Future[None] = Future()
        done.set_running_or_notify_cancel()  # a caller that goes away takes nothing back
        self._put(_Write(store, note, done))
        return done

    def close(self) -> None:
        """Writes what is queued and ends the thread."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(timeout=10)

    def _put(self, write: _Write) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
                self._thread.start()
        self._queue.put(write)

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
                _store(writes)
            except CopilotError as error:
                if len(writes) > 1:  # one that cannot be stored must not take the others along
                    for write in writes:
                        self._commit([write])
                    continue
                writes[0].done.set_exception(error)
            else:
                for write in writes:
                    write.done.set_result(None)


def _store(writes: Sequence[_Write]) -> None:
    """What several requests of one tenant learned, in one transaction."""
    store = writes[0].store
    with store.writing():
        store.journal.add_suggestions([write.note.trace for write in writes])
        for write in writes:
            if write.note.entries is not None:
                conversation, rows = write.note.entries
                store.ledgers.replace_entries(None, [conversation], rows)
            if write.note.needs:
                store.ledgers.add_needs(write.note.needs)


def _seen(
    prepared: Prepared, suggestion_id: str
) -> tuple[tuple[str, Sequence[dict[str, Any]]] | None, Sequence[dict[str, Any]]]:
    """The ledger of the conversation where it differs from what is stored, and needs not stored."""
    conversation, story = prepared.conversation, prepared.story
    if not (conversation.id and conversation.customer_id):
        return None, []
    main = story.ids[0] if story.ids else conversation.customer_id
    assessment = prepared.assessment
    rows = ledger_rows(assessment.promises, assessment.open_loops, main, {"now": conversation.id})
    current = [row for row in rows if row["source_id"] == conversation.id]
    before = (*story.promises, *story.loops)
    held = {_stable(row) for row in before if row["source_id"] == conversation.id}
    is_same = {_stable(row) for row in current} == held
    found_wrong = _newly_wrong(rows, current, before)
    found = need_rows(assessment, main, conversation.id, suggestion_id)
    needs = [row for row in found if _is_news(row, story.needs)]
    if is_same and not found_wrong:
        return None, needs
    return (conversation.id, [*current, *found_wrong]), needs


def _newly_wrong(
    rows: Sequence[dict[str, Any]],
    current: Sequence[dict[str, Any]],
    before: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Words of earlier contacts that a fact found for this one contradicts: the queue must know.

    A ledger is read with the facts that its own words bring up; what the customer asks now may
    bring up one more.
    """
    here = {row["id"] for row in current}
    known = {row["id"] for row in before if row["status"] == "conflict"}
    return [
        row
        for row in rows
        if row["status"] == "conflict" and row["id"] not in known and row["id"] not in here
    ]


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
            "turns": [[t.speaker, t.text, t.visibility] for t in conversation.turns[-8:]],
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
