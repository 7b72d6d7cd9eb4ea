"""`Idempotency-Key` on writes: the same request sent twice has one effect and one answer."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import Any
from weakref import WeakValueDictionary

import anyio
from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from copilot.api.deps import copilot_of, key_of
from copilot.errors import InvalidInput

HEADER = "idempotency-key"
MAX_KEY = 255
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class IdempotentRoute(APIRoute):
    """A route whose POST answers are kept for 24 hours under the caller's key and replayed.

    The same key with another body is refused. Answers of 5xx are not kept: they may be retried.
    An effect and its answer reach the disk one after the other: a request that is sent again after
    the server was killed between the two is carried out again.
    """

    @cached_property
    def running(self) -> WeakValueDictionary[tuple[str, str], asyncio.Lock]:
        """The keys in use just now: a lock goes with the last request that holds or awaits it."""
        return WeakValueDictionary()

    def get_route_handler(self) -> Handler:
        """The handler, wrapped."""
        handle = super().get_route_handler()
        running = self.running

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method != "POST":
                return await handle(request)
            if not 1 <= len(key) <= MAX_KEY:
                raise InvalidInput(f"An Idempotency-Key has 1 to {MAX_KEY} characters.")
            copilot = await copilot_of(request)
            caller = await request.app.state.keyring.caller(key_of(request))
            store = await anyio.to_thread.run_sync(copilot.database.tenant, caller.tenant)
            mark = _mark(request, await request.body())
            lock = running.setdefault((caller.tenant, key), asyncio.Lock())
            async with lock:
                kept = await anyio.to_thread.run_sync(store.journal.reply, key)
                if kept is not None:
                    return _replayed(kept, mark)
                response = await handle(request)
                if response.status_code < 500:
                    body = bytes(response.body).decode()
                    await anyio.to_thread.run_sync(
                        lambda: store.journal.save_reply(
                            key, digest=mark, status=response.status_code, body=body
                        )
                    )
            return response

        return once


def _mark(request: Request, body: bytes) -> str:
    return hashlib.sha256(f"{request.url.path}\0".encode() + body).hexdigest()


def _replayed(kept: dict[str, Any], mark: str) -> Response:
    if kept["digest"] != mark:
        raise InvalidInput("This Idempotency-Key was used with another body; use a new key.")
    headers = {"Idempotent-Replayed": "true"}
    return Response(kept["body"], kept["status"], headers, media_type="application/json")
