"""A large export is streamed: memory stays where it was, whatever the size of the file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
MEGABYTES = 8


def test_mailbox_and_jsonl_stream_in_constant_memory() -> None:
    command = [sys.executable, "-m", "ingest.bench", str(MEGABYTES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT)
    figures = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert set(figures) == {"mbox", "jsonl"}
    for told in map(json.loads, figures.values()):
        assert told["megabytes"] >= MEGABYTES
        assert told["items"] > 500
        assert told["failures"] == 0
        assert told["peak_mb_above_idle"] < 40
