"""A circuit breaker: after repeated outages a dead upstream costs nothing for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from copilot.errors import ModelError
from copilot.llm.faults import OUTAGES, CallError
from copilot.llm.protocol import Reason


class Breaker:
    """Closed: all pass. Open: none. After the rest one request tries; its end decides."""

    def __init__(
        self,
        *,
        threshold: int = 5,
        rest_s: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._threshold = threshold
        self._rest_s = rest_s
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._reason: Reason = "unreachable"
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Whether the next request would be turned away."""
        if self._open_until is None:
            return False
        return self._trying or self._clock() < self._open_until

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let one request through, or raise at once; learn from how it ends."""
        if self.is_open:
            raise CallError(self._reason, resting=True)
        trying = self._trying = self._open_until is not None
        try:
            yield
        except ModelError as error:
            self._failed(error.reason)
            raise
        else:
            self._failures, self._open_until = 0, None
        finally:
            if trying:  # a caller who gave up leaves the try to the next one
                self._trying = False

    def _failed(self, reason: str) -> None:
        outage = next((known for known in OUTAGES if known == reason), None)
        if outage is None:
            self._failures, self._open_until = 0, None  # it answered, if badly
            return
        self._failures += 1
        self._reason = outage
        if self._failures >= self._threshold:
            self._open_until = self._clock() + self._rest_s
