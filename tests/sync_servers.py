"""Local servers that speak each helpdesk's documented wire, with faults on order."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Query = dict[str, str]
Reply = tuple[int, Any] | tuple[int, Any, dict[str, str]]
EPOCH = 1_767_348_000  # 2026-01-02T10:00:00Z


@dataclass
class Fault:
    """Something that goes wrong at the next requests to a path that contains `where`."""

    where: str
    status: int = 500
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    reset: bool = False


@dataclass
class Desk:
    """A running server. `answer` is the product; `faults` come before it."""

    answer: Callable[[str, Query, dict[str, str], bytes], Reply]
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    url: str = ""
    after: Callable[[str], None] = lambda _path: None

    def next_fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.where in path and fault.times > 0:
                fault.times -= 1
                return fault
        return None


@contextmanager
def serving(answer: Callable[..., Reply]) -> Iterator[Desk]:
    desk = Desk(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet per answer: two would wait for each other
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            desk.asked.append(self.path)
            size = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(size)
            fault = desk.next_fault(self.path)
            if fault and fault.reset:
                self.connection.close()
                self.close_connection = True
                return
            if fault:
                kind = {"Content-Type": "application/json", **fault.headers}
                self._send(fault.status, fault.body, kind)
                return
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            heads = {key.lower(): value for key, value in self.headers.items()}
            status, value, *more = desk.answer(parts.path, query, heads, body)
            given = {"Content-Type": "application/json; charset=utf-8", **(more[0] if more else {})}
            self._send(status, json.dumps(value).encode(), given)
            desk.after(parts.path)

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        do_GET = do_POST = _serve

        def log_message(self, *args: Any) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that was killed is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    desk.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()


def stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class ZendeskWire:
    """Tickets 1..n: a question (public), a note (internal), an answer; events in pages."""

    tickets: int = 6
    page: int = 5
    texts: dict[int, str] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    events: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    stuck: bool = False

    def __post_init__(self) -> None:
        for n in range(1, self.tickets + 1):
            first, *rest = self.comments(n)
            created = {"id": n * 10, "event_type": "Create", "requester_id": 7, "status": "new"}
            self.add(n, [created, {**first, "event_type": "Comment"}])
            for comment in rest:
                self.add(n, [{**comment, "event_type": "Comment"}])

    def add(self, ticket: int, children: list[dict[str, Any]]) -> None:
        at = EPOCH + len(self.events) * 60
        self.events.append(
            {
                "id": 1_000 + len(self.events), "ticket_id": ticket, "timestamp": at,
                "created_at": stamp(at), "updater_id": 7, "event_type": "Audit",
                "child_events": children,
            }
        )  # fmt: skip

    def comments(self, n: int) -> list[dict[str, Any]]:
        said = [(7, True, self.texts.get(n, f"Question {n}: where is my invoice?"))]
        said += [(3, False, f"Note {n}"), (3, True, f"Answer {n}: it is under Billing.")]
        found = [
            {
                "id": n * 100 + k, "type": "Comment", "author_id": who, "public": public,
                "body": text, "html_body": f"<div>{text}</div>", "via": {"channel": "email"},
                "created_at": stamp(EPOCH + n * 600 + k * 60), "attachments": [],
            }
            for k, (who, public, text) in enumerate(said)
        ]  # fmt: skip
        return found + self.extra.get(n, [])

    def ticket(self, n: int) -> dict[str, Any]:
        return {
            "id": n, "url": f"https://acme.zendesk.com/api/v2/tickets/{n}.json", "requester_id": 7,
            "assignee_id": 3, "subject": f"Invoice {n}", "status": "solved", "tags": ["billing"],
            "created_at": stamp(EPOCH), "updated_at": stamp(EPOCH + n), "via": {"channel": "email"},
            "satisfaction_rating": {"score": "good"},
        }  # fmt: skip

    def __call__(self, path: str, query: Query, heads: dict[str, str], _body: bytes) -> Reply:
        if not heads.get("authorization", "").startswith(("Basic ", "Bearer ")):
            return 401, {"error": "Couldn't authenticate you"}
        if path == "/api/v2/incremental/ticket_events.json":
            start = int(query["start_time"])
            due = [e for e in self.events if e["timestamp"] >= start]
            some = due[: self.page]
            end = some[-1]["timestamp"] if some else start
            if self.stuck:
                return 200, {"ticket_events": some, "end_time": start, "end_of_stream": False}
            done = len(due) <= self.page
            return 200, {"ticket_events": some, "end_time": end, "end_of_stream": done}
        if path == "/api/v2/tickets/show_many.json":
            ids = [int(one) for one in query["ids"].split(",")]
            return 200, {"tickets": [self.ticket(n) for n in ids if n not in self.deleted]}
        if path == "/api/v2/users/show_many.json":
            roles = {"3": "agent", "7": "end-user"}
            ids = query["ids"].split(",")
            return 200, {"users": [{"id": int(i), "name": f"P{i}", "role": roles[i]} for i in ids]}
        n = int(path.split("/")[4].removesuffix(".json"))
        if n in self.deleted:
            return 404, {"error": "RecordNotFound"}
        if path.endswith("/comments.json"):
            return 200, {"comments": self.comments(n), "meta": {"has_more": False}}
        return 200, {"ticket": self.ticket(n)}


@dataclass
class ChatwootWire:
    """Conversations with 45 messages in the first, 2 in the others; newest activity first."""

    conversations: int = 12
    per_page: int = 5
    gone: set[int] = field(default_factory=set)
    activity: dict[int, int] = field(default_factory=dict)
    replies: dict[int, str] = field(default_factory=dict)

    def row(self, n: int) -> dict[str, Any]:
        return {
            "id": n, "account_id": 1, "status": "resolved", "labels": ["billing"],
            "created_at": EPOCH + n, "last_activity_at": self.activity.get(n, EPOCH + n * 10),
            "meta": {"sender": {"id": 7, "name": "Ana"}, "channel": "Channel::WebWidget"},
            "messages": [],
        }  # fmt: skip

    def messages(self, n: int) -> list[dict[str, Any]]:
        count = 45 if n == 1 else 2
        rows = [
            {
                "id": n * 1_000 + k, "content": f"Message {k} of {n}", "message_type": k % 2,
                "private": False, "created_at": EPOCH + n * 100 + k, "content_attributes": {},
                "sender": {"id": 7 if k % 2 == 0 else 3, "name": "x", "type": "contact"},
            }
            for k in range(count)
        ]  # fmt: skip
        if n in self.replies:
            rows.append({**rows[-1], "id": n * 1_000 + count, "content": self.replies[n]})
        return rows

    def shown(self) -> list[int]:
        every = [n for n in range(1, self.conversations + 1) if n not in self.gone]
        return sorted(every, key=lambda n: -self.row(n)["last_activity_at"])

    def __call__(self, path: str, query: Query, heads: dict[str, str], _body: bytes) -> Reply:
        if "api_access_token" not in heads:
            return 401, {"errors": ["You need to sign in"]}
        parts = path.removeprefix("/api/v1/accounts/1/conversations").strip("/").split("/")
        if parts == [""]:
            page = int(query["page"]) - 1
            some = self.shown()[page * self.per_page : (page + 1) * self.per_page]
            meta = {"all_count": len(self.shown())}
            return 200, {"data": {"meta": meta, "payload": [self.row(n) for n in some]}}
        n = int(parts[0])
        if n in self.gone or not 0 < n <= self.conversations:
            return 404, {"error": "Resource could not be found"}
        if len(parts) == 1:
            return 200, self.row(n)
        before = int(query.get("before", 10**9))
        return 200, {"payload": [m for m in self.messages(n) if m["id"] < before][-20:]}


@dataclass
class HelpScoutWire:
    """Conversations by modifiedAt, threads newest first, tokens that expire on order."""

    conversations: int = 12
    per_page: int = 5
    status: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    modified: dict[int, int] = field(default_factory=dict)
    valid: str = ""
    issued: int = 0
    after_expiry: bool = False

    def row(self, n: int) -> dict[str, Any]:
        return {
            "id": n, "number": n, "type": "email", "status": self.status.get(n, "closed"),
            "state": "published", "subject": f"Address {n}", "mailboxId": 1,
            "createdAt": stamp(EPOCH + n), "userUpdatedAt": stamp(self.changed(n)),
            "primaryCustomer": {"id": 7, "type": "customer", "email": "ana@cust.test"}, "tags": [],
        }  # fmt: skip

    def changed(self, n: int) -> int:
        return self.modified.get(n, EPOCH + n * 5)

    def __call__(self, path: str, query: Query, heads: dict[str, str], body: bytes) -> Reply:
        if path == "/v2/oauth2/token":
            form = parse_qs(body.decode())
            if form.get("client_secret") != ["s3cret"]:
                return 400, {"error": "invalid_client"}
            self.issued += 1
            self.valid = f"token-{self.issued}"
            return 200, {"access_token": self.valid, "token_type": "bearer", "expires_in": 172_800}
        if heads.get("authorization") != f"Bearer {self.valid}":
            return 401, {"error": "unauthorized"}
        if path == "/v2/conversations":
            return 200, self._list(query)
        n = int(path.split("/")[3])
        if n in self.gone or not 0 < n <= self.conversations:
            return 404, {"message": "Not Found"}
        if path.endswith("/threads"):
            said = [("message", "user", f"Done {n}."), ("customer", "customer", f"Move {n}?")]
            threads = [
                {
                    "id": n * 10 + k, "type": kind, "state": "published", "body": text,
                    "createdBy": {"id": k, "type": who}, "createdAt": stamp(EPOCH + n * 9 - k),
                }
                for k, (kind, who, text) in enumerate(said)
            ]  # fmt: skip
            return 200, {"_embedded": {"threads": threads}, "page": {"totalPages": 1, "number": 1}}
        return 200, self.row(n)

    def _list(self, query: Query) -> dict[str, Any]:
        every = [n for n in range(1, self.conversations + 1) if n not in self.gone]
        if query["sortField"] == "modifiedAt":
            since = query["modifiedSince"]
            every = [n for n in every if stamp(self.changed(n)) >= since]
            every.sort(key=lambda n: (self.changed(n), n))
        page = int(query["page"]) - 1
        some = every[page * self.per_page : (page + 1) * self.per_page]
        total = -(-len(every) // self.per_page)
        found: dict[str, Any] = {"page": {"number": page + 1, "totalPages": total}}
        if some:
            found["_embedded"] = {"conversations": [self.row(n) for n in some]}
        return found


@dataclass
class RtWire:
    """Tickets with a question, a comment, an answer by a privileged user and a system note."""

    tickets: int = 8
    per_page: int = 3
    gone: set[int] = field(default_factory=set)
    updated: dict[int, int] = field(default_factory=dict)
    hidden_users: bool = False

    def changed(self, n: int) -> str:
        return stamp(self.updated.get(n, EPOCH + n))

    def __call__(self, path: str, query: Query, heads: dict[str, str], _body: bytes) -> Reply:
        if heads.get("authorization") != "token 1-14-abc":
            return 401, {"message": "Unauthorized"}
        rest = path.removeprefix("/REST/2.0/").split("/")
        if rest[0] == "tickets":
            return 200, self._search(query)
        if rest[0] == "user":
            if self.hidden_users:
                return 403, {"message": "Forbidden"}
            return 200, {"id": 9, "Name": rest[1], "Privileged": "1" if rest[1] == "ada" else "0"}
        n = int(rest[1])
        if n in self.gone or not 0 < n <= self.tickets:
            return 404, {"message": "Unable to load"}
        if len(rest) == 2:
            who = {"type": "user", "id": "ana@cust.test", "_url": "…"}
            return 200, {
                "id": n, "type": "ticket", "Subject": f"Seat {n}", "Status": "resolved",
                "Requestor": [who], "Queue": {"id": "1", "Name": "General", "type": "queue"},
                "Created": stamp(EPOCH), "LastUpdated": self.changed(n),
            }  # fmt: skip
        rows = self._said(n) if rest[2] == "history" else self._files(n)
        return 200, {"items": rows, "total": len(rows), "count": len(rows), "page": 1, "pages": 1}

    def _search(self, query: Query) -> dict[str, Any]:
        every = [n for n in range(1, self.tickets + 1) if n not in self.gone]
        if query["query"].startswith("LastUpdated"):
            since = query["query"].split("'")[1]
            every = [n for n in every if self.changed(n) >= since]
            every.sort(key=lambda n: (self.changed(n), n))
        size, page = min(self.per_page, int(query["per_page"])), int(query["page"])
        some = every[(page - 1) * size : page * size]
        items = [{"id": str(n), "type": "ticket", "LastUpdated": self.changed(n)} for n in some]
        pages = -(-len(every) // size)
        return {"items": items, "total": len(every), "page": page, "pages": pages}

    def _said(self, n: int) -> list[dict[str, Any]]:
        rows = [("Create", "ana@cust.test"), ("Comment", "ada"), ("Correspond", "ada")]
        rows += [("Status", "ada"), ("EmailRecord", "RT_System"), ("Correspond", "joe@other.test")]
        return [
            {
                "id": str(n * 10 + k), "type": "transaction", "Type": kind,
                "Creator": {"id": who, "type": "user"}, "Created": stamp(EPOCH + n * 60 + k),
            }
            for k, (kind, who) in enumerate(rows)
        ]  # fmt: skip

    def _files(self, n: int) -> list[dict[str, Any]]:
        texts = {0: f"We need seat {n}", 1: "It is Basic", 2: "<p>Free one first.</p>", 5: "Me too"}
        return [
            {
                "id": str(n * 100 + k), "TransactionId": {"id": str(n * 10 + k), "type": "x"},
                "ContentType": "text/html" if text.startswith("<") else "text/plain",
                "Content": base64.b64encode(text.encode()).decode(), "Filename": "",
            }
            for k, text in texts.items()
        ]  # fmt: skip
