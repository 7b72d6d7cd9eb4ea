"""`POST /v1/ingest` and its jobs: what was accepted is on disk first and survives a crash."""

from __future__ import annotations

import logging
import queue
import shutil
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import anyio
from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from copilot.api.deps import Admin, Agent, Built, Store
from copilot.api.measures import INGESTED, JOBS
from copilot.db import TenantStore
from copilot.db.journal import COUNTED
from copilot.errors import CopilotError, Forbidden, InvalidInput, StoreError, TooLarge

router = APIRouter(prefix="/v1", tags=["ingest"])
Kind = Literal["auto", "documents", "interactions", "catalogue", "customers"]
MAX_UPLOAD_BYTES = 200_000_000
BLOCK = 1 << 20
log = logging.getLogger("copilot.ingest")


class Ingests(Protocol):
    """The ingest door, handed in by the server: doors do not know each other."""

    def __call__(
        self,
        store: TenantStore,
        paths: Sequence[Path],
        kind: str,
        progress: Callable[[int], None],
    ) -> dict[str, Any]: ...


class PathsIn(BaseModel):
    """Files and folders of the server, below its allowed roots."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"paths": ["/srv/exports/tickets"], "kind": "auto"}]},
    )
    paths: Annotated[list[str], Field(min_length=1, max_length=100)]
    kind: Kind = "auto"


@dataclass(slots=True)
class Jobs:
    """Runs ingest jobs one after the other in a thread of their own."""

    ingest: Ingests
    folder: Path
    _queue: queue.SimpleQueue[tuple[TenantStore, str, Mapping[str, Any]] | None] = field(
        default_factory=queue.SimpleQueue
    )
    _thread: threading.Thread | None = None

    def start(self, stores: Sequence[TenantStore]) -> None:
        """Starts the worker and takes up what an earlier process left unfinished."""
        self._thread = threading.Thread(target=self._work, name="ingest-jobs", daemon=True)
        self._thread.start()
        for store in stores:
            for row in store.journal.unfinished_jobs():
                if row["kind"] != "ingest":
                    continue  # a webhook's delivery has a worker of its own
                self._queue.put((store, row["id"], row["request"]))

    def stop(self) -> None:
        """Lets the running job end, or leaves it to the next start."""
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(timeout=5)

    def submit(self, store: TenantStore, job_id: str, request: Mapping[str, Any]) -> str:
        """Stores a job, then queues it."""
        store.journal.add_job(job_id, "ingest", request)
        self._queue.put((store, job_id, request))
        return job_id

    def _work(self) -> None:
        while (entry := self._queue.get()) is not None:
            store, job_id, request = entry
            with JOBS.track_inprogress():
                self._run(store, job_id, request)

    def _run(self, store: TenantStore, job_id: str, request: Mapping[str, Any]) -> None:
        paths = [Path(path) for path in request["paths"]]
        try:
            store.journal.update_job(job_id, state="running")
            report = self.ingest(
                store, paths, request["kind"], lambda n: store.journal.update_job(job_id, done=n)
            )
            store.journal.update_job(job_id, state="done", report=report)
            for fate, count in report.items():
                if fate in ("added", "changed", "unchanged", "removed", "failed"):
                    INGESTED.labels(fate).inc(count)
            if request.get("uploaded"):
                shutil.rmtree(self.folder / job_id, ignore_errors=True)
        except CopilotError as error:
            self._fail(store, job_id, error.code, error.detail)
        except Exception as error:  # noqa: BLE001 - a door: the next job must still run
            fault = {"fault": type(error).__name__, "job": job_id}
            log.error("ingest job failed", extra=fault)  # noqa: TRY400 - a traceback holds texts
            self._fail(store, job_id, "internal", "An unexpected fault. Run it again: it resumes.")

    def _fail(self, store: TenantStore, job_id: str, code: str, detail: str) -> None:
        try:
            store.journal.update_job(
                job_id, state="failed", report={"code": code, "detail": detail}
            )
        except CopilotError:  # the disk is full: the job stays unfinished and runs at next start
            log.warning("ingest job could not be noted", extra={"job": job_id})


@router.post("/ingest/paths", status_code=202)
async def ingest_paths(
    body: PathsIn, request: Request, store: Store, copilot: Built, _caller: Admin
) -> dict[str, str]:
    """Ingests files that lie on the server, below `COPILOT_INGEST_ROOTS` only."""
    roots = copilot.settings.allowed_roots
    paths = await anyio.to_thread.run_sync(_allowed, body.paths, roots)
    wanted = {"paths": [str(path) for path in paths], "kind": body.kind}
    jobs: Jobs = request.app.state.jobs
    job_id = await anyio.to_thread.run_sync(jobs.submit, store, uuid.uuid4().hex, wanted)
    return {"job": job_id, "href": f"/v1/jobs/{job_id}"}


@router.post("/ingest", status_code=202)
async def ingest_files(
    request: Request,
    store: Store,
    _caller: Admin,
    files: Annotated[list[UploadFile], File(description="documents, interactions, catalogue …")],
    kind: Annotated[Kind, Form()] = "auto",
) -> dict[str, str]:
    """Accepts files, stores them, and ingests them in a job. Later uploads add or change."""
    jobs: Jobs = request.app.state.jobs
    job_id = uuid.uuid4().hex
    folder = jobs.folder / job_id
    try:
        names = [await anyio.to_thread.run_sync(_save, upload, folder) for upload in files]
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StoreError(
            f"The upload could not be written ({error.strerror}): nothing was stored. "
            "Free some space, or check the folder's permissions, and send it again."
        ) from error
    wanted = {"paths": [str(folder / name) for name in names], "kind": kind, "uploaded": True}
    await anyio.to_thread.run_sync(jobs.submit, store, job_id, wanted)
    return {"job": job_id, "href": f"/v1/jobs/{job_id}"}


@router.get("/jobs")
async def jobs(
    store: Store,
    _caller: Agent,
    kind: Annotated[Literal["ingest", "webhook"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Runs, the newest first: what came in and what did not; `/v1/jobs/{id}` says why."""
    rows = await anyio.to_thread.run_sync(store.journal.recent_jobs, kind, limit)
    return {"jobs": [_listed(row) for row in rows]}


