"""Runs and their differences as Markdown, for a person and for docs/benchmarks."""

from __future__ import annotations

from collections.abc import Sequence

from eval.retrieval.metrics import METRICS
from eval.retrieval.runner import Change, Run

SHOWN = 8  # ids per cell


def table(runs: Sequence[Run], *, metrics: Sequence[str] = METRICS, timed: bool = True) -> str:
    """One line per run: each metric with its 95 % bounds, and the times per query."""
    head = ["run", "n", *metrics, *(["p50 ms", "p95 ms"] if timed else [])]
    lines = [_line(head), _line(["---"] * len(head))]
    for run in runs:
        cells = [run.name, str(len(run.rows)), *(str(run.interval(name)) for name in metrics)]
        if timed:
            cells += [f"{run.took(0.5):.1f}", f"{run.took(0.95):.1f}"]
        lines.append(_line(cells))
    return "\n".join(lines)


def compared(changes: Sequence[Change], *, metric: str) -> str:
    """The queries that changed, worst first."""
    lines = [_line(["query", f"{metric} before", "after", "came", "went"]), _line(["---"] * 5)]
    for change in changes:
        cells = [change.case.id, f"{change.before:.3f}", f"{change.after:.3f}"]
        lines.append(_line([*cells, _ids(change.came), _ids(change.went)]))
    return "\n".join(lines)


def _ids(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(f"`{name}`" for name in ids[:SHOWN]) + more


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
