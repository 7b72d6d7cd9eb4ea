"""A process that is told by lines of JSON on its standard input and answers by lines."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class Child:
    """Started at once; whoever asks waits for its answer. Raises RuntimeError where it ended."""

    def __init__(
        self, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self._log = log.open("wb")
        self._process = subprocess.Popen(  # noqa: S603 - our own scripts
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=None if env is None else dict(env),
        )

    def ask(self, **asked: object) -> dict[str, Any]:
        """Its answer to one line."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """The next line it says."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a process of the bench ended: see {self._log.name}")
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """Ends it."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=30)
        self._log.close()
