"""A real `chroma run` on a free loopback port, ended by its process id."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_chroma(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1"]
    return subprocess.Popen(
        [*command, "--port", str(port), "--path", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )


def wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the Chroma server ended by itself"
        with suppress(OSError):
            urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=2).close()
            return
        time.sleep(0.05)
    raise AssertionError("the Chroma server did not come up")


@contextmanager
def chroma_server(folder: Path, port: int | None = None) -> Iterator[str]:
    port = port or free_port()
    process = start_chroma(folder, port)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(url, process)
        yield url
    finally:
        process.kill()
        process.wait()
