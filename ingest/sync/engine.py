"""Runs a connector: a batch is committed, then its position, so a kill costs work and no record."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from copilot.connectors import ConnectorFile
from copilot.db import TenantStore
from copilot.domain import Failure, SourceKind
from copilot.errors import Conflict, CopilotError
from ingest.loaders.protocol import LEFT_OUT
from ingest.pipeline import Pipeline
from ingest.report import MAX_FAILURES, Report
from ingest.sync.faults import AccessRefused, UnsafeAddress, UpstreamFault
from ingest.sync.protocol import Connector, Page, State

KIND: SourceKind = "interaction"
MAX_AGAIN = 500  # conversations that could not be read, tried again at the next run
MAX_CHECKED = 500  # missing conversations looked at singly in one sweep
UPSTREAM = (UpstreamFault, AccessRefused, UnsafeAddress)


class Hears(Protocol):
    """Hears how far a sync is."""

    def __call__(self, report: Report, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sync did, and the fault that ended it early, if one did."""

    name: str
    report: Report
    fault: CopilotError | None = None


@dataclass(slots=True)
class Sync:
    """One run of one connector for one tenant."""

    file: ConnectorFile
    connector: Connector
    store: TenantStore
    pipeline: Pipeline
    hears: Hears = lambda _report: None
    clock: Callable[[], float] = time.time
    report: Report = field(default_factory=Report)

    def run(self) -> Outcome:
        """Reads everything that changed. A fault of the helpdesk ends the run, not what it did."""
        started = time.perf_counter()
        fault: CopilotError | None = None
        try:
            state = self._retry(self.store.journal.cursor(self.file.name))
            state = self._follow(state)
            self._sweep(state)
        except UPSTREAM as error:
            fault = error
        self.report.seconds = time.perf_counter() - started
        return Outcome(self.file.name, self.report, fault)

    def fetch(self, idents: Sequence[str]) -> Outcome:
        """Reads the named conversations only; the position stays."""
        for ident in idents:
            self._take(self.connector.one(ident))
        return Outcome(self.file.name, self.report)

    def _follow(self, state: State) -> State:
        for page in self.connector.pages(dict(state.get("at", {}))):
            failed = self._take(page)
            again = [one for one in state.get("again", []) if one not in failed]
            # The order matters: what is read is committed, only then the position after it.
            state = {**state, "at": dict(page.state), "again": [*again, *failed][-MAX_AGAIN:]}
            self.store.journal.save_cursor(self.file.name, state)
        return state

    def _retry(self, state: State) -> State:
        """What could not be read last time may be readable now."""
        waiting = list(state.get("again", []))
        if not waiting:
            return state
        still = [one for ident in waiting for one in self._take(self.connector.one(ident))]
        state = {**state, "again": still[-MAX_AGAIN:]}
        self.store.journal.save_cursor(self.file.name, state)
        return state

    def _sweep(self, state: State) -> None:
        """Finds deletions of helpdesks that do not tell them: what is not listed is looked at."""
        hours = self.file.sweep_hours
        due = float(state.get("swept", 0.0)) + hours * 3_600 <= self.clock()
        shown = self.connector.existing() if hours and due else None
        if shown is None:
            return
        prefix = self.file.prefix
        stored = self.store.sources.ids_of_origin(KIND, self.file.origin)
        missing = {one.removeprefix(prefix) for one in stored} - set(shown)
        checked = sorted(missing)[:MAX_CHECKED]
        for ident in checked:
            self._take(self.connector.one(ident))
        if len(checked) == len(missing):
            self.store.journal.save_cursor(self.file.name, {**state, "swept": self.clock()})

    def _take(self, page: Page) -> list[str]:
        """Commits a page; returns the ids that could not be read."""
        done = commit(self.file, self.pipeline, page)
        _add(self.report, done)
        self.hears(self.report)
        failed = [one for one in page.items if isinstance(one, Failure)]
        return [one.record_id for one in failed if one.record_id and not _is_left_out(one)]


def commit(file: ConnectorFile, pipeline: Pipeline, page: Page) -> Report:
    """Stores a page's conversations and removes what is gone."""
    done = pipeline.ingest(page.items, origin=file.origin)
    gone = [f"{file.prefix}{one}" for one in page.gone]
    for _ in range(pipeline.remove(KIND, gone) if gone else 0):
        done.note(file.origin, "removed")
    return done


@contextmanager
def alone(home: Path, name: str) -> Iterator[None]:
    """Only one sync of a connector at a time. Raises Conflict."""
    folder = home / "connectors"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(f"Another sync of {name!r} is running; wait for its end.") from error
        yield


def _is_left_out(failure: Failure) -> bool:
    return failure.reason.startswith(LEFT_OUT)


def _add(total: Report, part: Report) -> None:
    for path, file in part.files.items():
        for fate, count in file.counts.items():
            for _ in range(count):
                total.note(path, fate)  # type: ignore[arg-type]
    total.failures += part.failures[: MAX_FAILURES - len(total.failures)]
    total.customers |= part.customers
