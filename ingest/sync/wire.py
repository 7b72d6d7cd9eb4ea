"""Asks a helpdesk politely: its pace is kept, waits are honoured, failed tries are repeated."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from ingest.sync.faults import AccessRefused, BrokenAnswerError, UpstreamFault
from ingest.sync.fetch import Answer, Ask, Fetcher

TRIES = 6
MAX_WAIT_S = 300.0
FIRST_WAIT_S = 1.0


class Authorises(Protocol):
    """Gives the headers that prove who we are; `renew` drops what has expired."""

    def headers(self) -> Mapping[str, str]: ...

    def renew(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Credentials that do not expire by themselves."""

    given: Mapping[str, str]

    def headers(self) -> Mapping[str, str]:
        """The same headers each time."""
        return self.given

    def renew(self) -> bool:
        """There is nothing to renew."""
        return False


@dataclass(slots=True)
class Wire:
    """JSON in, faults named. `sleep` and `chance` are handed in so that tests do not wait."""

    fetcher: Fetcher
    base_url: str
    auth: Authorises
    requests_per_minute: int = 0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = field(default=random.random)
    _earliest: float = 0.0

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON at a path; None where the helpdesk says that it does not exist (any more).

        Raises AccessRefused, UnsafeAddress, or UpstreamFault when the tries are used up.
        """
        url = self.base_url.rstrip("/") + path
        renewed = False
        reason = ""
        for attempt in range(TRIES):
            self._keep_pace()
            try:
                answer = self.fetcher.fetch(Ask(url, params or {}, dict(self.auth.headers())))
                if answer.status == 401 and not renewed and self.auth.renew():
                    renewed = True
                    continue
                return judged(answer, path)
            except BrokenAnswerError as broken:
                reason = broken.reason
                if attempt + 1 < TRIES:
                    self.sleep(self._wait(attempt, broken.after_s))
        raise UpstreamFault(
            f"{self.base_url}{path}: {reason}, {TRIES} times in a row. What was read is kept; "
            "run the sync again later and it goes on from there."
        )

    def _keep_pace(self) -> None:
        if not self.requests_per_minute:
            return
        now = self.clock()
        if now < self._earliest:
            self.sleep(self._earliest - now)
        self._earliest = max(now, self._earliest) + 60 / self.requests_per_minute

    def _wait(self, attempt: int, asked_s: float | None) -> float:
        if asked_s is not None:
            return min(MAX_WAIT_S, asked_s + self.chance())
        return min(MAX_WAIT_S, FIRST_WAIT_S * 2.0**attempt) * (0.5 + self.chance() / 2)


def judged(answer: Answer, path: str) -> Any:
    """The value of an answer; None for 404 and 410. Raises the fault that fits."""
    if answer.status in (401, 403):
        raise AccessRefused(
            f"The helpdesk refused our credentials for {path} (status {answer.status}). Check the "
            "connector's token, its user, and that it may read conversations."
        )
    if answer.status in (404, 410):
        return None
    if answer.status == 429 or answer.status >= 500:
        after = answer.headers.get("retry-after")
        raise BrokenAnswerError(f"it answered {answer.status}", after_s=seconds_of(after))
    if answer.status >= 300:
        raise UpstreamFault(f"The helpdesk refused {path} with status {answer.status}.")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise BrokenAnswerError(
            f"it answered with {kind or 'an unnamed type'} where JSON is documented (is base_url "
            "right?)"
        )
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise BrokenAnswerError("its JSON is cut off or broken") from error


def seconds_of(value: str | None) -> float | None:
    """The wait of a Retry-After header, in seconds or as a date."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return max(0.0, (until - datetime.now(UTC)).total_seconds()) if until.tzinfo else None
