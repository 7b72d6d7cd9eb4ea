"""`copilot eval …`: runs suites and prints figures with their denominators."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from copilot.config import ROOT, Settings
from copilot.errors import InvalidInput, NotFound
from copilot.needs import assess_lines, build_engine
from eval.retrieval import product, report, saved
from eval.retrieval.metrics import METRICS
from eval.retrieval.runner import changes, difference
from eval.scorers.needs import score

DATA = ROOT.parent / "shared" / "data"
Data = Annotated[Path, typer.Option(help="The folder that holds the sets.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]

app = typer.Typer(help="Measure retrieval, replies and needs.", no_args_is_help=True)
_out = Console(soft_wrap=True, highlight=False)


@app.callback()
def evaluate() -> None:
    """Measure retrieval, replies and needs."""


@app.command("retrieval")
def retrieval(
    name: Annotated[str, typer.Argument(metavar="SET", help="bank or star.")],
    data: Data = DATA,
    limit: Annotated[int, typer.Option(min=5, help="star: how many dialogues to index.")] = 400,
    to: Annotated[Path | None, typer.Option("--out", help="Save the run, for `diff`.")] = None,
    as_json: AsJson = False,
) -> None:
    """Recall, hit rate, reciprocal rank and nDCG of a set, with 95 % bootstrap bounds."""
    found = product.measured(name, _folder(data), limit=limit)
    body = saved.as_dict(found)
    if to is not None:
        to.write_text(json.dumps(body, indent=1) + "\n", "utf-8")
    if as_json:
        _out.print(json.dumps(body), markup=False)
        return
    metrics = list(found.rows[0].scores) if found.rows else METRICS
    for metric in metrics:
        _out.print(f"{metric:10} {found.interval(metric)}  n={len(found.rows)}", markup=False)
    _out.print(f"one query  p50 {found.took(0.5):.1f} ms, p95 {found.took(0.95):.1f} ms")


@app.command("diff")
def diff(
    before: Annotated[Path, typer.Argument(help="A saved run.")],
    after: Annotated[Path, typer.Argument(help="A later one over the same set.")],
    metric: Annotated[str, typer.Option(help="Which metric.")] = "recall@10",
) -> None:
    """The queries on which two saved runs differ, and the paired difference."""
    old, new = saved.read(before), saved.read(after)
    try:
        change, found = difference(old, new, metric), changes(old, new, metric)
    except KeyError as error:
        raise InvalidInput(f"The runs do not both hold {metric!r}.") from error
    except ValueError as error:
        raise InvalidInput(f"The runs cannot be compared: {error}.") from error
    _out.print(f"{metric} after minus before: {change}, {len(found)} of {len(new.rows)} differ")
    if found:
        _out.print(report.compared(found, metric=metric), markup=False)


@app.command("needs")
def needs(
    cases: Annotated[Path, typer.Argument(help="Labelled cases, one JSON object a line.")],
    as_json: AsJson = False,
) -> None:
    """Assess labelled cases and score the answers; nothing is stored."""
    if not cases.is_file():
        raise NotFound(f"There is no file {str(cases)!r}: name a file of labelled cases.")
    lines = [line for line in cases.read_text("utf-8").splitlines() if line.strip()]
    answers = list(assess_lines(lines, build_engine(Settings(model=""))))
    result = score([_case(line, n) for n, line in enumerate(lines, start=1)], answers)
    if as_json:
        rates = {name: [rate.hits, rate.of] for name, rate in result.rates.items()}
        _out.print(json.dumps({"cases": len(lines), "rates": rates}), markup=False)
        return
    for name, rate in sorted(result.rates.items()):
        shown = "unscored" if rate.value is None else f"{rate.value:.3f}"
        bounds = rate.interval()
        between = f" [{bounds[0]:.3f}, {bounds[1]:.3f}]" if bounds else ""
        _out.print(f"{name:22} {shown}{between}  {rate.hits} of {rate.of}", markup=False)


@app.command(
    "next-reply", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def next_reply(context: typer.Context, data: Data = DATA) -> None:
    """accept@1 and accept@3 on held-back dialogues of star; takes the options of that module."""
    file = _folder(data) / "star" / "dev.jsonl.gz"
    if not file.is_file():
        raise NotFound(f"The file {file} is not there: name the folder with --data.")
    command = [sys.executable, "-m", "eval.next_reply", "--data", str(file), *context.args]
    raise typer.Exit(subprocess.run(command, cwd=ROOT, check=False).returncode)  # noqa: S603


def _folder(data: Path) -> Path:
    if not data.is_dir():
        raise NotFound(f"The folder {data} is not there: name the folder of the sets with --data.")
    return data


def _case(line: str, number: int) -> Any:  # noqa: ANN401 - a labelled case
    try:
        return json.loads(line)
    except ValueError as error:
        raise InvalidInput(f"Line {number} is not JSON: {error}.") from error
