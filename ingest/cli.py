"""`copilot ingest`: files and folders into the store, with progress and a report."""

from __future__ import annotations

import codecs
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from copilot.db import TenantStore, now
from copilot.domain import Failure
from copilot.errors import InvalidInput
from copilot.identity import resolve
from ingest.detect import choose
from ingest.loaders.fields import speaker, zone
from ingest.loaders.protocol import LoadOptions
from ingest.loaders.registry import all_loaders
from ingest.mapping import guess_mapping, read_mapping
from ingest.pipeline import Pipeline
from ingest.renewing import renew
from ingest.report import FATES, FileReport, Reason, Report
from ingest.whose import check as check_calls
from ingest.whose import declared

MAX_ROWS = 20
TOGETHER = 3  # more sound files of a folder than this are one row
KINDS = ("auto", "documents", "interactions", "catalogue", "customers")
Option = typer.Option


def _named(value: str) -> Path:
    """A path as given; an empty one (an unset variable of a script) would mean the whole folder."""
    if not value.strip():
        raise typer.BadParameter("a path is empty; name a file or folder, or . for this folder")
    return Path(value)


Paths = Annotated[list[Path], typer.Argument(help="Files and folders.", parser=_named)]
Kind = Annotated[str, Option(help="auto, documents, interactions, catalogue, customers.")]
Form = Annotated[str | None, Option("--format", help="Force a format, e.g. zendesk.")]
Mapping = Annotated[Path | None, Option(help="Mapping file of a CSV or JSONL.")]
Guess = Annotated[bool, Option("--guess-mapping", help="Propose a mapping for a file and stop.")]
Roles = Annotated[list[str] | None, Option(help='Who is who: "NAME=agent:sales"; repeatable.')]
Whose = Annotated[
    list[str] | None,
    Option(help='Whose call a transcript is: ID, or "FILE=ID" of several; repeatable.'),
]
When = Annotated[
    list[str] | None,
    Option("--at", help='When the call was: DAY or time, or "FILE=DAY"; repeatable.'),
]
DateOrder = Annotated[str | None, Option(help="dmy, mdy or ymd, where dates need it.")]
Timezone = Annotated[str | None, Option(help="Zone of times that name none.")]
OwnDomains = Annotated[list[str] | None, Option(help="E-mail domain of your agents; repeatable.")]
AgentRole = Annotated[str | None, Option(help="Department of agents where a file names none.")]
IdPrefix = Annotated[str, Option(help="Put before ids, where two systems number alike.")]
Encoding = Annotated[str | None, Option(help="Encoding of files that are not UTF-8.")]
Currency = Annotated[str | None, Option(help="Currency of prices without one.")]
BaseUrl = Annotated[str | None, Option(help="Where links of records begin.")]
Tenant = Annotated[str | None, Option(help="Whose data it is.")]
AsJson = Annotated[bool, Option("--json", help="Print the report as JSON.")]
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def guess_and_ingest(
    paths: Paths,
    kind: Kind = "auto",
    form: Form = None,
    mapping: Mapping = None,
    guess: Guess = False,
    role: Roles = None,
    customer: Whose = None,
    at: When = None,
    date_order: DateOrder = None,
    timezone: Timezone = None,
    own_domain: OwnDomains = None,
    agent_role: AgentRole = None,
    id_prefix: IdPrefix = "",
    encoding: Encoding = None,
    currency: Currency = None,
    base_url: BaseUrl = None,
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """Read files or folders; run again after changes, edits and deletions are followed."""
    roles = _roles(role or ())
    _check(kind, date_order, agent_role, paths)
    _check_files(form, encoding, timezone)
    if guess:
        _propose(paths[0], tenant, LoadOptions(
            encoding=encoding, roots=tuple(paths),
            date_order=date_order,  # type: ignore[arg-type]
        ))  # fmt: skip
        return
    options = LoadOptions(
        mapping=read_mapping(mapping, date_order) if mapping else {},
        roles=roles,
        customers=declared(customer or (), "--customer"),
        days=declared(at or (), "--at"),
        date_order=date_order,  # type: ignore[arg-type]
        timezone=timezone,
        encoding=encoding,
        own_domains=tuple(own_domain or ()),
        agent_role=agent_role,  # type: ignore[arg-type]
        id_prefix=id_prefix,
        base_url=base_url,
        currency=currency,
        roots=tuple(paths),
    )
    options = check_calls(paths, kind, form, options)
    copilot = build(Settings())
    report = run_with_progress(
        copilot, copilot.store(tenant), paths, kind=kind, form=form, options=options, quiet=as_json
    )
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        show_report(report)
    if report.counts["failed"]:
        raise typer.Exit(1)


def _propose(path: Path, tenant: str | None, options: LoadOptions) -> None:
    """The mapping on standard output; beside it what a person must decide in it."""
    known = choose(path, options=options)
    if not isinstance(known, Failure):
        err.print(f"note: {path} is read as {known.format} without a mapping", markup=False)
    found = guess_mapping(path, options, is_customer=_who_is_stored(tenant))
    if found["to_decide"]:
        err.print('note: before it can be used, a person must decide each "?":', markup=False)
    for question in found["to_decide"]:
        err.print(f"  {question}", markup=False, soft_wrap=True)
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))


