"""Embeds anew what another embedding model had embedded: after an update, or another setting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from threading import Event, Thread

from copilot.bootstrap import Copilot
from copilot.db import TenantStore
from copilot.errors import CopilotError
from ingest.chunker import embed_text

BLOCK = 256  # chunks of a transaction: what is done is found at once, and stays done
PATIENCE_S = 10.0  # for a block at hand when the server stops; an unfinished one is done again
log = logging.getLogger("copilot.renewing")


def renew(
    copilot: Copilot,
    store: TenantStore,
    *,
    progress: Callable[[int], None] = lambda _: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Gives every chunk of a tenant a vector of the present model; returns how many it embedded.

    `progress` hears of each block how many more are done.
    It may be interrupted at any time, and goes on where it was. Raises EmbedderError, StoreError.
    """
    model, done = copilot.embedder.name, 0
    for block in store.outdated.blocks(model, BLOCK):
        if is_stopped():
            return done
        vectors = copilot.embedder.embed([embed_text(row.chunk, row.title) for row in block])
        store.outdated.replace(model, block, vectors)
        done += len(block)
        progress(len(block))
    if done and not is_stopped():
        copilot.retriever.repliers.train_if_due(store)
        copilot.retriever.warm(store)
    return done


class Renewal:
    """Does so beside a server that answers meanwhile, with what is embedded so far."""

    def __init__(self, copilot: Copilot, stores: Sequence[TenantStore]) -> None:
        self._copilot = copilot
        self._stores = stores
        self._stop = Event()
        self._thread = Thread(target=self._work, name="renewal", daemon=True)

    def start(self) -> None:
        """Begins with the first tenant."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the block at hand; the next start goes on. Waits for it, though not long."""
        self._stop.set()
        self._thread.join(PATIENCE_S)

    def _work(self) -> None:
        for store in self._stores:
            if self._stop.is_set():
                return
            tenant = {"tenant": store.tenant}
            try:
                if not store.outdated.count(self._copilot.embedder.name):
                    continue
                log.info("embedding anew", extra=tenant)
                renew(self._copilot, store, is_stopped=self._stop.is_set)
                if not self._stop.is_set():
                    log.info("embedded anew", extra=tenant)
            except CopilotError as fault:  # tried again at the next start; the doctor tells
                log.warning("not embedded anew", extra={**tenant, "code": fault.code})
            except Exception as fault:  # noqa: BLE001 - a door: the other tenants have theirs
                log.warning("not embedded anew", extra={**tenant, "fault": type(fault).__name__})
