"""Servers as processes of their own on free loopback ports; their memory and processor time."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

KEY = "ck_bench"
WAIT_S = 180.0


@dataclass(frozen=True, slots=True)
class Served:
    """A process that answers on a port."""

    port: int
    pid: int

    @property
    def resident_mb(self) -> float:
        """Memory in use now with its workers'; 0 where the system does not tell."""
        return sum(_resident_mb(pid) for pid in self._pids)

    @property
    def cpu_s(self) -> float:
        """Processor seconds so far with its workers', all threads; 0 where the system is silent."""
        return sum(_cpu_s(pid) for pid in self._pids)

    @property
    def _pids(self) -> list[int]:
        tasks = Path(f"/proc/{self.pid}/task").glob("*/children")
        return [self.pid, *(int(pid) for task in tasks for pid in task.read_text().split())]

    def wait_for_workers(self, count: int) -> None:
        """Until so many answer. Raises RuntimeError where they do not start."""
        until = time.monotonic() + WAIT_S
        while self._workers() < count:
            if time.monotonic() > until:
                raise RuntimeError(f"{count} workers did not start within {WAIT_S:.0f} s")
            time.sleep(0.2)

    def _workers(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
            return int(json.load(answer)["workers"])


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    return float(lines["VmRSS"].split()[0]) * 1024 / 1e6


def _cpu_s(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def ours(home: Path, **settings: str) -> Iterator[Served]:
    """`copilot serve` on a home, without a model and without a rate limit."""
    script = str(Path(sys.executable).with_name("copilot"))
    port = free_port()
    known = {"home": str(home), "model": "", "bootstrap_key": KEY, "rate_per_minute": "0"}
    env = {f"COPILOT_{name.upper()}": value for name, value in (known | settings).items()}
    log = home / "serve.log"
    with process([script, "serve", "--port", str(port)], port, "/readyz", env, log) as served:
        yield served


@contextmanager
def process(
    command: Sequence[str], port: int, ready: str, env: Mapping[str, str], log: Path
) -> Iterator[Served]:
    """Starts a command, waits until `ready` answers on the port, and ends it after use."""
    full = ["env", *(f"{name}={value}" for name, value in env.items()), *command]
    with log.open("ab") as sink:
        child = subprocess.Popen(full, stdout=sink, stderr=sink)  # noqa: S603 - our own command
    try:
        _wait(child, port, ready, log)
        yield Served(port, child.pid)
    finally:
        child.terminate()
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(child: subprocess.Popen[bytes], port: int, ready: str, log: Path) -> None:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        if child.poll() is not None:
            raise RuntimeError(f"the server ended with {child.returncode}: see {log}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the server did not answer within {WAIT_S:.0f} s: see {log}")
