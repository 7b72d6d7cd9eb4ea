"""The only bridge between FastAPI and the core: who asks, for which tenant, and how often."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated

import anyio
from fastapi import Depends, Request

from copilot.auth import Caller, digest
from copilot.bootstrap import Copilot
from copilot.db import TenantStore
from copilot.errors import RateLimited, Unauthenticated

KEY_CACHE_S = 2.0  # a revoked key works at most this long


@dataclass(slots=True)
class Keyring:
    """Looks keys up, remembers them for a moment, and counts their requests."""

    copilot: Copilot
    _known: OrderedDict[str, tuple[float, Caller]] = field(default_factory=OrderedDict)
    _tokens: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    async def caller(self, key: str) -> Caller:
        """The caller of a key. Raises Unauthenticated."""
        mark = digest(key)
        with self._lock:
            cached = self._known.get(mark)
        if cached is None or time.monotonic() - cached[0] > KEY_CACHE_S:
            row = await anyio.to_thread.run_sync(self.copilot.database.key, mark)
            if row is None:
                raise Unauthenticated("This key is unknown or revoked. Ask an admin for a new one.")
            cached = (time.monotonic(), Caller(row["id"], row["tenant"], row["role"]))
            with self._lock:
                self._known[mark] = cached
                while len(self._known) > 10_000:
                    self._known.popitem(last=False)
        return cached[1]

    def spend(self, caller: Caller) -> None:
        """Takes one request from the caller's bucket. Raises RateLimited."""
        per_minute = self.copilot.settings.rate_per_minute
        if not per_minute:
            return
        now, rate = time.monotonic(), per_minute / 60
        burst = max(20.0, per_minute / 4)
        with self._lock:
            then, left = self._tokens.get(caller.key_id, (now, burst))
            left = min(burst, left + (now - then) * rate)
            allowed = left >= 1
            self._tokens[caller.key_id] = (now, left - 1 if allowed else left)
        if not allowed:
            raise RateLimited(
                f"More than {per_minute} requests a minute with this key; wait a moment.",
                retry_after_s=(1 - left) / rate,
            )


async def copilot_of(request: Request) -> Copilot:
    """The built product."""
    built: Copilot = request.app.state.copilot
    return built


def key_of(request: Request) -> str:
    """The bearer key of a request. Raises Unauthenticated."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthenticated("Send your API key as `Authorization: Bearer <key>`.")
    return key.strip()


async def caller_of(request: Request) -> Caller:
    """Who asks. Raises Unauthenticated or RateLimited: 401 and 429 begin here and nowhere else."""
    keyring: Keyring = request.app.state.keyring
    caller = await keyring.caller(key_of(request))
    keyring.spend(caller)
    request.scope.setdefault("state", {})["tenant"] = caller.tenant
    return caller


Built = Annotated[Copilot, Depends(copilot_of)]
Agent = Annotated[Caller, Depends(caller_of)]


async def admin_of(caller: Agent) -> Caller:
    """A caller with the role admin. Raises Forbidden."""
    caller.require("admin")
    return caller


Admin = Annotated[Caller, Depends(admin_of)]


async def store_of(caller: Agent, copilot: Built) -> TenantStore:
    """The store of the caller's tenant: the key decides, never the request."""
    if opened := copilot.database.opened(caller.tenant):
        return opened
    return await anyio.to_thread.run_sync(copilot.database.tenant, caller.tenant)


Store = Annotated[TenantStore, Depends(store_of)]
