"""The report: what fails alike is one line that counts, and the counts add up."""

from __future__ import annotations

import pytest

from copilot.domain import Failure
from ingest.cli import show_report
from ingest.report import Report


def filled() -> Report:
    report = Report()
    for line in range(2, 40):
        report.fail(Failure("a.csv", f"created_at '0{line}/03/26' can be read in two ways", line))
    report.fail(Failure("a.csv", "no text", 41), form="messages-csv")
    report.fail(Failure("b.csv", "no text", 3))
    report.fail(Failure("b.csv", "left out: a draft"), left_out=True)
    return report


def test_records_that_fail_alike_share_a_reason_and_all_are_counted() -> None:
    report = filled()
    told = report.as_dict()
    assert [(r["path"], r["count"]) for r in told["reasons"]] == [
        ("a.csv", 38), ("a.csv", 1), ("b.csv", 1), ("b.csv", 1),
    ]  # fmt: skip
    assert told["reasons"][0]["lines"] == [2, 3, 4, 5, 6]
    assert sum(r["count"] for r in told["reasons"]) == told["failed"] + told["left_out"] == 41
    assert told["files"][0]["format"] == "messages-csv"


def test_records_of_one_line_are_told_apart_by_their_ids(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = Report()
    for number in range(1, 8):
        report.fail(Failure("c.json", "entitlement 1: no id", 1, f"C-{number}"))
    assert report.as_dict()["reasons"][0]["records"] == ["C-1", "C-2", "C-3", "C-4", "C-5"]
    show_report(report)
    shown = " ".join(capsys.readouterr().out.split())
    assert (
        "c.json line 1, record C-1: entitlement 1: no id (and 6 more like it: records C-2, C-3,"
        " C-4, C-5, …)" in shown
    )


def test_the_table_says_a_common_reason_once(capsys: pytest.CaptureFixture[str]) -> None:
    show_report(filled())
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.count("two ways") == 1
    assert "a.csv line 2: created_at '02/03/26' can be read in two ways (and 37 more" in shown
    assert "like it: lines 3, 4, 5, 6, …)" in shown
