"""Request Tracker 5: REST2 tickets by their last update, with history and attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from copilot.domain import Failure, Item
from ingest.sync.faults import UpstreamFault
from ingest.sync.protocol import Page, Row, State, ident_of, iso, listed
from ingest.sync.rt_records import SYSTEM, RtReader, logins
from ingest.sync.wire import Wire

API = "/REST/2.0"
PER_PAGE = 50
PER_HISTORY = 100
TICKET_FIELDS = "Subject,Status,Created,LastUpdated"
HISTORY_FIELDS = "Type,Creator,Created"
FILE_FIELDS = "Content,ContentType,Filename,TransactionId,Created"


@dataclass(slots=True)
class RequestTracker:
    """Pages by time, as the numbers of pages slip while tickets change."""

    wire: Wire
    reader: RtReader
    since: str = "1970-01-01T00:00:00Z"
    _privileged: dict[str, bool | None] = field(default_factory=dict)

    def pages(self, state: State) -> Iterator[Page]:
        """Always the first page from the last time seen on; further ones where a time is full."""
        since, page = str(state.get("since", self.since)), int(state.get("page", 1))
        while True:
            rows, pages = self._search(f"LastUpdated >= '{since}'", "LastUpdated", page)
            items, gone = self._read(rows)
            latest = max([since, *(moment_of(row, "LastUpdated") for row in rows)])
            is_last = page >= pages or not rows
            page = 1 if latest > since else page + 1
            since = latest
            yield Page(items, gone, {"since": since, "page": 1 if is_last else page})
            if is_last:
                return

    def one(self, ident: str) -> Page:
        """One ticket with what was said in it."""
        items, gone = self._read([{"id": ident}])
        return Page(items, gone)

    def existing(self) -> Iterator[str] | None:
        """Every ticket that a search shows: deleted ones are not among them."""
        return self._idents()

    def _idents(self) -> Iterator[str]:
        page, pages = 1, 1
        while page <= pages:
            rows, pages = self._search("id > 0", "id", page)
            yield from (ident_of(row) for row in rows)
            page += 1

    def _search(self, query: str, order: str, page: int) -> tuple[list[Row], int]:
        answer = self.wire.get(
            f"{API}/tickets",
            {
                "query": query, "orderby": order, "order": "ASC", "page": page,
                "per_page": PER_PAGE, "fields": TICKET_FIELDS,
            },
        )  # fmt: skip
        rows = listed(answer, "items")
        pages = answer.get("pages", page if len(rows) < PER_PAGE else page + 1)
        return rows, int(pages)

    def _read(self, rows: list[Row]) -> tuple[list[Item | Failure], list[str]]:
        items: list[Item | Failure] = []
        gone: list[str] = []
        for row in rows:
            ident = ident_of(row)
            ticket = self.wire.get(f"{API}/ticket/{ident}")
            if not isinstance(ticket, dict) or ticket.get("Status") in ("deleted", "spam"):
                gone.append(ident)
                continue
            said = self._all(f"{API}/ticket/{ident}/history", HISTORY_FIELDS)
            files = self._all(f"{API}/ticket/{ident}/attachments", FILE_FIELDS)
            self._learn(ticket, said)
            items.append(self.reader.read(ticket, said, files, self._privileged))
        return items, gone

    def _all(self, path: str, fields: str) -> list[Row]:
        found: list[Row] = []
        page = 1
        while True:
            query = {"fields": fields, "per_page": PER_HISTORY, "page": page}
            answer = self.wire.get(path, query)
            if answer is None:
                return found
            rows = listed(answer, "items")
            found += rows
            if not rows or len(found) >= int(answer.get("total", 0)):
                return found
            page += 1

    def _learn(self, ticket: Row, said: list[Row]) -> None:
        """Who is not the requestor is looked up: privileged users are our people."""
        asking = logins(ticket.get("Requestor"))
        for row in said:
            name = next(iter(logins(row.get("Creator"))), "")
            if not name or name in asking or name == SYSTEM or name in self._privileged:
                continue
            user = self.wire.get(f"{API}/user/{name}") if _is_plain(name) else None
            word = user.get("Privileged") if isinstance(user, dict) else None
            self._privileged[name] = None if word is None else str(word) in ("1", "True", "true")


def moment_of(row: Row, key: str) -> str:
    """A time of a record in one form, so that texts compare as times do."""
    value = row.get(key)
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise UpstreamFault(f"A ticket's {key} is no time: the interface has changed.") from error
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _is_plain(name: str) -> bool:
    """Whether a login can stand in a path as it is."""
    return re.fullmatch(r"[\w.@+-]{1,120}", name, re.ASCII) is not None and name not in (".", "..")
