"""Zendesk: the incremental export of ticket events with their comments, tickets and people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from copilot.domain import Failure, Interaction, Item
from ingest.sync.faults import UpstreamFault
from ingest.sync.protocol import Page, Reader, Row, State, Stored, ident_of, joined, listed
from ingest.sync.wire import Wire

EVENTS = "/api/v2/incremental/ticket_events.json"
AT_ONCE = 100  # ids that show_many takes
FULL_PAGE = 1_000
KEPT_PEOPLE = 50_000


@dataclass(slots=True)
class Zendesk:
    """Events say what changed; a ticket that we hold whole only gets its new comments."""

    wire: Wire
    reader: Reader
    stored: Stored
    since: int = 0
    _people: dict[str, Row] = field(default_factory=dict)

    def pages(self, state: State) -> Iterator[Page]:
        """Every page of the export; `end_time` is the position after it."""
        start = int(state.get("start_time", self.since))
        while True:
            answer = self.wire.get(EVENTS, {"start_time": start, "include": "comment_events"})
            events = listed(answer, "ticket_events")
            end = answer.get("end_time")
            is_last = answer.get("end_of_stream", len(events) < FULL_PAGE)
            if end is None:
                end = start
            if not isinstance(end, int) or isinstance(end, bool):
                raise UpstreamFault("Zendesk's export has no end_time: its interface has changed.")
            page = self._page(events)
            yield Page(page.items, page.gone, {"start_time": max(end, start)})
            if is_last:
                return
            if end <= start:
                raise UpstreamFault(
                    f"Zendesk's export repeats the page of {start} without an end. What was read "
                    "is kept; if it goes on, tell Zendesk."
                )
            start = end

    def one(self, ident: str) -> Page:
        """A ticket with all its comments."""
        ticket = self._ticket(ident)
        if ticket is None:
            return Page(gone=(ident,))
        return Page(self._read([{**ticket, "comments": self._comments(ident)}]))

    def existing(self) -> Iterator[str] | None:
        """Deletions come as events."""
        return None

    def _page(self, events: Sequence[Row]) -> Page:
        by_ticket: dict[str, list[Row]] = defaultdict(list)
        for event in events:
            by_ticket[ident_of(event, "ticket_id")].append(event)
        tickets, gone = self._tickets(list(by_ticket))
        whole: list[dict[str, Any]] = []
        newest: list[dict[str, Any]] = []
        for ident, ticket in tickets.items():
            comments = _comments_in(by_ticket[ident])
            marks = _marks(by_ticket[ident])
            if "redacted" not in marks and comments and "created" in marks:
                whole.append({**ticket, "comments": comments})
            elif "redacted" not in marks and comments and self._held(ident):
                newest.append({**ticket, "comments": comments})
            else:
                whole.append({**ticket, "comments": self._comments(ident)})
        merged = [
            joined(one, self.stored(one.source_id)) if isinstance(one, Interaction) else one
            for one in self._read(newest)
        ]
        return Page([*self._read(whole), *merged], gone)

    def _held(self, ident: str) -> bool:
        return self.stored(f"{self.reader.options.id_prefix}{ident}") is not None

    def _tickets(self, idents: Sequence[str]) -> tuple[dict[str, Row], list[str]]:
        found: dict[str, Row] = {}
        gone: list[str] = []
        for some in _batches(idents):
            answer = self.wire.get("/api/v2/tickets/show_many.json", {"ids": ",".join(some)})
            found.update((ident_of(row), row) for row in listed(answer, "tickets"))
        for ident in idents:
            # Only what is surely gone is removed: a list may leave out what a single look shows.
            ticket = found.get(ident) or self._ticket(ident)
            if ticket is None or ticket.get("status") == "deleted":
                gone.append(ident)
                found.pop(ident, None)
            else:
                found[ident] = ticket
        return {ident: found[ident] for ident in idents if ident in found}, gone

    def _ticket(self, ident: str) -> Row | None:
        answer = self.wire.get(f"/api/v2/tickets/{ident}.json")
        if answer is None:
            return None
        ticket = answer.get("ticket") if isinstance(answer, dict) else None
        if not isinstance(ticket, dict):
            raise UpstreamFault("Zendesk's answer has no ticket: its interface has changed.")
        return None if ticket.get("status") == "deleted" else ticket

    def _comments(self, ident: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after: dict[str, Any] = {"page[size]": AT_ONCE}
        while True:
            answer = self.wire.get(f"/api/v2/tickets/{ident}/comments.json", after)
            if answer is None:
                return found
            page = listed(answer, "comments")
            found += [_comment(row) for row in page]
            meta = answer.get("meta") or {}
            cursor = meta.get("after_cursor")
            if not meta.get("has_more") or not cursor or cursor == after.get("page[after]"):
                return found
            after = {"page[size]": AT_ONCE, "page[after]": cursor}

    def _read(self, tickets: Sequence[dict[str, Any]]) -> list[Item | Failure]:
        if not tickets:
            return []
        authors = {str(c.get("author_id")) for t in tickets for c in t["comments"]}
        self._learn(sorted(one for one in authors if one.isdigit()))
        people = [self._people[one] for one in sorted(authors) if one in self._people]
        return self.reader.read({"tickets": list(tickets), "users": people})

    def _learn(self, idents: Sequence[str]) -> None:
        if len(self._people) > KEPT_PEOPLE:
            self._people.clear()
        for some in _batches([one for one in idents if one not in self._people]):
            answer = self.wire.get("/api/v2/users/show_many.json", {"ids": ",".join(some)})
            self._people.update((ident_of(row), row) for row in listed(answer, "users"))


def _comments_in(events: Sequence[Row]) -> list[dict[str, Any]]:
    found = []
    for event in events:
        for child in event.get("child_events") or []:
            kinds = (child.get("event_type"), child.get("type"))
            if "Comment" in kinds and ("body" in child or "html_body" in child):
                about = {
                    "author_id": event.get("updater_id"),
                    "created_at": event.get("created_at"),
                    "public": child.get("comment_public"),
                }
                found.append(_comment({**about, **child}))
    return found


def _comment(row: Row) -> dict[str, Any]:
    via = row.get("via")
    return {**row, "via": via if isinstance(via, dict) else {}}


def _marks(events: Sequence[Row]) -> set[str]:
    """Whether a ticket began in these events, and whether something said was taken back."""
    kinds = {
        str(child.get(key))
        for event in events
        for child in event.get("child_events") or []
        for key in ("event_type", "type")
    }
    marks = {"created"} if "Create" in kinds else set()
    return marks | ({"redacted"} if any("Redact" in kind for kind in kinds) else set())


def _batches(idents: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(idents), AT_ONCE):
        yield idents[start : start + AT_ONCE]
