"""Parses untrusted packages (PDF, DOCX, XML, ZIP, large HTML) in a child process with hard limits.

One helper process imports the parsers and forks for each file, so a file costs milliseconds and
cannot harm the next one. The fork is limited in memory, processor time and wall clock.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from copilot.errors import InvalidInput

Job = Literal["pdf", "docx", "html", "xml", "zip"]
PROJECT = Path(__file__).resolve().parent.parent
FRAME = 4  # bytes of a frame's length
END = 0xFFFFFFFF  # a frame of this length is the status that ends a job


class Refused(InvalidInput):
    """A package that could not be parsed within the limits; the detail says why."""

    code = "refused"


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one file may cost."""

    wall_s: float = 4.0
    memory_bytes: int = 640_000_000
    output_bytes: int = 32_000_000
    entries: int = 10_000
    ratio: int = 200
    unpacked_bytes: int = 200_000_000
    depth: int = 200
    pages: int = 2_000


@dataclass(slots=True)
class Sandbox:
    """Runs parse jobs one after the other in a limited child; starts it at first use."""

    limits: SandboxLimits = SandboxLimits()
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _closer: Any = field(default=None, repr=False)
    __weakref__: Any = field(init=False, repr=False)

    def parse(self, job: Job, path: Path, **options: Any) -> Iterator[dict[str, Any]]:
        """Yield the rows that the job found, or raise Refused. All rows are spooled first."""
        request = {"job": job, "path": str(path.resolve()), "options": options}
        request["limits"] = {name: getattr(self.limits, name) for name in _LIMIT_NAMES}
        with tempfile.SpooledTemporaryFile(max_size=4_000_000) as spool:
            with self._lock:
                status = self._run(request, spool)
            _raise_if_refused(status, path, self.limits)
            spool.seek(0)
            for line in spool:
                row: dict[str, Any] = json.loads(line)
                if "refused" in row:
                    raise Refused(str(row["refused"]))
                yield row

    def close(self) -> None:
        """End the child; a later job starts a new one."""
        if self._closer is not None:
            self._closer()
        self._process = self._closer = None

    def _run(self, request: dict[str, Any], spool: Any) -> dict[str, Any]:
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            # The fork ends itself at wall_s; the margin is for a child that is itself stuck.
            return self._drain(process, spool, time.monotonic() + self.limits.wall_s + 2.0)
        except (BrokenPipeError, EOFError, TimeoutError):
            self.close()
            return {"signal": int(signal.SIGALRM)}

    def _drain(
        self, process: subprocess.Popen[bytes], spool: Any, deadline: float
    ) -> dict[str, Any]:
        while True:
            size = int.from_bytes(_read(process, FRAME, deadline), "big")
            if size == END:
                length = int.from_bytes(_read(process, FRAME, deadline), "big")
                status: dict[str, Any] = json.loads(_read(process, length, deadline))
                return status
            spool.write(_read(process, size, deadline))

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest.sandbox_child"],
            cwd=PROJECT,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._closer = weakref.finalize(self, _end, self._process)
        return self._process


_LIMIT_NAMES = tuple(SandboxLimits.__dataclass_fields__)


def _read(process: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
    """Read exactly `size` bytes of the child's answer before the deadline."""
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
    parts: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while size:
            if not selector.select(max(deadline - time.monotonic(), 0)):
                raise TimeoutError
            part = os.read(descriptor, min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
    return b"".join(parts)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the child and whatever it forked, then collect it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _raise_if_refused(status: dict[str, Any], path: Path, limits: SandboxLimits) -> None:
    """Turn how the child ended into words for the report."""
    number = status.get("signal") or 0
    if status.get("cut"):
        raise Refused(f"refused: its text is larger than {limits.output_bytes // 1_000_000} MB")
    if number in (signal.SIGALRM, signal.SIGXCPU):
        raise Refused(
            f"refused: {path.suffix.lstrip('.').upper() or 'the file'} took longer than "
            f"{limits.wall_s:g} s to parse; it may be damaged or made to do harm"
        )
    if number:
        raise Refused("refused: the parser broke on this file; it may be damaged")
    if status.get("exit"):
        raise Refused(
            f"refused: parsing needs more than {limits.memory_bytes // 1_000_000} MB of memory"
        )
