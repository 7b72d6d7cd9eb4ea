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
from copilot.domain import SOURCE_KINDS, SourceKind
from copilot.errors import InvalidInput, NotFound
from copilot.needs import assess_lines, build_engine
from eval.next_reply import SHAPE as LABELLED
from eval.retrieval import product, report, saved
from eval.retrieval.metrics import METRICS
from eval.retrieval.runner import changes, difference
from eval.retrieval.sets import SHAPE as OWN
from eval.scorers.needs import score

Data = Annotated[Path | None, typer.Option(help="The folder that holds bank/ and star/.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]

app = typer.Typer(help="Measure retrieval, replies and needs.", no_args_is_help=True)
_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


@app.callback()
def evaluate() -> None:
    """Measure retrieval, replies and needs."""


@app.command("retrieval")
def retrieval(
    name: Annotated[
        str, typer.Argument(metavar="SET", help="A file of your questions; or bank, or star.")
    ],
    kinds: Annotated[
        str, typer.Option(help="Of your own set: document, interaction or both.")
    ] = "document,interaction",
    data: Data = None,
    limit: Annotated[int, typer.Option(min=5, help="star: how many dialogues to index.")] = 400,
    to: Annotated[Path | None, typer.Option("--out", help="Save the run, for `diff`.")] = None,
    as_json: AsJson = False,
) -> None:
    """Recall, hit rate, reciprocal rank and nDCG of a set, with 95 % bootstrap bounds.

    Your own set is asked of what is ingested, one question a line:
    {"query": "how can I cancel", "relevant": ["the id of an article"]}
    """
    if name in product.SETS:
        found = product.measured(name, _folder(data, name), limit=limit)
    else:
        found, lacking = product.own(_file(name), _kinds(kinds))
        if lacking:
            shown = ", ".join(lacking[:5]) + (", …" if len(lacking) > 5 else "")
            _err.print(f"note: {len(lacking)} of the wanted sources are not stored: {shown}")
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
def next_reply(
    context: typer.Context,
    dialogues: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Dialogues with labelled replies.")
    ] = None,
) -> None:
    """accept@1 and accept@3 on the held-back fifth of dialogues whose replies are labelled.

    `--limit 300` takes so many dialogues only; --fold, --all-folds, --cache, --learning-curve and
    --no-labels go to the measurement too.
    """
    if dialogues is None or not dialogues.is_file():
        said = f"There is no file {str(dialogues)!r}" if dialogues else "No file is named"
        raise InvalidInput(
            f"{said}: name a file of dialogues, one a line: {LABELLED}. A small one lies in"
            " eval/cases/next_reply_example.jsonl."
        )
    file = str(dialogues.resolve())
    command = [sys.executable, "-m", "eval.next_reply", "--data", file, *context.args]
    raise typer.Exit(subprocess.run(command, cwd=ROOT, check=False).returncode)  # noqa: S603


def _folder(data: Path | None, name: str) -> Path:
    if data is None or not data.is_dir():
        said = f"There is no folder {str(data)!r}" if data else f"{name} is a development set"
        raise InvalidInput(
            f"{said}: say with --data which folder holds `{name}/`. It is no part of Continuum; "
            f"to measure on your own data, name a file of questions: {OWN}"
        )
    return data


def _file(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise InvalidInput(
            f"There is no file {name!r}: name a file of questions, one a line: {OWN}. "
            "For the demo: eval/cases/retrieval_demo.jsonl."
        )
    return path


def _kinds(given: str) -> tuple[SourceKind, ...]:
    found = tuple(kind for kind in SOURCE_KINDS if kind in given.replace(" ", "").split(","))
    if not found or len(found) != len(given.split(",")):
        raise InvalidInput(f"--kinds takes document and interaction, not {given!r}.")
    return found


def _case(line: str, number: int) -> Any:  # noqa: ANN401 - a labelled case
    try:
        return json.loads(line)
    except ValueError as error:
        raise InvalidInput(f"Line {number} is not JSON: {error}.") from error
