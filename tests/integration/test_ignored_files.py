"""A folder may name what in it is no source; that is told, and nothing else is passed over."""

from __future__ import annotations

from pathlib import Path

from copilot.config import ROOT
from copilot.db import Database
from copilot.domain import Failure
from ingest.detect import IGNORE, find_files
from ingest.pipeline import Pipeline
from tests.fakes import FakeEmbedder


def found(*paths: Path) -> tuple[list[str], list[str]]:
    files = list(find_files(paths))
    taken = [one.name for one in files if isinstance(one, Path)]
    return taken, [Path(one.path).name for one in files if isinstance(one, Failure)]


def test_what_a_folder_names_is_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "drafts").mkdir()
    (tmp_path / "sub").mkdir()
    for name in ("a.md", "README.md", "old-1.txt", "drafts/b.md", "sub/README.md"):
        (tmp_path / name).write_text("# Title\n\nWords of an article.")
    (tmp_path / IGNORE).write_text("# not for customers\n\nREADME.md\nold-*\ndrafts/\n")
    taken, left_out = found(tmp_path)
    assert taken == ["a.md", "README.md"]  # a name holds in its own folder only
    assert left_out == ["README.md", "drafts", "old-1.txt"]
    assert found(tmp_path / "README.md") == (["README.md"], [])  # who names a file means it


def test_the_demo_folder_comes_in_whole_without_what_is_no_source(tmp_path: Path) -> None:
    store = Database.open(f"sqlite:///{tmp_path / 'truth.db'}").create_tenant("t")
    report = Pipeline(store, FakeEmbedder()).run([ROOT / "demo"])
    assert report.counts["failed"] == 0
    assert report.counts["left_out"] == 3
    assert store.sources.count("interaction")[0] == 150
    assert store.sources.count("document")[0] == 50
