"""What an ingest run did: counts that add up, and every failure with its place and reason."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from copilot.domain import Failure

Fate = Literal["added", "changed", "unchanged", "removed", "failed", "left_out"]
FATES: tuple[Fate, ...] = ("added", "changed", "unchanged", "removed", "failed", "left_out")
MAX_FAILURES = 1_000  # kept with their text; all are counted
SHOWN_LINES = 5
_VALUES = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")  # what differs between two records of one fault
KEPT_FAILURES = 200  # of a run that is noted for the page
KEPT_FILES = 500


@dataclass(slots=True)
class FileReport:
    """One file's counts."""

    path: str
    format: str = ""
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Reason:
    """What many records of one file share: the first of them, how many, and their first lines."""

    first: Failure
    count: int = 0
    lines: list[int] = field(default_factory=list)
    records: list[str] = field(default_factory=list)  # their ids, of the first ones likewise

    def add(self, failure: Failure) -> None:
        """One more record with this reason."""
        self.count += 1
        if failure.line is not None and len(self.lines) < SHOWN_LINES:
            self.lines.append(failure.line)
        if failure.record_id and len(self.records) < SHOWN_LINES:
            self.records.append(failure.record_id)

    def as_dict(self) -> dict[str, Any]:
        """For `--json` and the page."""
        told = {"path": self.first.path, "reason": self.first.reason}
        return {**told, "count": self.count, "lines": self.lines, "records": self.records}


@dataclass(slots=True)
class Report:
    """A run's counts. Records in = added + changed + unchanged + failed + left_out."""

    files: dict[str, FileReport] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    reasons: dict[tuple[str, str], Reason] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    customers: set[str] = field(default_factory=set)  # whose story changed
    remarks: Counter[tuple[str, str]] = field(default_factory=Counter)  # (path, what was assumed)
    seconds: float = 0.0

    def note(self, path: str, fate: Fate, *, form: str = "") -> None:
        """Counts one record of a file."""
        file = self.files.setdefault(path, FileReport(path))
        file.format = form or file.format
        file.counts[fate] += 1
        self.counts[fate] += 1

    def fail(self, failure: Failure, *, left_out: bool = False, form: str = "") -> None:
        """Counts one record that did not come in, and keeps why."""
        self.note(failure.path, "left_out" if left_out else "failed", form=form)
        kind = failure.path, _VALUES.sub("…", failure.reason)
        if kind in self.reasons or len(self.reasons) < MAX_FAILURES:
            self.reasons.setdefault(kind, Reason(failure)).add(failure)
        if len(self.failures) < MAX_FAILURES:
            self.failures.append(failure)

    def remark(self, path: str, said: str) -> None:
        """One more record that came in on an assumption which a person should know."""
        self.remarks[path, said] += 1

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
            "reasons": told["reasons"][:KEPT_FAILURES],
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
            "reasons": [
                reason.as_dict()
                for reason in sorted(self.reasons.values(), key=lambda reason: -reason.count)
            ],
            "remarks": [
                {"path": path, "remark": said, "count": count}
                for (path, said), count in self.remarks.most_common()
            ],
            "failures": [asdict(failure) for failure in self.failures],
            "failures_not_shown": self.counts["failed"]
            + self.counts["left_out"]
            - len(self.failures),
        }