def _listed(row: Mapping[str, Any]) -> dict[str, Any]:
    counted = row["added"] is not None
    counts = {fate: row[fate] or 0 for fate in COUNTED} if counted else None
    return {
        **_state(row),
        **_asked({"paths": row["paths"], "kind": row["wanted"], "connector": row["connector"]}),
        "counts": counts,
        "seconds": row["seconds"],
        "detail": row["detail"],
    }


@router.get("/jobs/{job_id}")
async def job(job_id: str, store: Store, _caller: Agent) -> dict[str, Any]:
    """How far a job is, and its report when it has ended."""
    row = await anyio.to_thread.run_sync(store.journal.job, job_id)
    return {**_state(row), **_asked(row["request"]), "report": row["report"]}


def _state(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "state": row["state"],
        "done": row["done"],
        "created_at": _moment(row["created_at"]),
        "updated_at": _moment(row["updated_at"]),
    }


def _moment(at: datetime) -> str:
    """With its zone: SQLite gives UTC back without one."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def _asked(request: Mapping[str, Any]) -> dict[str, Any]:
    """What a run was about: names of files or of a connector, never what was sent."""
    paths = request.get("paths") or ()
    names = [Path(path).name or path for path in paths] or [request.get("connector")]
    return {"sources": [name for name in names if name], "wanted": request.get("kind")}


def _allowed(names: Sequence[str], roots: Sequence[Path]) -> list[Path]:
    paths = [Path(name).resolve() for name in names]
    for path in paths:
        if not any(path.is_relative_to(root) for root in roots):
            raise Forbidden(
                "This path lies outside the folders the server may read. Upload the file, or ask "
                "the operator to add its folder to COPILOT_INGEST_ROOTS."
            )
        if not path.exists():
            raise InvalidInput("A path does not exist on the server.")
    return paths


def _save(upload: UploadFile, folder: Path) -> str:
    """Writes an upload under a harmless name that keeps its suffixes."""
    name = Path(upload.filename or "upload").name.lstrip(".")[-120:] or "upload"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    if target.exists():
        raise InvalidInput("Two files of one upload have the same name; rename one of them.")
    size = 0
    with target.open("wb") as out:
        while block := upload.file.read(BLOCK):
            size += len(block)
            if size > MAX_UPLOAD_BYTES:
                shutil.rmtree(folder, ignore_errors=True)
                raise TooLarge(f"A file exceeds {MAX_UPLOAD_BYTES // 1_000_000} MB; split it.")
            out.write(block)
    return name
