"""`copilot sync`: brings in what changed in the helpdesks, once or again and again."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from copilot.connectors import ConnectorFile, connector_paths, read_connector
from copilot.errors import InvalidInput
from copilot.identity import resolve
from ingest.pipeline import Pipeline
from ingest.report import FATES, Report
from ingest.sync.build import Surroundings, build_connector
from ingest.sync.engine import Outcome, Sync, alone

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def sync(
    connector: Annotated[
        Path | None, typer.Argument(help="A connector file (.toml or .json).")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All files in the connectors folder of the home.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="One run, then end (the default).")] = False,
    wait: Annotated[
        float | None, typer.Option("--every", min=10, help="Run again after so many seconds.")
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="Whose data it is.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Read what changed in a helpdesk; interrupted runs go on where they stopped."""
    settings = Settings()
    paths = connector_paths(settings.home) if every else [connector] if connector else []
    if every == bool(connector) or (once and wait):
        raise InvalidInput("Name one connector file or say --all; --once and --every exclude.")
    if not paths:
        raise InvalidInput(f"There is no connector file in {settings.home / 'connectors'}.")
    files = [one for one in map(read_connector, paths) if not every or one.base_url]
    copilot = build(settings)
    while True:
        outcomes = sync_all(copilot, files, tenant=tenant, quiet=as_json)
        show(outcomes, as_json=as_json)
        if wait is None:
            break
        time.sleep(wait)
    if any(one.fault or one.report.counts["failed"] for one in outcomes):
        raise typer.Exit(1)


def sync_all(
    copilot: Copilot,
    files: Sequence[ConnectorFile],
    *,
    tenant: str | None = None,
    quiet: bool = False,
    around: Surroundings | None = None,
) -> list[Outcome]:
    """Syncs each connector, then brings the ledgers of those customers up to date."""
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=err, disable=quiet or not err.is_terminal, transient=True,
    )  # fmt: skip
    outcomes = []
    with bar:
        for file in files:
            task = bar.add_task(file.name)

            def heard(report: Report, task: Any = task, name: str = file.name) -> None:
                seen = sum(report.counts.values())
                bar.update(task, description=f"{name}: {seen} conversations")

            store = copilot.store(tenant or file.tenant)
            pipeline = Pipeline(store, copilot.embedder, copilot.redactor_of(store))
            with alone(copilot.settings.home, file.name):
                connector = build_connector(file, store, around)
                outcome = Sync(file, connector, store, pipeline, heard).run()
            bar.update(task, description=f"{file.name}: promises and open requests")
            outcome.report.customers |= resolve(store).touched
            copilot.ledgers.refresh(store, outcome.report.customers)
            copilot.retriever.repliers.train_if_due(store)
            outcomes.append(outcome)
    return outcomes


def show(outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    """One line per connector, or one JSON object."""
    if as_json:
        found = {one.name: _as_dict(one) for one in outcomes}
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in outcomes:
        summary = one.report.summary
        counts = ", ".join(f"{summary[fate]} {fate.replace('_', ' ')}" for fate in FATES)
        out.print(f"{one.name}: {counts} in {summary['seconds']} s")
        for failure in one.report.failures[:20]:
            out.print(f"  {failure.record_id}: {failure.reason}", style="yellow", markup=False)
        if one.fault:
            err.print(f"  {one.fault.detail}", style="red", markup=False)


def _as_dict(one: Outcome) -> dict[str, Any]:
    fault = {"code": one.fault.code, "detail": one.fault.detail} if one.fault else None
    return {**one.report.as_dict(), "fault": fault}
