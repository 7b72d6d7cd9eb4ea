"""What an ingest run did: counts that add up, and every failure with its place and reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from copilot.domain import Failure

Fate = Literal["added", "changed", "unchanged", "removed", "failed", "left_out"]
FATES: tuple[Fate, ...] = ("added", "changed", "unchanged", "removed", "failed", "left_out")
MAX_FAILURES = 1_000  # kept with their text; all are counted
KEPT_FAILURES = 200  # of a run that is noted for the page
KEPT_FILES = 500


@dataclass(slots=True)
class FileReport:
    """One file's counts."""

    path: str
    format: str = ""
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Report:
    """A run's counts. Records in = added + changed + unchanged + failed + left_out."""

    files: dict[str, FileReport] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    customers: set[str] = field(default_factory=set)  # whose story changed
    seconds: float = 0.0

    def note(self, path: str, fate: Fate, *, form: str = "") -> None:
        """Counts one record of a file."""
        file = self.files.setdefault(path, FileReport(path))
        file.format = form or file.format
        file.counts[fate] += 1
        self.counts[fate] += 1

    def fail(self, failure: Failure, *, left_out: bool = False) -> None:
        """Counts one record that did not come in, and keeps why."""
        self.note(failure.path, "left_out" if left_out else "failed")
        if len(self.failures) < MAX_FAILURES:
            self.failures.append(failure)

    @property
    def summary(self) -> dict[str, Any]:
        """The stable last line: counts and seconds."""
        return {**{fate: self.counts[fate] for fate in FATES}, "seconds": round(self.seconds, 2)}

    def kept(self) -> dict[str, Any]:
        """What a noted run keeps: files with failures first, and no endless lists."""
        told = self.as_dict()
        dropped = len(told["failures"][KEPT_FAILURES:])
        files = sorted(told["files"], key=lambda f: -(f["failed"] + f["left_out"]))
        return {
            **told,
            "files": files[:KEPT_FILES],
            "files_not_shown": len(files[KEPT_FILES:]),
            "failures": told["failures"][:KEPT_FAILURES],
            "failures_not_shown": told["failures_not_shown"] + dropped,
        }

    def as_dict(self) -> dict[str, Any]:
        """Everything, for `--json`, a job's report and the page."""
        return {
            **self.summary,
            "files": [
                {"path": f.path, "format": f.format, **{fate: f.counts[fate] for fate in FATES}}
                for f in self.files.values()
            ],
            "failures": [asdict(failure) for failure in self.failures],
            "failures_not_shown": self.counts["failed"]
            + self.counts["left_out"]
            - len(self.failures),
        }
