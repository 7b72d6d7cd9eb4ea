"""Help Scout: OAuth2 client credentials, conversations by their last change, their threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.sync.faults import AccessRefused, BrokenAnswerError, UpstreamFault
from ingest.sync.fetch import Ask, Fetcher
from ingest.sync.protocol import Page, Reader, Row, State, ident_of, iso, listed
from ingest.sync.wire import Wire, judged

LIST = "/v2/conversations"
EARLY_S = 60.0  # a token is renewed this long before it expires


@dataclass(slots=True)
class ClientCredentials:
    """A token of our own account, fetched when needed and renewed when it has expired."""

    fetcher: Fetcher
    base_url: str
    client_id: str
    client_secret: str
    clock: Callable[[], float] = time.monotonic
    _token: str = ""
    _until: float = 0.0

    def headers(self) -> Mapping[str, str]:
        """The bearer header. Raises AccessRefused."""
        if not self._token or self.clock() >= self._until:
            self._fetch()
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """Forgets the token: the next request fetches another."""
        self._token = ""
        return True

    def _fetch(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        path = "/v2/oauth2/token"
        answer = self.fetcher.fetch(Ask(self.base_url.rstrip("/") + path, form=form))
        if answer.status == 400:
            raise AccessRefused("Help Scout refused client_id and client_secret: check them.")
        value = judged(answer, path)
        token = value.get("access_token") if isinstance(value, dict) else None
        if not isinstance(token, str) or not token:
            raise BrokenAnswerError("it gave no access_token")
        seconds = value.get("expires_in")
        self._token = token
        life = float(seconds) if isinstance(seconds, int | float) else 3_600.0
        self._until = self.clock() + max(1.0, life - EARLY_S)


@dataclass(slots=True)
class HelpScout:
    """Pages by the time of the last change: a page number alone slips when something changes."""

    wire: Wire
    reader: Reader
    api_version: str = "v2"
    since: str = "1970-01-01T00:00:00Z"

    def pages(self, state: State) -> Iterator[Page]:
        """Always the first page from the last time seen on; further ones where a time is full."""
        since, page = str(state.get("since", self.since)), int(state.get("page", 1))
        while True:
            query = {"sortField": "modifiedAt", "sortOrder": "asc", "status": "all", "page": page}
            answer = self.wire.get(LIST, {**query, "modifiedSince": second_before(since)})
            rows = _rows(answer)
            items, gone = self._read(rows)
            is_last = _total_pages(answer) <= page
            latest = max([since, *map(_changed, rows)])
            page = 1 if latest > since else page + 1
            since = latest
            yield Page(items, gone, {"since": since, "page": 1 if is_last else page})
            if is_last or not rows:
                return

    def one(self, ident: str) -> Page:
        """One conversation with its threads."""
        row = self.wire.get(f"{LIST}/{ident}")
        if row is None:
            return Page(gone=(ident,))
        if not isinstance(row, dict):
            raise UpstreamFault("Help Scout's conversation is no object: its interface changed.")
        items, gone = self._read([row])
        return Page(items, gone)

    def existing(self) -> Iterator[str] | None:
        """Every conversation of the list; deletions are not told otherwise."""
        return self._idents()

    def _idents(self) -> Iterator[str]:
        page = 1
        while True:
            query = {"status": "all", "sortField": "createdAt", "sortOrder": "asc", "page": page}
            answer = self.wire.get(LIST, query)
            rows = _rows(answer)
            yield from (ident_of(row) for row in rows)
            if not rows or page >= _total_pages(answer):
                return
            page += 1

    def _read(self, rows: list[Row]) -> tuple[list[Any], list[str]]:
        whole: list[dict[str, Any]] = []
        gone: list[str] = []
        for row in rows:
            is_gone = row.get("status") == "spam" or row.get("state") == "deleted"
            threads = None if is_gone else self._threads(ident_of(row))
            if threads is None:
                gone.append(ident_of(row))
            else:
                whole.append({**row, "_embedded": {"threads": threads}})
        payload = {"_embedded": {"conversations": whole}}
        return (self.reader.read(payload) if whole else []), gone

    def _threads(self, ident: str) -> list[Row] | None:
        found: list[Row] = []
        page = 1
        while True:
            path = f"/{self.api_version}/conversations/{ident}/threads"
            answer = self.wire.get(path, {"page": page})
            if answer is None:
                return None
            found += listed(answer, "_embedded", "threads")
            if page >= _total_pages(answer):
                return found
            page += 1


def _rows(answer: Any) -> list[Row]:
    # An empty list comes without its envelope.
    if isinstance(answer, dict) and "_embedded" not in answer and "page" in answer:
        return []
    return listed(answer, "_embedded", "conversations")


def _total_pages(answer: Any) -> int:
    page = answer.get("page") if isinstance(answer, dict) else None
    total = page.get("totalPages") if isinstance(page, dict) else None
    if isinstance(total, bool) or not isinstance(total, int):
        raise UpstreamFault("Help Scout's answer has no page.totalPages: its interface changed.")
    return total


def second_before(since: str) -> str:
    """A second earlier: whether the bound itself is included is not documented."""
    try:
        moment = datetime.fromisoformat(since)
    except ValueError as error:
        raise UpstreamFault(f"{since[:40]!r} is no time: the interface changed.") from error
    return iso(max(moment - timedelta(seconds=1), datetime(1970, 1, 1, tzinfo=UTC)))


def _changed(row: Row) -> str:
    value = row.get("userUpdatedAt") or row.get("createdAt")
    if not isinstance(value, str):
        raise UpstreamFault("A conversation has no userUpdatedAt: the interface has changed.")
    return value
