"""Measures ingest: `python -m ingest.bench [MB]` streams exports, `--rate [N]` embeds records."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from copilot.domain import Failure
from ingest.detect import choose
from ingest.loaders.protocol import LoadOptions
from ingest.rate import rate

RATE_OF = 2_000
LINE = "The hub lost its connection after the update and the app shows it as away. "


def write_mbox(path: Path, megabytes: int) -> None:
    """Threads of four messages, some with an attachment, interleaved as a mailbox is."""
    with path.open("w") as file:
        number = 0
        while file.tell() < megabytes * 1_000_000:
            for step in range(4):
                for thread in range(number, number + 50):
                    file.write(_mail(thread, step))
            number += 50


def _mail(thread: int, step: int) -> str:
    ours = step % 2 == 1
    sender, receiver = f"ana{thread}@cust.test", "help@acme.test"
    if ours:
        sender, receiver = receiver, sender
    ident = f"<m{thread}.{step}@x.test>"
    answered = f"In-Reply-To: <m{thread}.{step - 1}@x.test>\n" if step else ""
    blob = ("QUJD" * 18 + "\n") * 120 if thread % 10 == 0 else ""
    attached = (
        "--b\nContent-Type: image/png\nContent-Disposition: attachment; filename=a.png\n"
        f"Content-Transfer-Encoding: base64\n\n{blob}"
    )
    return (
        f"From {sender} Fri Jan  2 10:00:00 2026\nFrom: {sender}\nTo: {receiver}\n"
        f"Subject: Hub {thread}\nMessage-ID: {ident}\n{answered}"
        f"Date: Fri, 02 Jan 2026 10:{step:02d}:00 +0000\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
        f"{LINE * 12}\n\nBest regards,\nAna\n{attached if blob else ''}--b--\n\n"
    )


def write_jsonl(path: Path, megabytes: int) -> None:
    """Our own interactions, ten turns each."""
    with path.open("w") as file:
        number = 0
        while file.tell() < megabytes * 1_000_000:
            turns = [
                {
                    "speaker": "agent" if step % 2 else "customer",
                    "text": LINE * 3,
                    "visibility": "public",
                    "at": f"2026-01-02T10:{step:02d}:00Z",
                }
                for step in range(10)
            ]
            file.write(json.dumps({"id": f"c-{number}", "channel": "chat", "turns": turns}) + "\n")
            number += 1


def stream(path: Path) -> dict[str, float]:
    """Read one file to its end in this process; memory is counted above the idle process."""
    options = LoadOptions(own_domains=("acme.test",))
    loader = choose(path, options=options)
    assert not isinstance(loader, Failure), loader.reason
    idle = _resident_mb()
    started = time.perf_counter()
    items = failures = 0
    for item in loader.load(path, options):
        if isinstance(item, Failure):
            failures += 1
        else:
            items += 1
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return {
        "megabytes": round(path.stat().st_size / 1e6, 1),
        "items": items,
        "failures": failures,
        "seconds": round(seconds, 1),
        "peak_mb_above_idle": round(peak - idle, 1),
    }


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


WRITERS: dict[str, Callable[[Path, int], None]] = {"mbox": write_mbox, "jsonl": write_jsonl}


def main(arguments: list[str]) -> int:
    """Write each file, stream it in a fresh process, print one JSON line per file."""
    if arguments[:1] == ["--stream"]:
        sys.stdout.write(json.dumps(stream(Path(arguments[1]))) + "\n")
        return 0
    if arguments[:1] == ["--rate"]:
        sys.stdout.write(json.dumps(rate(int(arguments[1]) if arguments[1:] else RATE_OF)) + "\n")
        return 0
    megabytes = int(arguments[0]) if arguments else 200
    with tempfile.TemporaryDirectory(prefix="continuum-bench-") as folder:
        for name, write in WRITERS.items():
            path = Path(folder) / f"export.{name}"
            write(path, megabytes)
            command = [sys.executable, "-m", "ingest.bench", "--stream", str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
            sys.stdout.write(f"{name}: {done.stdout}")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
