"""The child of the sandbox: forks per job, limits the fork, relays its rows to the parent."""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from ingest.sandbox_parsers import JOBS, PARSER_OF, RefusedError

END = b"\xff\xff\xff\xff"
MEMORY_EXIT = 3


def main() -> None:
    """Serve jobs until stdin closes."""
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        request = json.loads(line)
        # Importing a parser here, not in the fork, is paid once. It touches no hostile data.
        for module in PARSER_OF.get(request["job"], ()):
            importlib.import_module(module)
        status = _relay(request, out.write)
        payload = json.dumps(status).encode()
        out.write(END + len(payload).to_bytes(4, "big") + payload)
        out.flush()


def _relay(request: dict[str, Any], write: Callable[[bytes], Any]) -> dict[str, Any]:
    """Fork, copy the fork's rows to our parent up to the cap, and say how it ended."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        _work(request, write_end)
    os.close(write_end)
    left = int(request["limits"]["output_bytes"])
    cut = False
    while data := os.read(read_end, 65_536):
        left -= len(data)
        if left < 0:
            cut = True
            os.kill(pid, signal.SIGKILL)
            break
        write(len(data).to_bytes(4, "big") + data)
    os.close(read_end)
    _, code = os.waitpid(pid, 0)
    return {
        "cut": cut,
        "signal": os.WTERMSIG(code) if os.WIFSIGNALED(code) else 0,
        "exit": os.WEXITSTATUS(code) if os.WIFEXITED(code) else 0,
    }


def _work(request: dict[str, Any], descriptor: int) -> None:
    """Run one job under limits; never returns."""
    code = 0
    try:
        _limit(request["limits"])
        with os.fdopen(descriptor, "wb", buffering=1 << 16) as out:
            for row in _rows(request):
                out.write(json.dumps(row).encode() + b"\n")
    except MemoryError:
        code = MEMORY_EXIT
    except BaseException:  # noqa: BLE001 - a fork must never run its parent's code
        code = 4
    os._exit(code)


def _rows(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    try:
        yield from JOBS[request["job"]](
            request["path"], limits=request["limits"], **request["options"]
        )
    except RefusedError as error:
        yield {"refused": f"refused: {error}"}
    except MemoryError:
        raise
    except RecursionError:
        yield {"refused": "refused: it is nested too deeply or refers to itself"}
    except Exception as error:  # noqa: BLE001 - any parser fault is a refusal with its kind named
        with suppress(Exception):
            yield {"refused": f"cannot be parsed: {type(error).__name__}: {str(error)[:200]}"}


def _limit(limits: dict[str, Any]) -> None:
    memory, seconds = int(limits["memory_bytes"]), float(limits["wall_s"])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    processor = int(used + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # the kernel ends us, whatever the parser does
    signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main()