def _who_is_stored(tenant: str | None) -> Callable[[str], bool] | None:
    """Tells ids of customers by what is stored; a look at a file begins no installation."""
    settings = Settings()
    if not settings.database_url and not (settings.home / "copilot.db").exists():
        return None
    records = build(settings).store(tenant).records
    return lambda ident: records.customer(ident) is not None


def _check(
    kind: str, date_order: str | None, agent_role: str | None, paths: Sequence[Path]
) -> None:
    if kind not in KINDS:
        raise InvalidInput(f"--kind takes {', '.join(KINDS)}, not {kind!r}.")
    if date_order not in (None, "dmy", "mdy", "ymd"):
        raise InvalidInput(f"--date-order takes dmy, mdy or ymd, not {date_order!r}.")
    if agent_role not in (None, "sales", "service"):
        raise InvalidInput(f"--agent-role takes sales or service, not {agent_role!r}.")
    if not any(path.exists() for path in paths):  # one among others is a line of the report
        raise InvalidInput(f"There is no file or folder {str(paths[0])!r}.")


def _check_files(form: str | None, encoding: str | None, timezone: str | None) -> None:
    """What is said of all files at once is refused at once, not file by file."""
    formats = sorted(loader.format for loader in all_loaders())
    if form is not None and form not in formats:
        raise InvalidInput(f"--format takes {', '.join(formats)}, not {form!r}.")
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise InvalidInput(
                f"--encoding {encoding!r} is unknown; cp1252 and utf-16-le are names of encodings."
            ) from None
    if timezone is not None:
        zone(timezone)


def _roles(given: Sequence[str]) -> dict[str, str]:
    pairs = [item.rpartition("=") for item in given]
    wrong = [
        item for item, (name, _, role) in zip(given, pairs, strict=True) if not name or not role
    ]
    if wrong:
        raise InvalidInput(f'--role takes "NAME=agent:service" and the like, not {wrong[0]!r}.')
    for item, (_, _, said) in zip(given, pairs, strict=True):
        try:
            speaker(said)
        except InvalidInput as error:
            raise InvalidInput(f"--role {item!r}: {error.detail}") from None
    return {name.strip(): role.strip() for name, _, role in pairs}


def run_with_progress(
    copilot: Copilot,
    store: TenantStore,
    paths: Sequence[Path],
    *,
    kind: str = "auto",
    form: str | None = None,
    options: LoadOptions | None = None,
    quiet: bool = False,
) -> Report:
    """Ingests with a bar on a terminal, then brings the ledgers of those customers up to date."""
    pipeline = Pipeline(store, copilot.embedder, copilot.redactor_of(store))
    bar, began = _Bar(quiet=quiet), now()
    with bar.progress:
        report = pipeline.run(
            paths, kind=kind, form=form, options=options or LoadOptions(roots=tuple(paths)),
            progress=bar,
        )  # fmt: skip
        wanted = {"paths": [str(path.resolve()) for path in paths], "kind": kind}
        store.journal.note_job("ingest", wanted, report.kept(), began=began)
        settle(copilot, store, report.customers, say=bar.say)
    return report


