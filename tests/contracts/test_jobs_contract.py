"""The list of jobs: newest first, one tenant's own, and never what a delivery said."""

from __future__ import annotations

import uuid
from datetime import timedelta

from copilot.db import Database, now
from copilot.domain import Failure
from ingest.report import KEPT_FAILURES, KEPT_FILES, Report


def test_jobs_are_listed_newest_first_with_their_counts(database: Database) -> None:
    store = database.create_tenant(f"t{uuid.uuid4().hex[:8]}")
    other = database.create_tenant(f"t{uuid.uuid4().hex[:8]}")
    other.journal.add_job("theirs", "ingest", {"paths": ["/x/theirs.csv"]})
    report = {"added": 3, "removed": 4, "failed": 1, "seconds": 0.5, "files": [], "failures": []}
    began = now() - timedelta(hours=1)
    store.journal.note_job("ingest", {"paths": ["/x/a.csv"], "kind": "auto"}, report, began=began)
    store.journal.add_job("w", "webhook", {"connector": "desk", "body": "what a customer said"})
    store.journal.add_job("f", "ingest", {"paths": ["/x/b.csv"], "kind": "auto"})
    store.journal.update_job("f", state="failed", report={"code": "x", "detail": "The disk."})

    rows = store.journal.recent_jobs()
    assert [row["state"] for row in rows] == ["failed", "queued", "done"]
    assert (rows[0]["detail"], rows[0]["added"]) == ("The disk.", None)
    assert (rows[1]["connector"], rows[1]["paths"]) == ("desk", None)
    assert "what a customer said" not in repr(rows)
    done = rows[2]
    assert (done["added"], done["failed"], done["seconds"]) == (3, 1, 0.5)
    assert (done["paths"], done["done"]) == (["/x/a.csv"], 4)  # what was removed did not come in
    assert [row["id"] for row in store.journal.recent_jobs("ingest", 1)] == ["f"]
    assert [row["id"] for row in store.journal.unfinished_jobs()] == ["w"]


def test_a_noted_run_keeps_failures_and_no_endless_lists() -> None:
    report = Report()
    for n in range(KEPT_FILES + 7):
        report.note(f"{n}.csv", "added")
    for n in range(KEPT_FAILURES + 5):
        report.fail(Failure("last.csv", "has no turns", line=n))
    kept = report.kept()
    assert (len(kept["failures"]), kept["failures_not_shown"]) == (KEPT_FAILURES, 5)
    assert (len(kept["files"]), kept["files_not_shown"]) == (KEPT_FILES, 8)
    assert kept["files"][0]["path"] == "last.csv"
    assert kept["failed"] == KEPT_FAILURES + 5
