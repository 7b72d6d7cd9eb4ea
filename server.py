"""The HTTP door: builds the application, its lifespan and its rooms."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from fastapi import FastAPI

from copilot.api import (
    customers,
    ingest,
    needs,
    ops,
    pages,
    problems,
    search,
    suggestions,
    webhooks,
)
from copilot.api.deps import Keyring
from copilot.api.middleware import Guard, JsonLines
from copilot.bootstrap import Copilot, build, build_vectors
from copilot.compute import Compute
from copilot.config import Settings
from copilot.connectors import ConnectorFile
from copilot.db import TenantStore
from copilot.embedder import Embedder
from copilot.errors import ConfigError, CopilotError
from copilot.folders import unusable
from copilot.identity import resolve
from copilot.workers import ProcessWorkers
from ingest.pipeline import Pipeline, Silent
from ingest.renewing import Renewal
from ingest.sync.receive import receive

VERSION = "0.1.0"
DESCRIPTION = """Suggests the next reply to a customer, with its sources; keeps promises and open
requests in view; and flags a further need only where it is genuine."""


def create_app(
    settings: Settings | None = None, *, embedder: Embedder | None = None, workers: int = 0
) -> FastAPI:
    """The application. Nothing is opened before its lifespan starts.

    `workers` processes compute beside it; they build their embedder from the settings.
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with _opened(app, settings, embedder, workers):
                yield
        except CopilotError as fault:
            app.state.fault = fault  # the command says it in words and exits with its code
            raise
        except OSError as error:
            if error.filename is None:  # no file of ours: a fault to be seen whole
                raise
            app.state.fault = ConfigError(unusable(error, settings.home))
            raise app.state.fault from error

    app = FastAPI(
        title="Continuum",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # its page would load scripts from elsewhere; openapi.json is the contract
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    problems.install(app)
    for room in (suggestions, search, needs, customers, ingest, webhooks, ops):
        app.include_router(room.router)
    app.include_router(suggestions.writes)
    pages.mount(app, settings)
    app.add_middleware(Guard, max_body_bytes=settings.max_body_bytes)
    return app


@asynccontextmanager
async def _opened(
    app: FastAPI, settings: Settings, embedder: Embedder | None, number: int
) -> AsyncIterator[None]:
    """Opens what the application works with, and gives it back."""
    vectors = build_vectors(settings)
    compute = Compute()
    workers = ProcessWorkers(settings, number, compute) if number else None
    copilot = build(settings, vectors=vectors, embedder=embedder, compute=compute, workers=workers)
    stores = [copilot.database.tenant(name) for name in copilot.database.tenants()]
    for store in stores:
        copilot.indexer.sync_all(store)
        copilot.retriever.repliers.train_if_due(store)
        copilot.retriever.warm(store)
    vectors.follow()
    renewal = Renewal(copilot, stores)
    app.state.copilot = copilot
    app.state.keyring = Keyring(copilot)
    app.state.jobs = ingest.Jobs(ingest_with(copilot), settings.home / "uploads")
    app.state.jobs.start(stores)
    app.state.deliveries = webhooks.Deliveries(receive_with(copilot), settings.home)
    app.state.deliveries.start(stores)
    if workers:
        workers.start()
    renewal.start()
    try:
        yield
    finally:
        await anyio.to_thread.run_sync(renewal.stop)
        if workers:
            await workers.stop()
        app.state.deliveries.stop()
        app.state.jobs.stop()
        await copilot.aclose()


def ingest_with(copilot: Copilot) -> ingest.Ingests:
    """The ingest door as the jobs use it: files in, ledgers refreshed, index caught up."""

    def run(
        store: TenantStore, paths: Sequence[Path], kind: str, progress: Callable[[int], None]
    ) -> dict[str, Any]:
        pipeline = Pipeline(store, copilot.embedder, copilot.redactor_of(store))
        report = pipeline.run(paths, kind=kind, progress=_Counted(progress))
        report.customers |= resolve(store).touched
        copilot.ledgers.refresh(store, report.customers)
        copilot.indexer.sync_all(store)
        copilot.retriever.repliers.train_if_due(store)
        copilot.retriever.warm(store)
        return report.as_dict()

    return run


def receive_with(copilot: Copilot) -> webhooks.Receives:
    """The sync door as deliveries use it: conversations in, ledgers and index caught up."""

    def run(store: TenantStore, file: ConnectorFile, body: str) -> dict[str, Any]:
        pipeline = Pipeline(store, copilot.embedder, copilot.redactor_of(store))
        report = receive(file, store, pipeline, body)
        report.customers |= resolve(store).touched
        copilot.ledgers.refresh(store, report.customers)
        copilot.indexer.sync_all(store)
        return report.as_dict()

    return run


class _Counted(Silent):
    """Tells a job how many records were seen."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._progress = progress

    def records(self, done: int) -> None:
        """Passes the count on."""
        self._progress(done)


def log_json() -> None:
    """Sends our log lines to standard error as JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("copilot", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False