def settle(
    copilot: Copilot, store: TenantStore, customers: set[str], *, say: Callable[[str], None]
) -> None:
    """What follows the storing: vectors of another model made anew, who is who, the ledgers of
    `customers`, the reply model if due."""
    say("embedding what another model had embedded")
    renew(copilot, store)
    say("who is who")
    customers |= resolve(store).touched
    say("promises and open requests")
    copilot.ledgers.refresh(store, customers)
    say("learning which reply comes next")
    copilot.retriever.repliers.train_if_due(store)


def show_report(report: Report) -> None:
    """The report as a table: per file what came in and what did not, and why."""
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("source", overflow="fold")
    table.add_column("format", style="dim")
    shown = [fate for fate in FATES if report.counts[fate] or fate in ("added", "failed")]
    for fate in shown:
        table.add_column(fate.replace("_", " "), justify="right", no_wrap=True)
    rows = _rows(report)
    for name, form, counts in rows[:MAX_ROWS]:
        table.add_row(escape(name), form, *(str(counts[fate] or "·") for fate in shown))
    out.print(table)
    if len(rows) > MAX_ROWS:
        out.print(f"… and {len(rows) - MAX_ROWS} more files", style="dim")
    reasons = sorted(report.reasons.values(), key=lambda reason: -reason.count)
    for reason in reasons[:MAX_ROWS]:
        out.print(f"  {_told(reason)}", style="yellow", markup=False, soft_wrap=not out.is_terminal)
    if len(reasons) > MAX_ROWS:
        out.print(f"… and {len(reasons) - MAX_ROWS} more reasons; see --json", style="dim")
    for (path, said), count in report.remarks.most_common(MAX_ROWS):
        out.print(f"  {path}: {said} ({count})", markup=False, soft_wrap=not out.is_terminal)
    summary = report.summary
    if not out.is_terminal:  # a program reads this: the last line is the summary
        typer.echo(json.dumps(summary))
        return
    out.print(
        ", ".join(f"{summary[fate]} {fate.replace('_', ' ')}" for fate in FATES)
        + f" in {summary['seconds']} s"
    )


def _told(reason: Reason) -> str:
    """One line for all records of a file that fail alike: where, why, how many more and where."""
    first, lines = reason.first, reason.lines
    line = f" line {lines[0]}" if lines else ""
    record = f", record {first.record_id}" if first.record_id else ""
    told = f"{first.path}{line}{record}: {first.reason}"
    if reason.count == 1:
        return told
    # Where all stand in one line, or there are none, only their ids tell them apart.
    by_line = len(set(lines)) > 1 or not reason.records
    places = lines if by_line else reason.records
    others = ", ".join(map(str, places[1:]))
    named = ("line" if by_line else "record") + ("" if reason.count == 2 else "s")
    shown = f": {named} {others}{', …' if reason.count > len(places) else ''}" if others else ""
    return f"{told} (and {reason.count - 1} more like it{shown})"


def _rows(report: Report) -> list[tuple[str, str, Counter[str]]]:
    """A row per file; many sound files of one folder and format share one."""
    folders: dict[tuple[str, str], list[FileReport]] = defaultdict(list)
    for file in report.files.values():
        folders[str(Path(file.path).parent), file.format].append(file)
    rows: list[tuple[str, str, Counter[str]]] = []
    for (folder, form), files in folders.items():
        sound = [f for f in files if not f.counts["failed"] and not f.counts["left_out"]]
        if len(sound) > TOGETHER:
            total = sum((f.counts for f in sound), Counter[str]())
            rows.append((f"{Path(folder).name}/ ({len(sound)} files)", form, total))
            files = [f for f in files if f not in sound]
        rows += [(Path(f.path).name, f.format, f.counts) for f in files]
    return sorted(rows, key=lambda row: -row[2]["failed"])


class _Bar:
    """A bar over files with a running count of records."""

    def __init__(self, *, quiet: bool) -> None:
        self.progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[records]} records"), TimeElapsedColumn(),
            console=err, disable=quiet or not err.is_terminal, transient=True,
        )  # fmt: skip
        self._task = self.progress.add_task("reading", total=None, records=0)

    def file(self, path: str, done: int, total: int) -> None:
        name = escape(Path(path).name[-40:])
        self.progress.update(self._task, description=name, completed=done, total=total)

    def records(self, done: int) -> None:
        self.progress.update(self._task, records=done)

    def say(self, text: str) -> None:
        self.progress.update(self._task, description=text)
