"""How far a long measurement is: a bar with the time left, or where nobody looks one estimate."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

SURE_AFTER_S = 3.0  # before that, and before so much is done, an estimate says little
SURE_SHARE = 0.1


class Meter:
    """Counts up to `total`; called with how many more are done."""

    def __init__(self, title: str, total: int, console: Console | None = None) -> None:
        self._title, self._total, self._done = title, total, 0
        self._console = console or Console(stderr=True, highlight=False)
        self._began, self._told = time.monotonic(), self._console.is_terminal
        self._bar = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
            console=self._console, transient=True, disable=not self._console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task(title, total=total)

    def __enter__(self) -> Meter:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, more: int = 1) -> None:
        """So many more are done."""
        self._done += more
        self._bar.advance(self._task, more)
        passed = time.monotonic() - self._began
        if self._told or passed < SURE_AFTER_S or self._done < SURE_SHARE * self._total:
            return
        self._told = True
        left = passed / self._done * (self._total - self._done)
        self._console.print(f"{self._title}: {self._total:,}, about {in_words(left)} to go")


def in_words(seconds: float) -> str:
    """A length of time as one says it."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
