"""What happens to every request: an id, a size limit, a count, and one log line without texts."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from contextlib import suppress
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copilot.api.measures import REQUESTS, SECONDS
from copilot.api.problems import problem

log = logging.getLogger("copilot.access")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
UPLOAD = "/v1/ingest"
UPLOAD_BYTES = 1_000_000_000
SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class JsonLines(logging.Formatter):
    """One JSON object a line: the event's name, ids and numbers, never a customer's words."""

    FIELDS = (
        "request_id", "method", "route", "status", "ms", "tenant", "code", "fault", "job",
    )  # fmt: skip

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        body: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "event": _event(record.getMessage()),
        }
        body |= {name: getattr(record, name) for name in self.FIELDS if hasattr(record, name)}
        return json.dumps(body)


def _event(message: str) -> str:
    """A traceback by its kind alone: the words of a fault may be a customer's."""
    if not message.startswith("Traceback"):
        return message
    return message.strip().splitlines()[-1].partition(":")[0]


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int) -> None:
        self._app = app
        self._limit = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        headers = dict(scope["headers"])
        state["request_id"] = request_id = _request_id(headers)
        limit = UPLOAD_BYTES if scope["path"] == UPLOAD else self._limit
        started, status = time.perf_counter(), 0
        body = _Bounded(receive, limit, is_over=_announced(headers) > limit)

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", []),
                    (b"x-request-id", request_id.encode()),
                    *SECURITY,
                ]
            await send(message)

        async def unless_over(message: Message) -> None:
            if status or not body.is_over:  # what is made of a body cut short is no answer to it
                await answer(message)

        try:
            if not body.is_over:
                with suppress(_BodyTooLargeError):
                    await self._app(scope, body.receive, unless_over)
            if body.is_over and not status:
                await _too_large(limit, request_id)(scope, receive, answer)
        finally:
            _note(scope, status or 500, time.perf_counter() - started, request_id)


class _BodyTooLargeError(Exception):
    """The body grew past the limit while it was read."""


class _Bounded:
    """Counts the bytes of a body as they arrive."""

    def __init__(self, receive: Receive, limit: int, *, is_over: bool = False) -> None:
        self._receive = receive
        self._left = limit
        self.is_over = is_over

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.is_over = True
            raise _BodyTooLargeError
        return message


def _too_large(limit: int, request_id: str) -> ASGIApp:
    return problem(
        413, "too_large", f"The body exceeds {limit:,} bytes. Send less at once.", request_id
    )


def _announced(headers: dict[bytes, bytes]) -> int:
    try:
        return int(headers.get(b"content-length", b"0"))
    except ValueError:
        return 0


def _request_id(headers: dict[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"").decode("latin-1")
    return given if _ID.fullmatch(given) else uuid.uuid4().hex


def _note(scope: Scope, status: int, seconds: float, request_id: str) -> None:
    route = getattr(scope.get("route"), "path", "unmatched")
    REQUESTS.labels(scope["method"], route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    log.info(
        "request",
        extra={
            "request_id": request_id,
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "tenant": scope["state"].get("tenant", "-"),
        },
    )
