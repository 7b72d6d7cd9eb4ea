"""`POST /v1/webhooks/{connector}`: verified, put on disk, answered; then read in a thread."""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Protocol

import anyio
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from copilot.api.deps import Built
from copilot.api.measures import INGESTED
from copilot.api.signatures import verify
from copilot.bootstrap import Copilot
from copilot.connectors import ConnectorFile, connector_named
from copilot.db import TenantStore
from copilot.errors import ConfigError, CopilotError, InvalidInput, NotFound, StoreError

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
KIND = "webhook"
LATER = ("store_unavailable", "embedder_unavailable", "index_locked")  # stays queued, runs again
log = logging.getLogger("copilot.webhooks")


class Receives(Protocol):
    """What a delivery sets off, handed in by the server: doors do not know each other."""

    def __call__(self, store: TenantStore, file: ConnectorFile, body: str) -> dict[str, Any]: ...


@dataclass(slots=True)
class Deliveries:
    """Stored deliveries, worked off one after the other. A job's id is what was signed."""

    receive: Receives
    home: Path
    clock: Callable[[], float] = time.time
    _queue: queue.SimpleQueue[tuple[TenantStore, str] | None] = field(
        default_factory=queue.SimpleQueue
    )
    _thread: threading.Thread | None = None

    def start(self, stores: Sequence[TenantStore]) -> None:
        """Starts the worker and takes up what an earlier process left unfinished."""
        self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)
        self._thread.start()
        for store in stores:
            for row in store.journal.unfinished_jobs():
                if row["kind"] == KIND:
                    self._queue.put((store, row["id"]))

    def stop(self) -> None:
        """Lets the running delivery end, or leaves it to the next start."""
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(timeout=5)

    def accept(self, store: TenantStore, file: ConnectorFile, digest: str, body: str) -> bool:
        """Stores a delivery; False for one that is known: it is not worked off twice."""
        job_id = digest[:32]
        request = {"connector": file.name, "body": body}
        try:
            known = store.journal.job(job_id)
        except NotFound:
            store.journal.add_job(job_id, KIND, request)
        else:
            if known["state"] != "failed":
                return False
            store.journal.update_job(job_id, state="queued", request=request)
        self._queue.put((store, job_id))
        return True

    def _work(self) -> None:
        while (entry := self._queue.get()) is not None:
            self._run(*entry)

    def _run(self, store: TenantStore, job_id: str) -> None:
        name = ""
        try:
            row = store.journal.job(job_id)
            request, name = row["request"], row["request"]["connector"]
            if row["state"] not in ("queued", "running"):
                return  # it stood in the queue twice
            file = connector_named(self.home, name)
            store.journal.update_job(job_id, state="running")
            report = self.receive(store, file, request["body"])
            self._note(store, job_id, "done", name, report)
            for fate in ("added", "changed", "unchanged", "removed", "failed"):
                INGESTED.labels(fate).inc(report.get(fate, 0))
        except CopilotError as error:
            if error.code not in LATER:
                report = {"code": error.code, "detail": error.detail}
                self._note(store, job_id, "failed", name, report)
        except Exception as error:  # noqa: BLE001 - a door: the next delivery must still be read
            fault = type(error).__name__
            log.warning("delivery failed", extra={"fault": fault, "job": job_id})
            self._note(store, job_id, "failed", name, {"code": "internal"})

    def _note(
        self, store: TenantStore, job_id: str, state: str, name: str, report: dict[str, Any]
    ) -> None:
        # What was sent is a customer's words: it is kept no longer than it is needed.
        request = {"connector": name}
        try:
            store.journal.update_job(job_id, state=state, report=report, request=request)
        except StoreError:
            log.warning("delivery could not be noted", extra={"job": job_id})


async def deliveries_of(request: Request) -> Deliveries:
    """The queue of this server."""
    found: Deliveries = request.app.state.deliveries
    return found


Queue = Annotated[Deliveries, Depends(deliveries_of)]


@router.post("/{connector}", status_code=202, response_model=None)
async def receive(
    connector: str, request: Request, copilot: Built, deliveries: Queue
) -> JSONResponse:
    """A delivery of a helpdesk, signed by it. Nothing is stored before the signature holds."""
    return await _receive(connector, "", request, copilot, deliveries)


@router.post("/{connector}/{path_secret}", status_code=202, response_model=None)
async def receive_at_secret_path(
    connector: str, path_secret: str, request: Request, copilot: Built, deliveries: Queue
) -> JSONResponse:
    """The same for a helpdesk that cannot sign: the end of the address is the secret."""
    return await _receive(connector, path_secret, request, copilot, deliveries)


async def _receive(
    connector: str, path_secret: str, request: Request, copilot: Copilot, deliveries: Deliveries
) -> JSONResponse:
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}

    def work() -> tuple[int, dict[str, Any]]:
        file = _file(deliveries.home, connector)
        digest = verify(file, headers, body, path_secret=path_secret, now=deliveries.clock())
        challenge = headers.get("x-front-challenge")
        if file.kind == "front" and challenge:
            return 200, {"challenge": challenge}
        text = _json(body)
        store = copilot.store(file.tenant)
        is_new = deliveries.accept(store, file, digest, text)
        return (202, {"state": "stored"}) if is_new else (200, {"state": "known"})

    status, answer = await anyio.to_thread.run_sync(work)
    return JSONResponse(answer, status_code=status)


def _file(home: Path, name: str) -> ConnectorFile:
    """The connector; what is wrong with its file is said to the operator, not to the sender."""
    try:
        return connector_named(home, name)
    except NotFound:
        raise NotFound("There is no such connector.") from None
    except ConfigError:
        log.warning("connector file unusable", extra={"code": "config_invalid"})
        raise ConfigError(
            "The connector is not set up. Its operator runs `copilot sync`."
        ) from None


def _json(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
        if not isinstance(json.loads(text), dict):
            raise InvalidInput("A delivery must be one JSON object.")
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The delivery is not JSON.") from error
    return text
