"""A run as JSON and back, so that two runs of different days can be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from copilot.errors import InvalidInput
from eval.retrieval.runner import Row, Run
from eval.retrieval.sets import Case


def as_dict(run: Run) -> dict[str, Any]:
    """The run with every query's ranking and scores; questions are left out, ids stay."""
    metrics = run.rows[0].scores if run.rows else {}
    return {
        "name": run.name,
        "n": len(run.rows),
        "figures": {
            name: {"mean": found.mean, "low": found.low, "high": found.high}
            for name, found in ((name, run.interval(name)) for name in metrics)
        },
        "p50_ms": round(run.took(0.5), 2),
        "p95_ms": round(run.took(0.95), 2),
        "rows": [_row(row) for row in run.rows],
    }


def read(path: Path) -> Run:
    """A run that was saved. Raises InvalidInput."""
    try:
        raw: Any = json.loads(path.read_text("utf-8"))
        return Run(raw["name"], tuple(_loaded(row) for row in raw["rows"]))
    except OSError as error:
        raise InvalidInput(f"{str(path)!r} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{str(path)!r} is no saved run: make one with `copilot eval retrieval SET --out FILE`."
        ) from error


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.case.id, "cluster": row.case.cluster, "relevant": sorted(row.case.relevant),
        "ranking": list(row.ranking), "scores": dict(row.scores), "took_ms": round(row.took_ms, 3),
    }  # fmt: skip


def _loaded(raw: Mapping[str, Any]) -> Row:
    case = Case(raw["id"], "", frozenset(raw["relevant"]), raw["cluster"])
    scores = {str(name): float(value) for name, value in raw["scores"].items()}
    return Row(case, tuple(raw["ranking"]), scores, float(raw["took_ms"]))
