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
log = logging.getLogger("copilot.renewing")


def renew(
    copilot: Copilot,
    store: TenantStore,
    *,
    progress: Callable[[int], None] = lambda _: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Gives every chunk of a tenant a vector of the present model; returns how many it gave.

    It may be interrupted at any time, and goes on where it was. Raises EmbedderError, StoreError.
    """
    model, done = copilot.embedder.name, 0
    for block in store.outdated.blocks(model, BLOCK):
        if is_stopped():
            return done
        vectors = copilot.embedder.embed([embed_text(row.chunk, row.title) for row in block])
        store.outdated.renew(model, block, vectors)
        done += len(block)
        progress(done)
    if done:
        copilot.indexer.sync_all(store)
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
        """Begins, where there is anything to do."""
        if self._stores:
            self._thread.start()

    def stop(self) -> None:
        """Ends after the block at hand; the next start goes on."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        for store in self._stores:
            log.info("embedding anew", extra={"tenant": store.tenant})
            try:
                renew(self._copilot, store, is_stopped=self._stop.is_set)
            except CopilotError as fault:  # tried again at the next start; the doctor tells
                log.warning("not embedded anew", extra={"tenant": store.tenant, "code": fault.code})
                continue
            log.info("embedded anew", extra={"tenant": store.tenant})
