"""A measured figure with its target, and the table of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich.table import Table

Goal = Literal["at least", "at most"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the bench; without a bound it is reported and not judged."""

    name: str
    value: float
    unit: str
    goal: Goal | None = None
    bound: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.goal is None or self.bound is None:
            return None
        return self.value >= self.bound if self.goal == "at least" else self.value <= self.bound

    @property
    def target(self) -> str:
        """The target in words."""
        return f"{self.goal} {self.bound:g}" if self.goal and self.bound is not None else ""

    def as_dict(self) -> dict[str, Any]:
        """As written to the file of the run."""
        return {
            "name": self.name, "value": round(self.value, 4), "unit": self.unit,
            "target": self.target, "met": self.is_met, "note": self.note,
        }  # fmt: skip


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie (0.5 = median); 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def ratio(ours: float, theirs: float) -> float:
    """Ours over theirs; infinite when theirs is nothing."""
    return ours / theirs if theirs else float("inf")


def table(figures: Sequence[Figure]) -> Table:
    """All figures for a terminal."""
    shown = Table(title="Bench", title_justify="left")
    shown.add_column("figure")
    for name in ("value", "unit", "target", ""):
        shown.add_column(name, justify="right" if name == "value" else "left", no_wrap=True)
    shown.add_column("how", style="dim")
    marks = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}
    for figure in figures:
        shown.add_row(
            figure.name, f"{figure.value:,.3g}" if figure.value < 1000 else f"{figure.value:,.0f}",
            figure.unit, figure.target, marks[figure.is_met], figure.note,
        )  # fmt: skip
    return shown
