"""Chatwoot: conversations by their last activity, newest first, each with all its messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.sync.faults import UpstreamFault
from ingest.sync.protocol import Page, Reader, Row, State, ident_of, listed
from ingest.sync.wire import Wire

PAGE = 25  # conversations of one page, at most
REPEATS = 3  # the same page so often means that paging does not work
LONGEST = 1_000  # pages of one conversation


@dataclass(slots=True)
class Chatwoot:
    """The list has no "changed since": it is read down to where the last whole pass began.

    A conversation can only move up while the list is read, so it is seen in this pass or, with a
    newer activity than this pass began with, in the next. When some are deleted meanwhile the rest
    moves up: the pass then steps back.
    """

    wire: Wire
    reader: Reader
    account: int
    since: int = 0

    def pages(self, state: State) -> Iterator[Page]:
        """Reads down to the mark; the mark moves only when the pass is complete."""
        mark = int(state.get("mark", self.since))
        page, newest = int(state.get("page", 1)), int(state.get("newest", mark))
        count = state.get("count")
        last: list[str] = []
        repeats = 0
        while True:
            rows, total = self._list(page)
            if isinstance(count, int) and total < count and page > 1:
                page, count = max(1, page - 1 - (count - total) // PAGE), total
                continue
            idents = [ident_of(row) for row in rows]
            repeats = repeats + 1 if idents and idents == last else 0
            if repeats >= REPEATS:
                raise UpstreamFault("Chatwoot gives the same page again and again.")
            if page == 1:
                newest = max([newest, *map(_activity, rows)])
            fresh = [row for row in rows if _activity(row) >= mark]
            items, gone = self._read(fresh)
            if len(fresh) < len(rows) or not rows:
                yield Page(items, gone, {"mark": newest})
                return
            last, count, page = idents, total, page + 1
            state = {"mark": mark, "newest": newest, "page": page, "count": total}
            yield Page(items, gone, state)

    def one(self, ident: str) -> Page:
        """One conversation with all its messages."""
        row = self.wire.get(f"{self._root}/conversations/{ident}")
        if row is None:
            return Page(gone=(ident,))
        if not isinstance(row, dict):
            raise UpstreamFault("Chatwoot's conversation is no object: its interface has changed.")
        items, gone = self._read([row])
        return Page(items, gone)

    def existing(self) -> Iterator[str] | None:
        """Every conversation of the list; deletions are not told otherwise."""
        return self._idents()

    def _idents(self) -> Iterator[str]:
        page = 1
        last: list[str] = []
        while True:
            rows, _ = self._list(page)
            idents = [ident_of(row) for row in rows]
            if not idents:
                return
            if idents == last:
                raise UpstreamFault("Chatwoot gives the same page again and again.")
            yield from idents
            last, page = idents, page + 1

    @property
    def _root(self) -> str:
        return f"/api/v1/accounts/{self.account}"

    def _list(self, page: int) -> tuple[list[Row], int]:
        query = {"status": "all", "assignee_type": "all", "sort_by": "last_activity_at_desc"}
        answer = self.wire.get(f"{self._root}/conversations", {**query, "page": page})
        rows = listed(answer, "data", "payload")
        total = (answer["data"].get("meta") or {}).get("all_count")
        return rows, total if isinstance(total, int) else 0

    def _read(self, rows: list[Row]) -> tuple[list[Any], list[str]]:
        whole: list[dict[str, Any]] = []
        gone: list[str] = []
        for row in rows:
            messages = self._messages(ident_of(row))
            if messages is None:
                gone.append(ident_of(row))
            else:
                whole.append({"account_id": self.account, **row, "messages": messages})
        return (self.reader.read({"payload": whole}) if whole else []), gone

    def _messages(self, ident: str) -> list[Row] | None:
        """Oldest first; the newest twenty come first, then what lies before them."""
        found: list[Row] = []
        before: int | None = None
        for _ in range(LONGEST):
            query = {} if before is None else {"before": before}
            answer = self.wire.get(f"{self._root}/conversations/{ident}/messages", query)
            if answer is None:
                return None
            rows = listed(answer, "payload")
            older = [row for row in rows if before is None or int(ident_of(row)) < before]
            if not older:
                break
            found = [*sorted(older, key=lambda row: int(ident_of(row))), *found]
            before = int(ident_of(found[0]))
        return [row for row in found if not (row.get("content_attributes") or {}).get("deleted")]


def _activity(row: Row) -> int:
    value = row.get("last_activity_at") or row.get("updated_at") or row.get("timestamp")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UpstreamFault("A conversation has no last_activity_at: the interface has changed.")
    return int(value)
